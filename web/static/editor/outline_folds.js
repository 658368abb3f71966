// What is folded in the outline, as long as the window is open; and headings where a ruleset has none.

const KEY = `leadwright outline ${location.pathname}`;
const KINDS = {
  list: "Setup", define: "Setup", score: "Setup", rule: "Rules", group: "Rules", stage: "Stages", disqualify: "Stages",
  grade: "Stages", outcome: "Stages", handoff: "Stages", guarantee: "Guarantees", test: "Tests",
};
const AT_FIRST = ["head-Guarantees", "head-Tests"];
const folded = new Set(kept());

function kept() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? AT_FIRST;
  } catch {
    return AT_FIRST;
  }
}

export const isFolded = (id) => folded.has(id);

/** Folds what is unfolded, and the other way round. */
export function folds(id) {
  if (!folded.delete(id)) folded.add(id);
  try {
    sessionStorage.setItem(KEY, JSON.stringify([...folded]));
  } catch {
    // Without room to keep it, it holds until the page is left.
  }
}

/** The lines, with a heading above each kind of statement that has none of its own. */
export function headed(lines) {
  const made = [];
  const used = new Set();
  let kind;
  for (const one of lines) {
    const now = KINDS[one.sort];
    if (now && kind !== now && made.length && made.at(-1).sort !== "section" && !used.has(now)) {
      used.add(now);
      made.push({ id: `head-${now}`, sort: "section", level: 0, name: now, says: "", gives: "", leads: "", head: true });
    }
    if (now) {
      kind = now;
      used.add(now);
    }
    made.push(one);
  }
  return made;
}

/** The lines that are not folded away; of each, whether any lie within it. */
export function unfolded(lines) {
  const shown = [];
  let under = null;
  for (const [at, one] of lines.entries()) {
    if (under !== null && one.level > under) continue;
    under = null;
    const within = lines[at + 1] !== undefined && lines[at + 1].level > one.level;
    shown.push({ ...one, within });
    if (within && folded.has(one.id)) under = one.level;
  }
  return shown;
}
