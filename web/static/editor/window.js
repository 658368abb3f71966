// Cards outside the screen are not in the page: a gap as high as they are stands for them, until they come near.
// What somebody works on stays, wherever it is.

import { go } from "./controls.js";
import { elements, had, holder, take } from "./entries.js";
import { post, postNow } from "./server.js";
import { rescue } from "./rescue.js";
import { insert } from "./swap.js";

const MOST = 120;
const NEAR = 1200;
const AT_ONCE = 100;
const GUESS = 41;
const cards = document.getElementById("cards");
const heights = new Map();
let usual = GUESS;
let asked = null;
let looking = 0;
let everything = false;
let goal = null;

export function windowed() {
  const given = document.getElementById("outlined");
  take(JSON.parse(given.content.textContent));
  given.remove();
  if (elements().length > present().length) measure();
  arrange();
  addEventListener("scroll", soon, { passive: true });
  addEventListener("resize", soon);
  for (const name of ["wheel", "touchmove", "pointerdown", "keydown"]) {
    addEventListener(name, () => (goal = null), { passive: true, capture: true });
  }
  cards.addEventListener("click", ({ target }) => {
    const gap = target.closest("[data-gap]");
    if (gap) void bring(gap.dataset.gap).then(() => focusOn(gap.dataset.gap));
  });
  addEventListener("beforeprint", all);
  addEventListener("afterprint", () => {
    everything = false;
    arrange();
  });
  addEventListener("hashchange", linked);
  linked();
  soon();
}

/** Goes to the statement that the address names. */
function linked() {
  const id = location.hash.slice(1);
  if (holder(id) !== id || elements().includes(id)) void go(id);
}

/** The cards that the page has, with their digests. */
export function shown() {
  return Object.fromEntries(present().map((card) => [card.id, card.dataset.digest]));
}

export { had as portions };

/** What stands after all cards: the place to add others. */
export const end = () => cards.querySelector(":scope > .empty, :scope > #add");

const present = () => [...cards.querySelectorAll(":scope > [data-digest]")];

/** Puts the cards that are there into their order, and gaps where others belong. */
export function arrange() {
  const wanted = elements();
  const known = new Set(wanted);
  for (const card of present()) {
    if (known.has(card.id)) continue;
    rescue(card);
    card.remove();
  }
  if (!everything) leave();
  let at = cards.querySelector(":scope > [data-digest], :scope > .gap") || end();
  let missing = [];
  const place = (element) => {
    if (element === at) at = at.nextElementSibling;
    else keepingFocus(() => cards.insertBefore(element, at));
  };
  for (const id of [...wanted, null]) {
    const card = id && document.getElementById(id);
    if (id && !card) {
      missing.push(id);
      continue;
    }
    if (missing.length) place(gapOf(missing));
    missing = [];
    if (card) place(card);
  }
  for (const gap of cards.querySelectorAll(":scope > .gap")) {
    if (gap.dataset.now === undefined) gap.remove();
    else delete gap.dataset.now;
  }
  if (goal) toGoal();
  soon();
}

/** Goes to a card, and stays there while others come in around it, until one does something oneself. */
export function stayAt(id) {
  goal = id;
  toGoal();
}

const toGoal = () => document.getElementById(goal)?.scrollIntoView({ block: "center", behavior: "instant" });

function gapOf(missing) {
  const id = `gap-${missing[0]}`;
  let gap = document.getElementById(id);
  if (!gap) {
    gap = document.createElement("div");
    gap.id = id;
    gap.className = "gap";
    const button = document.createElement("button");
    button.type = "button";
    [button.dataset.gap] = missing;
    gap.append(button);
  }
  gap.dataset.now = "";
  gap.missing = missing;
  gap.style.setProperty("height", `${missing.reduce((sum, one) => sum + height(one), 0)}px`);
  gap.firstChild.textContent = `Show ${missing.length} more`;
  return gap;
}

const height = (id) => heights.get(id) ?? usual;

/** How high cards are with the space below them, for the gaps that stand for them. */
function measure() {
  let closed = 0;
  let sum = 0;
  const all = [...cards.querySelectorAll(":scope > [data-digest]")].map((card) => [card, card.offsetTop, card.nextElementSibling]);
  for (const [card, top, next] of all) {
    if (!next?.matches("[data-digest], .gap")) continue;
    const high = next.offsetTop - top;
    heights.set(card.id, high);
    if (!card.matches(".closed")) continue;
    closed += 1;
    sum += high;
  }
  if (closed) usual = sum / closed;
}

export function keepingFocus(move) {
  const focused = document.activeElement;
  move();
  if (focused && focused !== document.activeElement && focused.isConnected) focused.focus({ preventScroll: true });
}

/** Takes out cards that are far away, where there are many; never one that somebody opened or writes in. */
function leave() {
  const there = present();
  if (there.length <= MOST) return;
  measure();
  const far = there.filter((card) => {
    const { top, bottom } = card.getBoundingClientRect();
    return (bottom < -2 * NEAR || top > innerHeight + 2 * NEAR) && !isBusy(card);
  });
  for (const card of far.slice(0, there.length - MOST)) card.remove();
}

const BUSY = "details[open], [data-own], [data-typed], article:not(.closed) > .title > .closes";
const isBusy = (card) => card.matches("details[open]") || card.querySelector(BUSY) || card.contains(document.activeElement);

function soon() {
  if (!looking) looking = requestAnimationFrame(look);
}

/** Asks for the cards that come into sight. */
function look() {
  looking = 0;
  if (asked || cards.hidden) return;
  const near = [...cards.querySelectorAll(":scope > .gap")].flatMap(nearOf).slice(0, AT_ONCE);
  if (near.length) void ask(near);
  else goal = null;
}

function nearOf(gap) {
  const { top } = gap.getBoundingClientRect();
  let at = top;
  const found = [];
  for (const id of gap.missing) {
    const low = at;
    at += height(id);
    if (at >= -NEAR && low <= innerHeight + NEAR) found.push(id);
    else if (found.length) break;
  }
  return found;
}

async function ask(want) {
  asked = post("/since", { want, only: "cards" });
  await asked;
  asked = null;
  soon();
}

/** Sees to it that a statement is in the page, and gives its card. */
export async function bring(id) {
  const from = elements();
  const at = from.indexOf(holder(id));
  if (at >= 0 && !document.getElementById(from[at])) {
    await asked;
    const around = from.slice(Math.max(0, at - AT_ONCE / 4), at + AT_ONCE / 4);
    await post("/since", { want: around, only: "cards" });
  }
  return document.getElementById(id);
}

const focusOn = (id) => document.getElementById(id)?.querySelector("button, input, select, summary")?.focus();

/** On paper stands everything. */
function all() {
  everything = true;
  const answer = postNow("/since", { want: "all", only: "cards" });
  if (answer) insert(answer.cards);
  arrange();
}
