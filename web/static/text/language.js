// The language's lexemes, cut as the server cuts them, and coloured. Which words are which comes from the
// server (/api/v1/language); a test holds both sides together over every text the project has.

const BLANK = String.raw`[\s\ufeff\x1c-\x1f\x85]`;
const LETTER = String.raw`[\p{L}\p{N}_]`;
const FIRST = String.raw`[\p{L}\p{Nl}\p{No}_]`;
const MORE = String.raw`[\p{L}\p{N}_\u0300-\u036f]`;

const PATTERNS = {
  PATH:
    `${FIRST}${MORE}*(?:[-./]${MORE}+)+` +
    `|(?<![^\\s\\ufeff\\x1c-\\x1f\\x85(])/${LETTER}${MORE}*(?:[-./]${MORE}+)*`,
  WORD: `${FIRST}${MORE}*`,
  QUOTED: String.raw`"(?:[^"\r\n]|"")*"|[“”„][^“”„\r\n]*[“”]`,
  MOMENT:
    String.raw`[0-9]{4}-[0-9]{2}-[0-9]{2}` +
    String.raw`(?:[Tt][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:[Zz]|[\-+−][0-9]{2}:[0-9]{2}))?` +
    `(?!${LETTER}|:)`,
  BRACKETED: String.raw`\[[^\[\]\r\n]*\]`,
  MALFORMED_DATE:
    String.raw`[0-9]{1,4}(?:/[0-9]{1,2}/|-[0-9]{1,2}-|\.[0-9]{1,2}\.)[0-9]{1,4}` +
    `(?:T(?:${LETTER}|[:+])*)?(?!${LETTER})`,
  NUMERAL: `[0-9]+(?:\\.[0-9]+)?(?!${LETTER}|\\.[0-9])`,
  UNCLOSED: String.raw`["“”„][^\r\n]*|\[[^\r\n]*`,
  MALFORMED: `[0-9](?:${LETTER}|\\.)*`,
  SIGN: String.raw`==+|=>|=<|<>|&&|\|\||\+=|[<>!]=|[^\s]`,
};

const SCANNER = new RegExp(
  `(?<BLANK>${BLANK}+)|(?<COMMENT>(?<![^\\s\\ufeff\\x1c-\\x1f\\x85])#[^\\r\\n]*)|` +
    Object.entries(PATTERNS)
      .map(([name, pattern]) => `(?<${name}>${pattern})`)
      .join("|"),
  "yu",
);

/** Every lexeme and comment of a text: {kind, text, from, to}, places counted from `base`. Never fails. */
export function lexemes(text, base = 0) {
  const found = [];
  SCANNER.lastIndex = 0;
  for (let match; SCANNER.lastIndex < text.length && (match = SCANNER.exec(text)); ) {
    const kind = Object.keys(match.groups).find((name) => match.groups[name] !== undefined);
    if (kind !== "BLANK") {
      found.push({ kind, text: match[0], from: base + match.index, to: base + match.index + match[0].length });
    }
  }
  return found;
}

/** The words and signs of the language, as /api/v1/language has them. */
export class Language {
  constructor({ statements, named, reserved, kinds, signs, ends, free }) {
    this.statements = new Set(statements);
    this.named = new Set(named);
    this.reserved = new Set(reserved);
    this.kinds = new Map(Object.entries(kinds));
    this.signs = new Map(Object.entries(signs));
    this.ends = new Set(ends);
    this.free = new Map(
      Object.entries(free).map(([kind, { after, after_head, before }]) => [
        kind,
        { after: new Set(after), afterHead: new Set(after_head), before: new Set(before) },
      ]),
    );
  }

  /** The lexemes of a text with `kind` as understood: a word that is a keyword where it stands has its kind. */
  understood(text, base = 0) {
    const all = lexemes(text, base);
    const found = all.filter((one) => one.kind !== "COMMENT");
    let before = { kind: "", head: false, open: false };
    found.forEach((one, at) => {
      one.kind = this.#kind(one, before, found[at + 1]);
      const head = !before.open && this.#begins(one, before.kind);
      // The name of a statement that goes on after it ends none.
      const open = before.head && before.named && one.kind === "QUOTED";
      before = { kind: one.kind, head, named: this.named.has(one.text.toLowerCase()), open };
    });
    return all;
  }

  /** Whether a word begins a statement: it can, and the lexeme before it, if any, can end one. */
  #begins({ text }, before) {
    return this.statements.has(text.toLowerCase()) && (!before || this.ends.has(before));
  }

  #kind(one, before, next) {
    if (one.kind === "SIGN") return this.signs.get(one.text) ?? one.kind;
    if (one.kind !== "WORD" && one.kind !== "PATH") return one.kind;
    const word = one.text.toLowerCase();
    const keyword = this.kinds.get(word);
    if (!keyword || this.reserved.has(word)) return keyword ?? one.kind;
    const { after, afterHead, before: ahead } = this.free.get(keyword);
    const fits = (before.head ? afterHead : after).has(before.kind) && (!next || this.#possible(next).some((kind) => ahead.has(kind)));
    return fits ? keyword : one.kind;
  }

  /** What a lexeme may be, as long as nobody has looked at what stands before it. */
  #possible({ kind, text }) {
    if (kind === "SIGN") return [this.signs.get(text)];
    if (kind !== "WORD" && kind !== "PATH") return [kind];
    const word = text.toLowerCase();
    const keyword = this.kinds.get(word);
    return this.reserved.has(word) ? [keyword] : [kind, keyword];
  }

  /** How a lexeme that is understood is coloured; null for names, which are left plain. */
  look({ kind, text }, next) {
    if (kind === "COMMENT") return "comment";
    if (kind === "QUOTED") return "text";
    if (kind === "NUMERAL" || kind === "MOMENT") return "number";
    if (kind === "PLUS" || kind === "MINUS") return next?.kind === "NUMERAL" ? "number" : "sign";
    if (kind === "WORD") return next?.kind === "LPAR" ? "function" : null;
    if (kind === "PATH" || kind === "BRACKETED") return null;
    if (kind === "UNCLOSED") return text[0] === "[" ? null : "text";
    return /^\p{L}/u.test(text) ? "word" : "sign";
  }
}

const FAR = 200;

/** An extension that colours what is seen. Lines before it are read too, so that words are understood. */
export function highlighting({ Decoration, RangeSetBuilder, ViewPlugin }, language) {
  const marks = Object.fromEntries(
    ["comment", "text", "number", "sign", "function", "word"].map((look) => [
      look,
      Decoration.mark({ class: `lw-${look}` }),
    ]),
  );
  function seen(view) {
    const made = new RangeSetBuilder();
    for (const { from, to } of view.visibleRanges) {
      const { doc } = view.state;
      const begin = doc.line(Math.max(1, doc.lineAt(from).number - FAR)).from;
      const end = doc.lineAt(to).to;
      const all = language.understood(doc.sliceString(begin, end), begin);
      all.forEach((one, at) => {
        const look = one.to > from ? language.look(one, all[at + 1]) : null;
        if (look) made.add(one.from, one.to, marks[look]);
      });
    }
    return made.finish();
  }
  return ViewPlugin.define((view) => ({
    decorations: seen(view),
    update(update) {
      if (update.docChanged || update.viewportChanged) this.decorations = seen(update.view);
    },
  }), { decorations: (plugin) => plugin.decorations });
}
