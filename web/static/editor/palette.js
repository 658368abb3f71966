// Ctrl+K: go to a statement, find what the data has, add one, or do what a button does. Tab says what else can
// be done with what is chosen; > finds commands alone, @ leads.

import { openForm } from "./adding.js";
import { go } from "./controls.js";
import { entries, fitting } from "./entries.js";
import { ofCard } from "./menu.js";

const MOST = 12;
const FEW = 4;
const PAUSE = 120;
/** Sorts whose statements go by their name alone; of others the heading says the sort. */
const BARE = new Set(["rule", "list"]);
let dialog, input, list, asking, wanted;
let options = [];
let chosen = 0;
/** What the data has for what is typed, as it was last answered. */
let known = [];
/** Whose actions are listed, null where what is found is. */
let acting = null;

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
  input.addEventListener("input", () => {
    acting = null;
    known = [];
    draw(0);
    clearTimeout(asking);
    asking = setTimeout(look, PAUSE);
  });
  input.addEventListener("keydown", keys);
  dialog.addEventListener("cancel", (event) => {
    if (!acting) return;
    event.preventDefault();
    back();
  });
  list.addEventListener("click", ({ target }) => {
    const at = target.closest("[role=option]")?.dataset.at;
    if (at !== undefined) run(Number(at));
  });
}

function open() {
  input.value = "";
  acting = null;
  known = [];
  dialog.showModal();
  draw(0);
}

/** Asks for fields and events, or after @ for leads, that what is typed fits. */
async function look() {
  const typed = input.value.trim();
  const leads = typed.startsWith("@");
  const q = leads ? typed.slice(1).trim() : typed;
  if (typed.startsWith(">") || q.length < 2) return;
  const mine = (wanted = Symbol("wanted"));
  const query = leads ? `leads?${new URLSearchParams({ q })}` : `values?${new URLSearchParams({ what: "facts", q })}`;
  const answer = await fetch(`${document.getElementById("editor").dataset.address}/${query}`).catch(() => null);
  const found = answer?.ok ? await answer.json() : [];
  if (mine !== wanted || acting || !dialog.open) return;
  known = found.slice(0, FEW).map(leads ? leadOption : factOption);
  const now = options[chosen];
  draw(0);
  const at = options.findIndex(({ id, name }) => now && id === now.id && name === now.name);
  if (at > 0) draw(at);
}

const leadOption = ({ value, label, note }) => ({
  name: label || value,
  note,
  run: () => tryLead(value, label || value),
  acts: [
    { name: "Open its page", note: "", run: () => location.assign(`/lead?${new URLSearchParams({ id: value })}`) },
  ],
});

const factOption = ({ value, note }) => ({
  name: value,
  note,
  run: () => findUses(value),
  acts: [{ name: `Add rule about ${value}`, note: "", run: () => ruleAbout(value) }],
});

/** Chooses the lead that the dry run shows. */
function tryLead(id, name) {
  toPanel("trial-who");
  const who = document.getElementById("trial-who");
  who.value = name;
  who.dataset.taken = id;
  who.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Shows in the outline which statements speak of a name. */
function findUses(name) {
  const search = document.querySelector("#outline input");
  if (!search) return;
  if (!search.checkVisibility()) document.querySelector("[data-outline]")?.click();
  search.value = name;
  search.dispatchEvent(new Event("input", { bubbles: true }));
  search.focus();
}

async function ruleAbout(name) {
  await openForm("rule");
  const about = document.querySelector("#new-rule [data-begin] input");
  if (!about) return;
  about.value = name;
  about.dataset.taken = name;
  about.dispatchEvent(new Event("change", { bubbles: true }));
}

/** What can be done now: all that the page has a button for. */
function actions() {
  const buttons = document.querySelectorAll("#add button[data-new], .tools button:enabled, .tools a, .views a, #trial-save");
  const found = [...buttons].map((button) => ({
    name: (button.querySelector(".unseen") ?? button).textContent.trim().replace(/^\+ (Add )?/, "Add: "),
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

function groups() {
  if (acting) return [[acting.name, acting.acts]];
  const typed = input.value.trim();
  if (typed.startsWith("@")) return [["Leads", known]];
  const commands = fitting(actions(), typed.replace(/^>/, ""));
  if (typed.startsWith(">")) return [["Do", commands]];
  const cards = fitting(entries(), typed).slice(0, MOST).map(cardOption);
  const matched = typed && cards.find(({ leads }) => Number(leads?.replace(/\D/g, "")));
  const doors = matched ? matched.acts.filter(({ door }) => door) : [];
  return [["Go to", cards], ["Used in the data", known], ["Leads", doors], ["Do", commands]];
}

function cardOption(one) {
  const on = (action) => async () => {
    await go(one.id);
    ofCard(action, document.getElementById(one.id).closest("[data-key]"));
  };
  const acts = one.sort === "section" ? [] : [
    { name: "Move up", note: "", run: on("up") },
    { name: "Move down", note: "", run: on("down") },
    { name: "Duplicate", note: "", run: on("duplicate") },
    { name: "Remove", note: "", run: on("remove") },
  ];
  if (one.sort === "rule") {
    acts.unshift({ name: "Switch off, or on", note: "", run: on("off") });
    const leads = () => location.assign(`leads?${new URLSearchParams({ key: `rule:${one.name}` })}`);
    if (one.leads) acts.unshift({ name: `Leads matching “${one.name}”`, note: "", leads: one.leads, door: true, run: leads });
  }
  return { ...one, note: noteOf(one), run: () => go(one.id), acts };
}

function draw(at) {
  const found = groups().map(([name, all]) => [name, all.slice(0, MOST)]);
  options = found.flatMap(([, some]) => some);
  chosen = Math.max(0, Math.min(at, options.length - 1));
  list.replaceChildren(...found.filter(([, some]) => some.length).map(group));
  const now = document.getElementById(`palette-${chosen}`);
  now?.scrollIntoView({ block: "nearest" });
  if (now) input.setAttribute("aria-activedescendant", now.id);
  else input.removeAttribute("aria-activedescendant");
}

function back() {
  acting = null;
  draw(0);
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
  const words = input.value.trim().replace(/^[>@]/, "").split(/\s+/).filter(Boolean);
  if (!words.length || acting) return [text];
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
  else if (event.key === "Tab" && !event.shiftKey) act();
  else if (event.key === "Tab" && acting) back();
  else return;
  event.preventDefault();
}

/** Lists what else can be done with what is chosen. */
function act() {
  if (acting || !options[chosen]?.acts?.length) return;
  acting = options[chosen];
  draw(0);
}

function run(at) {
  dialog.close();
  options[at]?.run();
}
