// The statements in short, for the outline and for the search; also those whose cards are not in the page.

const portions = new Map();
let order = [];
let items = [];
let holders = new Map();

/** Takes in what an answer says of the outline. */
export function take({ order: now, made }) {
  for (const [digest, portion] of Object.entries(made)) portions.set(digest, portion);
  order = now;
  for (const digest of [...portions.keys()]) if (!now.includes(digest)) portions.delete(digest);
  items = now.flatMap((digest) => portions.get(digest));
  holders = new Map(items.flatMap(([id, lines]) => lines.map(([line]) => [line, id])));
}

/** The portions that the page has. */
export const had = () => order;

/** What stands on the page as one thing each, in order, by their elements. */
export const elements = () => items.map(([id]) => id);

/** The element that a statement stands in. */
export const holder = (id) => holders.get(id) ?? id;

/** Every heading and statement in order: its element, name, what it says and gives, how many leads it matches. */
export function entries() {
  return items.flatMap(([, lines]) => lines).map(([id, sort, level, name, says, gives, leads, wrong]) => (
    { id, sort, level, name, says, gives, leads, wrong }
  )).filter(({ name }) => name);
}

/** Those in which each word of a search occurs. */
export function fitting(all, wanted) {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  return all.filter(({ name, says = "" }) => words.every((word) => `${name} ${says}`.toLowerCase().includes(word)));
}
