/* The split view (ui/dev/split.py): colour scheme, zoom, and columns that follow what the server says. */
(() => {
  "use strict";

  const LOOK = 500; // ms between two looks: a save is to be seen within 2 s, of which the restart takes most
  const ZOOM = "nicegate-zoom"; // in localStorage: a number

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
    const main = document.querySelector("main");
    const form = document.querySelector("form");
    const columns = [...document.querySelectorAll("[data-port]")].map((element) => ({
      element, port: Number(element.dataset.port), frame: element.querySelector("iframe"),
    }));

    /* -- the form: a choice shows at once ----------------------------------------------------------------------------- */

    form.addEventListener("change", (event) => {
      if (event.target.id !== "zoom") form.requestSubmit();
    });
    document.getElementById("reload").addEventListener("click", () => location.reload());

    const zoom = document.getElementById("zoom");
    zoom.value = localStorage.getItem(ZOOM) ?? "0.75";
    const scale = () => main.style.setProperty("--zoom", zoom.value);
    zoom.addEventListener("change", () => {
      localStorage.setItem(ZOOM, zoom.value);
      scale();
    });
    scale();

    /* -- where each frame is ------------------------------------------------------------------------------------------ */

    window.addEventListener("message", (event) => {
      const column = columns.find(({ frame }) => frame.contentWindow === event.source);
      const at = event.data?.nicegate;
      if (!column || typeof at !== "string" || event.origin !== new URL(column.frame.src).origin) return;
      const line = column.element.querySelector(".ngs-at");
      line.hidden = at === main.dataset.path;
      line.textContent = `now at ${at}`;
    });

    /* -- what the gate says of each persona now ----------------------------------------------------------------------- */

    function follow(verdicts) {
      for (const { element, port } of columns) {
        const verdict = verdicts.find((one) => one.port === port);
        if (!verdict) return location.reload(); // another start of the server, with other ports
        const chip = element.querySelector(".ngs-verdict");
        chip.dataset.decision = verdict.decision;
        say(chip, verdict.word);
        say(element.querySelector(".ngs-reason"), verdict.reason);
      }
    }

    function say(element, words) {
      if (element.textContent !== words) element.textContent = words;
    }

    async function look() {
      if (!document.hidden) {
        try {
          const answer = await fetch(`/_nicegate/split/verdicts${location.search}`, { cache: "no-store" });
          if (!answer.headers.get("content-type")?.startsWith("application/json")) return location.reload();
          if (answer.ok) follow(await answer.json());
        } catch {
          // the server starts anew: the next look finds it
        }
      }
      setTimeout(look, LOOK);
    }

    look();
  });
})();
