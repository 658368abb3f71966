// Puts an answer into the page: only what differs is touched, so that focus, selection and what somebody is
// typing stay where they are.

import { say } from "./notices.js";

/** `sent` is the request that is answered. */
export function show(answer, sent = {}) {
  const cards = document.getElementById("cards");
  const ids = answer.ids || {};
  for (const [old, id] of Object.entries(ids)) rename(old, id);
  for (const [id, html] of Object.entries(answer.cards || {})) {
    const made = parsed(html);
    const now = document.getElementById(id);
    if (now && now.parentElement === cards) morph(now, made);
    else cards.insertBefore(made, end());
  }
  if (answer.order) arrange(cards, answer.order);
  if (answer.state) morph(document.getElementById("state"), parsed(answer.state));
  if (answer.panel) morph(document.getElementById("panel"), parsed(`<aside id="panel" aria-label="Dry run">${answer.panel}</aside>`));
  if (answer.title) document.querySelector("h1").textContent = answer.title;
  if (answer.notice) say("notice", answer.notice);
  if (answer.published) tellVersion(answer.published);
  if (answer.refused) explain(answer.refused);
  if (sent.lints) {
    document.dispatchEvent(new CustomEvent("leadwright:looked", { detail: answer }));
    return;
  }
  document.dispatchEvent(new CustomEvent("leadwright:settled", { detail: answer }));
  performance.mark("leadwright:settled");
}

/** What stands after all cards: the place to add others. */
const end = () => document.querySelector("#cards > .empty, #cards > #add");

function parsed(html) {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  return template.content.firstElementChild;
}

/** A statement goes by another key now: its elements get the ids that they have in the answer. */
function rename(old, id) {
  const card = document.getElementById(old);
  if (!card) return;
  for (const element of [card, ...card.querySelectorAll(`[id^="${old}"]`)]) {
    element.id = id + element.id.slice(old.length);
  }
}

function arrange(cards, order) {
  const wanted = new Set(order);
  for (const child of [...cards.querySelectorAll(":scope > [data-digest]")]) if (!wanted.has(child.id)) child.remove();
  let at = cards.querySelector(":scope > [data-digest]") || end();
  for (const id of order) {
    if (at?.id === id) at = at.nextElementSibling;
    else {
      const card = document.getElementById(id);
      if (card) keepingFocus(() => cards.insertBefore(card, at));
    }
  }
}

function keepingFocus(move) {
  const focused = document.activeElement;
  move();
  if (focused && focused !== document.activeElement && focused.isConnected) focused.focus({ preventScroll: true });
}

/** Makes an element equal to another, keeping every element that has a twin in it. */
function morph(now, made) {
  if (now.nodeName !== made.nodeName) {
    now.replaceWith(made);
    return;
  }
  attributes(now, made);
  children(now, made);
  live(now, made);
}

function attributes(now, made) {
  for (const { name } of [...now.attributes]) if (!made.hasAttribute(name) && !isKept(now, name)) now.removeAttribute(name);
  for (const { name, value } of made.attributes) if (now.getAttribute(name) !== value) now.setAttribute(name, value);
}

/** What people opened stays open, and what somebody is typing is still being typed. */
const isKept = (element, name) =>
  (element.nodeName === "DETAILS" && name === "open") || (element === document.activeElement && name === "data-typed");

/** What attributes do not say: the value of a control, unless somebody is typing in it. */
function live(now, made) {
  if (now === document.activeElement && now.dataset.typed !== undefined) return;
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
    while (at && at.id && !stay.has(at.id)) at = removed(at);
    const twin = wanted.id ? named.get(wanted.id) : at && !at.id && at.nodeName === wanted.nodeName ? at : null;
    if (!twin) now.insertBefore(wanted, at);
    else {
      if (twin === at) at = at.nextSibling;
      else keepingFocus(() => now.insertBefore(twin, at));
      if (twin.nodeType === Node.ELEMENT_NODE) morph(twin, wanted);
      else if (twin.data !== wanted.data) twin.data = wanted.data;
    }
  }
  while (at) at = removed(at);
}

function removed(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}

/** Says what could not be done beside the control that asked for it, and keeps what was typed. */
function explain({ id, path, message, who, wanted }) {
  if (!message) return;
  const element = document.getElementById(`${id}-${path}`);
  const holder = element?.closest(".line, .item, .card");
  if (!holder) {
    say("refused", message, { bad: true });
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

function tellVersion({ version, who, conflicts }) {
  const by = who ? ` by ${who}` : "";
  say("version", `Version ${version} was published${by} meanwhile; this draft goes on from it.`, { stay: conflicts.length > 0 });
  for (const found of conflicts) say("version-conflict", found, { bad: true });
}
