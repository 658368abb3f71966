// Controls -> edits. Each control says in its data what an edit of it is.

import { post, send } from "./server.js";

/** The edit that an element stands for. */
export function editOf(element, value) {
  const { op = "set", path, old, kind, about } = element.dataset;
  const edit = { op, key: keyOf(element) };
  if (path) edit.path = path;
  if (old !== undefined) edit.old = old;
  if (kind) edit.kind = kind;
  if (op === "name" && path?.includes(".where.")) edit.kind = about;
  if (value !== undefined) edit.new = value;
  return edit;
}

export const keyOf = (element) => element.closest("[data-key]")?.dataset.key || "";

export function control({ target }) {
  if (!target.matches("#cards [data-path], #cards [data-op]") || target.dataset.busy) return;
  delete target.dataset.typed;
  const value = target.value;
  if (target.dataset.op === "add" && !value.trim()) return;
  if (target.dataset.op === "set_text") {
    if (value !== target.dataset.old) send([{ ...editOf(target, value), path: undefined }]);
    return;
  }
  const edit = editOf(target, value);
  if (value === "" && "optional" in target.dataset && edit.op !== "window" && edit.op !== "compare") {
    if (edit.old === undefined) return;
    delete edit.new;
  }
  if (edit.new === edit.old) return;
  send([edit]).then((answer) => {
    if (edit.op === "add" && !answer.refused) target.value = "";
  });
}

export function press({ target }) {
  const button = target.closest("button");
  if (!button) return;
  if (button.closest("#cards") && button.dataset.op) {
    const { new: value } = button.dataset;
    const edit = editOf(button, value);
    if (edit.op === "switch" || edit.op === "negate") delete edit.path;
    if (edit.op === "negate") edit.path = button.dataset.path;
    send([edit]);
  } else if (button.dataset.do === "undo" || button.dataset.do === "redo" || button.dataset.do === "discard") {
    post(`/${button.dataset.do}`);
  }
}
