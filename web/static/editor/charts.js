// Charts by keyboard and pointer: arrows go from mark to mark, and a threshold is moved by its flag; letting go is
// one edit.

import { send } from "./server.js";

const REST = 600;
const STEPS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 };
let resting;

export function charts(panel) {
  panel.addEventListener("keydown", (event) => {
    const flag = event.target.closest("[data-flag]");
    if (flag) step(flag, event);
    else if (event.target.closest("[data-marks] a")) walk(event);
  });
  panel.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-step]");
    const flag = button && document.getElementById(button.dataset.flagOf);
    if (!flag) return;
    put(flag, scoreOf(flag) + Number(button.dataset.step));
    clearTimeout(resting);
    resting = setTimeout(() => letGo(flag), REST);
  });
  panel.addEventListener("focusout", ({ target }) => target.matches?.("[data-flag]") && letGo(target));
  panel.addEventListener("pointerdown", (event) => {
    const flag = event.target.closest("[data-flag]");
    if (!flag || event.button) return;
    event.preventDefault();
    flag.focus({ preventScroll: true });
    flag.setPointerCapture(event.pointerId);
    const drag = ({ clientX }) => put(flag, scoreAt(flag, clientX));
    const end = () => {
      flag.removeEventListener("pointermove", drag);
      letGo(flag);
    };
    flag.addEventListener("pointermove", drag);
    flag.addEventListener("pointerup", end, { once: true });
    flag.addEventListener("pointercancel", end, { once: true });
  });
}

/** From mark to mark in their order, and in a table up and down too; one of them is the stop of Tab. */
function walk(event) {
  const holder = event.target.closest("[data-marks]");
  const marks = [...holder.querySelectorAll("a")];
  const at = marks.indexOf(event.target.closest("a"));
  const cell = event.target.closest("td");
  const across = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const down = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  let next;
  if (across) next = marks[at + across];
  else if (down && cell) next = below(cell, down);
  else if (down) next = marks[at + down];
  else if (event.key === "Home") [next] = marks;
  else if (event.key === "End") next = marks.at(-1);
  else return;
  event.preventDefault();
  if (!next) return;
  for (const mark of marks) mark.setAttribute("tabindex", mark === next ? "0" : "-1");
  next.focus();
}

function below(cell, by) {
  for (let row = cell.parentElement; row; ) {
    row = by > 0 ? row.nextElementSibling : row.previousElementSibling;
    const found = row?.children[cell.cellIndex]?.querySelector("a");
    if (found) return found;
  }
  return null;
}

const number = (element, name) => Number(element.getAttribute(name));
const scoreOf = (flag) => number(flag, "aria-valuenow");

function step(flag, event) {
  const by = (STEPS[event.key] ?? 0) * (event.shiftKey && event.key.startsWith("Arrow") ? 5 : 1);
  if (by) put(flag, scoreOf(flag) + by);
  else if (event.key === "Home") put(flag, number(flag, "aria-valuemin"));
  else if (event.key === "End") put(flag, number(flag, "aria-valuemax"));
  else if (event.key === "Escape") put(flag, Number(flag.dataset.old));
  else if (event.key === "Enter") letGo(flag);
  else return;
  event.preventDefault();
  event.stopPropagation();
  if (event.key === "Enter") return;
  clearTimeout(resting);
  resting = setTimeout(() => letGo(flag), REST);
}

function scoreAt(flag, x) {
  const svg = flag.ownerSVGElement;
  const { left, width } = svg.getBoundingClientRect();
  const { low, high } = svg.dataset;
  return Math.round(Number(low) + ((x - left) / width) * (high - low));
}

/** Shows where the flag is now, and how many leads have that score or more. */
function put(flag, wanted) {
  const svg = flag.ownerSVGElement;
  const low = Number(svg.dataset.low);
  const high = Number(svg.dataset.high);
  const score = Math.min(Math.max(wanted, low), high);
  const { stage, old, width } = flag.dataset;
  const x = (300 * (score - low)) / (high - low || 1);
  const left = Math.min(Math.max(x - width / 2, 0), 300 - width);
  const [line, box, text] = ["line", "rect", "text"].map((name) => flag.querySelector(name));
  line.setAttribute("x1", x);
  line.setAttribute("x2", x);
  box.setAttribute("x", left);
  text.setAttribute("x", left + width / 2);
  text.textContent = `${stage} ${score}`;
  flag.setAttribute("aria-valuenow", score);
  const stepped = document.querySelector(`[data-flag-of="${flag.id}"]`);
  if (stepped) stepped.parentElement.querySelector("[data-score]").textContent = score;
  const totals = JSON.parse(svg.dataset.totals);
  const most = (from) => totals.reduce((sum, [one, leads]) => (one >= from ? sum + leads : sum), 0);
  const change = most(score) - most(Number(old));
  const said = change ? `${Math.abs(change)} ${change > 0 ? "more" : "fewer"} by score` : "as before";
  flag.setAttribute("aria-valuetext", totals.length ? `${score}, ${said}` : `${score}`);
  const words = document.getElementById("trial-flagged");
  if (words) words.textContent = `${stage} from ${score}${totals.length ? `: ${said}` : ""}`;
}

/** Puts the threshold into the draft, as one edit. */
function letGo(flag) {
  clearTimeout(resting);
  const { key, path, old } = flag.dataset;
  const now = String(scoreOf(flag));
  if (now === old || flag.dataset.sent === now) return;
  flag.dataset.sent = now;
  void send([{ op: "set", key, path, old, new: now }]).finally(() => delete flag.dataset.sent);
}
