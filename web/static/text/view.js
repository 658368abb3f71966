// The text view: CodeMirror in a shadow root, following the draft. Loaded only when it is opened.

import * as cm from "../vendor/codemirror.js";
import { changesBetween } from "./diff.js";
import { Following } from "./follow.js";
import { ask, completion, describe, hover } from "./help.js";
import { highlighting, Language } from "./language.js";
import { AROUND, theme } from "./look.js";
import { Problems } from "./problems.js";

const THINKING = 300;
const NOTHING_HERE = "Ctrl+Space shows what can be written next. What the cursor stands in is said here in words.";
const fromServer = cm.Annotation.define();
const choose = cm.StateEffect.define();

const chosen = cm.StateField.define({
  create: () => cm.Decoration.none,
  update(marked, transaction) {
    for (const effect of transaction.effects) {
      if (effect.is(choose)) return linesOf(transaction.state, effect.value);
    }
    return marked.map(transaction.changes);
  },
  provide: (field) => cm.EditorView.decorations.from(field),
});

function linesOf({ doc }, [first, last]) {
  const made = new cm.RangeSetBuilder();
  for (let number = first; number <= last; number++) {
    const { from: start } = doc.line(number);
    made.add(start, start, cm.Decoration.line({ class: "lw-chosen" }));
  }
  return made.finish();
}

/** Opens the view in an element, whose content (a text area, for those without scripts) it replaces.
 *
 * `send(revision, text)`, `undo()` and `redo()` reach the server; `placed(line)` is told on which line the
 * cursor rests, once it does.
 */
export async function open(host, { revision, text, label, readOnly = false, send, undo, redo, placed }) {
  const language = await ask("language");
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(AROUND);
  root.adoptedStyleSheets = [sheet];
  const frame = around(root);
  const opened = new TextView(frame, { send, undo, redo, placed });
  opened.begin(root, { revision, text, label, readOnly, language });
  return opened;
}

/** The bar above and the sentence below; the editor comes between. */
function around(root) {
  root.innerHTML = `
    <div class="bar" role="toolbar" aria-label="Text">
      <button type="button" class="format">Format</button>
      <button type="button" class="problems" hidden></button>
      <p id="keys"><kbd>Esc</kbd>, then <kbd>Tab</kbd> leaves the text</p>
    </div>
    <div class="box">
      <div class="editor"></div>
      <p class="words">${NOTHING_HERE}</p>
    </div>`;
  const find = (name) => root.querySelector(name);
  return { format: find(".format"), problems: find(".problems"), editor: find(".editor"), words: find(".words") };
}

/** An open text view. */
class TextView {
  #frame;
  #calls;
  #follow;
  #rest = 0;
  #asked = null;
  #problems;

  constructor(frame, calls) {
    this.#frame = frame;
    this.#calls = calls;
    frame.format.addEventListener("click", () => this.format());
  }

  begin(root, { revision, text, label, readOnly, language }) {
    this.#frame.format.hidden = readOnly;
    this.view = new cm.EditorView({
      doc: text,
      root,
      parent: this.#frame.editor,
      extensions: [
        this.#keys(),
        cm.EditorState.readOnly.of(readOnly),
        cm.EditorView.contentAttributes.of({
          "aria-label": label,
          "aria-describedby": "keys",
          "aria-readonly": `${readOnly}`,
          tabindex: "0",
        }),
        cm.EditorView.updateListener.of((update) => this.#updated(update)),
        cm.EditorView.domEventHandlers({
          beforeinput: (event) => this.#ofTheBrowser(event),
          blur: () => void this.flush(),
        }),
        cm.EditorState.languageData.of(() => [LANGUAGE_DATA]),
        language ? highlighting(cm, new Language(language)) : [],
        cm.lineNumbers(),
        cm.lintGutter(),
        cm.highlightActiveLine(),
        cm.highlightActiveLineGutter(),
        cm.drawSelection(),
        cm.dropCursor(),
        cm.closeBrackets(),
        cm.search({ top: false }),
        cm.EditorView.lineWrapping,
        readOnly ? [] : completion(cm),
        hover(cm),
        chosen,
        theme(cm),
      ],
    });
    this.#problems = new Problems(cm, this.view, this.#frame.problems);
    this.#follow = new Following({ ...cm, fromServer }, this.view, { revision, text, send: this.#calls.send });
  }

  #keys() {
    const back = (step) => () => {
      void this.#step(step);
      return true;
    };
    return [
      cm.Prec.high(
        cm.keymap.of([
          { key: "Mod-z", run: back("undo"), preventDefault: true },
          { key: "Mod-y", mac: "Mod-Shift-z", run: back("redo"), preventDefault: true },
          { key: "Mod-Shift-z", run: back("redo"), preventDefault: true },
          { key: "Mod-.", run: () => (void this.#problems.correct(), true), preventDefault: true },
          { key: "Shift-Alt-f", run: () => (void this.format(), true), preventDefault: true },
        ]),
      ),
      cm.keymap.of([
        ...cm.closeBracketsKeymap,
        ...cm.lintKeymap,
        ...cm.searchKeymap,
        ...cm.defaultKeymap,
        cm.indentWithTab,
      ]),
    ];
  }

  /** Undo and redo from a menu: those of the page, since the server keeps the one stack for both views. */
  #ofTheBrowser(event) {
    const step = { historyUndo: "undo", historyRedo: "redo" }[event.inputType];
    if (!step) return false;
    event.preventDefault();
    void this.#step(step);
    return true;
  }

  async #step(step) {
    await this.flush();
    await this.#calls[step]?.();
  }

