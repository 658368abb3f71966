// What is wrong with a text: marked in its place, counted, listed, and where a word is misspelt, put right.

import { ask, fromServer, paragraph, toServer } from "./help.js";

const FINISHING = 1500;
const LONGEST_WORD = 100;
const SEVERITIES = { error: "error", warning: "warning", lint: "info" };

/** The problems of an open text; `button` says how many there are, and lists them. */
export class Problems {
  #cm;
  #view;
  #button;
  #marks = [];
  #marked = {};
  #written = 0;
  #patience = 0;

  constructor(cm, view, button) {
    this.#cm = cm;
    this.#view = view;
    this.#button = button;
    button.addEventListener("click", () => this.list());
  }

  /** To be told of every change of the text, and whether somebody typed it here. */
  changed(changes, here) {
    this.#marks = this.#marks.map((one) => ({ ...one, ...moved(one, changes) }));
    if (here) this.#written = Date.now();
  }

  /** Shows diagnostics of the interface, which must be of the text as it is now. */
  show(diagnostics) {
    this.#marks = diagnostics.filter((one) => !one.file).map((one) => this.#mark(one));
    this.#refresh();
  }

  /** Lists what is wrong, below the text. */
  list() {
    this.#cm.openLintPanel(this.#view);
  }

  /** Puts what was most likely meant in the place of what is marked where the cursor is. */
  async correct() {
    const { doc, selection } = this.#view.state;
    const { head } = selection.main;
    const mark = this.#marks.find((one) => one.from <= head && head <= one.to);
    if (!mark) return;
    const [fix] = await this.#fixesOf(mark, [mark.from, mark.to]);
    if (fix && this.#view.state.doc === doc) this.#put([fix.from, fix.to], fix.text);
  }

  /** Marks what is wrong, but for what somebody is in the middle of writing. */
  #refresh() {
    clearTimeout(this.#patience);
    const { state } = this.#view;
    const left = this.#written + FINISHING - Date.now();
    const writing = left > 0 && this.#view.hasFocus;
    const { from, to } = block(state.doc, state.selection.main.head);
    const shown = this.#marks.filter((one) => !writing || one.to < from || one.from > to);
    if (shown.length < this.#marks.length) this.#patience = setTimeout(() => this.#refresh(), left);
    const said = JSON.stringify(shown.map((one) => [one.from, one.to, one.severity, one.message]));
    // Marked again, what somebody points at would close under their pointer.
    if (state.doc !== this.#marked.doc || said !== this.#marked.said) {
      this.#marked = { doc: state.doc, said };
      this.#view.dispatch(this.#cm.setDiagnostics(state, shown));
    }
    const count = this.#marks.length;
    this.#button.hidden = !count;
    this.#button.classList.toggle("wrong", this.#marks.some((one) => one.severity === "error"));
    this.#button.textContent = `${count} ${count === 1 ? "problem" : "problems"}`;
  }

  #mark({ severity, message, help, fixes, ...place }) {
    const { doc } = this.#view.state;
    const { from, to } = span(doc, place);
    const renderMessage = () => this.#said(message, help, renderMessage);
    return {
      from,
      to,
      // Their places are kept from the mark's beginning, as it moves with the text.
      fixes: (fixes ?? []).map((fix) => {
        const its = span(doc, fix);
        return { title: fix.title, text: fix.text, from: its.from - from, to: its.to - from };
      }),
      severity: SEVERITIES[severity] ?? "info",
      message: help ? `${capital(message)}. ${capital(help)}` : capital(message),
      renderMessage,
    };
  }

  #said(message, help, mark) {
    const box = document.createElement("div");
    box.className = "lw-said";
    box.append(paragraph(`${capital(message)}.`, ""));
    if (help) box.append(paragraph(`${capital(help)}.`.replace(/([?!.])\.$/, "$1"), "lw-quiet"));
    if (!this.#view.state.readOnly) void this.#offer(box, mark);
    return box;
  }

  /** Offers what was meant beside the message, once the server has said what it may be. */
  async #offer(box, mark) {
    const place = this.#placeOf(mark);
    const found = place ? await this.#fixesOf(this.#markOf(mark), place) : [];
    // In the list of problems, whose entries are chosen as a whole, there are no buttons.
    if (!found.length || box.closest(".cm-panel")) return;
    const buttons = document.createElement("p");
    for (const fix of found) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "cm-button";
      button.textContent = fix.title;
      button.addEventListener("click", () => {
        const now = this.#placeOf(mark);
        if (!now) return;
        const by = now[0] - place[0];
        this.#put([fix.from + by, fix.to + by], fix.text);
      });
      buttons.append(button, " ");
    }
    box.append(buttons);
  }

  /** What fixes a mark at a place: what its diagnostic says, else what could stand there. */
  async #fixesOf(mark, [from, to]) {
    if (mark?.fixes?.length) {
      return mark.fixes.map((fix) => ({ ...fix, from: from + fix.from, to: from + fix.to }));
    }
    const found = await meant(this.#view.state.doc.toString(), from, to);
    return found.map((text) => ({ title: `Write ${text}`, text, from, to }));
  }

  #markOf(renderMessage) {
    return this.#marks.find((one) => one.renderMessage === renderMessage);
  }

  /** Where a mark is by now, [from, to]; null where it is gone. */
  #placeOf(mark) {
    let place = null;
    this.#cm.forEachDiagnostic(this.#view.state, (one, from, to) => {
      if (one.renderMessage === mark) place = [from, to];
    });
    return place;
  }

  #put([from, to], text) {
    const selection = { anchor: from + text.length };
    this.#view.dispatch({ changes: { from, to, insert: text }, selection, userEvent: "input.complete" });
    this.#view.focus();
  }
}

/** What may have been meant where something is wrong: the texts that could stand there, the likeliest first. */
async function meant(text, from, to) {
  if (from === to || to - from > LONGEST_WORD || text.slice(from, to).includes("\n")) return [];
  const place = { text, offset: toServer(text, from), end: toServer(text, to) };
  return ((await ask("instead", place))?.suggestions ?? []).map((one) => one.text);
}

/** The lines around a place up to the next blank ones: where a statement, half written, may reach. */
function block(doc, place) {
  let first = doc.lineAt(place).number;
  let last = first;
  while (first > 1 && doc.line(first - 1).text.trim()) first--;
  while (last < doc.lines && doc.line(last + 1).text.trim()) last++;
  return { from: doc.line(first).from, to: doc.line(last).to };
}

function moved(mark, changes) {
  const from = changes.mapPos(mark.from, 1);
  return { from, to: Math.max(from, changes.mapPos(mark.to, -1)) };
}

function span(doc, { line, column, end_line: endLine, end_column: endColumn }) {
  const from = offset(doc, line, column);
  return { from, to: Math.max(from, offset(doc, endLine, endColumn)) };
}

function offset(doc, line, column) {
  const found = doc.line(Math.min(Math.max(line, 1), doc.lines));
  return Math.min(found.to, found.from + fromServer(found.text, column - 1));
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
