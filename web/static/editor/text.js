// Opens the text view when it is first shown, and lets the two views follow each other.

import { say } from "./notices.js";
import { now, post } from "./server.js";

const editor = document.getElementById("editor");
const host = document.getElementById("text");
const MOST_SHOWN = 300;
const LEAST_HEIGHT = 320;
const AROUND = 60;
let opened = null;
let places = {};

/** To be called once: from then on the text view opens as soon as it is to be seen. */
export function text() {
  for (const name of ["leadwright:settled", "leadwright:looked"]) {
    document.addEventListener(name, ({ detail }) => settled(detail));
  }
  document.getElementById("cards").addEventListener("focusin", ({ target }) => fromCard(target));
  document.getElementById("cards").addEventListener("click", ({ target }) => fromCard(target));
  document.querySelector(".views").addEventListener("click", change);
  document.addEventListener("click", problems);
  window.addEventListener("pagehide", keep);
  window.addEventListener("scroll", () => requestAnimationFrame(fit), { passive: true });
  window.addEventListener("resize", fit);
  open();
}

/** Goes to another view without loading the page; each has an address of its own all the same. */
function change(event) {
  const link = event.target.closest("[data-to]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const view = link.dataset.to;
  for (const one of document.querySelectorAll(".views [aria-current]")) one.removeAttribute("aria-current");
  link.setAttribute("aria-current", "true");
  editor.dataset.view = view;
  host.hidden = view === "visual";
  document.getElementById("cards").hidden = view === "text";
  const address = new URL(location.href);
  address.searchParams.set("view", view);
  history.replaceState(null, "", address);
  fit();
  // Whoever comes by keys goes on writing; whoever comes by pointer clicks where.
  const byKeys = event.detail === 0 && view === "text";
  void open().then(async () => byKeys && (await opened)?.view.focus());
}

/** The text ends where the screen does, so that what is said below it is always in sight. */
function fit() {
  const { top } = host.getBoundingClientRect();
  // Beside the cards it stays when the page moves.
  const begins = isBeside() ? Math.max(top, 0) : top + scrollY;
  host.style.setProperty("--text-height", `${Math.max(innerHeight - begins - AROUND, LEAST_HEIGHT)}px`);
}

/** Whether text and cards stand side by side, and not one below the other. */
function isBeside() {
  const { left } = document.getElementById("cards").getBoundingClientRect();
  return editor.dataset.view === "both" && host.getBoundingClientRect().right <= left;
}

async function open() {
  if (editor.dataset.view === "visual") return;
  opened ??= begin();
  const view = await opened;
  if (!view) {
    opened = null;
    return;
  }
  // What happened while only the cards were seen has come without the text.
  if (view.revision !== now()) await post("/since");
}

async function begin() {
  const { open } = await import("../text/view.js");
  const begun = await post("/since");
  // Why it cannot be had has been said; what stands in the page stays, and the next who asks tries again.
  if (begun.text === undefined) return null;
  const view = await open(host, {
    revision: begun.revision,
    text: begun.text,
    label: "Text of the rules",
    readOnly: !document.getElementById("add"),
    send,
    undo: () => post("/undo"),
    redo: () => post("/redo"),
    placed,
  });
  fit();
  places = begun.places;
  view.diagnose(begun.diagnostics);
  return view;
}

async function send(revision, text) {
  const answer = await post("/text", { revision, text });
  if (answer.text === undefined) throw new Error("not taken");
  return answer;
}

/** The draft changed, by whichever view. */
async function settled({ revision, text, diagnostics, places: lines, conflicts = [] }) {
  const view = text === undefined ? null : await opened;
  if (!view) return;
  view.receive({ revision, text });
  places = lines;
  // What was typed just now is taken in only after this.
  setTimeout(() => {
    view.diagnose(diagnostics);
    view.place();
    for (const found of conflicts) tell(view, found);
  });
}

/** Somebody was there first: says who and what, and offers what was written here, so that it is not lost. */
function tell(view, { message, mine, theirs }) {
  const written = mine.trim();
  const shown = written.length > MOST_SHOWN ? `${written.slice(0, MOST_SHOWN)}…` : written;
  // What they took out and was changed here was kept, so there is nothing to put in.
  const act = theirs && {
    label: written ? "Use mine" : "Take it out all the same",
    run: () => view.put(theirs, mine),
  };
  say(`conflict ${message}`, written && theirs ? `${message} You wrote: ${shown}` : message, { bad: true, act });
}

/** What was typed in the last moment goes on its way even as the page closes. */
async function keep() {
  const left = (await opened)?.unsaved();
  if (left) {
    void fetch(`${editor.dataset.address}/text`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ ...left, shown: {}, view: "text" }),
      keepalive: true,
    });
  }
}

/** Where only the text is to be seen, its problems are listed there. */
async function problems(event) {
  if (editor.dataset.view !== "text" || !event.target.closest("#state .problems")) return;
  event.preventDefault();
  (await opened)?.showProblems();
}

// --- choosing in one view shows it in the other --------------------------------------------------------

async function fromCard(target) {
  const view = editor.dataset.view === "both" ? await opened : null;
  if (!view) return;
  const card = target.closest(Object.keys(places).map((id) => `#${id}`).join(",") || "none");
  if (!card) return;
  mark(card);
  view.choose(places[card.id]);
}

function placed(line) {
  const around = Object.entries(places).filter(([, [first, last]]) => first <= line && line <= last);
  const [id] = around.sort(([, one], [, two]) => one[1] - one[0] - (two[1] - two[0]))[0] ?? [];
  const card = id && document.getElementById(id);
  mark(card);
  // Beside the text; below it, the text would leave the screen.
  if (card && isBeside()) (card.closest("details:not([open])") ?? card).scrollIntoView({ block: "nearest" });
}

function mark(card) {
  for (const one of document.querySelectorAll("#cards [data-chosen]")) if (one !== card) delete one.dataset.chosen;
  if (card) card.dataset.chosen = "";
}
