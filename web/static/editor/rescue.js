// What somebody typed is never lost: where its place is gone, it is shown, and can be copied or put elsewhere.

import { say } from "./notices.js";

const LONGEST = 200;

/** Keeps what is being typed in an element that is about to go. */
export function rescue(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return;
  const where = node.closest("[data-key]")?.getAttribute("aria-label") || "";
  const inside = [node, ...node.querySelectorAll("[data-typed], [data-own] textarea")];
  for (const one of inside) {
    const typed = one.matches("[data-typed], textarea") && "value" in one ? one.value.trim() : "";
    if (typed) keep(typed, one.closest("[data-key]")?.getAttribute("aria-label") || where);
  }
}

/** Shows a text that has no place any more. */
export function keep(text, where = "", why = "") {
  const shown = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  const said = why || `${where || "The place"} was changed or deleted in the meantime.`;
  say(`kept ${text}`, `${said} You typed: ${shown}`, {
    bad: true,
    acts: [
      { label: "Copy", run: () => navigator.clipboard?.writeText(text) },
      { label: "Put it in …", run: () => place(text) },
    ],
  });
}

/** The text goes into the next box that one presses, or presses Enter in. */
function place(text) {
  say("placing", "Choose the box to put it in.", { stay: true });
  const into = (event) => {
    const { target } = event;
    if (!target.matches("#cards input, #cards textarea") || (event.type === "keydown" && event.key !== "Enter")) return;
    event.preventDefault();
    for (const type of ["click", "keydown"]) document.removeEventListener(type, into, true);
    document.querySelector('#notices [data-name="placing"]')?.remove();
    target.value = text;
    target.dispatchEvent(new Event("input", { bubbles: true }));
    const put = () => target.value === text && target.dispatchEvent(new Event("change", { bubbles: true }));
    target.addEventListener("blur", put, { once: true });
  };
  for (const type of ["click", "keydown"]) document.addEventListener(type, into, true);
}
