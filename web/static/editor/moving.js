// Moving cards: dragged by their handle, or with Alt and an arrow key anywhere in them.

import { keyOf } from "./controls.js";
import { send } from "./server.js";

let dragged, marker, target;

export function moving() {
  document.addEventListener("keydown", (event) => {
    if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    const card = event.target.closest("#cards [data-key]");
    if (!card || event.target.getAttribute("aria-expanded") === "true") return;
    event.preventDefault();
    send([{ op: "move_statement", key: keyOf(card), side: event.key === "ArrowUp" ? "up" : "down" }]);
  });
  document.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest("[data-handle]");
    if (!handle || event.button) return;
    dragged = handle.closest("[data-key]");
    handle.setPointerCapture(event.pointerId);
    handle.addEventListener("pointermove", drag);
    handle.addEventListener("pointerup", drop, { once: true });
    handle.addEventListener("pointercancel", () => stop(handle), { once: true });
  });
}

function drag(event) {
  event.preventDefault();
  dragged.classList.add("dragged");
  const over = document.elementFromPoint(event.clientX, event.clientY)?.closest("#cards [data-key]");
  if (event.clientY < 60) scrollBy(0, -12);
  else if (event.clientY > innerHeight - 60) scrollBy(0, 12);
  if (!over || over === dragged || dragged.contains(over)) return;
  const { top, height } = over.getBoundingClientRect();
  const into = over.dataset.sort === "group" && dragged.dataset.sort === "rule" && event.clientY > top + height * 0.25 && event.clientY < top + height * 0.9;
  target = { beside: keyOf(over), side: into ? "into" : event.clientY < top + height / 2 ? "before" : "after" };
  marker?.classList.remove("drop-before", "drop-after", "drop-into");
  marker = over;
  marker.classList.add(`drop-${target.side}`);
}

function drop(event) {
  const to = target;
  const key = keyOf(dragged);
  stop(event.currentTarget);
  if (to) send([{ op: "move_statement", key, ...to }]);
}

function stop(handle) {
  handle.removeEventListener("pointermove", drag);
  dragged?.classList.remove("dragged");
  marker?.classList.remove("drop-before", "drop-after", "drop-into");
  dragged = marker = target = null;
}
