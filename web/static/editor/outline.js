// The outline beside the cards: one line a statement, with what it gives and how many leads it matches. One stop
// for Tab, arrows within.

import { changed } from "./changed.js";
import { go } from "./controls.js";
import { entries, fitting } from "./entries.js";
import { avatar, people } from "./presence.js";

const MOST = 300;
const DECLARED = new Set(["title", "field", "event", "include"]);
const outline = document.getElementById("outline");
const PAUSE = 150;
let search, list, drawn, drawing;

export function outlined() {
  search = document.createElement("input");
  search.type = "search";
  search.setAttribute("aria-label", "Find a rule, field or value");
  search.placeholder = "Find a rule, field or value";
  list = document.createElement("ul");
  outline.append(search, list);
  outline.hidden = false;
  search.addEventListener("input", draw);
  outline.addEventListener("click", ({ target }) => {
    const link = target.closest("[data-to-card]");
    if (link) void go(link.dataset.toCard);
  });
  outline.addEventListener("keydown", keys);
  // It follows once one pauses, so that an edit does not wait for it.
  for (const name of ["leadwright:settled", "leadwright:looked", "leadwright:present", "leadwright:changed"]) {
    document.addEventListener(name, () => {
      clearTimeout(drawing);
      drawing = setTimeout(draw, PAUSE);
    });
  }
  draw();
}

function draw() {
  // Declarations are many and seldom looked for; a search finds them.
  const found = fitting(entries(), search.value).filter(({ sort }) => search.value || !DECLARED.has(sort));
  const others = people();
  const now = JSON.stringify([found, [...others], [...changed().keys()]]);
  if (now === drawn) return;
  drawn = now;
  const at = list.contains(document.activeElement) ? document.activeElement.dataset.toCard : null;
  list.replaceChildren(...found.slice(0, MOST).map((one) => line(one, others.get(one.id))));
  if (found.length > MOST) {
    const more = document.createElement("li");
    more.className = "quiet";
    more.textContent = `${found.length - MOST} more: search to find them`;
    list.append(more);
  }
  const stop = list.querySelector(`[data-to-card="${at}"]`) || list.querySelector("button");
  if (stop) stop.tabIndex = 0;
  if (at) stop?.focus();
}

function line({ id, sort, level, name, gives, leads, wrong }, who) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.className = `level-${level} ${sort}`;
  button.tabIndex = -1;
  button.dataset.toCard = id;
  const parts = [["name", name], ["gives", gives.split(" ")[0]], ["leads", leads]];
  for (const [kind, text] of parts) {
    const part = document.createElement("span");
    part.className = kind;
    part.textContent = text || "";
    button.append(part);
  }
  if (wrong) button.classList.add("wrong");
  if (changed().has(id)) {
    button.classList.add("changed");
    const said = document.createElement("span");
    said.className = "unseen";
    said.textContent = "changed";
    button.append(said);
  }
  if (who) button.firstChild.after(avatar(who));
  item.append(button);
  return item;
}

function keys(event) {
  const { target, key } = event;
  if (target === search && key === "ArrowDown") list.querySelector("button")?.focus();
  else if (target.matches("[data-to-card]")) {
    const lines = [...list.querySelectorAll("button")];
    const at = lines.indexOf(target);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: lines.length - 1 }[key];
    if (to === undefined) return;
    const next = to < 0 ? search : lines[Math.min(to, lines.length - 1)];
    target.tabIndex = -1;
    if (next !== search) next.tabIndex = 0;
    next.focus();
  } else return;
  event.preventDefault();
}
