// Ctrl+K: go to a statement, add one, or do what a button does.

import { go } from "./controls.js";
import { entries, fitting } from "./entries.js";

const MOST = 12;
/** Sorts whose statements go by their name alone; of others the heading says the sort. */
const BARE = new Set(["rule", "list"]);
let dialog, input, list;
let options = [];
let chosen = 0;

export function palette() {
  dialog = document.getElementById("palette");
  input = dialog.querySelector("input");
  list = dialog.querySelector("[role=listbox]");
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k" || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    open();
  });
  document.querySelector("[data-palette]").addEventListener("click", open);
  input.addEventListener("input", () => draw(0));
  input.addEventListener("keydown", keys);
  list.addEventListener("click", ({ target }) => {
    const at = target.closest("[role=option]")?.dataset.at;
    if (at !== undefined) run(Number(at));
  });
}

function open() {
  input.value = "";
  dialog.showModal();
  draw(0);
}

/** What can be done now: all that the page has a button for. */
function actions() {
  const buttons = document.querySelectorAll("#add button[data-new], .tools button:enabled, .tools a, .views a, #trial-save");
  const found = [...buttons].map((button) => ({
    name: button.textContent.trim().replace(/^\+ (Add )?/, "Add: "),
    note: button.closest(".views") ? "view" : "do",
    run: () => button.click(),
  }));
  return [
    ...found,
    { name: "Try with a lead", note: "dry run", run: () => toPanel("trial-who") },
    { name: "Paste a lead", note: "dry run", run: () => toPanel("trial-text") },
    { name: "All leads", note: "dry run", run: () => toPanel("trial-all-head") },
  ];
}

/** Goes to a part of the dry run, which may be folded away or lie in the drawer. */
function toPanel(id) {
  const dock = document.querySelector("#trial-dock [data-dock]");
  if (dock?.checkVisibility()) dock.click();
  const part = document.getElementById(id);
  if (!part) return;
  if (part.closest("details")) part.closest("details").open = true;
  if (part.matches("h2")) part.tabIndex = -1;
  part.scrollIntoView({ block: "nearest" });
  part.focus();
}

function draw(at) {
  const cards = entries().map((one) => ({ ...one, note: noteOf(one), run: () => go(one.id) }));
  const groups = [["Go to", cards], ["Do", actions()]].map(([name, all]) => [name, fitting(all, input.value).slice(0, MOST)]);
  options = groups.flatMap(([, found]) => found);
  chosen = Math.max(0, Math.min(at, options.length - 1));
  list.replaceChildren(...groups.filter(([, found]) => found.length).map(group));
  const now = document.getElementById(`palette-${chosen}`);
  now?.scrollIntoView({ block: "nearest" });
  if (now) input.setAttribute("aria-activedescendant", now.id);
  else input.removeAttribute("aria-activedescendant");
}

const noteOf = ({ sort, gives }) => [BARE.has(sort) ? sort : "", gives].filter(Boolean).join(", ");

function group([name, found]) {
  const made = document.createElement("div");
  made.setAttribute("role", "group");
  made.setAttribute("aria-label", name);
  const head = document.createElement("div");
  head.className = "group";
  head.setAttribute("aria-hidden", "true");
  head.textContent = name;
  made.append(head, ...found.map((one) => option(one, options.indexOf(one))));
  return made;
}

/** A text in which what was searched for stands out. */
function marked(text) {
  const words = input.value.trim().split(/\s+/).filter(Boolean);
  if (!words.length) return [text];
  const any = new RegExp(`(${words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`, "i");
  return text.split(any).map((part, at) => {
    if (at % 2 === 0) return part;
    const found = document.createElement("mark");
    found.textContent = part;
    return found;
  });
}

function option({ name, note, leads }, at) {
  const made = document.createElement("div");
  made.id = `palette-${at}`;
  made.setAttribute("role", "option");
  made.setAttribute("aria-selected", String(at === chosen));
  made.dataset.at = at;
  for (const [kind, text] of [["name", name], ["kind", note], ["leads", leads ? `${leads} leads` : ""]]) {
    const part = document.createElement("span");
    part.className = kind;
    part.append(...(kind === "name" ? marked(text) : [text]));
    made.append(part);
  }
  return made;
}

function keys(event) {
  if (event.key === "ArrowDown") draw((chosen + 1) % options.length);
  else if (event.key === "ArrowUp") draw((chosen - 1 + options.length) % options.length);
  else if (event.key === "Enter") run(chosen);
  else return;
  event.preventDefault();
}

function run(at) {
  dialog.close();
  options[at]?.run();
}
