// A threshold to try: figures follow the flag while it moves; once it rests, it goes into the draft.

const REST = 500;
const SAY = 300;
const Z = 1.959963984540054;
const FEWEST = 5;

const card = document.getElementById("threshold");

function begin() {
  const { scores, weeks } = JSON.parse(card.dataset.threshold);
  const { stage, live, address } = card.dataset;
  const slider = card.querySelector("input[type=range]");
  const part = (name) => card.querySelector(`[data-${name}]`);
  const winners = scores.reduce((sum, [, , won]) => sum + won, 0);
  const others = slider.dataset.others.trim().split(" ").filter(Boolean).map((one) => one.split(":").map(Number));
  const before = of(Number(live));
  let resting, saying;
  // One request after the other: each edit goes on from what the one before made.
  let last = Promise.resolve();
  let drafted = slider.value;

  function of(from) {
    let leads = 0, won = 0;
    for (const [score, of, wins] of scores) if (score >= from) { leads += of; won += wins; }
    return { leads, won, precision: rate(won, leads), recall: rate(won, winners), week: leads / weeks };
  }

  function show() {
    const score = Number(slider.value), now = of(score);
    tell(part("precision"), now.precision, before.precision, `${now.won} of ${now.leads}`);
    tell(part("recall"), now.recall, before.recall, `${now.won} of ${winners}`);
    fill(part("week"), now.week.toFixed(1), changed(now.week, before.week, before.week.toFixed(1)), "");
    const x = `${(100 * (score - slider.min)) / (slider.max - slider.min || 1)}%`;
    const flag = part("flag"), text = part("flag-text");
    flag.setAttribute("x1", x);
    flag.setAttribute("x2", x);
    text.setAttribute("x", x);
    text.textContent = `${stage} ${score}`;
    slider.setAttribute("aria-valuetext", `${score} points`);
    const lines = [...others, [score, Number(slider.dataset.place)]].sort((a, b) => a[0] - b[0]);
    for (const bin of card.querySelectorAll(".bin")) {
      const place = lines.reduce((found, [from, at]) => (Number(bin.dataset.low) >= from ? at : found), 0);
      bin.setAttribute("class", `bin stage-${place}`);
    }
    clearTimeout(saying);
    saying = setTimeout(() => {
      part("said").textContent = `${stage} from ${score}: precision ${words(now.precision)}, recall ${words(now.recall)}, ${now.week.toFixed(1)} leads a week`;
    }, SAY);
  }

  async function keep(to, body) {
    part("trouble").hidden = true;
    let problem = "The connection is lost. Move the flag again once it is back.";
    try {
      const answer = await fetch(to, { method: "POST", headers: { Accept: "application/json" }, body });
      if (answer.ok) return true;
      problem = (await answer.json()).detail;
    } catch { /* Said below. */ }
    part("trouble").textContent = problem;
    part("trouble").hidden = false;
    return false;
  }

  async function settle() {
    const score = slider.value;
    if (!part("undo") || score === drafted) return;
    if (await keep(address, new URLSearchParams({ stage, score }))) {
      drafted = score;
      part("drafted").textContent = `In the draft: ${stage} ${score}.`;
      part("strip").hidden = false;
    }
  }

  slider.addEventListener("input", () => { clearTimeout(resting); show(); });
  slider.addEventListener("change", () => {
    clearTimeout(resting);
    resting = setTimeout(() => { last = last.then(settle); }, REST);
  });
  part("undo")?.addEventListener("click", (event) => {
    event.preventDefault();
    clearTimeout(resting);
    last = last.then(async () => {
      if (await keep(part("undo").formAction, new URLSearchParams())) location.reload();
    });
  });
  show();
}

/** A share with Wilson's interval; null where there are too few. */
function rate(count, of) {
  if (of < FEWEST) return null;
  const share = count / of, more = (Z * Z) / of;
  const middle = (share + more / 2) / (1 + more);
  const half = (Z * Math.sqrt((share * (1 - share)) / of + more / (4 * of))) / (1 + more);
  return { share, low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

function tell(where, now, before, counts) {
  if (!now) return fill(where, "too few", "", counts);
  const range = `${number(now.low)}–${number(now.high)}%, ${counts}`;
  return fill(where, words(now), before ? changed(now.share, before.share, words(before)) : "", range);
}

function fill(where, figure, change, range) {
  const made = [["strong", figure], ["span", change], ["span", range]].filter(([, text]) => text);
  where.replaceChildren(...made.map(([tag, text]) => Object.assign(document.createElement(tag), { textContent: text })));
}

const changed = (now, before, words) => (Math.abs(now - before) < 1e-9 ? "as live" : `${now > before ? "▲" : "▼"} from ${words}`);
const number = (share) => (share >= 0.0995 ? (share * 100).toFixed(0) : (share * 100).toFixed(1));
const words = (found) => (found ? `${number(found.share)}%` : "too few");

if (card) begin();
