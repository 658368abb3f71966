// A card is one line until it is opened, in place; one is open at a time, unless Shift is held.

import { post } from "./server.js";
import { bring } from "./window.js";

const open = new Set();

/** The cards that are open, for what is sent. */
export const opened = () => [...open].filter((id) => document.getElementById(id));

/** A card that was just made, or goes by another name. */
export function opens(id, instead) {
  if (instead) open.delete(instead);
  if (id) open.add(id);
}

export function folding() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) void show(opener.dataset.opens, event.shiftKey);
    const closer = event.target.closest("[data-closes]");
    if (closer) void hide(closer.dataset.closes);
  });
  document.addEventListener("keydown", keys);
}

/** Opens a card, and goes to its first control. */
export async function show(id, beside = false) {
  if (!beside) open.clear();
  open.add(id);
  await post("/since");
  const card = document.getElementById(id);
  for (let up = card?.closest("details"); up; up = up.parentElement.closest("details")) up.open = true;
  card?.scrollIntoView({ block: "nearest" });
  const first = [".rows select, .rows input", ".chips input", ".sentence select, .sentence input"];
  first.map((one) => card?.querySelector(one)).find(Boolean)?.focus({ preventScroll: true });
}

async function hide(id) {
  open.delete(id);
  await post("/since");
  document.querySelector(`[data-opens="${id}"]`)?.focus({ preventScroll: true });
}

/** Escape closes a card; up and down go from line to line, left and right to what a line has besides. */
function keys(event) {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === "Escape") {
    const card = event.target.closest("#cards article:not(.closed)");
    if (card?.querySelector(":scope > .title > [data-closes]")) void hide(card.id);
  } else if (event.target.matches("[data-opens]") && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    void step(event.target, event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
    const row = event.target.closest(".at-rest");
    if (!row) return;
    const parts = [...row.querySelectorAll("button, a")].filter((one) => one.checkVisibility());
    const next = parts[parts.indexOf(event.target) + (event.key === "ArrowRight" ? 1 : -1)];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }
}

/** To the line before or after, which may have to be brought into the page first. */
async function step(from, by) {
  const near = () => {
    const lines = [...document.querySelectorAll("#cards [data-opens], #cards [data-gap]")];
    return lines[lines.indexOf(from) + by];
  };
  if (near()?.dataset.gap) await bring(by > 0 ? near().dataset.gap : near().closest(".gap").missing.at(-1));
  near()?.focus();
}
