"""Changing a draft: reading it, doing the edits and writing it back are one transaction, so that nothing that
somebody else did in between is lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...engine.store.database import Store
from ...grammar.edits import Applied, Conflict, Edit, MergeConflict, apply, merge
from ...grammar.edits.inverse import restoring
from .draft import Draft, TextCache, begun, held, kept
from .log import OWN, LogEntry, changes_since, newest_of, note, take_back, text_at

_MOST_LOOKED_AT = 50


@dataclass(frozen=True, slots=True)
class Changed:
    """A change that was made.

    `keys` are the statements that were changed, by the key they had and the one they have now ("" for one
    that was added or is gone). `taken` are comments that went away with what was removed. `conflicts` are
    statements of the text view where somebody else's words were kept. `back` is what was taken back, of an
    undo or redo.
    """

    draft: Draft
    keys: dict[str, str]
    taken: tuple[str, ...] = ()
    conflicts: tuple[MergeConflict, ...] = ()
    back: LogEntry | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A change that was not made, and why, for people.

    `who` is who was there first, None where it is nobody's doing. `found` is what now stands in the place,
    `wanted` what the writer would have had there: nothing that was typed is lost.
    """

    draft: Draft
    message: str
    key: str = ""
    path: str = ""
    who: str | None = None
    found: str | None = None
    wanted: str | None = None


def change(
    store: Store, ruleset: str, edits: Sequence[Edit], *, who: str, seen: int, texts: TextCache | None = None
) -> Changed | Rejected:
    """Does edits of the visual view, all or none, as one step that can be undone.

    `seen` is the revision for which they were made; `texts` are those read before. Raises KeyError where
    there is no such ruleset.
    """
    texts = texts or TextCache()
    with store.transaction() as connection:
        draft = held(connection, store, ruleset)
        later = changes_since(connection, ruleset, seen) if seen < draft.revision else []
        before = text_at(draft, later) if later else draft.text
        done = _done(draft, before, edits, texts)
        if isinstance(done, Rejected):
            return named(done, later or _latest(connection, draft, who), who)
        if done.draft.text == draft.text:
            return replace(done, draft=draft)
        made = saved(connection, draft, done.draft.text, texts, who=who, sort="edit", edits=edits)
        return replace(done, draft=made)


def take_text(
    store: Store, ruleset: str, text: str, *, who: str, seen: int, texts: TextCache | None = None
) -> Changed:
    """Takes in a text that was written in the text view, brought together with what others did since."""
    with store.transaction() as connection:
        draft = held(connection, store, ruleset)
        return _take_text(connection, draft, text, who=who, seen=seen, texts=texts or TextCache())


def begin_with(store: Store, ruleset: str, text: str, *, who: str) -> Draft | None:
    """A draft of a ruleset that has no version yet, with its first text as a change that can be undone: both
    or neither. None where there is a ruleset or draft of the name."""
    with store.transaction() as connection:
        draft = begun(connection, ruleset)
        if draft is None or not text:
            return draft
        return _take_text(connection, draft, text, who=who, seen=draft.revision, texts=TextCache()).draft


def _take_text(
    connection: sqlite3.Connection, draft: Draft, text: str, *, who: str, seen: int, texts: TextCache
) -> Changed:
    later = changes_since(connection, draft.ruleset, seen) if seen < draft.revision else []
    merged = merge(text_at(draft, later), text, draft.text)
    conflicts = tuple(
        replace(found, message=_naming(found.message, first_at(found.key, later), who))
        for found in merged.conflicts
    )
    if merged.text == draft.text:
        return Changed(draft, {}, conflicts=conflicts)
    made = saved(connection, draft, merged.text, texts, who=who, sort="text", edits=())
    return Changed(made, {}, conflicts=conflicts)


def discard(store: Store, ruleset: str, *, who: str, texts: TextCache | None = None) -> Changed:
    """The text of the version that the draft goes on from again; a change like any other, to be undone."""
    texts = texts or TextCache()
    with store.transaction() as connection:
        draft = held(connection, store, ruleset)
        if not draft.changed or draft.base is None:
            return Changed(draft, {})
        return Changed(
            saved(connection, draft, draft.base_text, texts, who=who, sort="discard", edits=()), {}
        )


def saved(
    connection: sqlite3.Connection,
    draft: Draft,
    text: str,
    texts: TextCache,
    *,
    who: str,
    sort: str,
    edits: Sequence[Edit],
    of: int | None = None,
) -> Draft:
    """The draft with another text, written down and noted. What its author had undone cannot come again,
    unless this is an undo or redo itself."""
    made = replace(draft, text=text, revision=draft.revision + 1)
    before, after = (texts.document(one, draft.ruleset) for one in (draft.text, text))
    inverse = restoring(before, after, edits[0].key if edits else "")
    kept(connection, made)
    if sort in OWN and sort != "redo":
        rows = connection.execute(
            "SELECT id FROM draft_change WHERE ruleset = ? AND who = ? AND standing = 1 AND sort = 'undo'",
            (draft.ruleset, who),
        ).fetchall()
        take_back(connection, [number for (number,) in rows])
    note(connection, made, who=who, sort=sort, edits=edits, inverse=inverse, of=of)
    return made


