// The smallest changes, by lines and then by letters, that make one text of another: what they leave alone
// keeps its cursors and selections.

const MOST_DIFFERENT = 1000;

/** Changes [{from, to, insert}] in places of `before`, in order, that make it `after`. */
export function changesBetween(before, after) {
  const { start, end } = alike(before, after);
  const one = before.slice(start, before.length - end);
  const two = after.slice(start, after.length - end);
  if (!one || !two) return one === two ? [] : [{ from: start, to: start + one.length, insert: two }];
  return hunks(lines(one), lines(two)).map((hunk) => trimmed(hunk, start));
}

/** How many letters two texts have in common at their start and, behind that, at their end. */
function alike(one, two) {
  const most = Math.min(one.length, two.length);
  let start = 0;
  while (start < most && one[start] === two[start]) start++;
  let end = 0;
  while (end < most - start && one[one.length - 1 - end] === two[two.length - 1 - end]) end++;
  // Half a letter is none.
  if (start && isHigh(one, start - 1)) start--;
  if (end && isHigh(one, one.length - end - 1)) end--;
  return { start, end };
}

const isHigh = (text, at) => text.charCodeAt(at) >= 0xd800 && text.charCodeAt(at) < 0xdc00;

const lines = (text) => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

function trimmed({ from, one, two }, offset) {
  const { start, end } = alike(one, two);
  return {
    from: offset + from + start,
    to: offset + from + one.length - end,
    insert: two.slice(start, two.length - end),
  };
}

/** The runs of lines that differ: where the first begins, and what each of the two has there. */
function hunks(one, two) {
  const kept = inCommon(one, two);
  const found = [];
  let [at, x, y] = [0, 0, 0];
  for (const [i, j] of [...kept, [one.length, two.length]]) {
    const [mine, other] = [one.slice(x, i).join(""), two.slice(y, j).join("")];
    if (mine || other) found.push({ from: at, one: mine, two: other });
    at += mine.length + (one[i]?.length ?? 0);
    [x, y] = [i + 1, j + 1];
  }
  return found;
}

/** Pairs of lines [i, j] that both have, in order: Myers' walk, given up where too much differs. */
function inCommon(one, two) {
  const [n, m] = [one.length, two.length];
  let furthest = new Map([[1, 0]]);
  const trace = [];
  for (let steps = 0; steps <= Math.min(n + m, MOST_DIFFERENT); steps++) {
    trace.push(new Map(furthest));
    for (let k = -steps; k <= steps; k += 2) {
      const down = k === -steps || (k !== steps && (furthest.get(k - 1) ?? -1) < (furthest.get(k + 1) ?? -1));
      let x = down ? furthest.get(k + 1) : furthest.get(k - 1) + 1;
      while (x < n && x - k < m && one[x] === two[x - k]) x++;
      furthest.set(k, x);
      if (x >= n && x - k >= m) return walkedBack(trace, n, m);
    }
  }
  return [];
}

function walkedBack(trace, n, m) {
  const pairs = [];
  let [x, y] = [n, m];
  for (let steps = trace.length - 1; steps >= 0; steps--) {
    const furthest = trace[steps];
    const k = x - y;
    const down = k === -steps || (k !== steps && (furthest.get(k - 1) ?? -1) < (furthest.get(k + 1) ?? -1));
    const before = down ? k + 1 : k - 1;
    const [fromX, fromY] = [furthest.get(before), furthest.get(before) - before];
    while (x > fromX && y > fromY && x > 0 && y > 0) pairs.push([--x, --y]);
    [x, y] = [fromX, fromY];
  }
  return pairs.reverse();
}
