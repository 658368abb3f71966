"""The log of a draft: every change of it, who made it, and the text as it was at any revision."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ...engine.lru import LruCache
from ...engine.store.database import Store
from ...engine.values import moment_of
from ...grammar.edits import Edit
from .draft import Draft

_COLUMNS = "id, revision, at, who, sort, edits, inverse, of, standing"

OWN = ("edit", "text", "redo", "discard")
"""The sorts of changes that their author can undo."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One change: the edits that were asked for, and the edit that restores the text before it.

    `sort` is "edit" (one place), "text" (in the text view), "undo" or "redo" (then `of` is the change that
    was taken back), "discard", or "version" (a newer live version came in). `standing` is False once it was
    itself taken back.
    """

    number: int
    revision: int
    at: dt.datetime
    who: str
    sort: str
    edits: tuple[Edit, ...]
    inverse: Edit
    of: int | None
    standing: bool

    def touches(self, key: str) -> bool:
        """Whether it changed the statement with a key."""
        return any(edit.key == key for edit in (*self.edits, self.inverse))


def note(
    connection: sqlite3.Connection,
    draft: Draft,
    *,
    who: str,
    sort: str,
    edits: Sequence[Edit],
    inverse: Edit,
    of: int | None = None,
) -> int:
    """Notes the change that made a draft's revision; gives its number."""
    written = json.dumps([edit.as_dict() for edit in edits], ensure_ascii=False)
    cursor = connection.execute(
        "INSERT INTO draft_change (ruleset, revision, at, who, sort, edits, inverse, of) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            draft.ruleset,
            draft.revision,
            time.time_ns() // 1000,
            who,
            sort,
            written,
            json.dumps(inverse.as_dict(), ensure_ascii=False),
            of,
        ),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def entries(store: Store, ruleset: str, *, since: int = 0) -> list[LogEntry]:
    """The changes that made the revisions after `since`, the latest first."""
    with store.guard():
        return changes_since(store.connection, ruleset, since)


def changes_since(connection: sqlite3.Connection, ruleset: str, since: int) -> list[LogEntry]:
    """The same, within a transaction."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM draft_change WHERE ruleset = ? AND revision > ? ORDER BY revision DESC",
        (ruleset, since),
    )
    return [read(row) for row in rows]


def authors(store: Store, ruleset: str) -> list[str]:
    """Who changed the draft since the version it goes on from, in the order of their first change."""
    with store.guard():
        rows = store.connection.execute(
            "SELECT who FROM draft_change WHERE ruleset = :ruleset AND sort != 'version' AND revision > "
            "(SELECT ifnull(max(revision), 0) FROM draft_change "
            "WHERE ruleset = :ruleset AND sort = 'version') GROUP BY who ORDER BY min(id)",
            {"ruleset": ruleset},
        )
        return [who for (who,) in rows]


def text_at(draft: Draft, later: Iterable[LogEntry]) -> str:
    """The text of a draft before its `later` changes, the latest of which comes first."""
    text = draft.text
    for entry in later:
        back = entry.inverse
        at, old = back.at or 0, back.old or ""
        text = text[:at] + (back.new or "") + text[at + len(old) :]
    return text


_MOST_CHARACTERS = 100_000
_read: LruCache[tuple[Any, ...], LogEntry] = LruCache(
    _MOST_CHARACTERS, lambda row, _entry: len(row[5]) + len(row[6]) + 200
)
"""Entries by their rows: where many edit, each asks for the latest changes of all."""


def read(row: tuple[Any, ...]) -> LogEntry:
    """An entry from its row."""
    return _read.made(row, lambda: _entry(row))


def _entry(row: tuple[Any, ...]) -> LogEntry:
    number, revision, at, who, sort, edits, inverse, of, standing = row
    return LogEntry(
        number,
        revision,
        moment_of(at),
        who,
        sort,
        tuple(Edit.from_dict(edit) for edit in json.loads(edits)),
        Edit.from_dict(json.loads(inverse)),
        of,
        bool(standing),
    )


def take_back(connection: sqlite3.Connection, numbers: Iterable[int]) -> None:
    """Marks changes as standing no more."""
    connection.executemany(
        "UPDATE draft_change SET standing = 0 WHERE id = ?", [(number,) for number in numbers]
    )


def newest_of(
    connection: sqlite3.Connection, ruleset: str, who: str, sorts: Sequence[str]
) -> LogEntry | None:
    """The newest standing change of a person, of some sorts."""
    marks = ", ".join("?" * len(sorts))
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM draft_change WHERE ruleset = ? AND who = ? AND standing = 1 "
        f"AND sort IN ({marks}) ORDER BY id DESC LIMIT 1",
        (ruleset, who, *sorts),
    ).fetchone()
    return read(row) if row is not None else None
