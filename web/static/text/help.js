// Help while writing, all of it from the server: what may come next, and what stands here.

/** Asks the interface; null where it cannot be reached or will not say, since help is never in the way. */
export async function ask(operation, body, signal) {
  try {
    const answer = await fetch(`/api/v1/${operation}`, {
      method: body ? "POST" : "GET",
      headers: body ? { "Content-Type": "application/json" } : {},
      body: body ? JSON.stringify(body) : undefined,
      signal,
    });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

// --- places: the server counts characters, the browser counts halves of some ---------------------------

const HALVES = /[\ud800-\udfff]/;

/** A place in a text as the server counts it. */
export function toServer(text, place) {
  return HALVES.test(text) ? [...text.slice(0, place)].length : place;
}

/** A place that the server counted, as the browser counts it. */
export function fromServer(text, place) {
  return HALVES.test(text) ? [...text].slice(0, place).join("").length : Math.min(place, text.length);
}

// --- completion ---------------------------------------------------------------------------------------

const MOST = 100;
// Behind these a name or a value comes, so what there is comes up before anybody asks.
const ASKS_FOR_MORE =
  /(?:^|[\s(])(?:when|and|or|not|in|each|latest|first|since|contains|like|=|!=)\s+$|[(,:]\s*$/i;

// Where people who write on several lines begin a new one: there Enter is theirs, unless they chose.
const ENDS_A_LINE = /(?:(?:^|\s)(?:when|and|or|then|given|expect)|,)\s*$/i;

/** An extension that completes what is written, on its own after a word was begun, and on Ctrl+Space. */
export function completion(cm) {
  let asked = false;
  function accept(view) {
    const { head } = view.state.selection.main;
    const before = view.state.sliceDoc(view.state.doc.lineAt(head).from, head);
    if (!asked && cm.selectedCompletionIndex(view.state) === 0 && ENDS_A_LINE.test(before)) return false;
    return cm.acceptCompletion(view);
  }
  function ask(view) {
    asked = true;
    return cm.startCompletion(view);
  }
  const runs = new Map([
    [cm.acceptCompletion, accept],
    [cm.startCompletion, ask],
  ]);
  return [
    cm.autocompletion({ override: [suggest], icons: false, activateOnTypingDelay: 60, defaultKeymap: false }),
    cm.EditorView.updateListener.of(({ docChanged }) => {
      if (docChanged) asked = false;
    }),
    cm.Prec.highest(
      cm.keymap.of([
        ...cm.completionKeymap.map((key) => ({ ...key, run: runs.get(key.run) ?? key.run })),
        { key: "Tab", run: cm.acceptCompletion },
      ]),
    ),
  ];
}

async function suggest(context) {
  const text = context.state.doc.toString();
  const line = context.state.doc.lineAt(context.pos);
  const before = text.slice(line.from, context.pos);
  if (!context.explicit && !/[\p{L}\p{N}_"[/]$/u.test(before) && !ASKS_FOR_MORE.test(before)) return null;
  const gone = new AbortController();
  context.addEventListener("abort", () => gone.abort());
  const found = await ask("complete", { text, offset: toServer(text, context.pos) }, gone.signal);
  if (!found?.suggestions.length) return null;
  const from = fromServer(text, found.start);
  const to = fromServer(text, found.end);
  const written = text.slice(from, context.pos);
  const only = found.suggestions.length === 1 && found.suggestions[0].text.toLowerCase();
  // What is written out already needs no help.
  if (!context.explicit && only === written.toLowerCase()) return null;
  const whole = found.suggestions.length < MOST;
  return result(found.suggestions, from, to, whole);
}

function result(suggestions, from, to, whole) {
  return {
    from,
    to,
    filter: false,
    options: suggestions.map((one) => ({ label: one.text, detail: one.note ?? one.kind, type: one.kind })),
    // While the word goes on, what was found is narrowed here as the server would.
    update(_, start, end, context) {
      const written = context.state.sliceDoc(start, context.pos).toLowerCase().replace(/^["“„[]/, "");
      if (!whole || !/^[\p{L}\p{N}_./ -]+$/u.test(written) || /\s$/.test(written)) return null;
      const plain = (one) => one.text.toLowerCase().replace(/^["[]/, "");
      const begin = suggestions.filter((one) => plain(one).startsWith(written));
      const inside = suggestions.filter((one) => plain(one).indexOf(written) > 0);
      const left = [...begin, ...inside];
      return left.length ? result(left, start, Math.max(end, context.pos), true) : null;
    },
  };
}

// --- in words -----------------------------------------------------------------------------------------

/** What the server says of a place: {start, end, phrase, statement, name, about}, null where nothing. */
export async function describe(text, place, signal) {
  const found = await ask("describe", { text, offset: toServer(text, place) }, signal);
  if (!found || !(found.statement || found.about)) return null;
  return { ...found, start: fromServer(text, found.start), end: fromServer(text, found.end) };
}

/** An extension that says, where the pointer rests, what stands there. */
export function hover({ hoverTooltip }) {
  return hoverTooltip(async (view, place) => {
    const found = await describe(view.state.doc.toString(), place);
    if (!found) return null;
    return { pos: found.start, end: found.end, above: true, create: () => ({ dom: inWords(found) }) };
  }, { hoverTime: 400 });
}

function inWords({ phrase, statement, name, about }) {
  const box = document.createElement("div");
  box.className = "lw-words";
  const add = (text, look = "") => box.append(paragraph(text, look));
  if (about) add(`${name}: ${about}`);
  // As it is, since it may begin with a name.
  if (phrase) add(phrase);
  if (statement && !phrase) add(statement);
  else if (statement) add(statement, "lw-quiet");
  return box;
}

/** A text of the server as an element; only ever text. */
export function paragraph(text, look) {
  const made = document.createElement("p");
  if (look) made.className = look;
  made.textContent = text;
  return made;
}
