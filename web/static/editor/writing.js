// What is written rather than chosen: a comment, a heading, a statement or a condition as text.

import { keyOf } from "./controls.js";
import { send } from "./server.js";

/** A place to write in after an element; what is written is handed on, Escape leaves it. */
function place(after, label, text, take) {
  const area = document.createElement("textarea");
  area.className = "writing";
  area.dataset.own = "";
  area.setAttribute("aria-label", label);
  area.placeholder = label;
  area.rows = text.split("\n").length;
  area.value = text;
  let over = false;
  const leave = () => {
    over = true;
    area.remove();
  };
  area.addEventListener("change", (event) => {
    event.stopPropagation();
    if (over) return;
    const written = area.value;
    leave();
    take(written);
  });
  area.addEventListener("keydown", (event) => {
    if (event.key === "Escape") leave();
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey || area.rows === 1)) area.blur();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  after.after(area);
  area.focus();
}

/** A comment of a card, or a heading above it. */
export function comment(card, action) {
  const label = action === "head" ? "heading" : "comment";
  place(card.querySelector(".title, summary"), label, "", (written) => {
    if (!written.trim()) return;
    const key = keyOf(card);
    send([action === "head" ? { op: "head", key, new: written } : { op: "add", key, path: "comments", new: written }]);
  });
}

/** The words of a comment, changed where they stand; without words it goes. */
export function reword(note) {
  const key = keyOf(note);
  const { path, old } = note.dataset;
  place(note, "comment", old, (written) => {
    if (written.trim() === old) return;
    send([written.trim() ? { op: "set", key, path, old, new: written } : { op: "set", key, path, old }]);
  });
}

/** A card or a row as text, in rules' own words. */
export async function textOf(element) {
  const key = keyOf(element);
  if (element.matches(".line")) {
    const { path, value } = element.dataset;
    place(element.querySelector(".sentence"), "condition in rules' own words", value, (written) => {
      if (written.trim() && written !== value) send([{ op: "set", key, path, old: value, new: written.trim() }]);
    });
    return;
  }
  const { address } = document.getElementById("editor").dataset;
  const response = await fetch(`${address}/statement?${new URLSearchParams({ key })}`).catch(() => null);
  const text = response?.ok ? (await response.json()).text : null;
  if (text === null) return;
  place(element.querySelector(".title, summary"), "statement in rules' own words", text, (written) => {
    if (written !== text) send([{ op: "set_text", key, old: text, new: written }]);
  });
}
