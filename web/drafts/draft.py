"""A draft: found, begun, and written back; with the texts that were read last."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from ...engine.lru import LruCache
from ...engine.store.database import Store
from ...engine.store.records.rulesets import load_version, ruleset_names, same_name
from ...grammar.edits.document import Document
from ...grammar.messages.diagnostics import Source
from ...grammar.syntax.parse import Parsed, parse

_MOST_RULESETS = 64
_MOST_CHARACTERS = 1_500_000
"""What is read of a text takes 60 to 80 times its length: of 100 rules, 150 texts; of 2,000, eight."""


class TextCache:
    """What was read of the latest texts. It only saves time; safe in threads."""

    def __init__(self) -> None:
        self._parsed: LruCache[str, Parsed] = LruCache(_MOST_CHARACTERS, lambda text, _parsed: len(text))
        self._latest: LruCache[str, Parsed] = LruCache(_MOST_RULESETS)

    def read(self, text: str, ruleset: str = "") -> Parsed:
        """What is read in a text; beside the text of the same ruleset that was read last."""
        found = self._parsed.get(text)
        return self.keep(found or parse(Source(text), self._latest.get(ruleset)), ruleset)

    def keep(self, parsed: Parsed, ruleset: str = "") -> Parsed:
        """Takes in what was read elsewhere."""
        self._parsed.put(parsed.source.text, parsed)
        return self._latest.put(ruleset, parsed)

    def document(self, text: str, ruleset: str = "") -> Document:
        """A text made ready for edits."""
        return Document(text, self.read(text, ruleset))


@dataclass(frozen=True, slots=True)
class Draft:
    """A ruleset as it is being changed.

    `base` is the number of the version it goes on from, None before there is one, and `base_text` that
    version's text. `revision` counts the changes; 0 is a draft that nobody has changed yet.
    """

    ruleset: str
    text: str
    base: int | None
    base_text: str
    revision: int

    @property
    def changed(self) -> bool:
        """Whether it says anything else than the version it goes on from."""
        return self.base is None or self.text != self.base_text


def current(store: Store, ruleset: str) -> Draft | None:
    """The draft of a ruleset; without one, the live version as a draft not yet changed. None where there
    is neither."""
    with store.guard():
        found = draft_of(store.connection, ruleset)
    if found is not None:
        return found
    if ruleset not in ruleset_names(store):
        return None
    live = load_version(store, ruleset)
    return Draft(ruleset, live.text, live.number, live.text, 0)


def draft_names(store: Store) -> list[str]:
    """The rulesets that have a draft which says something else than their live version."""
    with store.guard():
        rows = store.connection.execute(
            "SELECT ruleset FROM draft WHERE base IS NULL OR text != base_text ORDER BY ruleset"
        )
        return [ruleset for (ruleset,) in rows]


def begin(store: Store, ruleset: str, text: str = "") -> Draft | None:
    """A draft of a ruleset that has no version yet; None where there is a ruleset or draft of the name, in
    whatever case."""
    with store.transaction() as connection:
        return begun(connection, ruleset, text)


def begun(connection: sqlite3.Connection, ruleset: str, text: str = "") -> Draft | None:
    """As `begin`, in a transaction that goes on."""
    if same_name(connection, ruleset) is not None:
        return None
    made = Draft(ruleset, text, None, "", 0)
    _add(connection, made)
    return made


def held(connection: sqlite3.Connection, store: Store, ruleset: str) -> Draft:
    """The draft to be changed in a transaction, written down if it was not yet. Raises KeyError."""
    found = draft_of(connection, ruleset)
    if found is None:
        found = current(store, ruleset)
        if found is None:
            raise KeyError(ruleset)
        _add(connection, found)
    return found


def kept(connection: sqlite3.Connection, draft: Draft) -> None:
    """Writes a changed draft back."""
    connection.execute(
        "UPDATE draft SET text = ?, base = ?, base_text = ?, revision = ? WHERE ruleset = ?",
        (draft.text, draft.base, draft.base_text, draft.revision, draft.ruleset),
    )


def _add(connection: sqlite3.Connection, draft: Draft) -> None:
    connection.execute(
        "INSERT INTO draft (ruleset, text, base, base_text, revision) VALUES (?, ?, ?, ?, ?)",
        (draft.ruleset, draft.text, draft.base, draft.base_text, draft.revision),
    )


def draft_of(connection: sqlite3.Connection, ruleset: str) -> Draft | None:
    """The draft that is written down, within a transaction; None where nobody changed it yet."""
    row = connection.execute(
        "SELECT ruleset, text, base, base_text, revision FROM draft WHERE ruleset = ?", (ruleset,)
    ).fetchone()
    return Draft(*row) if row is not None else None


def forget(store: Store, ruleset: str) -> str | None:
    """Throws away the draft of a ruleset that has no version, and gives its text; None where there is none.
    That of a published ruleset is kept: `discard` takes it back to the live version."""
    with store.transaction() as connection:
        found = draft_of(connection, ruleset)
        if found is None or ruleset in ruleset_names(store):
            return None
        connection.execute("DELETE FROM draft_change WHERE ruleset = ?", (ruleset,))
        connection.execute("DELETE FROM draft WHERE ruleset = ?", (ruleset,))
    return found.text
