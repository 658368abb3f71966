// Who else is at the draft, and where: named in the bar, and marked at the card and in the outline.

import { go } from "./controls.js";
import { entries } from "./entries.js";

let here = [];

/** The card that this person is in, "" where they are in none. */
export const whereabouts = () => document.activeElement?.closest("#cards [data-key]")?.id || "";

/** Who is at each card, by its element. */
export const people = () => new Map(here.filter(({ at }) => at).map(({ at, who }) => [at, who]));

/** Shows who else is here. */
export function present(others) {
  const before = JSON.stringify(here);
  here = others;
  mark();
  if (JSON.stringify(here) === before) return;
  const bar = document.getElementById("here");
  bar.replaceChildren(...here.map(named));
  bar.hidden = !here.length;
  document.dispatchEvent(new CustomEvent("leadwright:present"));
}

function named({ who, at }) {
  const where = entries().find(({ id }) => id === at)?.name;
  const one = document.createElement(where ? "button" : "span");
  const words = document.createElement("span");
  words.className = "who";
  words.textContent = where ? `${who} in ${where}` : who;
  one.append(avatar(who, true), words);
  if (!where) return one;
  one.type = "button";
  one.title = `Go to ${where}`;
  one.addEventListener("click", () => go(at));
  return one;
}

/** Marks the cards that others are in; answers leave the marks alone. */
export function mark() {
  const at = people();
  for (const old of document.querySelectorAll("#cards .avatar")) {
    const card = old.closest("[data-key]");
    if (at.get(card.id) === old.dataset.who && old.parentElement.parentElement === card) at.delete(card.id);
    else old.remove();
  }
  for (const [id, who] of at) {
    document.getElementById(id)?.querySelector(":scope > .at-rest > .matches, :scope > .title > .matches")?.before(avatar(who));
  }
}

/** The first letters of a name in a ring; read out as the name, unless that stands beside it. */
export function avatar(who, beside = false) {
  const made = document.createElement("span");
  made.className = "avatar";
  made.dataset.own = "";
  made.dataset.who = who;
  made.title = `${who} is here`;
  const letters = document.createElement("span");
  letters.setAttribute("aria-hidden", "true");
  letters.textContent = who.split(/[\s._@-]+/).filter(Boolean).slice(0, 2).map((part) => [...part][0].toUpperCase()).join("");
  made.append(letters);
  if (beside) return made;
  const read = document.createElement("span");
  read.className = "unseen";
  read.textContent = `${who} is here`;
  made.append(read);
  return made;
}
