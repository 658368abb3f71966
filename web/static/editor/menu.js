// Menus of cards, rows and what rules give: one of each in the page, opened where it is asked for.

import { keyOf } from "./controls.js";
import { ask, openForm } from "./adding.js";
import { comment, textOf } from "./writing.js";
import { send } from "./server.js";

let menu, opener;

export function menus() {
  document.addEventListener("click", ({ target }) => {
    const item = target.closest("[role=menuitem]");
    if (item && menu) {
      pick(item);
      return;
    }
    const button = target.closest("[data-menu]");
    const again = button === opener && menu;
    if (menu) close();
    if (button && !again) open(button);
  });
  document.addEventListener("keydown", keys);
}

function open(button) {
  opener = button;
  menu = document.getElementById(`menu-${button.dataset.menu}`);
  const card = button.closest("[data-sort]");
  const can = new Set((button.dataset.can || "").split(" "));
  can.add(card.classList.contains("off") ? "off" : "on");
  can.add(card.parentElement.closest("[data-sort=group]") ? "inside" : "alone");
  for (const item of menu.children) {
    const { for: sorts = card.dataset.sort, can: wanted } = item.dataset;
    item.hidden = !sorts.split(" ").includes(card.dataset.sort) || (wanted !== undefined && !can.has(wanted));
  }
  menu.dataset.open = "";
  button.setAttribute("aria-expanded", "true");
  const place = button.getBoundingClientRect();
  const room = document.documentElement;
  const left = Math.min(place.right, room.clientWidth - 8) - menu.offsetWidth;
  const above = place.bottom + menu.offsetHeight > room.clientHeight;
  menu.style.setProperty("left", `${Math.max(8, left)}px`);
  menu.style.setProperty("top", `${above ? Math.max(8, place.top - menu.offsetHeight) : place.bottom}px`);
  shown()[0].focus({ preventScroll: true });
}

const shown = () => [...menu.children].filter((item) => !item.hidden);

function close() {
  delete menu.dataset.open;
  opener.setAttribute("aria-expanded", "false");
  menu = null;
}

function keys(event) {
  if (!menu || !menu.contains(event.target)) return;
  const items = shown();
  const at = items.indexOf(event.target);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1 + items.length, Home: 0, End: items.length - 1 }[event.key];
  if (event.key === "Escape" || event.key === "Tab") {
    close();
    opener.focus();
  } else if (to !== undefined) items[to % items.length].focus();
  else if (/^\p{L}$/u.test(event.key) && !event.ctrlKey && !event.metaKey) {
    // A letter goes to the next entry that begins with it.
    const begins = ({ textContent }) => textContent.trim().toLowerCase().startsWith(event.key.toLowerCase());
    [...items.slice(at + 1), ...items].find(begins)?.focus();
  } else return;
  event.preventDefault();
}

function pick(item) {
  const from = opener;
  close();
  from.focus({ preventScroll: true });
  const { do: action, new: value } = item.dataset;
  const { menu: which } = from.dataset;
  if (which === "line") ofLine(action, from.closest(".line"));
  else if (which === "award") ofAward(action, value, from.closest(".item"));
  else if (which === "expect") ask(from, "expect", "expectation", value);
  else ofCard(action, from.closest("[data-key]"));
}

/** Does with a statement what an entry of its menu says. */
export function ofCard(action, card) {
  const key = keyOf(card);
  const off = card.classList.contains("off");
  const edits = {
    up: { op: "move_statement", side: "up" },
    down: { op: "move_statement", side: "down" },
    leave: { op: "move_statement", side: "after", beside: keyOf(card.parentElement) },
    duplicate: { op: "duplicate" },
    off: { op: "switch", old: off ? "off" : "on", new: off ? "on" : "off" },
    enclose: { op: "enclose" },
    dissolve: { op: "dissolve" },
    remove: { op: "remove_statement", old: card.dataset.value || undefined },
  };
  if (edits[action]) send([{ ...edits[action], key }]);
  else if (action === "below") openForm("rule", { beside: key, side: "after" });
  else if (action === "as-text") textOf(card);
  else comment(card, action);
}

function ofLine(action, line) {
  const { path, value } = line.dataset;
  const edit = { key: keyOf(line), path, old: value };
  const at = Number(path.split(".").pop());
  if (action === "up" || action === "down") send([{ op: "move", ...edit, at: at + (action === "up" ? -1 : 1) }]);
  else if (action === "filter") ask(line, `${path}.where`);
  else if (action === "as-text") textOf(line);
  else send([{ op: action, ...edit }]);
}

function ofAward(action, value, item) {
  const key = keyOf(item);
  const { path } = item.dataset;
  if (action === "points") send([{ op: "add", key, path: "then", new: value }]);
  else if (action === "tag") send([{ op: "tag", key }]);
  else send([{ op: "set", key, path: `${path}.${action}`, new: value }]);
}
