// Controls -> edits. Each control says in its data what an edit of it is.

import { show } from "./folding.js";
import { entries } from "./entries.js";
import { post, send } from "./server.js";
import { linesOf, newTo } from "./several.js";
import { bring, stayAt } from "./window.js";
import { reword } from "./writing.js";

const WISHES = new Set(["name", "compare", "window"]);
const asking = new WeakSet();

/** The edit that an element stands for. */
export function editOf(element, value) {
  const { op = "set", path, old, kind, about } = element.dataset;
  const edit = { op, key: keyOf(element) };
  if (path) edit.path = path;
  if (old !== undefined) edit.old = old;
  if (kind) edit.kind = kind;
  if (["name", "compare"].includes(op) && path?.includes(".where.")) edit.kind = about;
  if (value !== undefined) edit.new = value;
  if (op === "name" && element.dataset.form) Object.assign(edit, { form: element.dataset.form, new: "" });
  return edit;
}

export const keyOf = (element) => element.closest("[data-key]")?.dataset.key || "";

export function control({ target }) {
  if (!target.matches("#cards [data-path], #cards [data-op]") || target.dataset.busy) return;
  delete target.dataset.typed;
  delete target.dataset.theirs;
  const value = target.value;
  if (target.dataset.op === "add" && !value.trim()) return;
  if (target.matches(".adds") && !newTo(target, [value]).length) {
    target.value = "";
    return;
  }
  if (target.dataset.op === "set_text") {
    if (value !== target.dataset.old) send([{ ...editOf(target, value), path: undefined }]);
    return;
  }
  const edit = editOf(target, value);
  delete target.dataset.form;
  if (WISHES.has(edit.op)) {
    // Where an answer asks back, the focus moves, and with it would come the same change once more.
    if (asking.has(target)) return;
    asking.add(target);
  }
  if (value === "" && "optional" in target.dataset && edit.op !== "window" && edit.op !== "compare") {
    if (edit.old === undefined) return;
    delete edit.new;
  }
  if (edit.new === edit.old) {
    asking.delete(target);
    return;
  }
  send([edit]).then((answer) => {
    asking.delete(target);
    if (edit.op === "add" && !answer.refused) target.value = "";
    // Until what was asked back is answered, all is as it was.
    if (answer.ask) target.value = value === target.value ? before(target) : target.value;
  });
}

/** Several lines pasted where a value is added are several values. */
export function pasted(event) {
  const { target, clipboardData } = event;
  if (!(target instanceof HTMLInputElement && target.matches("#cards .adds")) || !clipboardData) return;
  const lines = linesOf(clipboardData.getData("text"));
  if (lines.length < 2) return;
  event.preventDefault();
  const fresh = newTo(target, lines);
  if (fresh.length) send(fresh.map((value) => editOf(target, value)));
}

function before(target) {
  if (target.nodeName !== "SELECT") return target.dataset.old ?? "";
  return [...target.options].find((option) => option.defaultSelected)?.value ?? "";
}

/** Whoever leaves a box as it was sees what came meanwhile. */
export function left({ target }) {
  const { typed, old, theirs } = target.dataset || {};
  if (typed === undefined || target.value !== (old ?? "")) return;
  delete target.dataset.typed;
  if (theirs === undefined) return;
  target.value = target.dataset.old = theirs;
  delete target.dataset.theirs;
}

export function press(event) {
  const { target } = event;
  const link = target.closest("[data-go]");
  if (link) {
    event.preventDefault();
    target.closest("details").open = false;
    void go(link.dataset.go);
  }
  const button = target.closest("button");
  if (!button) return;
  if ("note" in button.dataset) reword(button.closest(".remark"));
  else if (button.closest("#cards") && button.dataset.op) {
    const { new: value } = button.dataset;
    const edit = editOf(button, value);
    if (edit.op === "switch" || edit.op === "negate") delete edit.path;
    if (edit.op === "negate") edit.path = button.dataset.path;
    send([edit]);
  } else if (button.dataset.do === "undo" || button.dataset.do === "redo" || button.dataset.do === "discard") {
    post(`/${button.dataset.do}`);
  } else if (button.dataset.do === "problem") toProblem();
}

let last = "";

/** Goes to the next statement that has an error, around the page. */
function toProblem() {
  const wrong = entries().filter((one) => one.wrong);
  const next = wrong[(wrong.findIndex(({ id }) => id === last) + 1) % wrong.length];
  if (!next) return;
  last = next.id;
  void go(next.id);
}

/** Goes to a card, wherever it is folded away, and opens it. */
export async function go(id) {
  let card = await bring(id);
  for (let up = card?.closest("details"); up; up = up.parentElement.closest("details")) up.open = true;
  if (card?.matches(".closed")) await show(id);
  card = document.getElementById(id);
  stayAt(id);
  card?.querySelector("input, select, textarea")?.focus({ preventScroll: true });
}

/** Undo and redo by keyboard, but where somebody types: there they are those of the browser. */
export function keys(event) {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.target.closest("#text, textarea, dialog")) return;
  if (event.target.dataset.typed !== undefined) return;
  const key = event.key.toLowerCase();
  const step = key === "z" ? (event.shiftKey ? "redo" : "undo") : key === "y" ? "redo" : null;
  if (!step) return;
  event.preventDefault();
  post(`/${step}`);
}
