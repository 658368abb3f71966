// Adding: a condition begins with what it asks about, a statement with a short form.

import { keyOf } from "./controls.js";
import { send } from "./server.js";

export function adding() {
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (!button) return;
    const { ask: path, askFact, new: sort, into } = button.dataset;
    if (path !== undefined) ask(button, path);
    else if (askFact !== undefined) ask(button, askFact, "fact");
    else if (into !== undefined) openForm(sort, { beside: into, side: "into" });
    else if (sort !== undefined && button.closest("#add")) openForm(sort);
    else if ("close" in button.dataset) button.closest("dialog").close();
  });
  document.addEventListener("submit", submit);
}

/** A place to choose what a new condition or fact is about; Escape takes it away. */
export function ask(from, path, op = "condition") {
  const place = document.createElement("div");
  place.className = "asking";
  const input = document.createElement("input");
  const about = from.dataset.about || "";
  input.dataset.suggest = op === "fact" ? "facts" : path.includes("where") ? "properties" : "names";
  input.dataset.about = path.includes("where") ? about : /^(stage|disqualify)$/.test(sortOf(from)) ? "scores" : "";
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-label", "What is asked about");
  input.placeholder = "what is asked about …";
  input.autocomplete = "off";
  place.append(input);
  (from.closest(".asks") || from).after(place);
  // Taking it away moves the focus, and with it comes a change once more.
  let over = false;
  const leave = () => {
    over = true;
    place.remove();
  };
  input.addEventListener("change", async () => {
    if (over) return;
    const form = input.dataset.form || "";
    const name = form ? "" : input.value.trim();
    leave();
    if (name || form) await added(from, { op, path, new: name, form });
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    leave();
    from.focus();
  });
  input.focus();
  input.click();
}

const sortOf = (element) => element.closest("[data-sort]").dataset.sort;

async function added(from, wish) {
  const card = from.closest("[data-key]");
  const before = new Set([...card.querySelectorAll(".line, .item")].map((line) => line.id));
  const { id } = card;
  if ("group" in from.dataset) wish.group = "yes";
  if (wish.path.includes("where")) wish.kind = from.dataset.about || "";
  const answer = await send([{ ...wish, key: keyOf(from) }]);
  const now = document.getElementById(answer.ids?.[id] || id);
  const line = [...(now?.querySelectorAll(".line, .item") || [])].find((one) => !before.has(one.id));
  line?.querySelector("select, input:not(.adds)")?.focus();
}

let where = {};

/** The form of a new statement, which goes beside another or where its sort usually stands. */
export function openForm(sort, place = {}) {
  where = place;
  const dialog = document.getElementById(`new-${sort.replaceAll(" ", "-")}`);
  dialog.querySelector("form").reset();
  dialog.querySelector(".problem").hidden = true;
  dialog.showModal();
}

async function submit(event) {
  const form = event.target;
  if (!form.dataset.sort || !form.closest("dialog")) return;
  event.preventDefault();
  const edit = { op: "statement", sort: form.dataset.sort };
  for (const field of form.elements) {
    if (!field.name || !field.value) continue;
    edit[field.name] = field.dataset.form ? field.dataset.taken || "" : field.value;
    if (field.dataset.form) edit.form = field.dataset.form;
  }
  const answer = await send([{ ...edit, ...where }]);
  if (answer.refused) {
    const problem = form.querySelector(".problem");
    problem.textContent = answer.refused.message;
    problem.hidden = false;
    return;
  }
  form.closest("dialog").close();
  const card = document.getElementById(answer.made?.[0]);
  for (let up = card?.closest("details"); up; up = up.parentElement.closest("details")) up.open = true;
  card?.scrollIntoView({ block: "center" });
  card?.querySelector(".rows select, .chips input, h3 input, input, select")?.focus();
}
