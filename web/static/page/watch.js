// Watches work that goes on at the server: what is being done and how far it is, then goes where it ended.

const PAUSE = 400;

for (const watched of document.querySelectorAll("[data-watch]")) watch(watched);

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
  location.replace(element.dataset.then);
}
