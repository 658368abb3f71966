// Puts an answer into the page: only what differs is touched, so that focus, selection and what somebody is
// typing stay where they are.

import { askedBack } from "./adding.js";
import { take } from "./entries.js";
import { opened, opens } from "./folding.js";
import { say } from "./notices.js";
import { keep, rescue } from "./rescue.js";
import { post } from "./server.js";
import { arrange, bring, end, keepingFocus } from "./window.js";

/** `sent` is the request that is answered. */
export function show(answer, sent = {}) {
  for (const [old, id] of Object.entries(answer.ids || {})) rename(old, id);
  for (const id of answer.made || []) opens(id);
  insert(answer.cards);
  if (answer.outline) {
    take(answer.outline);
    arrange();
  }
  if (sent.only === "cards") return;
  if (answer.state) morph(document.getElementById("state"), parsed(answer.state));
  if (answer.panel) morph(document.getElementById("panel"), parsed(`<aside id="panel" aria-label="Dry run">${answer.panel}</aside>`));
  if (answer.title) document.querySelector("h1 a").textContent = answer.title;
  // Said with whichever answer brings it, and first: what the page's own change did takes its place.
  if (answer.others) say("others", `${answer.others} changed the rules; this page shows it.`);
  if (answer.notice) say("notice", answer.notice, { act: { label: "Undo", run: () => post("/undo") } });
  if (answer.back) tellBack(answer.back);
  if (answer.ask) askedBack(answer.ask);
  if (answer.published) tellVersion(answer.published);
  if (answer.refused) explain(answer.refused);
  if (sent.lints) {
    document.dispatchEvent(new CustomEvent("leadwright:looked", { detail: answer }));
    return;
  }
  document.dispatchEvent(new CustomEvent("leadwright:settled", { detail: answer }));
  performance.mark("leadwright:settled");
}

/** Puts cards in that are new or differ. */
export function insert(made = {}) {
  const cards = document.getElementById("cards");
  for (const [id, html] of Object.entries(made)) {
    const now = document.getElementById(id);
    if (now && now.parentElement === cards) morph(now, parsed(html));
    else cards.insertBefore(parsed(html), end());
  }
  document.dispatchEvent(new CustomEvent("leadwright:inserted"));
}

function parsed(html) {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  return template.content.firstElementChild;
}

/** A statement goes by another key now: its elements get the ids that they have in the answer. */
function rename(old, id) {
  const card = document.getElementById(old);
  if (!card) return;
  if (opened().includes(old)) opens(id, old);
  for (const element of [card, ...card.querySelectorAll(`[id^="${old}"]`)]) {
    element.id = id + element.id.slice(old.length);
  }
}

/** Makes an element equal to another, keeping every element that has a twin in it. */
export function morph(now, made) {
  if (now.nodeName !== made.nodeName) {
    rescue(now);
    now.replaceWith(made);
    return;
  }
  if (made.dataset.causes !== undefined && now.childElementCount) {
    // What was said before stays until it is known again.
    now.dataset.causes = "";
    return;
  }
  attributes(now, made);
  children(now, made);
  live(now, made);
}

function attributes(now, made) {
  for (const { name } of [...now.attributes]) if (!made.hasAttribute(name) && !isKept(now, name)) now.removeAttribute(name);
  for (const { name, value } of made.attributes) {
    if (now.getAttribute(name) !== value && !(isTyped(now) && name === "data-old")) now.setAttribute(name, value);
  }
}

/** What people opened stays open; what somebody is typing is still being typed, in place of what they saw. */
const isKept = (element, name) =>
  (element.nodeName === "DETAILS" && name === "open") ||
  (isTyped(element) && ["data-typed", "data-old", "data-theirs"].includes(name));

const isTyped = (element) => element.dataset.typed !== undefined;

/** What attributes do not say: the value of a control, unless somebody is typing in it. */
function live(now, made) {
  if (isTyped(now)) {
    if (made.dataset.old !== undefined && made.dataset.old !== now.dataset.old) overtaken(now, made.dataset.old);
    return;
  }
  if (now.nodeName === "INPUT" || now.nodeName === "TEXTAREA") {
    if (now.value !== made.value) now.value = made.value;
  } else if (now.nodeName === "SELECT") {
    const chosen = [...made.options].findIndex((option) => option.defaultSelected);
    now.selectedIndex = Math.max(chosen, 0);
  }
}

