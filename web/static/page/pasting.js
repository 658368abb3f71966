// What is pasted into a list is understood before anything is added; and each entry says how many leads it matches.

const PAUSE = 200;
const place = document.getElementById("understood");
if (place) {
  const form = place.closest("form");
  const box = form.elements.pasted;
  let asking, latest;
  const soon = () => {
    clearTimeout(asking);
    asking = setTimeout(look, PAUSE);
  };
  box.addEventListener("input", soon);
  addEventListener("pageshow", () => box.value.trim() && soon());

  async function look() {
    const mine = (latest = Symbol("asked"));
    const body = new URLSearchParams(new FormData(form));
    const answer = await fetch(place.dataset.from, { method: "POST", body }).catch(() => null);
    if (!answer?.ok || mine !== latest) return;
    place.innerHTML = await answer.text();
    place.dataset.shown = box.value;
  }
}

const table = document.querySelector("[data-counts]");
if (table) void count();

async function count() {
  const links = [...table.querySelectorAll("[data-entry]")];
  const answer = await fetch(table.dataset.counts).catch(() => null);
  if (!answer?.ok) return;
  const counts = await answer.json();
  for (const link of links) {
    const many = counts[link.dataset.entry];
    if (many === undefined) continue;
    link.textContent = many.toLocaleString("en");
    link.setAttribute("aria-label", `${link.textContent} leads match ${link.dataset.entry}`);
  }
}
