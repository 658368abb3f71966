// Keeps a document and the draft on the server one text: what is typed is sent, what others did comes back
// as the smallest changes, and whatever was typed meanwhile stays where it was typed.

import { changesBetween } from "./diff.js";

const REST = 400;
const LONGEST = 2000;

/** A text as the document has it: lines end in \n there. */
const plain = (text) => text.replace(/\r\n?/g, "\n");

/** A document that follows the draft.
 *
 * `send(revision, text)` brings a text to the server and gives back what came of it, {revision, text}; it is
 * called by one at a time. Where it fails, what was typed is kept and goes with the next one.
 */
export class Following {
  #cm;
  #view;
  #send;
  #raw;
  #sent = null;
  #unsent;
  #later = null;
  #waiting = null;
  #rest = 0;
  #since = 0;

  constructor(cm, view, { revision, text, send }) {
    this.#cm = cm;
    this.#view = view;
    this.#send = send;
    this.#raw = text;
    this.revision = revision;
    this.#unsent = this.#nothing(plain(text));
  }

  /** Whether there is anything that the server does not have yet. */
  get behind() {
    return Boolean(this.#sent) || !this.#unsent.empty;
  }

  /** What nobody has brought to the server yet, {revision, text}; null where there is nothing, or where the
   * server is just being asked. */
  unsaved() {
    if (this.#sent || this.#unsent.empty) return null;
    return { revision: this.revision, text: withChanges(this.#raw, this.#unsent) };
  }

  /** To be told of every change that was made here. */
  typed(changes) {
    this.#unsent = this.#unsent.compose(changes);
    clearTimeout(this.#rest);
    this.#since ||= Date.now();
    const wait = Math.max(0, Math.min(REST, this.#since + LONGEST - Date.now()));
    this.#rest = setTimeout(() => this.flush().catch(() => {}), wait);
  }

  /** Sends what is not sent yet; settles when the server has all that was typed until now. */
  async flush() {
    clearTimeout(this.#rest);
    while (this.#sent) await this.#sent;
    if (this.#unsent.empty) return;
    this.#sent = this.#bring().finally(() => (this.#sent = null));
    await this.#sent;
    this.#catchUp();
  }

  async #bring() {
    const [base, sent] = [plain(this.#raw), this.#unsent];
    const text = withChanges(this.#raw, sent);
    this.#since = 0;
    this.#unsent = this.#nothing(plain(text));
    try {
      const answer = await this.#send(this.revision, text);
      this.#take(plain(text), answer);
    } catch (error) {
      this.#unsent = this.#nothing(base).compose(sent).compose(this.#unsent);
      throw error;
    }
  }

  /** To be told of what the draft has become by anything but this document. */
  receive({ revision, text }) {
    if (revision <= this.revision || revision <= (this.#later?.revision ?? -1)) return;
    this.#later = { revision, text };
    if (!this.#sent) this.#catchUp();
  }

  #catchUp() {
    const later = this.#later;
    this.#later = null;
    if (later && later.revision > this.revision) this.#take(plain(this.#raw), later);
  }

  /** Makes the document what the server has, with what was typed since on top of it. */
  #take(before, { revision, text }) {
    const after = plain(text);
    const theirs = this.#cm.ChangeSet.of(changesBetween(before, after), before.length);
    const mine = this.#unsent;
    this.#raw = text;
    this.revision = revision;
    this.#unsent = mine.map(theirs);
    const changes = theirs.map(mine, true);
    if (!changes.empty) this.#view.dispatch({ changes, annotations: this.#cm.fromServer.of(true) });
  }

  #nothing(text) {
    return this.#cm.ChangeSet.empty(text.length);
  }
}

/** A text of the server with changes of the document made in it; its own line ends stay as they are. */
export function withChanges(raw, changes) {
  const windows = raw.includes("\r\n");
  const ends = [];
  for (let at = raw.indexOf("\r\n"); at >= 0; at = raw.indexOf("\r\n", at + 2)) ends.push(at - ends.length);
  const place = (at) => at + below(ends, at);
  let made = "";
  let done = 0;
  changes.iterChanges((from, to, _, __, inserted) => {
    const written = inserted.toString();
    made += raw.slice(done, place(from)) + (windows ? written.replaceAll("\n", "\r\n") : written);
    done = place(to);
  }, true);
  return made + raw.slice(done);
}

/** How many of some places, in order, lie before one. */
function below(places, at) {
  let [low, high] = [0, places.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (places[middle] < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
