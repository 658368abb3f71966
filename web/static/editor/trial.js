// The dry run beside the cards: whom to try, a lead as a test, and a look now and then while leads are counted.

import { beside } from "./beside.js";
import { known, place } from "./changed.js";
import { charts } from "./charts.js";
import { post, send } from "./server.js";
import { say } from "./notices.js";

const AGAIN = 500;
const editor = document.getElementById("editor");
const panel = document.getElementById("panel");
const PAUSE = 400;
let timer, explaining;

export function trial() {
  const first = document.getElementById("trial-who")?.dataset.lead;
  editor.dataset.lead ||= new URLSearchParams(location.search).get("lead") || first || "";
  editor.dataset.at ||= new URLSearchParams(location.search).get("at") || "";
  panel.addEventListener("change", (event) => {
    if (event.target.id === "trial-at") void asOf(event.target.value);
    if (event.target.id !== "trial-who") return;
    event.stopPropagation();
    const { value, defaultValue, dataset } = event.target;
    delete dataset.typed;
    // Leaving the box counts as a change even where the answer has put the lead's name into it.
    if (dataset.taken || value !== defaultValue) choose(dataset.taken || value.trim());
    delete dataset.taken;
  });
  panel.addEventListener("submit", (event) => {
    event.preventDefault();
    if (event.target.id === "trial-given") choose(`given:${event.target.querySelector("textarea").value}`);
  });
  panel.addEventListener("click", press);
  charts(panel);
  beside();
  for (const name of ["leadwright:settled", "leadwright:looked"]) {
    document.addEventListener(name, watch);
    document.addEventListener(name, explain);
  }
  // Whoever goes on editing does not wait for it.
  document.addEventListener("leadwright:asking", () => clearTimeout(explaining));
  watch();
  explain();
}

function press(event) {
  const pressed = event.target.closest("[data-save-test], button[data-at], [data-stop], [data-count], a[data-lead]");
  if (!pressed || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (pressed.dataset.lead !== undefined) {
    event.preventDefault();
    choose(pressed.dataset.lead);
  } else if ("saveTest" in pressed.dataset) save();
  else if ("at" in pressed.dataset) void asOf(pressed.dataset.at).then(() => document.getElementById("trial-at")?.focus());
  else tell("stop" in pressed.dataset ? "/stop" : "/count").then(() => post("/since"));
}

/** Tries the draft on somebody else; the address says on whom, unless it is a lead that was pasted in. */
async function choose(lead) {
  editor.dataset.lead = lead;
  const address = new URL(location.href);
  if (lead && !lead.startsWith("given:")) address.searchParams.set("lead", lead);
  else address.searchParams.delete("lead");
  history.replaceState(null, "", address);
  await post("/since");
}

/** Looks at the lead as of another day, which the address names too; as of the last scoring without one. */
async function asOf(day) {
  editor.dataset.at = day;
  const address = new URL(location.href);
  if (day) address.searchParams.set("at", day);
  else address.searchParams.delete("at");
  history.replaceState(null, "", address);
  await post("/since");
}

async function save() {
  const found = await tell("/test");
  if (!found?.edit) return;
  const answer = await send([found.edit]);
  if (!answer.refused) say("notice", "Saved as a test of the ruleset.");
}

async function tell(to) {
  const response = await fetch(editor.dataset.address + to, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify({ lead: editor.dataset.lead || null, at: editor.dataset.at || null }),
  }).catch(() => null);
  const found = await response?.json().catch(() => null);
  if (!response?.ok) say("refused", found?.detail || "This could not be done. Try it again.", { bad: true });
  return response?.ok ? found : null;
}

/** Why leads move takes a run for each change, so it is asked for once one pauses. */
function explain() {
  clearTimeout(explaining);
  if (!panel.querySelector("#trial-causes")) return known(null);
  place();
  if (!panel.querySelector("[data-causes]")) return;
  explaining = setTimeout(async () => {
    const response = await fetch(`${editor.dataset.address}/causes`).catch(() => null);
    const now = document.getElementById("trial-causes");
    if (!response?.ok || !now?.matches("[data-causes]")) return;
    const made = document.createElement("template");
    made.innerHTML = (await response.text()).trim();
    const found = made.content.firstElementChild;
    const changes = found.querySelector("#trial-changes");
    changes?.remove();
    now.replaceWith(found);
    known(changes);
  }, PAUSE);
}

/** While leads are being counted, asks again how far it is. */
function watch() {
  clearTimeout(timer);
  if (panel.querySelector("[data-pending]")) timer = setTimeout(() => post("/since"), AGAIN);
}
