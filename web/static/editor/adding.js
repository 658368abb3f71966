// Adding: a condition begins with what it asks about, a statement with a short form.

import { keyOf } from "./controls.js";
import { quiet, say } from "./notices.js";
import { lookedAt, write } from "./pending.js";
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

/** Blanks for a new condition or fact; once all are filled in, it is put into the rules. */
export function ask(from, path, op = "condition", kind = "") {
  const event = path.includes("where") ? from.dataset.about || "" : null;
  const scores = /^(stage|disqualify)$/.test(sortOf(from)) ? "scores" : "";
  const place = document.createElement("div");
  place.setAttribute("role", "group");
  place.setAttribute("aria-label", `New ${op}`);
  (from.closest(".asks") || from).after(place);
  const leave = () => {
    place.remove();
    from.focus();
  };
  let sent = false;
  write(place, { shape: op, event, kind: kind || scores, slots: {} }, {
    leave,
    finish: async (text) => {
      // Where the focus leaves a blank, it may say a second time that it was filled in.
      if (text === null || sent) return;
      sent = true;
      const edit = { op: "add", path, new: text, ...("group" in from.dataset ? { kind: "group" } : {}) };
      sent = await added(from, edit);
      if (sent) place.remove();
    },
  });
}

/** What is missing of a choice is asked for in the place that it concerns; until then all stays as it was. */
export function askedBack({ id, edit, before, after, message, begun, html }) {
  const about = document.getElementById(id);
  const line = about?.closest(".line, .item, .card");
  const sentence = about?.closest(".sentence") || line?.querySelector(".sentence");
  if (!sentence) return;
  for (const old of line.querySelectorAll(":scope > .pending")) old.remove();
  const place = document.createElement("div");
  place.setAttribute("role", "group");
  place.setAttribute("aria-label", "What is missing");
  sentence.after(place);
  const leave = () => {
    place.remove();
    line.querySelector("select, input")?.focus();
  };
  const meanwhile = "Until it is complete, the condition above counts. Esc keeps it.";
  write(place, begun, {
    html,
    leave,
    message: [message, meanwhile].filter(Boolean).join(" "),
    finish: (text) => {
      if (text === null) return;
      place.remove();
      void send([{ ...edit, new: before + text + after }]);
    },
  });
}

const sortOf = (element) => element.closest("[data-sort]").dataset.sort;

async function added(from, edit) {
  const card = from.closest("[data-key]");
  const before = new Set([...card.querySelectorAll(".line, .item")].map((line) => line.id));
  const { id } = card;
  const answer = await send([{ ...edit, key: keyOf(from) }]);
  const now = document.getElementById(answer.ids?.[id] || id);
  const line = [...(now?.querySelectorAll(".line, .item") || [])].find((one) => !before.has(one.id));
  line?.querySelector("select, input:not(.adds)")?.focus();
  return !answer.refused;
}

let where = {};

/**
 * The form of a new statement, which goes beside another or where its sort usually stands.
 *
 * It opens once all its blanks are there: one that came later would miss what is typed at once.
 */
export async function openForm(sort, place = {}) {
  where = place;
  const dialog = await formOf(sort);
  if (!dialog) return;
  const begun = [...dialog.querySelectorAll("[data-begin]")];
  for (const place of begun) {
    const [shape, kind = ""] = place.dataset.begin.split(" ");
    write(place, { shape, kind, slots: {} }, { focus: false, finish: (text) => (place.dataset.text = text ?? "") });
  }
  await Promise.all(begun.map(lookedAt));
  if (begun.every((place) => place.querySelector("[data-slot]"))) dialog.showModal();
}

/** The form as the draft has it now, made anew. */
async function formOf(sort) {
  const forms = document.getElementById("forms");
  const answer = await fetch(`${document.getElementById("editor").dataset.address}/forms`).catch(() => null);
  if (!answer?.ok) {
    say("refused", "The connection is lost. Try again.", { bad: true });
    return null;
  }
  const html = await answer.text();
  // One that was opened meanwhile, and is being filled in, stays.
  if (forms.querySelector("[open]")) return null;
  quiet("refused");
  forms.innerHTML = html;
  return document.getElementById(`new-${sort.replaceAll(" ", "-")}`);
}

async function submit(event) {
  const form = event.target;
  if (!form.dataset.sort || !form.closest("dialog")) return;
  event.preventDefault();
  const edit = { op: "statement", sort: form.dataset.sort };
  for (const field of form.elements) {
    if (field.name && field.value) edit[field.name] = field.value;
  }
  for (const begun of form.querySelectorAll("[data-begin]")) {
    await lookedAt(begun);
    edit[begun.dataset.name] = begun.dataset.text || "";
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