def _done(draft: Draft, before: str, edits: Sequence[Edit], texts: TextCache) -> Changed | Rejected:
    text = draft.text
    if before != text and len(edits) > 1:
        return _brought_together(draft, before, edits, texts)
    seen = texts.read(before, draft.ruleset) if before != text else None
    keys: dict[str, str] = {}
    taken: tuple[str, ...] = ()
    for edit in edits:
        outcome = apply(text, edit, seen=seen, parsed=texts.read(text, draft.ruleset))
        if not isinstance(outcome, Applied):
            return _not_done(draft, edit, outcome)
        text, seen = outcome.text, None
        texts.keep(outcome.parsed, draft.ruleset)
        keys[edit.key] = outcome.key
        taken += outcome.taken
    return Changed(replace(draft, text=text), keys, taken)


def _brought_together(
    draft: Draft, before: str, edits: Sequence[Edit], texts: TextCache
) -> Changed | Rejected:
    """Several edits of an older text: done there, then brought into the text of now."""
    mine = _done(replace(draft, text=before), before, edits, texts)
    if isinstance(mine, Rejected):
        return replace(mine, draft=draft)
    merged = merge(before, mine.draft.text, draft.text)
    if merged.conflicts:
        found = merged.conflicts[0]
        return Rejected(draft, found.message, found.key, found=found.theirs, wanted=found.mine)
    return replace(mine, draft=replace(draft, text=merged.text))


def _not_done(draft: Draft, edit: Edit, outcome: object) -> Rejected:
    if isinstance(outcome, Conflict):
        return Rejected(draft, outcome.message, edit.key, edit.path, "", found=outcome.found, wanted=edit.new)
    message: str = getattr(outcome, "message", "This cannot be done here.")
    return Rejected(draft, message, edit.key, edit.path, wanted=edit.new)


def _latest(connection: sqlite3.Connection, draft: Draft, who: str) -> list[LogEntry]:
    """What others changed last: a page may show a change while its reader still types over what was there."""
    since = max(draft.revision - _MOST_LOOKED_AT, 0)
    return [entry for entry in changes_since(connection, draft.ruleset, since) if entry.who != who]


def named(found: Rejected, later: Sequence[LogEntry], who: str) -> Rejected:
    """The same with the name of whoever was there first."""
    if found.who is None:
        return found
    first = first_at(found.key, later)
    return replace(found, who=first, message=_naming(found.message, first, who))


def first_at(key: str, later: Sequence[LogEntry]) -> str | None:
    """Who changed a statement first, or changed anything where nobody is known to have changed just that."""
    others = [entry for entry in later if entry.touches(key)] or later
    return others[0].who if others else None


def _naming(message: str, first: str | None, who: str) -> str:
    """A message about somebody, with the name of whoever it was."""
    if first is None:
        return message
    name = "You, in another window," if first == who else first
    return message.replace("Somebody", name).replace("somebody", name)


@dataclass(frozen=True, slots=True)
class Stacks:
    """Whether a person has something to undo, and something to redo."""

    undo: bool
    redo: bool


def stacks(store: Store, ruleset: str, who: str) -> Stacks:
    """What a person could undo and redo."""
    with store.guard():
        connection = store.connection
        return Stacks(
            newest_of(connection, ruleset, who, OWN) is not None,
            newest_of(connection, ruleset, who, ("undo",)) is not None,
        )


def undo(store: Store, ruleset: str, *, who: str, texts: TextCache | None = None) -> Changed | Rejected:
    """Takes back the latest change that this person made and that still stands."""
    return _taken_back(store, ruleset, who, "undo", texts or TextCache())


def redo(store: Store, ruleset: str, *, who: str, texts: TextCache | None = None) -> Changed | Rejected:
    """Makes the change again that this person undid last."""
    return _taken_back(store, ruleset, who, "redo", texts or TextCache())


def _taken_back(store: Store, ruleset: str, who: str, sort: str, texts: TextCache) -> Changed | Rejected:
    with store.transaction() as connection:
        draft = held(connection, store, ruleset)
        entry = newest_of(connection, ruleset, who, OWN if sort == "undo" else ("undo",))
        if entry is None:
            return Rejected(draft, f"There is nothing to {sort}.")
        take_back(connection, [entry.number])
        outcome = apply(draft.text, entry.inverse, parsed=texts.read(draft.text, ruleset))
        if not isinstance(outcome, Applied):
            # It leaves the stack, so that what was done before it can still be undone.
            found = Rejected(draft, outcome.message, entry.inverse.key, who="", wanted=entry.inverse.new)
            return named(found, changes_since(connection, ruleset, entry.revision), who)
        if outcome.text == draft.text:
            return Changed(draft, {}, back=entry)
        texts.keep(outcome.parsed, ruleset)
        made = saved(
            connection,
            draft,
            outcome.text,
            texts,
            who=who,
            sort=sort,
            edits=(entry.inverse,),
            of=entry.number,
        )
        return Changed(made, {entry.inverse.key: outcome.key}, back=entry)
