// Talks to the server: one request at a time, in order; what could not be sent is kept and sent again.

import { opened } from "./folding.js";
import { mark, present, whereabouts } from "./presence.js";
import { portions, shown } from "./window.js";
import { show } from "./swap.js";
import { say, quiet } from "./notices.js";

const LOOK = 4000;
const AGAIN = 2000;
const REST = 1000;
const waiting = [];
let address = "";
let revision = 0;
let busy = false;
let resting;

export function connect(to) {
  address = to;
  revision = Number(document.getElementById("state").dataset.revision);
  setInterval(look, LOOK);
  if ("later" in document.getElementById("editor").dataset) rest(REST);
  window.addEventListener("online", next);
  document.addEventListener("visibilitychange", look);
  window.addEventListener("beforeunload", (event) => {
    if (waiting.some(({ to }) => to !== "/since")) event.preventDefault();
  });
}

/** Sends edits, all or none. Gives the answer, once it is shown. */
export function send(edits) {
  return post("", { edits });
}

/** Sends a request about the draft, after those that wait. */
export function post(to, body = {}) {
  document.dispatchEvent(new CustomEvent("leadwright:asking"));
  return new Promise((done) => {
    waiting.push({ to, body, done });
    next();
  });
}

/** The answer to a request that cannot be waited for, null where there is none. */
export function postNow(to, body) {
  const request = new XMLHttpRequest();
  request.open("POST", address + to, false);
  request.setRequestHeader("Content-Type", "application/json");
  request.setRequestHeader("Accept", "application/json");
  try {
    request.send(JSON.stringify({ revision, shown: shown(), outline: portions(), ...where(), ...body }));
  } catch {
    return null;
  }
  return request.status === 200 ? JSON.parse(request.responseText) : null;
}

/** The revision that the page shows. */
export const now = () => revision;

async function next() {
  if (busy || !waiting.length) return;
  busy = true;
  clearTimeout(resting);
  const { to, body, done } = waiting[0];
  const answer = await ask(to, body);
  busy = false;
  if (!answer) {
    setTimeout(next, AGAIN);
    return;
  }
  waiting.shift();
  done(answer);
  // Hints take longer than errors, so the whole text is looked through once there is nothing else to do.
  if ((to !== "/since" || answer.later) && !waiting.length) {
    rest(answer.later ? 3 * REST : REST);
  }
  next();
}

/** Has the text looked through for hints, unless something else is asked before. */
function rest(time) {
  resting = setTimeout(() => post("/since", { lints: true }), time);
}

async function ask(to, body) {
  if (to !== "/since") document.getElementById("saved").textContent = "saving…";
  let response;
  try {
    response = await fetch(address + to, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify({ revision, shown: shown(), outline: portions(), ...where(), ...body }),
    });
  } catch {
    say("lost", "The connection is lost. Your changes are kept here and sent as soon as it is back.", { bad: true });
    return null;
  }
  quiet("lost");
  if (response.ok) {
    for (const name of ["busy", "logged out", "refused"]) quiet(name);
    const answer = await response.json();
    // Cards alone do not say all that others changed.
    if (body.only === undefined) revision = answer.revision;
    show(answer, body);
    mark();
    return answer;
  }
  const found = await response.json().catch(() => ({}));
  if (response.status === 503) {
    say("busy", `${found.detail || "The server is busy."} Your change is kept and sent again.`, { bad: true });
    return null;
  }
  if (response.status === 401) {
    const to = new URLSearchParams({ to: location.pathname });
    say("logged out", "You were logged out. Your change is kept here, and sent once you have logged in.", {
      bad: true,
      act: { label: "Log in", run: () => window.open(`/log-in?${to}`) },
    });
    return null;
  }
  document.getElementById("saved").textContent = "not saved";
  say("refused", found.detail || "This could not be done. Load the page again.", { bad: true });
  return { refused: { message: found.detail || "" } };
}

function where() {
  const { view, lead, at } = document.getElementById("editor").dataset;
  return { view, lead: lead || null, at: at || null, open: opened() };
}

/** Looks now and then whether others changed the draft. */
async function look() {
  if (busy || waiting.length || document.hidden) return;
  const response = await fetch(`${address}/revision?${new URLSearchParams({ at: whereabouts() })}`).catch(() => null);
  if (!response?.ok || busy || waiting.length) return;
  const found = await response.json();
  present(found.here);
  if (found.revision === revision && !found.newer) return;
  post("/since");
}
