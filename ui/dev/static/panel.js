/* The gate panel, on every page of a `run --reload` server on loopback: this page's gate and where it is written, who
   you are, whom you can become, and what the doors decided. It asks the server while it is open and at no other time;
   all words are set as text. In a frame of the split view it only says where the frame is. */
(() => {
  "use strict";

  const LOOK = 1000; // ms between two looks while it is open: what a door decides shows while the eye is still there
  const STATE = "nicegate-panel"; // in sessionStorage, so that a reload finds it as it was: "open" or nothing
  const FOCUS = "nicegate-panel-focus"; // in sessionStorage: the key of what a keyboard was on when it led elsewhere
  const WORDS = { allow: "opens", "sign in": "sign in", "no access": "no access" };

  const here = () => location.pathname + location.search;

  if (window.parent !== window) {
    let told = null;
    const tell = () => told !== here() && parent.postMessage({ nicegate: (told = here()) }, "*");
    tell();
    return void setInterval(tell, LOOK / 2);
  }

  // The small documents of errors and refusals have none of our colours, and are no pages.
  if (!getComputedStyle(document.documentElement).getPropertyValue("--nc-surface")) return;

  /* -- small pieces --------------------------------------------------------------------------------------------------- */

  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "onclick") element.addEventListener("click", value);
      else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
    return element;
  }

  const hidden = (text) => make("span", { class: "nc-hidden" }, text);
  const chip = (decision) => make("span", { class: "ngp-chip", "data-decision": decision }, WORDS[decision]);
  const role = ({ key, held }) =>
    make("li", { class: "ngp-role", "data-held": String(held) }, key, hidden(held ? " (held)" : " (lacking)"));

  function section(title, ...children) {
    const id = `ngp-${title.toLowerCase().replaceAll(" ", "-")}`;
    return make("section", { "aria-labelledby": id }, make("h3", { id }, title), ...children);
  }

  /* -- what it shows -------------------------------------------------------------------------------------------------- */

  function thisPage({ page, groups, is_wanted: isWanted }) {
    if (!page) return section("This page", make("p", { class: "ngp-quiet" }, `${location.pathname} is no page with a gate.`));
    return section(
      "This page",
      isWanted ? make("p", { class: "ngp-quiet" }, "You wanted:") : null,
      make("p", { class: "ngp-line" }, make("strong", {}, page.title), make("code", {}, page.path), chip(page.decision)),
      make("p", {}, page.gate),
      make("p", { class: "ngp-quiet" }, page.reason),
      groups.length ? make("ul", { class: "ngp-groups" }, ...groups.map(oneGroup)) : null,
      page.changed ? make("p", { class: "ngp-quiet" }, `Changed at /admin/pages. The code says: ${page.changed}`) : null,
      source(page.source),
      page.from ? source(page.from.source, `Gate from section ${page.from.path}: `) : null,
    );
  }

  const oneGroup = (group) =>
    make("li", {}, make("span", {}, group.key, ": "), make("ul", { class: "ngp-roles" }, ...group.roles.map(role)));

  const source = (place, before = "") => make("p", { class: "ngp-source" }, before, make("code", {}, place));

  function onThisPage({ sections }) {
    return sections.length ? section("Sections on this page", make("ul", { class: "ngp-list" }, ...sections.map(oneSection))) : null;
  }

  const oneSection = (one) =>
    make("li", {},
      make("p", { class: "ngp-line" }, make("code", {}, one.name), times(one), chip(one.decision)),
      make("p", { class: "ngp-quiet" }, `${one.gate} · ${one.reason}`), source(one.source));

  const times = (one) => (one.times > 1 ? make("span", { class: "ngp-quiet" }, `× ${one.times}`) : null);

  function you({ you }) {
    if (!you) return section("You", make("p", {}, "Signed out"));
    const roles = you.roles.map((key) => role({ key, held: true }));
    return section("You", make("p", { class: "ngp-line" }, make("strong", {}, you.email)),
      roles.length ? make("ul", { class: "ngp-roles" }, ...roles) : make("p", { class: "ngp-quiet" }, "No roles"));
  }

  function become({ people, you }) {
    const nobody = { email: "", name: "Public", note: "signed out", opens: null, current: !you };
    return section("Become", make("ul", { class: "ngp-people" }, ...[nobody, ...people].map(onePerson)),
      make("p", { class: "ngp-error", role: "alert", id: "ngp-error" }));
  }

  function onePerson({ email, name, note, opens, current }) {
    const what = { true: "this page opens", false: "this page stays closed", null: null }[opens];
    return make("li", {}, make("button", { type: "button", class: "ngp-person", "data-opens": String(opens),
      "aria-pressed": String(current), title: [email, what].filter(Boolean).join(": ") || null, "data-key": `become ${email}`,
      onclick: () => turnInto(email) }, name, note && make("small", {}, ` ${note}`)));
  }

  const oneDecision = (one) =>
    make("li", {},
      make("p", { class: "ngp-line" }, make("time", {}, new Date(one.at).toLocaleTimeString()), make("code", {}, one.path),
        chip(one.decision)),
      make("p", { class: "ngp-quiet" },
        `${one.door}${one.times > 1 ? ` × ${one.times}` : ""} · ${[one.who, one.reason].filter(Boolean).join(" · ")}`));

  const lastDecisions = ({ decisions }) =>
    section("Last decisions", make("ol", { class: "ngp-list" }, ...decisions.map(oneDecision)));

  /* -- open and closed ------------------------------------------------------------------------------------------------ */

  const button = make("button", { type: "button", class: "ngp-button", "aria-expanded": "false", "aria-controls": "ngp-panel",
    onclick: () => (panel.hidden ? open() : close()) }, "Gate");
  const body = make("div", { class: "ngp-body", tabindex: "0", role: "group", "aria-label": "What the gate says" });
  const split = make("a", { class: "nc-link", target: "nicegate-split" }, "Split view");
  const title = make("h2", { class: "ngp-title", tabindex: "-1" }, "Gate");
  const panel = make("div", { id: "ngp-panel", class: "ngp-panel", hidden: true },
    make("div", { class: "ngp-head" }, title, split,
      make("button", { type: "button", class: "ngp-close", "aria-label": "Close", onclick: () => close() }, "×")), body);
  const all = make("aside", { class: "ngp", "aria-label": "Gate panel" }, panel, button);

  let shown = "";
  let timer = 0;
  let turn = 0;
  let subject = ""; // the location that it is about: where people sign in, the one that they wanted

  function open(focus = true) {
    panel.hidden = false;
    button.setAttribute("aria-expanded", "true");
    sessionStorage.setItem(STATE, "open");
    if (focus) title.focus();
    look();
  }

  function close() {
    clearTimeout(timer);
    panel.hidden = true;
    button.setAttribute("aria-expanded", "false");
    sessionStorage.removeItem(STATE);
    button.focus();
  }

  async function look() {
    clearTimeout(timer);
    if (panel.hidden) return;
    const mine = ++turn;
    if (!document.hidden) await show(here()).catch(() => {}); // a server that starts anew answers the next time
    if (mine === turn) timer = setTimeout(look, LOOK);
  }

  async function show(path) {
    const query = new URLSearchParams({ path, client: window.clientId ?? "" });
    const answer = await fetch(`/_nicegate/panel?${query}`, { cache: "no-store" });
    if (!answer.ok) return;
    const text = await answer.text();
    if (text === shown || path !== here()) return;
    shown = text;
    draw(JSON.parse(text));
    split.href = `/_nicegate/split?path=${encodeURIComponent(subject)}`;
  }

  function draw(state) {
    // What is drawn anew keeps the focus, and on the next page has it again.
    const key = sessionStorage.getItem(FOCUS) ?? document.activeElement?.dataset?.key;
    sessionStorage.removeItem(FOCUS);
    const top = body.scrollTop;
    subject = state.location;
    body.replaceChildren(...[thisPage, onThisPage, you, become, lastDecisions].map((draw) => draw(state)).filter(Boolean));
    body.scrollTop = top;
    if (key) body.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
  }

  /* -- another person ------------------------------------------------------------------------------------------------- */

  async function turnInto(email) {
    // The session that ends takes its pages away over the socket. This page goes where the answer says instead.
    window.socket?.disconnect();
    try {
      const response = await fetch("/_nicegate/become", { method: "POST", headers: { Accept: "application/json" },
        body: new URLSearchParams({ email, next: subject }) });
      const answer = await response.json();
      if (!response.ok) throw new Error(answer.error.message);
      if (document.activeElement?.matches(".ngp-person:focus-visible")) sessionStorage.setItem(FOCUS, `become ${email}`);
      if (answer.next === here()) location.reload();
      else location.assign(answer.next);
    } catch (error) {
      document.getElementById("ngp-error").textContent = error.message;
      window.socket?.connect();
    }
  }

  /* -- start ---------------------------------------------------------------------------------------------------------- */

  all.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || panel.hidden) return;
    event.stopPropagation();
    close();
  });
  window.navigation?.addEventListener("currententrychange", look);
  document.addEventListener("visibilitychange", look);
  document.addEventListener("DOMContentLoaded", () => {
    document.body.append(all);
    if (sessionStorage.getItem(STATE) === "open") open(false);
  });
})();
