// Moving statements in the outline: a line dragged by the pointer, or moved by keys.

import { keyOf } from "./controls.js";
import { send } from "./server.js";
import { bring } from "./window.js";

const FAR = 6;
let from, whole, start, target, marker;

/** Moves a statement: up or down, or before or after the one of another line, or into it. */
export async function moved(id, { to, side }) {
  const card = await bring(id);
  const beside = to ? await bring(to) : null;
  if (!card || (to && !beside)) return;
  const edit = { op: "move_statement", key: keyOf(card), side };
  await send([beside ? { ...edit, beside: keyOf(beside) } : edit]);
}

export function dragged(list) {
  list.addEventListener("pointerdown", (event) => {
    const line = event.target.closest("[data-to-card]:not([data-head])");
    if (!line || event.button || event.pointerType === "touch") return;
    from = line;
    whole = list;
    start = event.clientY;
    addEventListener("pointermove", drag);
    addEventListener("pointerup", drop, { once: true });
    addEventListener("pointercancel", stop, { once: true });
  });
  // What was dragged is not also gone to.
  list.addEventListener("click", (event) => {
    if (!list.dataset.dragged) return;
    delete list.dataset.dragged;
    event.stopPropagation();
  }, { capture: true });
}

function drag(event) {
  if (!from.classList.contains("dragged") && Math.abs(event.clientY - start) < FAR) return;
  event.preventDefault();
  from.classList.add("dragged");
  const over = document.elementFromPoint(event.clientX, event.clientY)?.closest("#outline [data-to-card]:not([data-head])");
  if (!over || over === from) return;
  const { top, height } = over.getBoundingClientRect();
  const into = over.matches(".group") && from.matches(".rule") && event.clientY > top + height / 2;
  target = { to: over.dataset.toCard, side: into ? "into" : event.clientY < top + height / 2 ? "before" : "after" };
  unmark();
  marker = over;
  marker.classList.add(`drop-${target.side}`);
}

function drop() {
  const to = target;
  const line = from;
  const far = line.classList.contains("dragged");
  stop();
  if (!far) return;
  // Of the list and not of the line, which may have been drawn again meanwhile.
  const list = whole;
  list.dataset.dragged = "yes";
  setTimeout(() => delete list.dataset.dragged);
  if (to) void moved(line.dataset.toCard, to);
}

function stop() {
  removeEventListener("pointermove", drag);
  removeEventListener("pointerup", drop);
  from?.classList.remove("dragged");
  unmark();
  from = target = null;
}

function unmark() {
  marker?.classList.remove("drop-before", "drop-after", "drop-into");
  marker = null;
}
