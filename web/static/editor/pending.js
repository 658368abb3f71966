// What is being written and not yet complete: it stands on the page alone, with a blank for each thing that is
// missing, and is sent once none is. Escape leaves it.

import { say } from "./notices.js";
import { morph } from "./swap.js";

const asking = new WeakMap();
let count = 0;

/** Waits until all that was filled in has been looked at. */
export const lookedAt = (host) => asking.get(host);

/**
 * Shows blanks in an element, which is `data-own` and so stays while answers come in.
 *
 * `begun` says what is being written, `finish` takes its text once it is complete, `leave` is what Escape does.
 */
export function write(host, begun, { finish, leave, html, message = "", focus = true }) {
  host.classList.add("pending");
  host.dataset.own = "";
  let now = begun;
  let first = true;
  let arrows = false;
  let newest = 0;
  const blanks = document.createElement("div");
  blanks.id = `blanks-${++count}`;
  host.replaceChildren(blanks);
  if (message) {
    const said = document.createElement("p");
    said.className = "hint";
    said.textContent = message;
    host.append(said);
  }

  function next(asked) {
    asking.set(host, shown(asked));
  }

  async function shown(asked) {
    const turn = ++newest;
    const found = await ask(asked);
    // An answer that comes late would take back what was chosen since.
    if (!found || turn !== newest) return;
    now = found.begun;
    draw(found.html);
    finish(found.text);
  }

  /** What is being typed meanwhile is left alone. */
  function draw(html) {
    const made = document.createElement("div");
    made.id = blanks.id;
    made.innerHTML = html;
    for (const one of made.querySelectorAll("[data-slot]")) one.id = `${blanks.id}-${one.dataset.slot}`;
    const { activeElement } = document;
    const inside = blanks.contains(activeElement);
    const typing = inside && activeElement.dataset.typed !== undefined;
    // Whoever has gone on to another control stays there.
    const elsewhere = !first && !inside && activeElement !== document.body && !activeElement?.matches("dialog");
    const at = inside ? activeElement.id : null;
    morph(blanks, made);
    if (typing || elsewhere) return;
    const same = at && document.getElementById(at);
    const empty = [...blanks.querySelectorAll("[data-slot]")].find((one) => !one.value && one.placeholder !== "anything");
    const wrong = blanks.querySelector("[aria-invalid]");
    // Whoever goes through choices by arrows has not chosen yet.
    if (arrows && same?.nodeName === "SELECT") return same.focus();
    const to = wrong || (same?.value === "" ? same : null) || empty || same;
    if (to && (focus || !first)) {
      to.focus();
      if (to === empty && to.dataset.suggest) to.click();
    }
    first = false;
  }

  blanks.addEventListener("change", (event) => {
    event.stopPropagation();
    const { dataset } = event.target;
    delete dataset.typed;
    if (dataset.form) next({ ...now, form: dataset.form, slots: {} });
    else next({ ...now, slots: filled(blanks) });
  });
  blanks.addEventListener("pointerdown", () => (arrows = false));
  blanks.addEventListener("keydown", (event) => {
    arrows = event.target.nodeName === "SELECT";
    if (event.key === "Escape" && !event.defaultPrevented && leave) {
      event.stopPropagation();
      leave();
    } else if (event.key === "Enter" && event.target.matches("input:not([aria-activedescendant])")) {
      event.preventDefault();
      event.target.blur();
    }
  });
  if (html !== undefined) draw(html);
  else next(begun);
}

function filled(blanks) {
  const slots = {};
  for (const one of blanks.querySelectorAll("[data-slot]")) slots[one.dataset.slot] = one.value;
  return slots;
}

async function ask(begun) {
  const { address } = document.getElementById("editor").dataset;
  const response = await fetch(`${address}/begin`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(begun),
  }).catch(() => null);
  const found = await response?.json().catch(() => null);
  if (!response?.ok) say("refused", found?.detail || "The connection is lost. Try again.", { bad: true });
  return response?.ok ? found : null;
}
