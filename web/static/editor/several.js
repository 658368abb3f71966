// Values added to a list: one that is there already is not added again, and each line that is pasted is one.

import { say } from "./notices.js";

/** Rules compare texts so: whatever their case, and the blanks around them. */
const folded = (value) => value.normalize("NFC").trim().toLowerCase();

/** Of some values those that a list does not have yet, each once; says which it has. */
export function newTo(input, values) {
  const chips = input.closest(".chips")?.querySelectorAll(".chip button") ?? [];
  const there = new Set([...chips].map((chip) => folded(chip.dataset.old)));
  const fresh = [];
  const known = [];
  for (const value of values) {
    (there.has(folded(value)) ? known : fresh).push(value);
    there.add(folded(value));
  }
  if (known.length) {
    const left = known.length > 1 ? `${known.length} values are there already, and left out` : "This is there already";
    say("double", `${left}: ${known.slice(0, 5).join(", ")}${known.length > 5 ? ", …" : ""}`);
  }
  return fresh;
}

/** The lines of what is pasted, as a column of a spreadsheet has them; commas stay within one. */
export const linesOf = (text) => text.split(/[\r\n\t]+/).map((line) => line.trim()).filter(Boolean);