function children(now, made) {
  const named = new Map([...now.children].filter((child) => child.id).map((child) => [child.id, child]));
  const stay = new Set([...made.children].filter((child) => child.id).map((child) => child.id));
  let at = now.firstChild;
  for (const wanted of [...made.childNodes]) {
    while (at && (isOwn(at) || (at.id && !stay.has(at.id)))) at = isOwn(at) ? at.nextSibling : removed(at);
    const twin = wanted.id ? named.get(wanted.id) : at && !at.id && at.nodeName === wanted.nodeName ? at : null;
    if (!twin) now.insertBefore(wanted, at);
    else {
      if (twin === at) at = at.nextSibling;
      else keepingFocus(() => now.insertBefore(twin, at));
      if (twin.nodeType === Node.ELEMENT_NODE) morph(twin, wanted);
      else if (twin.data !== wanted.data) twin.data = wanted.data;
    }
  }
  while (at) at = isOwn(at) ? at.nextSibling : removed(at);
}

/** What this page put there and no answer knows of. */
const isOwn = (node) => node.dataset?.own !== undefined;

function removed(node) {
  const next = node.nextSibling;
  rescue(node);
  node.remove();
  return next;
}

/** Says what could not be done beside the control that asked for it, and keeps what was typed. */
function explain({ id, path, message, who, found, wanted }) {
  if (!message) return;
  const element = document.getElementById(`${id}-${path}`);
  const holder = element?.closest(".line, .item, .card");
  if (!holder) {
    if (wanted) keep(wanted, "", message);
    else say("refused", message, { bad: true });
    return;
  }
  for (const old of holder.querySelectorAll(":scope > .problem.now")) old.remove();
  const problem = document.createElement("p");
  problem.className = "problem error now";
  problem.setAttribute("role", "alert");
  problem.id = `${element.id}-problem`;
  problem.textContent = message;
  holder.append(problem);
  element.setAttribute("aria-invalid", "true");
  element.setAttribute("aria-describedby", problem.id);
  const typed = "value" in element && typeof wanted === "string";
  if (typed && !who) element.value = wanted;
  // Whoever insists replaces what stands there now.
  if (typed && who && typeof found === "string") element.dataset.old = found;
  if (typed && who) problem.append(" ", allTheSame(element, problem, wanted));
}

/** Somebody was there first: what one wanted is one press away. */
function allTheSame(element, problem, wanted) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "link";
  button.textContent = `Change it to ${wanted} all the same`;
  button.addEventListener("click", () => {
    problem.remove();
    element.value = wanted;
    element.dispatchEvent(new Event("change", { bubbles: true }));
  });
  return button;
}

/** Somebody changed what is being typed over: told at the word, and nothing of it is overwritten unseen. */
function overtaken(element, theirs) {
  element.dataset.theirs = theirs;
  const holder = element.closest(".line, .item, .card");
  if (!holder || holder.querySelector(`:scope > [data-overtaken="${element.id}"]`)) return;
  const said = document.createElement("p");
  said.className = "problem warning";
  said.dataset.own = "";
  said.dataset.overtaken = element.id;
  said.setAttribute("role", "alert");
  said.textContent = `This was changed to ${theirs || "nothing"} meanwhile. What you type is kept.`;
  holder.append(said);
  element.addEventListener("blur", () => said.remove(), { once: true });
}

/** Undo and redo say what they did, and go there. */
function tellBack({ said, id }) {
  const go = () => document.getElementById(id)?.scrollIntoView({ block: "nearest" });
  say("notice", said, id ? { act: { label: "Show", run: () => bring(id).then(() => (go(), focusIn(id))) } } : {});
  go();
}

const focusIn = (id) => document.getElementById(id)?.querySelector("input, select, textarea, button")?.focus();

function tellVersion({ version, who, conflicts }) {
  const by = who ? ` by ${who}` : "";
  say("version", `Version ${version} was published${by} meanwhile; this draft goes on from it.`, { stay: conflicts.length > 0 });
  for (const found of conflicts) say("version-conflict", found, { bad: true });
}
