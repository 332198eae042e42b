/* Under `run --reload`: says above the page what the browser has blocked, and what to write so that it does not. It has
   a place of its own in the document, so that it covers nothing. What is blocked, ui/static/sources.js finds out. */
(() => {
  "use strict";

  const blocked = window.nicegate?.blocked;
  if (!blocked) return; // one of the small documents, which have no scripts of ours

  const allowed = JSON.parse(document.querySelector("meta[name=nicegate-sources]").content);
  // Map tiles come from a, b, c or t0, t1 below a host of their own: never fold what anybody could have a name below.
  const SHARD = /^(\w+:\/\/)[a-z]{0,2}\d{0,2}(\.(?:[^.:]+\.){2,}[a-z][^.:]*(?::\d+)?)$/;

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

  /* Each line is a whole value: what is allowed already stays so when it is written. */
  function settings() {
    const sources = new Map();
    for (const { setting, source } of blocked.slice(dismissed)) {
      if (!sources.has(setting)) sources.set(setting, allowed.values[setting].split(" ").filter(Boolean));
      sources.get(setting).push(source);
    }
    return [...sources].map(([setting, all]) => [setting, fold(all)])
      .map(([setting, all]) => `${setting}=${all.length > 1 ? `"${all.join(" ")}"` : all[0]}`);
  }

  function fold(sources) {
    const parent = (source) => source.replace(SHARD, "$1*$2");
    const siblings = (source) => sources.filter((other) => parent(other) === parent(source));
    return [...new Set(sources.map((source) => (siblings(source).length > 1 ? parent(source) : source)))];
  }

  function show() {
    if (blocked.length === dismissed) return;
    if (!note.isConnected) document.body.prepend(note);
    const words = "Blocked: what this page takes from elsewhere. To allow it, write this "
      + `into ${allowed.file} and save; the page follows:`;
    const lines = settings().map((line) => make("code", {}, line));
    // A screen reader reads out what changes in a status that was there before.
    requestAnimationFrame(() => status.replaceChildren(make("p", {}, words), ...lines));
  }

  document.addEventListener("nicegate:blocked", show);
  show();
})();
