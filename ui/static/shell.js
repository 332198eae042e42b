/* Behaviour of what stands around every page (ui/shell.py): menus, the navigation on a narrow screen, the theme, and
   where the focus goes after a move. It all happens in the browser: no round trip, no events for the server. */
(() => {
  "use strict";

  /* The document brings its first page as data in a script. Once that has run it goes, or it would still hold the page
     after rights were lost and the page was taken away. */
  document.addEventListener("DOMContentLoaded", () => {
    for (const script of document.querySelectorAll("body > script[type=module]:not([src])")) {
      if (script.textContent.includes("parseElements(")) script.remove();
    }
  });

  /* -- menus: a button that opens a list, after the ARIA Authoring Practices "menu button" pattern ----------------- */

  const menuOf = (button) => document.getElementById(button.getAttribute("aria-controls"));
  const itemsOf = (menu) => [...menu.querySelectorAll("[role^=menuitem]")].filter((item) => !item.closest("[hidden]"));
  const openButton = () => document.querySelector("[data-nc-menu][aria-expanded=true]");

  function open(button, at = 0) {
    close(openButton());
    const menu = menuOf(button);
    markTheme(menu);
    menu.hidden = false;
    button.setAttribute("aria-expanded", "true");
    itemsOf(menu).at(at)?.focus();
  }

  function close(button, refocus = false) {
    if (!button) return;
    menuOf(button).hidden = true;
    button.setAttribute("aria-expanded", "false");
    if (refocus) button.focus();
  }

  function step(menu, from, by) {
    const items = itemsOf(menu);
    items.at((items.indexOf(from) + by + items.length) % items.length)?.focus();
  }

  function jumpTo(menu, from, letter) {
    const items = itemsOf(menu);
    const at = items.indexOf(from) + 1;
    const order = [...items.slice(at), ...items.slice(0, at)];
    order.find((item) => item.textContent.trim().toLowerCase().startsWith(letter))?.focus();
  }

  function onButtonKey(event, button) {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    open(button, event.key === "ArrowDown" ? 0 : -1);
  }

  function onItemKey(event, item) {
    const popup = item.closest("[data-nc-popup]");
    const button = openButton();
    const moves = { ArrowDown: () => step(popup, item, 1), ArrowUp: () => step(popup, item, -1),
      Home: () => itemsOf(popup)[0].focus(), End: () => itemsOf(popup).at(-1).focus(),
      Escape: () => close(button, true), " ": () => item.click() };
    if (moves[event.key]) {
      event.preventDefault();
      moves[event.key]();
    } else if (event.key === "Tab") close(button);
    else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) {
      jumpTo(popup, item, event.key.toLowerCase());
    }
  }

  document.addEventListener("keydown", (event) => {
    const item = event.target.closest?.("[data-nc-popup] [role^=menuitem]");
    const button = event.target.closest?.("[data-nc-menu]");
    if (item) onItemKey(event, item);
    else if (event.key === "Escape") closeAll();
    else if (button) onButtonKey(event, button);
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-nc-menu]");
    const item = event.target.closest("[data-nc-popup] [role^=menuitem]");
    if (button) return button.getAttribute("aria-expanded") === "true" ? close(button) : open(button);
    if (item) close(openButton(), true);
    else if (!event.target.closest("[data-nc-popup]")) close(openButton());
  });

  /* -- navigation behind a button on a narrow screen ---------------------------------------------------------------- */

  const navButton = () => document.querySelector("[data-nc-nav]");

  function showNav(show) {
    navButton()?.setAttribute("aria-expanded", String(show));
  }

  function closeAll() {
    const button = openButton();
    if (button) return close(button, true);
    if (navButton()?.getAttribute("aria-expanded") === "true") {
      showNav(false);
      navButton().focus();
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-nc-nav]");
    if (button) showNav(button.getAttribute("aria-expanded") !== "true");
    else if (event.target.closest("#nc-nav a") || !event.target.closest("#nc-nav")) showNav(false);
  });

  /* -- theme -------------------------------------------------------------------------------------------------------- */

  const YEAR = 31536000; // seconds
  const SCHEMES = { light: false, dark: true, system: "auto" };
  const tabs = "BroadcastChannel" in window ? new BroadcastChannel("nicegate-theme") : null;

  function chosenTheme() {
    const found = document.cookie.split("; ").find((part) => part.startsWith("nicegate_theme="))?.split("=")[1];
    return found in SCHEMES ? found : "system";
  }

  function applyTheme(choice) {
    if (!(choice in SCHEMES)) return;
    window.Quasar?.Dark.set(SCHEMES[choice]);
    document.getElementById("nicegui-color-scheme")?.setAttribute("content", choice === "system" ? "normal" : choice);
  }

  function markTheme(menu) {
    for (const item of menu.querySelectorAll("[data-nc-theme]")) {
      item.setAttribute("aria-checked", String(item.dataset.ncTheme === chosenTheme()));
    }
  }

  document.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-nc-theme]")?.dataset.ncTheme;
    if (!choice) return;
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `nicegate_theme=${choice}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
    applyTheme(choice);
    tabs?.postMessage(choice);
  });

  tabs?.addEventListener("message", (event) => applyTheme(event.data));

  /* -- focus and words after a move within the page ----------------------------------------------------------------- */

  const titleOf = () => document.querySelector("#nc-main h1");

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-nc-skip]")) return;
    event.preventDefault(); // a changed fragment would count as a move, and reach the server
    const main = document.querySelector("main"); // Quasar's, which has no attributes of ours
    main.tabIndex = -1;
    main.focus();
  });

  /* A page that opens or closes by itself takes what had the focus with it: then its title gets it, and is read out.
     What somebody is using elsewhere, in the header say, keeps it. */
  let title = null;
  new MutationObserver(() => {
    const found = titleOf();
    if (!found || found === title) return;
    const isLost = title && (!document.activeElement || document.activeElement === document.body);
    title = found;
    if (isLost) found.focus({ preventScroll: true });
  }).observe(document.documentElement, { childList: true, subtree: true });

  /* What had the focus may go with a dialog that closes, a button that has done its work, a row that was deleted: then
     it goes back to where it was before that, or to the page's title; a keyboard would start again at the top. */
  const trail = []; // what had the focus, the last one at the end
  const isThere = (element) => element.isConnected && element.checkVisibility();

  document.addEventListener("focusin", (event) => {
    if (trail.at(-1) !== event.target) trail.push(event.target);
    if (trail.length > 20) trail.shift();
  });

  function mendFocus() {
    const active = document.activeElement;
    if (active && active !== document.body) return;
    if (!trail.length || isThere(trail.at(-1))) return; // somebody pressed beside it: it is not lost
    while (trail.length && !isThere(trail.at(-1))) trail.pop();
    (trail.at(-1) ?? titleOf())?.focus({ preventScroll: true });
  }

  new MutationObserver(() => setTimeout(mendFocus, 50)).observe(document.documentElement, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ["class", "open", "hidden"],
  });

  /* A list that opens (nc-choices) closes as menus do. */
  document.addEventListener("keydown", (event) => {
    const choices = event.key === "Escape" && event.target.closest?.("details.nc-choices[open]");
    if (!choices) return;
    choices.open = false;
    choices.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    for (const choices of document.querySelectorAll("details.nc-choices[open]")) {
      if (!choices.contains(event.target)) choices.open = false;
    }
  });

  window.nicegate = Object.assign(window.nicegate ?? {}, {
    /* After a move within the document: the focus goes to where the new page starts, as it would with a new document;
       else a keyboard is left on a link of the page before and a screen reader says nothing. */
    arrived() {
      say("");
      const first = document.querySelector("#nc-main form[data-nc-autofocus] .nc-input");
      const canHover = matchMedia("(hover: hover)").matches; // a touch screen would cover the page with its keyboard
      ((canHover && first) || titleOf())?.focus({ preventScroll: true });
    },
    say,
  });

  /* Words that have no place of their own: a failure of something in the header. */
  function say(message) {
    const box = document.getElementById("nc-said");
    if (box) box.textContent = message;
  }
})();
