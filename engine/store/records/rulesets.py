"""Rulesets in the store: each with versions numbered from 1 that are never rewritten."""

from __future__ import annotations

import json
import sqlite3
import time
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ....grammar.frozen import frozen
from ....grammar.syntax.nodes import Kind
from ...plan import Meaning, Resolution
from ...values import moment_of
from ..database import Store, StoreError

_COLUMNS = (
    "ruleset_version.id, ruleset.id, ruleset.name, ruleset.title, number, text, files, names, digest, note, "
    "author, published_at FROM ruleset_version JOIN ruleset ON ruleset.id = ruleset_version.ruleset"
)


@frozen
class RulesetVersion:
    """One published version, with everything that its meaning rests on.

    `files` maps each included text and each list's file, by the path as written, to its content at that
    time; `names` is how every bare name was resolved; `digest` covers all of it.
    """

    id: int
    ruleset_id: int
    ruleset: str
    title: str | None
    number: int
    text: str
    files: Mapping[str, str]
    names: Mapping[str, Resolution]
    digest: str
    note: str | None
    author: str | None
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Edition:
    """What a version is made of: a text and everything that its meaning rests on; see `RulesetVersion`."""

    text: str
    digest: str
    files: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, Resolution] = field(default_factory=dict)
    title: str | None = None


def add_version(
    connection: sqlite3.Connection, ruleset: str, edition: Edition, *, note: str | None, author: str | None
) -> int:
    """Adds the next version of a ruleset, which is made where it is new; within a transaction.

    Gives the version's number. Raises `StoreError` where another ruleset has the name in another case.
    """
    other = same_name(connection, ruleset)
    if other not in (None, ruleset):
        raise StoreError(
            f"there is a ruleset {other} already, and {ruleset} differs from it in case only",
            f"call it {other}, or choose another name",
        )
    connection.execute(
        "INSERT INTO ruleset (name, folded, title) VALUES (?, ?, ?) "
        "ON CONFLICT (name) DO UPDATE SET title = excluded.title",
        (ruleset, folded(ruleset), edition.title),
    )
    row = connection.execute(
        "INSERT INTO ruleset_version (ruleset, number, text, files, names, digest, note, author, "
        "published_at) SELECT id, "
        "(SELECT ifnull(max(number), 0) + 1 FROM ruleset_version WHERE ruleset = ruleset.id), "
        "?, ?, ?, ?, ?, ?, ? FROM ruleset WHERE name = ? RETURNING number",
        (
            edition.text,
            json.dumps(dict(edition.files), ensure_ascii=False),
            json.dumps(_names_written(edition.names), ensure_ascii=False),
            edition.digest,
            note,
            author,
            time.time_ns() // 1000,
            ruleset,
        ),
    ).fetchone()
    return int(row[0])


def folded(name: str) -> str:
    """A ruleset's name without regard to case, by which it is told from others."""
    return unicodedata.normalize("NFKC", name).casefold()


def same_name(connection: sqlite3.Connection, ruleset: str) -> str | None:
    """The ruleset or draft that has a name, or has it in another case; None where there is none."""
    rows = connection.execute("SELECT name FROM ruleset UNION SELECT ruleset FROM draft").fetchall()
    return next((other for (other,) in rows if folded(other) == folded(ruleset)), None)


def load_version(store: Store, ruleset: str, number: int | None = None) -> RulesetVersion:
    """A version of a ruleset, the newest where `number` is None. `StoreError` where there is none."""
    with store.guard():
        if number is None:
            found = _find(store, "ruleset.name = ? ORDER BY number DESC", (ruleset,))
        else:
            found = _find(store, "ruleset.name = ? AND number = ?", (ruleset, number))
        if found is not None:
            return found
        known = [row[0] for row in store.connection.execute("SELECT name FROM ruleset ORDER BY name")]
    if ruleset in known:
        raise StoreError(
            f"the ruleset {ruleset} has no version {number}",
            f"its newest is {load_version(store, ruleset).number}",
        )
    raise StoreError(
        f"there is no ruleset {ruleset} in {store.path}",
        f"there are: {', '.join(known)}" if known else "score with a file of rules first: leadwright score",
    )


def ruleset_names(store: Store) -> list[str]:
    """The names of the rulesets in the store, in the order of their coming."""
    with store.guard():
        return [row[0] for row in store.connection.execute("SELECT name FROM ruleset ORDER BY id")]


def version_numbered(store: Store, version_id: int) -> RulesetVersion:
    """The version that a run refers to."""
    with store.guard():
        found = _find(store, "ruleset_version.id = ?", (version_id,))
    assert found is not None, "runs refer to versions that exist"
    return found


def versions(store: Store, ruleset: str) -> list[RulesetVersion]:
    """All versions of a ruleset, the first one first."""
    with store.guard():
        rows = store.connection.execute(
            f"SELECT {_COLUMNS} WHERE ruleset.name = ? ORDER BY number", (ruleset,)
        ).fetchall()
        return [_read(row) for row in rows]


def newest_version(store: Store, ruleset: str) -> RulesetVersion | None:
    """The live version of a ruleset, None where there is none."""
    with store.guard():
        return _find(store, "ruleset.name = ? ORDER BY number DESC", (ruleset,))


def needs_second_approver(store: Store) -> bool:
    """Whether nothing is to be published before a second person has approved it."""
    with store.guard():
        return bool(store.connection.execute("SELECT second_approver FROM state").fetchone()[0])


def require_second_approver(store: Store, needed: bool) -> None:
    """Notes whether nothing is to be published before a second person has approved it."""
    if needs_second_approver(store) != needed:
        with store.transaction() as connection:
            connection.execute("UPDATE state SET second_approver = ?", (needed,))


# --- files ------------------------------------------------------------------------------------


def note_file(connection: sqlite3.Connection, version: RulesetVersion, path: str) -> None:
    """Notes that a file of rules is as a version is; within a transaction."""
    connection.execute(
        "INSERT OR REPLACE INTO ruleset_file VALUES (?, ?, ?, ?)",
        (version.ruleset_id, path, version.id, time.time_ns() // 1000),
    )


def file_version(store: Store, ruleset: str, path: str) -> RulesetVersion | None:
    """The version that a file of rules was when it was last read; of a path that was never read, what the
    file read last by any path was. None where none was."""
    with store.guard():
        return _find(
            store,
            "ruleset_version.id = (SELECT version FROM ruleset_file JOIN ruleset AS named "
            "ON named.id = ruleset_file.ruleset WHERE named.name = ? "
            "ORDER BY path = ? DESC, at DESC LIMIT 1)",
            (ruleset, path),
        )


def _find(store: Store, where: str, parameters: tuple[object, ...]) -> RulesetVersion | None:
    row = store.connection.execute(f"SELECT {_COLUMNS} WHERE {where} LIMIT 1", parameters).fetchone()
    return None if row is None else _read(row)


def _names_written(names: Mapping[str, Resolution]) -> dict[str, list[str | None]]:
    return {
        name: [found.meaning.value, found.kind.value if found.kind else None] for name, found in names.items()
    }


def _read(row: tuple[Any, ...]) -> RulesetVersion:
    number, ruleset_id, name, title, count, text, files, names, digest, note, author, published_at = row
    resolved = {
        key: Resolution(Meaning(meaning), Kind(kind) if kind else None)
        for key, (meaning, kind) in json.loads(names).items()
    }
    return RulesetVersion(
        number,
        ruleset_id,
        name,
        title,
        count,
        text,
        json.loads(files),
        resolved,
        digest,
        note,
        author,
        moment_of(published_at),
    )
