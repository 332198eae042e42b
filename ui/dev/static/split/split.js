/* The split view (ui/dev/split.py): draws what the server says there is, a column a persona, and follows it. */
(() => {
  "use strict";

  const LOOK = 500; // ms between two looks: a save is to be seen within 2 s, of which the restart takes its part
  const ZOOM = "nicegate-zoom"; // in localStorage: a number
  const WORDS = { allow: "opens", "sign in": "sign in", "no access": "no access", "no page": "no page" };

  /* -- colour scheme, before the first paint ---------------------------------------------------------------------------- */

  const system = matchMedia("(prefers-color-scheme: dark)");

  function paint() {
    const chosen = document.getElementById("nicegui-color-scheme").content;
    const dark = chosen === "dark" || (chosen === "normal" && system.matches);
    document.body.classList.toggle("body--dark", dark);
    document.body.classList.toggle("body--light", !dark);
  }

  system.addEventListener("change", paint);
  paint();

  document.addEventListener("DOMContentLoaded", () => {
    const path = new URLSearchParams(location.search).get("path") ?? "/";
    const main = document.querySelector("main");
    const form = document.querySelector("form");
    const columns = []; // {key, origin, section, frame, box}
    let timer = 0;
    let turn = 0;

    /* -- what the server says ----------------------------------------------------------------------------------------- */

    async function look() {
      clearTimeout(timer);
      const mine = ++turn;
      if (!document.hidden) await ask().catch(() => {}); // while the server starts anew: the next look finds it
      if (mine === turn) timer = setTimeout(look, LOOK);
    }

    async function ask() {
      const answer = await fetch(`/_nicegate/split/state${location.search}`, { cache: "no-store" });
      if (!answer.headers.get("content-type")?.startsWith("application/json")) return location.reload();
      if (answer.ok) follow(await answer.json());
    }

    function follow(state) {
      if (!columns.length) build(state);
      state.columns.forEach(({ origin, verdict }, at) => {
        if (columns[at]?.origin !== origin) location.reload(); // another start of the server, with other ports
        else if (verdict) judge(columns[at].section, verdict);
      });
    }

    function judge(section, { decision, reason }) {
      const chip = section.querySelector(".ngs-verdict");
      chip.dataset.decision = decision;
      say(chip, WORDS[decision]);
      const isSaid = reason === section.querySelector(".ngs-who").textContent; // "signed out"
      say(section.querySelector(".ngs-reason"), isSaid ? "" : reason);
    }

    function say(element, words) {
      if (element.textContent !== words) element.textContent = words;
    }

    /* -- drawing ------------------------------------------------------------------------------------------------------ */

    function build({ columns: all, pages, left_out: leftOut }) {
      for (const page of pages) form.querySelector("datalist").append(new Option(page.title, page.path));
      for (const one of all) columns.push({ ...one, ...draw(one) });
      const note = document.querySelector("[role=note]");
      note.hidden = !leftOut;
      note.textContent = `There are more groups: ${leftOut} have no column.`;
      choose();
    }

    function draw({ key, name, email, origin, chosen }) {
      const section = document.getElementById("column").content.firstElementChild.cloneNode(true);
      const [heading, frame] = [section.querySelector("h2"), section.querySelector("iframe")];
      heading.id = `column-${key}`;
      heading.textContent = name;
      section.setAttribute("aria-labelledby", heading.id);
      section.querySelector(".ngs-who").textContent = email ?? "signed out";
      frame.title = `The page for ${name}`;
      frame.dataset.src = origin + path;
      main.append(section);
      const box = Object.assign(document.createElement("input"), { type: "checkbox", name: "show", value: key, checked: chosen });
      box.addEventListener("change", remember);
      const label = Object.assign(document.createElement("label"), { className: "ngs-choice" });
      label.append(box, name);
      form.querySelector("fieldset").append(label);
      return { section, frame, box };
    }

    /* -- the form: a choice shows at once, and stands in the address for the next load -------------------------------- */

    function choose() {
      for (const { section, frame, box } of columns) {
        section.hidden = !box.checked;
        if (box.checked && !frame.src) frame.src = frame.dataset.src;
      }
    }

    function remember() {
      choose();
      const query = new URLSearchParams(new FormData(form));
      query.set("path", path);
      history.replaceState(null, "", `?${query}`);
      look();
    }

    form.elements.path.value = path;
    document.title = `Split view of ${path}`;
    document.getElementById("reload").addEventListener("click", () => location.reload());

    const zoom = document.getElementById("zoom");
    const scale = () => main.style.setProperty("--zoom", zoom.value);
    zoom.value = localStorage.getItem(ZOOM) ?? "0.75";
    zoom.addEventListener("change", () => {
      localStorage.setItem(ZOOM, zoom.value);
      scale();
    });
    scale();

    /* -- where somebody has gone in a frame (panel.js tells) ---------------------------------------------------------- */

    window.addEventListener("message", (event) => {
      const column = columns.find(({ frame, origin }) => frame.contentWindow === event.source && origin === event.origin);
      const at = event.data?.nicegate;
      if (!column || typeof at !== "string") return;
      const line = column.section.querySelector(".ngs-at");
      line.hidden = at === path;
      line.textContent = `now at ${at}`;
    });

    look();
  });
})();
