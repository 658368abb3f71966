// Watches work that goes on at the server: what is being done and how far it is. Then shows what came of it:
// in its place, so that nobody's way to another page is cut off, or where it has a page to itself by going there.

const PAUSE = 400;

const watched = new WeakSet();

const begin = () => document.querySelectorAll("[data-watch]").forEach(watch);
begin();
document.addEventListener("leadwright:settled", begin);

async function watch(element) {
  if (watched.has(element)) return;
  watched.add(element);
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
  watched.delete(element);
  if (!element.isConnected) return;
  if (element.matches(".watching *")) location.replace(element.dataset.then);
  else show(element.dataset.then);
}

async function show(address) {
  const main = document.getElementById("content");
  const answer = await fetch(address);
  const made = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("content");
  if (!made) return location.assign(address);
  renew(main, made);
  begin();
}

/** Makes an element equal to another. What is in both stays: where one is, what one has typed and unfolded. */
function renew(now, made) {
  for (const { name, value } of made.attributes) if (now.getAttribute(name) !== value) now.setAttribute(name, value);
  for (const { name } of [...now.attributes]) if (name !== "open" && !made.hasAttribute(name)) now.removeAttribute(name);
  let at = now.firstChild;
  for (const one of [...made.childNodes]) {
    const twin = twinOf(one, at);
    if (!twin) {
      now.insertBefore(one, at);
      continue;
    }
    while (at !== twin) at = removed(at);
    at = twin.nextSibling;
    if (twin.nodeType === Node.ELEMENT_NODE) renew(twin, one);
    else if (twin.data !== one.data) twin.data = one.data;
  }
  while (at) at = removed(at);
}

/** The first from `at` on that can become what `made` is. */
function twinOf(made, at) {
  if (made.nodeType !== Node.ELEMENT_NODE) return at?.nodeType === made.nodeType ? at : null;
  for (let one = at; one; one = one.nextSibling) {
    if (one.nodeName === made.nodeName && one.id === made.id && one.className === made.className) return one;
  }
  return null;
}

function removed(one) {
  const next = one.nextSibling;
  one.remove();
  return next;
}
