// The effect of a change, on the card that made it and in the outline, with a way back; known once one pauses.

import { post } from "./server.js";

let feet = new Map();

/** The cards whose statements are other than what is live. */
export const changed = () => feet;

/** Takes in what is known of all changes: a footer each, by the element of its card. */
export function known(template) {
  feet = new Map([...(template?.content.children || [])].map((foot) => [foot.dataset.change, foot]));
  place();
  document.dispatchEvent(new CustomEvent("leadwright:changed"));
}

/** Puts the footers onto the cards, which may just have been made again. */
export function place() {
  for (const foot of document.querySelectorAll("#cards .change")) {
    if (foot.parentElement.id !== foot.dataset.change || !feet.has(foot.dataset.change)) foot.remove();
  }
  for (const [id, made] of feet) {
    const card = document.getElementById(id);
    if (!card?.matches("article, details")) continue;
    const there = card.querySelector(":scope > .change");
    if (there?.isEqualNode(made)) continue;
    const foot = made.cloneNode(true);
    if (there) there.replaceWith(foot);
    else card.append(foot);
  }
}

export function reverting() {
  document.addEventListener("leadwright:inserted", place);
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-revert]");
    if (button) void revert(button);
  });
}

async function revert(button) {
  const id = button.closest(".change")?.dataset.change;
  await post("/revert", { key: button.dataset.revert });
  document.getElementById(id)?.querySelector(".closes, [data-opens], input, select")?.focus({ preventScroll: true });
}
