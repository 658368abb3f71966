"""Rulesets in the store: each with versions numbered from 1 that are never rewritten."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ....grammar.syntax.nodes import Kind
from ...plan import Meaning, Resolution
from ...values import moment_of
from ..database import Store, StoreError

_COLUMNS = (
    "ruleset_version.id, ruleset.id, ruleset.name, ruleset.title, number, text, files, names, digest, note, "
    "author, published_at FROM ruleset_version JOIN ruleset ON ruleset.id = ruleset_version.ruleset"
)


@dataclass(frozen=True, slots=True)
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


def save_version(
    store: Store,
    ruleset: str,
    text: str,
    digest: str,
    *,
    files: Mapping[str, str] | None = None,
    names: Mapping[str, Resolution] | None = None,
    title: str | None = None,
    note: str | None = None,
    author: str | None = None,
) -> RulesetVersion:
    """Publishes a version of the ruleset and gives it back.

    Where the newest version has the same digest nothing is added: that version is given back.
    """
    with store.transaction() as connection:
        connection.execute("INSERT OR IGNORE INTO ruleset (name) VALUES (?)", (ruleset,))
        connection.execute("UPDATE ruleset SET title = ? WHERE name = ?", (title, ruleset))
        newest = _find(store, "ruleset.name = ? ORDER BY number DESC", (ruleset,))
        if newest is None or newest.digest != digest:
            connection.execute(
                "INSERT INTO ruleset_version (ruleset, number, text, files, names, digest, note, author, "
                "published_at) SELECT id, ?, ?, ?, ?, ?, ?, ?, ? FROM ruleset WHERE name = ?",
                (
                    newest.number + 1 if newest else 1,
                    text,
                    json.dumps(dict(files or {}), ensure_ascii=False),
                    json.dumps(_names_written(names or {}), ensure_ascii=False),
                    digest,
                    note,
                    author,
                    time.time_ns() // 1000,
                    ruleset,
                ),
            )
            newest = _find(store, "ruleset.name = ? ORDER BY number DESC", (ruleset,))
    assert newest is not None
    return newest


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
