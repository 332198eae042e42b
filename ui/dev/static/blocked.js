/* Under `run --reload`: says above the page what the browser has blocked, and what to write so that it does not. It has
   a place of its own in the document, so that it covers nothing. What is blocked, ui/static/sources.js finds out. */
(() => {
  "use strict";

  const blocked = window.nicegate?.blocked;
  if (!blocked) return; // one of the small documents, which have no scripts of ours

  let dismissed = 0; // how many of them

  function make(tag, attributes = {}, text = "") {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.textContent = text;
    return element;
  }

  const note = make("aside", { class: "ngb", "aria-label": "Blocked by the browser" });
  const status = make("div", { role: "status" });
  const close = make("button", { type: "button", "aria-label": "Dismiss" }, "×");
  close.addEventListener("click", () => {
    dismissed = blocked.length;
    note.remove();
  });
  note.append(status, close);

  function settings() {
    const sources = new Map();
    for (const { setting, source } of blocked.slice(dismissed)) sources.set(setting, [...(sources.get(setting) ?? []), source]);
    return [...sources].map(([setting, all]) => `${setting}=${all.length > 1 ? `"${all.join(" ")}"` : all[0]}`);
  }

  function show() {
    if (blocked.length === dismissed) return;
    if (!note.isConnected) document.body.prepend(note);
    const words = "Blocked: what this page takes from elsewhere. To allow it, write this into .env:";
    const lines = settings().map((line) => make("code", {}, line));
    // A screen reader reads out what changes in a status that was there before.
    requestAnimationFrame(() => status.replaceChildren(make("p", {}, words), ...lines));
  }

  document.addEventListener("nicegate:blocked", show);
  show();
})();
