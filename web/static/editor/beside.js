// Several leads side by side in the dry run, kept as long as the window is open, and counted again with each edit.

const MOST = 6;
const PAUSE = 300;
const editor = document.getElementById("editor");
const panel = document.getElementById("panel");
const KEY = `leadwright beside ${location.pathname}`;
const picked = new URLSearchParams(location.search).getAll("beside");
let leads = picked.length ? picked.slice(0, MOST) : kept();
let place, asking;

export function beside() {
  place = document.createElement("section");
  place.className = "card trial";
  place.id = "trial-beside";
  place.dataset.own = "";
  place.setAttribute("aria-label", "Side by side");
  place.hidden = true;
  panel.append(place);
  panel.addEventListener("click", ({ target }) => {
    const added = target.closest("[data-beside]");
    const gone = target.closest("[data-apart]");
    if (added) keep([...leads.filter((one) => one !== added.dataset.beside), added.dataset.beside].slice(-MOST));
    else if (gone) keep(leads.filter((one) => one !== gone.dataset.apart));
    if (gone) document.querySelector("[data-beside]")?.focus();
  });
  for (const name of ["leadwright:settled", "leadwright:looked"]) document.addEventListener(name, soon);
  soon();
}

function kept() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? [];
  } catch {
    return [];
  }
}

function keep(now) {
  leads = now;
  try {
    sessionStorage.setItem(KEY, JSON.stringify(leads));
  } catch {
    // Without room to keep them, they stay until the page is left.
  }
  void show();
}

function soon() {
  clearTimeout(asking);
  if (leads.length) asking = setTimeout(show, PAUSE);
}

async function show() {
  const asked = new URLSearchParams(leads.map((lead) => ["lead", lead]));
  if (editor.dataset.at) asked.set("at", editor.dataset.at);
  const answer = leads.length ? await fetch(`${editor.dataset.address}/beside?${asked}`).catch(() => null) : null;
  if (leads.length && !answer?.ok) return;
  const made = document.createElement("template");
  made.innerHTML = answer ? (await answer.text()).trim() : "";
  const head = document.createElement("h2");
  head.textContent = "Side by side";
  place.replaceChildren(head, made.content);
  place.hidden = place.childElementCount < 2;
}
