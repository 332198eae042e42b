/* Under `run --reload`: shows the next start of the server as soon as it answers. Each start has a name, which the
   document carries; a lost connection, or a document without one, is what makes this ask. */
(() => {
  "use strict";

  const GENERATION = document.querySelector("meta[name=nicegate-generation]").content;
  const SCROLL = "nicegate-scroll";
  const LOOK = 100; // ms between two looks at the connection, which cost nothing
  const ASK = 200; // ms before the server is asked again, and more each time while it is away
  const ASK_MOST = 2000;

  let wait = ASK;

  async function look() {
    let next = LOOK;
    if (!document.hidden && !window.socket?.connected) {
      next = wait;
      if (await isNew()) return reload();
    }
    setTimeout(look, next);
  }

  async function isNew() {
    try {
      const answer = await fetch("/_nicegate/generation", { cache: "no-store" });
      wait = ASK;
      return answer.ok && (await answer.text()) !== GENERATION;
    } catch {
      wait = Math.min(wait * 1.25, ASK_MOST);
      return false;
    }
  }

  function reload() {
    sessionStorage.setItem(SCROLL, JSON.stringify([location.pathname, scrollX, scrollY]));
    location.reload();
  }

  /* The page is drawn after the document has come, too late for the browser's own way of coming back to a place. */
  function scrollBack() {
    const [path, x, y] = JSON.parse(sessionStorage.getItem(SCROLL) ?? "[]");
    sessionStorage.removeItem(SCROLL);
    if (path !== location.pathname || !(x || y)) return;
    const until = performance.now() + 2000;
    (function go() {
      scrollTo(x, y);
      if (scrollY < y && performance.now() < until) requestAnimationFrame(go);
    })();
  }

  scrollBack();
  look();
})();
