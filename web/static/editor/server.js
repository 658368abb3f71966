// Talks to the server: one request at a time, in order; what could not be sent is kept and sent again.

import { show } from "./swap.js";
import { say, quiet } from "./notices.js";

const LOOK = 4000;
let address = "";
let revision = 0;
const waiting = [];
let busy = false;

export function connect(to) {
  address = to;
  revision = Number(document.getElementById("state").dataset.revision);
  setInterval(look, LOOK);
  window.addEventListener("online", next);
  window.addEventListener("beforeunload", (event) => {
    if (waiting.length) event.preventDefault();
  });
}

/** Sends edits, all or none. Gives the answer, once it is shown. */
export function send(edits) {
  return post("", { edits });
}

/** Sends a request that changes the draft, after those that wait. */
export function post(to, body = {}) {
  return new Promise((done) => {
    waiting.push({ to, body, done });
    next();
  });
}

export const now = () => revision;

async function next() {
  if (busy || !waiting.length) return;
  busy = true;
  const { to, body, done } = waiting[0];
  const answer = await ask(to, body);
  busy = false;
  if (!answer) {
    setTimeout(next, 2000);
    return;
  }
  waiting.shift();
  done(answer);
  next();
}

async function ask(to, body) {
  const saved = document.getElementById("saved");
  if (saved && to !== "/since") saved.textContent = "saving…";
  let response;
  try {
    response = await fetch(address + to, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify({ revision, shown: shown(), ...where(), ...body }),
    });
  } catch {
    say("lost", "The connection is lost. Your changes are kept here and sent as soon as it is back.", { bad: true });
    return null;
  }
  quiet("lost");
  if (!response.ok) return refused(response);
  quiet("busy");
  quiet("refused");
  const answer = await response.json();
  revision = answer.revision;
  show(answer);
  return answer;
}

async function refused(response) {
  if (response.status === 503) {
    say("busy", "The database is busy. Your change is kept and sent again in a moment.", { bad: true });
    return null;
  }
  const found = await response.json().catch(() => ({}));
  say("refused", found.detail || "This could not be done. Load the page again.", { bad: true });
  return { refused: {} };
}

function shown() {
  const cards = document.querySelectorAll("#cards > [data-digest]");
  return Object.fromEntries([...cards].map((card) => [card.id, card.dataset.digest]));
}

function where() {
  const editor = document.getElementById("editor");
  return { view: editor.dataset.view, lead: editor.dataset.lead || null };
}

async function look() {
  if (busy || waiting.length || document.hidden) return;
  const response = await fetch(`${address}/revision`).catch(() => null);
  if (!response?.ok) return;
  const found = await response.json();
  if (found.revision > revision && !busy && !waiting.length) {
    await post("/since");
    if (found.who) say("others", `${found.who} changed the rules.`);
  }
}
