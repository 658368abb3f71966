// What the cards come to, in short: for the outline and for the search.

const COUNT = /([\d,]+) of/;

/** Every heading and statement in order: its element, name, what it says and gives, how many leads it matches. */
export function entries() {
  const found = [];
  for (const one of document.querySelectorAll("#cards > [data-digest], #cards .inner > article")) {
    if (one.matches(".heading")) {
      found.push({ id: one.id, sort: "section", level: 0, name: one.querySelector("h2")?.textContent.split(/[:,]/)[0] || "", gives: "" });
    } else if (one.matches("article")) found.push(entry(one));
  }
  return found.filter(({ name }) => name);
}

function entry(card) {
  const { sort } = card.dataset;
  const label = card.getAttribute("aria-label").trim();
  const name = sort === "rule" || sort === "list" ? label.replace(/^\S+ ?/, "") || card.querySelector("strong")?.textContent || label : label;
  return {
    id: card.id,
    sort,
    level: card.closest(".inner") ? 2 : 1,
    name,
    says: card.querySelector(":scope > .at-rest .says")?.textContent || "",
    gives: card.querySelector(":scope > .at-rest .gives")?.textContent || card.querySelector(":scope > .then .points")?.value || "",
    leads: card.querySelector(":scope > .at-rest .matches, :scope > .title .matches")?.textContent.match(COUNT)?.[1] || "",
    wrong: Boolean(card.querySelector(".problem.error")),
  };
}

/** Those in which each word of a search occurs. */
export function fitting(all, wanted) {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  return all.filter(({ name, says = "" }) => words.every((word) => `${name} ${says}`.toLowerCase().includes(word)));
}
