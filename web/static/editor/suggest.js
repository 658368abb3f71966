// Comboboxes: what is typed is completed from the data, with how often it occurs there.

let address = "";
let box, input, asked;
let options = [];
let chosen = -1;

export function suggest(to) {
  address = to;
  box = document.createElement("ul");
  box.id = "suggestions";
  box.setAttribute("role", "listbox");
  box.setAttribute("aria-label", "Suggestions");
  box.hidden = true;
  document.querySelector("main").append(box);
  document.addEventListener("focusin", ({ target }) => isOurs(target) && target.select());
  document.addEventListener("click", ({ target }) => isOurs(target) && open(target, ""));
  document.addEventListener("input", ({ target }) => {
    if (target.matches("input, textarea")) target.dataset.typed = "";
    if (isOurs(target)) open(target, target.value);
  });
  document.addEventListener("keydown", key);
  window.addEventListener("resize", place);
  document.addEventListener("focusout", ({ target }) => target === input && close());
  box.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const option = event.target.closest("[role=option]");
    if (option) take(Number(option.dataset.at));
  });
}

const isOurs = (element) => element instanceof HTMLInputElement && element.dataset.suggest !== undefined;

async function open(element, wanted) {
  input = element;
  const { suggest: what, about = "", from = "values" } = element.dataset;
  const query = new URLSearchParams({ what, about, q: wanted });
  const mine = (asked = Symbol("asked"));
  const response = await fetch(`${address}/${from}?${query}`).catch(() => null);
  if (!response?.ok || mine !== asked || input !== element) return;
  options = await response.json();
  // An entry that is typed in full needs no completing, and the list would only cover what is pressed next.
  const [first, ...others] = options;
  if (what === "entries" && wanted && first && !others.length && (first.label || first.value).toLowerCase() === wanted.trim().toLowerCase()) options = [];
  if (mine !== asked || document.activeElement !== element) return;
  draw();
}

function draw() {
  chosen = -1;
  box.replaceChildren(
    ...options.map(({ value, label, note }, at) => {
      const option = document.createElement("li");
      option.id = `suggestion-${at}`;
      option.setAttribute("role", "option");
      option.dataset.at = at;
      const text = document.createElement("span");
      text.textContent = label || value;
      const more = document.createElement("small");
      more.textContent = note || "";
      option.append(text, more);
      return option;
    }),
  );
  box.hidden = !options.length;
  input.setAttribute("aria-expanded", String(!box.hidden));
  input.setAttribute("aria-controls", box.id);
  input.removeAttribute("aria-activedescendant");
  place();
}

/** Puts the suggestions under what is typed, within the page. */
function place() {
  if (!box || box.hidden || !input) return;
  const under = input.getBoundingClientRect();
  const page = document.querySelector("main");
  const host = input.closest("dialog") || page;
  if (box.parentElement !== host) host.append(box);
  const from = host === page ? { left: -scrollX, top: -scrollY } : host.getBoundingClientRect();
  const width = document.documentElement.clientWidth;
  box.style.setProperty("left", `${Math.max(Math.min(under.left, width - box.offsetWidth - 8), 8) - from.left}px`);
  box.style.setProperty("top", `${under.bottom - from.top + 2}px`);
}

export function close() {
  asked = null;
  if (!box) return;
  box.hidden = true;
  input?.setAttribute("aria-expanded", "false");
  input?.removeAttribute("aria-activedescendant");
}

function key(event) {
  if (!isOurs(event.target)) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    if (event.altKey && event.key === "ArrowUp") return close();
    event.preventDefault();
    if (box.hidden) open(event.target, "");
    else point(chosen + (event.key === "ArrowDown" ? 1 : -1));
  } else if (event.key === "Enter" && !box.hidden && chosen >= 0) {
    event.preventDefault();
    take(chosen);
  } else if (event.key === "Escape" && !box.hidden) {
    event.preventDefault();
    event.stopPropagation();
    close();
  } else if (event.key === "Tab" && !box.hidden && chosen >= 0) take(chosen);
}

function point(at) {
  chosen = (at + options.length) % options.length;
  for (const option of box.children) option.setAttribute("aria-selected", String(Number(option.dataset.at) === chosen));
  box.children[chosen].scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-activedescendant", `suggestion-${chosen}`);
}

function take(at) {
  const { value, form, label } = options[at];
  const into = input;
  close();
  into.value = form ? label : value;
  into.dataset.form = form || "";
  into.dataset.taken = value;
  delete into.dataset.typed;
  into.dispatchEvent(new Event("change", { bubbles: true }));
}
