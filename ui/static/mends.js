/* What plain NiceGUI elements lack for a screen reader, added as they appear. A developer's own names always win: only
   what is missing is filled in. Found with axe-core on NiceGUI 3.18 (Quasar 2); styles alone could not mend these. */
(() => {
  "use strict";

  const NAMED = ":not([aria-label], [aria-labelledby], [title])";
  const LENGTH = 80; // characters of a name that is taken from a text

  const textOf = (element) => element?.innerText.trim().split("\n")[0].slice(0, LENGTH);

  function name(element, words) {
    if (words) element.setAttribute("aria-label", words);
  }

  /* Each pair: what to look for, and what to do with each of those. */
  const MENDS = [
    // A dialog is named by its heading, else by its first words.
    [`.q-dialog[role=dialog]${NAMED}`, (dialog) => {
      const title = dialog.querySelector("h1, h2, h3, [role=heading], .text-h6") ?? dialog.querySelector(".q-dialog__inner");
      name(dialog, textOf(title));
    }],
    // Quasar makes the items of a menu list items.
    [".q-menu[role=menu] .q-item[role=listitem]", (item) => item.setAttribute("role", "menuitem")],
    // Inside a list of options it puts a box that can take the focus.
    [".q-menu[role=listbox] > [tabindex]", (box) => box.removeAttribute("tabindex")],
    // Menus and lists of options open at the end of the document, outside of every landmark.
    ['[id^="q-portal--menu"]', (portal) => {
      portal.setAttribute("role", "region");
      name(portal, portal.querySelector("[role=listbox]") ? "Options" : "Menu");
    }],
    // A button with nothing but an icon is named by the icon.
    [`.q-btn${NAMED}`, (button) => {
      const icon = button.querySelector(".q-icon");
      if (icon && button.innerText.trim() === icon.innerText.trim()) name(button, icon.innerText.replaceAll("_", " ").trim());
    }],
    [`[role=progressbar]${NAMED}`, (bar) => name(bar, "Progress")],
    [`.q-table th [role=checkbox]${NAMED}`, (box) => name(box, "Select all rows")],
    [`.q-table td [role=checkbox]${NAMED}`, (box) => name(box, "Select row")],
  ];

  function mend(root) {
    for (const [selector, act] of MENDS) {
      if (root.matches(selector)) act(root);
      root.querySelectorAll(selector).forEach(act);
    }
  }

  new MutationObserver((records) => {
    for (const record of records) {
      for (const node of record.addedNodes) if (node.nodeType === Node.ELEMENT_NODE && node.isConnected) mend(node);
    }
  }).observe(document.documentElement, { childList: true, subtree: true });

  /* Quasar's menus know no arrow keys. */
  document.addEventListener("keydown", (event) => {
    const menu = event.target.closest?.(".q-menu[role=menu]");
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!menu || !by) return;
    event.preventDefault();
    const items = [...menu.querySelectorAll("[role=menuitem]:not(.disabled)")];
    const at = items.indexOf(document.activeElement);
    items.at(at < 0 && by < 0 ? -1 : (at + by) % items.length)?.focus();
  });
})();
