// My leads: says when there is a new one, moves and answers by keys while the list has focus, and lets what was
// just answered be taken back for some seconds.

const EVERY = 2000;
const TOAST = 8000;
const OFF = "leadwright:keys-off";

// --- new leads ---
const newer = document.getElementById("newer");

async function look() {
  if (document.hidden || newer.querySelector("a")) return;
  let found;
  try {
    const answer = await fetch(newer.dataset.ask, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    found = await answer.json();
  } catch {
    return;
  }
  if (found.newest <= Number(newer.dataset.newest)) return;
  const link = document.createElement("a");
  link.className = "button";
  link.href = newer.dataset.then;
  link.textContent = "Show the new lead";
  newer.replaceChildren(link);
}
setInterval(look, EVERY);

// --- keys ---
const list = document.querySelector("[data-keys]");
const toggle = document.querySelector("[data-switch]");
const off = () => localStorage.getItem(OFF) !== null;
const label = () => (toggle.textContent = off() ? "Switch keys on" : "Switch keys off");

if (list) {
  toggle.hidden = false;
  label();
  toggle.addEventListener("click", () => {
    if (off()) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
    label();
  });
  list.addEventListener("keydown", (event) => {
    if (off() || event.ctrlKey || event.metaKey || event.altKey) return;
    const links = [...list.querySelectorAll("h2 a")];
    const at = links.indexOf(document.activeElement);
    if (at < 0) return;
    const key = event.key.toLowerCase();
    if (key === "j") links[Math.min(at + 1, links.length - 1)].focus();
    else if (key === "k") links[Math.max(at - 1, 0)].focus();
    else if (key === "c") send(links[at].href, "contacted");
    else if (key === "a") send(links[at].href, "accepted");
    else if (key === "r") location.assign(`${links[at].href}#reject`);
    else return;
    event.preventDefault();
  });
}

function send(address, what) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = address;
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name: "what", value: what });
  form.append(field);
  document.body.append(form);
  form.submit();
}

// --- undo ---
const toast = document.querySelector("[data-toast]");
if (toast) {
  // Whoever comes back to this page later is not offered it again.
  history.replaceState(null, "", location.pathname + location.hash);
  const leave = () => (toast.matches(":hover, :focus-within") ? setTimeout(leave, TOAST) : toast.remove());
  setTimeout(leave, TOAST);
}
