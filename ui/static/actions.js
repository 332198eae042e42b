/* The browser's part of ui/actions.py: what a page's socket cannot do, which is to change a cookie. */
(() => {
  "use strict";

  /* Posts fields to one of our own routes. Answers "ok", the reason of a refusal, or "unreachable". */
  async function post(path, fields) {
    try {
      const response = await fetch(path, {
        method: "POST",
        headers: { Accept: "application/json" },
        body: new URLSearchParams(fields),
        credentials: "same-origin",
      });
      return response.ok ? "ok" : (await response.json()).error.reason;
    } catch {
      return "unreachable";
    }
  }

  window.nicegate.post = post;
})();
