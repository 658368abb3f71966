// Menus of cards and rows: one of each in the page, opened where it is asked for.

import { keyOf } from "./controls.js";
import { ask, openForm } from "./adding.js";
import { send } from "./server.js";

let menu, opener;

export function menus() {
  document.addEventListener("click", ({ target }) => {
    const item = target.closest("[role=menuitem]");
    if (item && menu) return pick(item);
    const button = target.closest("[data-menu]");
    if (menu && !menu.contains(target)) close();
    if (button) open(button);
  });
  document.addEventListener("keydown", keys);
}

function open(button) {
  opener = button;
  menu = document.getElementById(`menu-${button.dataset.menu}`);
  const { sort } = button.closest("[data-sort]").dataset;
  const can = (button.closest("[data-can]")?.dataset.can || "").split(" ");
  for (const item of menu.children) {
    item.hidden =
      (item.dataset.for && item.dataset.for !== sort) ||
      (item.dataset.can && button.dataset.menu === "line" && !can.includes(item.dataset.can));
  }
  menu.dataset.open = "";
  const place = button.getBoundingClientRect();
  const room = document.documentElement;
  menu.style.setProperty("left", `${Math.max(8, Math.min(place.right, room.clientWidth - 8) - menu.offsetWidth)}px`);
  const above = place.bottom + menu.offsetHeight > room.clientHeight;
  menu.style.setProperty("top", `${above ? Math.max(8, place.top - menu.offsetHeight) : place.bottom}px`);
  button.setAttribute("aria-expanded", "true");
  menu.querySelector(":not([hidden])").focus();
}

function close() {
  if (!menu) return;
  delete menu.dataset.open;
  opener.setAttribute("aria-expanded", "false");
  menu = null;
}

function keys(event) {
  if (!menu || !menu.contains(event.target)) return;
  const items = [...menu.children].filter((item) => !item.hidden);
  const at = items.indexOf(event.target);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1 + items.length, Home: 0, End: items.length - 1 }[event.key];
  if (event.key === "Escape" || event.key === "Tab") {
    const back = opener;
    close();
    back.focus();
  } else if (to !== undefined) items[to % items.length].focus();
  else return;
  event.preventDefault();
}

function pick(item) {
  const from = opener;
  close();
  from.focus();
  if (from.dataset.menu === "line") ofLine(item.dataset.do, from.closest(".line"));
  else ofCard(item.dataset.do, from.closest("[data-key]"));
}

function ofCard(action, card) {
  const key = keyOf(card);
  const old = card.dataset.value;
  const off = card.classList.contains("off");
  if (action === "up" || action === "down") send([{ op: "move_statement", key, side: action }]);
  else if (action === "duplicate") send([{ op: "duplicate", key }]);
  else if (action === "off") send([{ op: "switch", key, old: off ? "off" : "on", new: off ? "on" : "off" }]);
  else if (action === "enclose") send([{ op: "enclose", key, new: "New group" }]);
  else if (action === "dissolve") send([{ op: "dissolve", key }]);
  else if (action === "remove") send([{ op: "remove_statement", key, old }]);
  else if (action === "below") openForm("rule", key);
}

function ofLine(action, line) {
  const { path, value } = line.dataset;
  const edit = { key: keyOf(line), path, old: value };
  const at = Number(path.split(".").pop());
  if (action === "up" || action === "down") send([{ op: "move", ...edit, at: at + (action === "up" ? -1 : 1) }]);
  else if (action === "filter") ask(line, `${path}.where`);
  else send([{ op: action, ...edit }]);
}
