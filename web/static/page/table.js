// Picking rows: all of a page at once, several with Shift, and a bar that says how many are picked.

import { keep } from "./listed.js";

const form = document.querySelector("[data-bulk]");
if (form) {
  addEventListener("pageshow", () =>
    keep([...form.querySelectorAll("tbody th a")], Boolean(document.querySelector("a[rel=next], a[data-first]"))),
  );
  const boxes = [...form.querySelectorAll("input[name=id]")];
  const all = form.querySelector("[data-all]");
  const bar = form.querySelector("[data-bar]");
  let last = null;

  form.addEventListener("click", (event) => {
    const box = event.target;
    if (box === all) boxes.forEach((one) => (one.checked = all.checked));
    else if (boxes.includes(box)) {
      if (event.shiftKey && last) {
        const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
        boxes.slice(from, to + 1).forEach((one) => (one.checked = box.checked));
      }
      last = box;
    } else return;
    tell();
  });
  form.addEventListener("reset", () => setTimeout(tell));
  addEventListener("pageshow", tell);
  tell();

  function tell() {
    const picked = boxes.filter((one) => one.checked).length;
    all.checked = picked === boxes.length;
    all.indeterminate = picked > 0 && picked < boxes.length;
    bar.hidden = !picked;
    bar.querySelector("[data-picked]").textContent = `${picked} picked`;
  }

  // Rows by arrow keys, as far as the boxes or links have focus.
  form.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const row = event.target.closest("tbody tr");
    if (!step || !row || event.altKey || event.ctrlKey || event.metaKey) return;
    const other = step > 0 ? row.nextElementSibling : row.previousElementSibling;
    if (!other) return;
    event.preventDefault();
    other.querySelector(event.target.matches("a") ? "th a" : "input").focus();
  });
}

// From the search down into what it found.
document.getElementById("q")?.addEventListener("keydown", (event) => {
  const row = event.key === "ArrowDown" && document.querySelector(".leads tbody th a");
  if (!row) return;
  event.preventDefault();
  row.focus();
});

// Delete takes the filter away that has the focus; F adds one.
document.addEventListener("keydown", (event) => {
  const chip = event.target.closest?.(".chips a");
  if (chip && (event.key === "Delete" || event.key === "Backspace")) chip.click();
  const writes = event.target.closest?.("input:not([type=checkbox]), select, textarea");
  if (event.key !== "f" || writes || event.altKey || event.ctrlKey || event.metaKey) return;
  const adding = document.querySelector("[data-filter]");
  if (!adding) return;
  event.preventDefault();
  adding.parentElement.open = true;
  adding.parentElement.querySelector("select, input")?.focus();
});
