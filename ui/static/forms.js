/* Behaviour of every form drawn by ui/components/form.py. Most are posted by fetch to the address in their `action`, and
   without this script the same post is a plain one; those of admins (data-nc-form="act") go over the page's socket, and
   the server answers through `nicegate.answered`. All words come from the server: attributes of the form, or its
   answers, and are only ever set as text. */
(() => {
  "use strict";

  const FORM = "form[data-nc-form]";
  const PATIENCE = 60000; // ms that a form waits for its answer by the socket
  const waiting = new Map(); // id of a form -> what takes its answer
  const CHECK_AFTER = 400; // ms of silence before a new password is judged
  const FLASH = "nicegate_flash";
  const checks = new WeakMap(); // password input -> {timer, request}

  const fieldOf = (input) => input.closest("[data-nc-field]");
  const errorOf = (field) => field.querySelector(".nc-error");
  const inputOf = (field) => field.querySelector(".nc-input, .nc-checkbox");

  function showFieldError(field, message) {
    judgeNoMore(inputOf(field)); // or the same would be said twice
    errorOf(field).textContent = message;
    inputOf(field).setAttribute("aria-invalid", "true");
  }

  function clearFieldError(field) {
    errorOf(field).textContent = "";
    inputOf(field).removeAttribute("aria-invalid");
  }

  function showFormError(form, message) {
    const box = form.querySelector("[data-nc-form-error]");
    if (box) box.textContent = message;
    else window.nicegate?.say(message); // a form without a place of its own, such as "Sign out" in the header's menu
  }

  function clearErrors(form) {
    form.querySelectorAll("[data-nc-field]").forEach(clearFieldError);
    for (const box of form.querySelectorAll("[data-nc-form-error], .nc-done")) box.textContent = "";
  }

  function setBusy(form, busy) {
    form.toggleAttribute("data-busy", busy);
    for (const button of form.querySelectorAll("[type=submit]")) {
      if (busy || isWaiting(button)) button.setAttribute("aria-disabled", "true");
      else button.removeAttribute("aria-disabled");
    }
  }

  /* A field that goes with one answer of a choice is there with that answer alone. */
  function followChoices(form) {
    for (const field of form.querySelectorAll("[data-nc-with]")) {
      const [name, answer] = field.dataset.ncWith.split("=");
      field.hidden = new FormData(form).get(name) !== answer;
    }
  }

  document.addEventListener("change", (event) => {
    const form = event.target.closest?.(FORM);
    if (form) followChoices(form);
    if (form?.hasAttribute("data-nc-tells")) form.dispatchEvent(new CustomEvent("nc-changed", { detail: valuesOf(form) }));
  });

  /* Marks every required field that is empty and moves to the first of them. */
  function isComplete(form) {
    const isEmpty = (input) => !(input.type === "password" ? input.value : input.value.trim());
    const isThere = (input) => !input.closest("[hidden]");
    const missing = [...form.querySelectorAll(".nc-input[required]")].filter(isThere).filter(isEmpty);
    for (const input of missing) showFieldError(fieldOf(input), input.dataset.ncEmpty);
    missing[0]?.focus();
    return missing.length === 0;
  }

  function leaveFor(next) {
    const target = new URL(next, location.origin);
    const isOurs = target.origin === location.origin;
    location.assign(isOurs ? target.href : "/");
    if (isOurs && target.hash && target.href.split("#")[0] === location.href.split("#")[0]) location.reload();
  }

  /* What the server has left for the next page, in a cookie (ui/flash.py): a form that stays says it itself. */
  function takeFlash() {
    const found = document.cookie.split("; ").find((part) => part.startsWith(`${FLASH}=`));
    if (!found) return "";
    document.cookie = `${FLASH}=; Max-Age=0; Path=/`;
    const text = atob(found.slice(FLASH.length + 1).replaceAll('"', "").replaceAll("-", "+").replaceAll("_", "/"));
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(text, (letter) => letter.charCodeAt(0)))).message;
  }

  function succeed(form, next) {
    const then = form.dataset.ncThen;
    if (then === "close") {
      setBusy(form, false);
      return form.closest("dialog")?.close();
    }
    if (then === "reload") return location.reload();
    if (then !== "stay") return leaveFor(next);
    setBusy(form, false);
    form.querySelectorAll("[type=password]").forEach((input) => { input.value = ""; });
    const line = form.querySelector(".nc-done");
    line.textContent = takeFlash() || line.dataset.ncFormDone;
  }

  function showRefusal(form, error) {
    const field = error.field && form.querySelector(`[data-nc-field="${CSS.escape(error.field)}"]`);
    if (!field) return showFormError(form, error.message);
    showFieldError(field, error.message);
    inputOf(field).focus();
  }

  /* Every field by name with all its texts: a group of boxes has one for each that is ticked. */
  function valuesOf(form) {
    const data = new FormData(form);
    return Object.fromEntries([...new Set(data.keys())].map((name) => [name, data.getAll(name)]));
  }

  /* An act by the socket: its answer is {said} or {error: {message, field}}. */
  function act(form) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => take(reject, new Error("no answer")), PATIENCE);
      const take = (settle, value) => {
        clearTimeout(timer);
        waiting.delete(form.id);
        settle(value);
      };
      waiting.set(form.id, (answer) => take(resolve, answer));
      form.dispatchEvent(new CustomEvent("nc-act", { detail: valuesOf(form) }));
    });
  }

  async function sendAct(form) {
    setBusy(form, true);
    try {
      const answer = await act(form);
      if (answer.error) showRefusal(form, answer.error);
      else actedWell(form, answer.said);
    } catch {
      showFormError(form, form.dataset.ncUnreachable);
    }
    setBusy(form, false);
  }

  function actedWell(form, said) {
    const dialog = form.closest("dialog");
    if (form.dataset.ncThen === "close" && dialog) dialog.close();
    const line = form.querySelector(".nc-done");
    if (line) line.textContent = said || line.dataset.ncFormDone;
    form.querySelectorAll("[type=password]").forEach((input) => { input.value = ""; });
  }

  async function post(form) {
    const response = await fetch(form.getAttribute("action"), {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(new FormData(form)),
      credentials: "same-origin",
    });
    return { ok: response.ok, answer: await response.json() };
  }

  async function send(form) {
    setBusy(form, true);
    // A session that ends takes its pages away over the socket, each to its own address. This page goes where the form's
    // answer says, so it stops listening first.
    const leaves = form.hasAttribute("data-nc-leaves");
    if (leaves) window.socket?.disconnect();
    try {
      const { ok, answer } = await post(form);
      if (ok && typeof answer.next === "string") return succeed(form, answer.next); // busy until the page has left
      if (typeof answer.error?.message !== "string") throw new Error("not an answer of ours");
      showRefusal(form, answer.error);
    } catch {
      showFormError(form, form.dataset.ncUnreachable);
    }
    if (leaves) window.socket?.connect();
    setBusy(form, false);
  }

  document.addEventListener("submit", (event) => {
    const form = event.target.closest(FORM);
    if (!form) return;
    const leads = event.submitter?.hasAttribute("formmethod"); // elsewhere by GET: the browser's own business
    if (leads && isComplete(form)) return;
    event.preventDefault();
    if (leads || form.hasAttribute("data-busy") || isWaiting(form.querySelector("[type=submit]"))) return;
    clearErrors(form);
    form.querySelectorAll("[data-nc-reveal][aria-pressed=true]").forEach(toggleReveal); // managers save hidden ones only
    if (isComplete(form)) form.dataset.ncForm === "act" ? sendAct(form) : send(form);
  });

  /* A page that comes back from the browser's cache must not stay busy. */
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll(`${FORM}[data-busy]`).forEach((form) => setBusy(form, false));
  });

  /* -- a new password is judged while it is typed ------------------------------------------------------------------ */

  function showVerdict(input, message, state) {
    const help = document.getElementById(`${input.id}-help`);
    if (!help) return;
    help.dataset.ncHint ??= help.textContent;
    help.textContent = message ?? help.dataset.ncHint;
    help.dataset.state = state;
  }

  async function judge(input, signal) {
    const form = input.form;
    const body = new URLSearchParams({
      password: input.value,
      email: form.elements.email?.value ?? "",
      name: form.elements.name?.value ?? "",
    });
    const response = await fetch(input.dataset.ncCheck, { method: "POST", headers: { Accept: "application/json" }, body, signal });
    const verdict = await response.json();
    if (verdict.ok === true) showVerdict(input, input.dataset.ncFine, "ok");
    else if (typeof verdict.message === "string") showVerdict(input, verdict.message, "error");
  }

  function judgeNoMore(input) {
    const check = checks.get(input);
    clearTimeout(check?.timer);
    check?.request?.abort();
    if (check) showVerdict(input, null, "");
  }

  function judgeSoon(input) {
    judgeNoMore(input);
    if (!input.value) return;
    const check = {};
    checks.set(input, check);
    check.timer = setTimeout(() => {
      check.request = new AbortController();
      judge(input, check.request.signal).catch(() => {}); // no verdict is no harm: the server judges again on sending
    }, CHECK_AFTER);
  }

  document.addEventListener("input", (event) => {
    const input = event.target;
    if (!input.matches?.("input, textarea, select") || !input.closest(FORM)) return;
    const field = fieldOf(input);
    if (field) clearFieldError(field);
    const done = input.form.querySelector(".nc-done"); // what stands there now was not done yet
    if (done) done.textContent = "";
    if (input.dataset.ncCheck) judgeSoon(input);
  });

  /* -- show and hide, Caps Lock ------------------------------------------------------------------------------------- */

  function toggleReveal(button) {
    const input = document.getElementById(button.getAttribute("aria-controls"));
    const show = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(show));
    input.type = show ? "text" : "password";
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-nc-reveal]");
    if (button) toggleReveal(button);
  });

  function hintCapsLock(event) {
    const hint = event.target.closest?.("[data-nc-field]")?.querySelector("[data-nc-caps]");
    if (hint && event.getModifierState) hint.hidden = !event.getModifierState("CapsLock");
  }

  document.addEventListener("keydown", hintCapsLock);
  document.addEventListener("keyup", hintCapsLock);
  document.addEventListener("focusout", (event) => {
    const hint = event.target.closest?.("[data-nc-field]")?.querySelector("[data-nc-caps]");
    if (hint) hint.hidden = true;
  });

  /* -- a button that has to wait: the time until then is counted down in the words below it --------------------------- */

  const isWaiting = (button) => Number(button?.dataset.ncWait) > 0;

  function countDown(button) {
    button.setAttribute("data-settled", "");
    const line = document.getElementById(button.getAttribute("aria-describedby"));
    const end = Date.now() + 1000 * Number(button.dataset.ncWait);
    const tick = () => {
      const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
      button.dataset.ncWait = left;
      const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
      line.textContent = left ? line.textContent.replace(/\d+:\d\d/, time) : line.dataset.ncOver;
      if (left && button.isConnected) setTimeout(tick, 1000);
      else if (!button.form?.hasAttribute("data-busy")) button.removeAttribute("aria-disabled");
    };
    if (isWaiting(button)) tick();
  }

  /* -- a form in a dialog --------------------------------------------------------------------------------------------- */

  document.addEventListener("click", (event) => {
    const opens = event.target.closest("[data-nc-opens]");
    if (opens) {
      const dialog = document.getElementById(opens.dataset.ncOpens);
      dialog.showModal();
      dialog.querySelector(".nc-input")?.focus();
    }
    if (event.target.closest("[data-nc-closes]")) event.target.closest("dialog").close();
  });

  /* A dialog that the server draws when it is wanted opens as it appears, and is taken away again when it is closed. */
  function openNow(dialog) {
    dialog.setAttribute("data-settled", "");
    dialog.showModal();
    const first = dialog.querySelector(".nc-input, .nc-checkbox, [data-nc-copies], [data-nc-closes]");
    const chosen = first?.type === "radio" && dialog.querySelector(`[name="${CSS.escape(first.name)}"]:checked`);
    (chosen || first)?.focus();
  }

  /* What was typed into a dialog goes when it is closed: it holds a password. */
  document.addEventListener("close", (event) => {
    for (const form of event.target.querySelectorAll?.(FORM) ?? []) {
      form.reset();
      clearErrors(form);
    }
  }, true);

  /* -- a text that is shown once is copied in the browser ------------------------------------------------------------ */

  /* Over plain http there is no clipboard: the text is selected then, for Ctrl+C. */
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-nc-copies]");
    if (!button) return;
    const text = document.getElementById(button.dataset.ncCopies);
    const said = document.getElementById(button.getAttribute("aria-describedby"));
    try {
      await navigator.clipboard.writeText(text.textContent);
      said.textContent = button.dataset.ncCopied;
    } catch {
      getSelection().selectAllChildren(text);
      said.textContent = button.dataset.ncSelected;
    }
  });

  /* -- where typing starts ------------------------------------------------------------------------------------------ */

  /* A form that has just appeared gets the focus in its first bad or empty field, unless somebody is already elsewhere.
     Not on touch screens, where it would bring up the keyboard over the page, nor in a frame: only the split view of
     `run --reload` frames our pages, and there the focus is somebody's elsewhere. */
  function settle(form) {
    form.setAttribute("data-settled", "");
    followChoices(form);
    const bad = form.querySelector(".nc-input[aria-invalid=true]");
    const wanted = bad ?? [...form.querySelectorAll(".nc-input")].find((input) => !input.value);
    const isFree = !document.activeElement || document.activeElement === document.body;
    if (wanted && isFree && window.parent === window && form.hasAttribute("data-nc-autofocus") && matchMedia("(hover: hover)").matches) wanted.focus();
  }

  window.nicegate = Object.assign(window.nicegate ?? {}, {
    answered: (id, answer) => waiting.get(id)?.(answer),
  });

  new MutationObserver(() => {
    document.querySelectorAll(`${FORM}:not([data-settled])`).forEach(settle);
    document.querySelectorAll("[data-nc-wait]:not([data-settled])").forEach(countDown);
    document.querySelectorAll("dialog[data-nc-now]:not([data-settled])").forEach(openNow);
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
