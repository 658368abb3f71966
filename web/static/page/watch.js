// Watches work that goes on at the server: what is being done and how far it is. Then shows what came of it:
// in its place, so that nobody's way to another page is cut off, or where it has a page to itself by going there.

const PAUSE = 400;

const begin = () => document.querySelectorAll("[data-watch]").forEach(watch);
begin();

async function watch(element) {
  const what = element.querySelector("[data-what]");
  const bar = element.querySelector("progress");
  for (;;) {
    await new Promise((done) => setTimeout(done, PAUSE));
    let found;
    try {
      const answer = await fetch(element.dataset.watch, { headers: { Accept: "application/json" } });
      if (!answer.ok) break;
      found = await answer.json();
    } catch {
      // The server is away for a moment; the work may well go on.
      what.textContent = "No answer from the server; trying again …";
      continue;
    }
    if (found.done) break;
    const words = found.what || "working";
    what.textContent = `${words[0].toUpperCase()}${words.slice(1)} … ${Math.round(found.share * 100)}%`;
    bar.value = Math.round(found.share * 100);
  }
  if (!element.isConnected) return;
  if (element.matches(".watching *")) location.replace(element.dataset.then);
  else show(element.dataset.then);
}

async function show(address) {
  const main = document.getElementById("content");
  const answer = await fetch(address);
  const made = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("content");
  if (!made) return location.assign(address);
  const focused = document.activeElement?.id;
  main.replaceChildren(...made.childNodes);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  begin();
}
