// Says how many messages are new, without moving what somebody reads.
const newer = document.getElementById("newer");
const EVERY = 1500;

async function look() {
  if (document.hidden) return;
  let found;
  try {
    found = await (await fetch(newer.dataset.ask, { headers: { Accept: "application/json" } })).json();
  } catch {
    return;
  }
  const count = found.newest - Number(newer.dataset.newest);
  if (count <= 0 || newer.querySelector("a")) return;
  const link = document.createElement("a");
  link.className = "button";
  link.href = window.location.href.split("#")[0];
  link.textContent = "Show newer messages";
  newer.replaceChildren(link);
}

setInterval(look, EVERY);
