// The outline beside the cards: one line a statement, with what it gives and how many leads it matches. One stop
// for Tab, arrows within; left and right fold, Alt and an arrow move, and so does dragging.

import { changed } from "./changed.js";
import { go } from "./controls.js";
import { entries, fitting } from "./entries.js";
import { folds, headed, isFolded, unfolded } from "./outline_folds.js";
import { dragged, moved } from "./outline_moves.js";
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
    if (!link) return;
    if (target.closest(".fold") || link.dataset.head) fold(link);
    else void go(link.dataset.toCard);
  });
  if (document.getElementById("add")) dragged(list);
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
  const there = fitting(entries(), search.value).filter(({ sort }) => search.value || !DECLARED.has(sort));
  const found = search.value ? there : unfolded(headed(there));
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

function fold(link) {
  folds(link.dataset.toCard);
  link.focus();
  draw();
}

function line({ id, sort, level, name, gives, leads, wrong, head, within }, who) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.className = `level-${level} ${sort}`;
  button.tabIndex = -1;
  button.dataset.toCard = id;
  if (head) button.dataset.head = "";
  if (within) {
    button.setAttribute("aria-expanded", String(!isFolded(id)));
    const sign = document.createElement("span");
    sign.className = "fold";
    sign.setAttribute("aria-hidden", "true");
    sign.textContent = isFolded(id) ? "▸" : "▾";
    button.append(sign);
  }
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
  if (who) button.querySelector(".name").after(avatar(who));
  item.append(button);
  return item;
}

function keys(event) {
  const { target, key } = event;
  if (target === search && key === "ArrowDown") list.querySelector("button")?.focus();
  else if (target.matches("[data-to-card]")) {
    const lines = [...list.querySelectorAll("button")];
    const at = lines.indexOf(target);
    if (event.altKey && (key === "ArrowUp" || key === "ArrowDown")) {
      event.preventDefault();
      event.stopPropagation();
      if (target.dataset.head === undefined) void moved(target.dataset.toCard, { side: key === "ArrowUp" ? "up" : "down" });
      return;
    }
    if (key === "ArrowLeft" || key === "ArrowRight") {
      event.preventDefault();
      const open = target.getAttribute("aria-expanded");
      if (open === String(key === "ArrowLeft")) fold(target);
      else if (key === "ArrowLeft") lines.slice(0, at).findLast((one) => holds(one, target))?.focus();
      return;
    }
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: lines.length - 1 }[key];
    if (to === undefined) return;
    const next = to < 0 ? search : lines[Math.min(to, lines.length - 1)];
    target.tabIndex = -1;
    if (next !== search) next.tabIndex = 0;
    next.focus();
  } else return;
  event.preventDefault();
}

/** Whether a line is the one that another is folded with. */
const holds = (one, of) => one.hasAttribute("aria-expanded") && level(one) < level(of);
const level = (one) => Number(/level-(\d)/.exec(one.className)[1]);
