// Where there is no room beside the cards, the dry run is a drawer: what it comes to stays in sight below, and
// pulls it up over the cards.

const editor = document.getElementById("editor");
const panel = document.getElementById("panel");
const narrow = matchMedia("(max-width: 63.99rem)");

export function drawer() {
  narrow.addEventListener("change", close);
  close();
  panel.addEventListener("click", ({ target }) => {
    // The link to all leads goes to them within the drawer.
    if (target.closest("#trial-dock [data-dock], #trial-moves a") && narrow.matches) open();
    else if (target.closest("[data-undock]")) leave();
    // What is gone to lies behind it.
    else if (target.closest("a[href^='#card-'], [data-do=problem]")) close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && editor.dataset.dock === "open") leave();
  });
}

/** What lies behind the drawer, which is left alone while it is open. */
const behind = () => document.querySelectorAll("body > header, .editor-head, #outline, #cards, #text");

function open() {
  editor.dataset.dock = "open";
  for (const one of behind()) one.inert = true;
  panel.querySelector("[data-undock]").focus();
}

function close() {
  if (narrow.matches) editor.dataset.dock = "closed";
  else delete editor.dataset.dock;
  for (const one of behind()) one.inert = false;
}

function leave() {
  close();
  panel.querySelector("[data-dock]").focus();
}