  #updated(update) {
    for (const transaction of update.transactions) {
      if (!transaction.docChanged) continue;
      const here = !transaction.annotation(fromServer);
      this.#problems.changed(transaction.changes, here);
      if (here) this.#follow.typed(transaction.changes);
    }
    // What scrolls can be reached by keyboard, and the list of what completes scrolls.
    for (const list of this.#frame.editor.querySelectorAll("[role=listbox]:not([tabindex])")) list.tabIndex = 0;
    if (update.docChanged || update.selectionSet) {
      clearTimeout(this.#rest);
      this.#rest = setTimeout(() => this.#say(), THINKING);
    }
  }

  /** Says below in plain words what the cursor stands in, for keyboards and fingers, which cannot hover. */
  async #say() {
    this.#asked?.abort();
    this.#asked = new AbortController();
    const { signal } = this.#asked;
    const { doc, selection } = this.view.state;
    this.place();
    const found = await describe(doc.toString(), selection.main.head, signal);
    if (signal.aborted) return;
    const said = found?.statement ?? (found?.about ? `${found.name}: ${found.about}` : NOTHING_HERE);
    if (this.#frame.words.textContent !== said) this.#frame.words.textContent = said;
  }

  // --- what the page asks of it --------------------------------------------------------------------

  /** The text as it stands here. */
  get text() {
    return this.view.state.doc.toString();
  }

  /** The revision of the draft that it shows, beside what was typed since. */
  get revision() {
    return this.#follow.revision;
  }

  /** What was typed and is not on its way yet, {revision, text}; null where nothing is. */
  unsaved() {
    return this.#follow.unsaved();
  }

  /** Sends what was typed; settles when the server has it. What fails is said by whoever sends. */
  async flush() {
    await this.#follow.flush().catch(() => {});
  }

  /** The draft has become this text, by something else than typing here. */
  receive(draft) {
    this.#follow.receive(draft);
  }

  /** Shows diagnostics of the interface, which are of the text as it was last sent. */
  diagnose(diagnostics) {
    if (!this.#follow.behind) this.#problems.show(diagnostics);
  }

  /** Lists what is wrong, below the text. */
  showProblems() {
    this.#problems.list();
  }

  /** Marks lines, [first, last], and brings them in sight. */
  choose(lines) {
    const { doc } = this.view.state;
    const [first, last] = lines.map((line) => Math.min(line, doc.lines));
    const sight = cm.EditorView.scrollIntoView(doc.line(first).from, { y: "center" });
    this.view.dispatch({ effects: [choose.of([first, last]), sight] });
  }

  /** Tells on which line the cursor is, while somebody is writing here. */
  place() {
    const { doc, selection } = this.view.state;
    if (this.view.hasFocus) this.#calls.placed?.(doc.lineAt(selection.main.head).number);
  }

  /** Puts one piece of text in the place of another; at the end where that is not there any more. */
  async put(before, after) {
    const [text, old, made] = [this.text, ...[before, after].map((one) => one.replace(/\r\n?/g, "\n"))];
    const at = text.indexOf(old);
    const there = text.slice(0, at) + made + text.slice(at + old.length);
    const changed = at < 0 ? `${text.trimEnd()}\n\n${made.trim()}\n` : there;
    this.view.dispatch({ changes: changesBetween(text, changed) });
    await this.flush();
  }

  /** Lays the text out in the common way. */
  async format() {
    const before = this.text;
    const made = await ask("format", { text: before });
    if (!made || this.text !== before) return;
    this.view.dispatch({ changes: changesBetween(before, made.text), userEvent: "format" });
    await this.flush();
  }
}

const LANGUAGE_DATA = {
  commentTokens: { line: "#" },
  closeBrackets: { brackets: ["(", '"', "[", "{"] },
};
