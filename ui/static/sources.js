/* Names what the content security policy (ui/gate/policy.py) has blocked, with the setting that allows it: one line in
   the console for each address. `nicegate.blocked` keeps them, for the note that `run --reload` shows. */
(() => {
  "use strict";

  const SETTINGS = {
    "img-src": ["NICEGATE_CSP_IMG", "images from"],
    "connect-src": ["NICEGATE_CSP_CONNECT", "connections to"],
    "script-src": ["NICEGATE_CSP_SCRIPT", "scripts from"],
    "script-src-elem": ["NICEGATE_CSP_SCRIPT", "scripts from"],
    "worker-src": ["NICEGATE_CSP_SCRIPT", "scripts from"],
  };

  const blocked = (window.nicegate.blocked = []);

  /* The browser tells a whole address, or only what kind it is: `data`, `blob`, or something that no source allows. */
  function sourceOf(address) {
    if (address === "data" || address === "blob") return `${address}:`;
    try {
      return new URL(address).origin;
    } catch {
      return null;
    }
  }

  function note(directive, address) {
    const [setting, what] = SETTINGS[directive] ?? [];
    const source = sourceOf(address);
    if (!setting || !source || blocked.some((one) => one.setting === setting && one.source === source)) return;
    blocked.push({ setting, source, what });
    console.warn(`Blocked: ${what} ${source}. To allow them on your pages, add that to ${setting}`);
    document.dispatchEvent(new CustomEvent("nicegate:blocked"));
  }

  document.addEventListener("securitypolicyviolation", (event) => {
    if (event.disposition === "enforce") note(event.effectiveDirective, event.blockedURI);
  });

  /* What a document's own head asked for was blocked before this script ran: the browser has kept it. */
  if ("ReportingObserver" in window) {
    new ReportingObserver(
      (reports) => reports.forEach(({ body }) => note(body.effectiveDirective, body.blockedURL)),
      { types: ["csp-violation"], buffered: true },
    ).observe();
  }
})();
