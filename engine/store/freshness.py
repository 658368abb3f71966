"""Which scores are still right: noted by whoever changes leads, asked by whoever scores them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from .opening import Store
from .rulesets import RulesetVersion


@dataclass(frozen=True, slots=True)
class Freshness:
    """How far the scores of a ruleset are right; see the table `freshness`."""

    version: int
    data: int
    now: int
    whole: bool


def mark_changed(connection: sqlite3.Connection, leads: Iterable[int]) -> None:
    """Notes a batch that changed these leads or added events to them; in the transaction that does so.

    Before the first scoring nothing is noted, for that looks at every lead anyhow.
    """
    connection.execute("UPDATE main.state SET data = data + 1")
    if connection.execute("SELECT 1 FROM main.freshness LIMIT 1").fetchone() is not None:
        connection.execute(
            "INSERT INTO main.touched SELECT value, (SELECT data FROM main.state) FROM json_each(?) "
            "WHERE true ON CONFLICT (lead) DO UPDATE SET data = excluded.data",
            (json.dumps(list(leads)),),
        )


def mark_all_changed(connection: sqlite3.Connection) -> None:
    """Notes that every lead may read differently; in the transaction that changes them."""
    connection.execute("UPDATE main.state SET data = data + 1")
    # Where a scoring is at work, it finds at its end that its note is gone, and leaves it so.
    connection.execute("DELETE FROM main.freshness")


def freshness(connection: sqlite3.Connection, ruleset: int) -> Freshness | None:
    """How far a ruleset's scores are right, None before its first scoring."""
    row = connection.execute(
        "SELECT version, data, now, whole FROM freshness WHERE ruleset = ?", (ruleset,)
    ).fetchone()
    return None if row is None else Freshness(row[0], row[1], row[2], row[3] == 1)


def begin_whole(connection: sqlite3.Connection, version: RulesetVersion, now: int) -> int:
    """Notes that all leads are about to be scored, and from which batch of data on; gives that batch."""
    data: int = connection.execute("SELECT data FROM state").fetchone()[0]
    connection.execute(
        "INSERT OR REPLACE INTO freshness VALUES (?, ?, ?, ?, 0)", (version.ruleset_id, version.id, data, now)
    )
    return data


def begin_due(connection: sqlite3.Connection, version: RulesetVersion, now: int) -> int:
    """Notes that what is due is about to be scored as of `now`; gives the batch the data has come to."""
    connection.execute("UPDATE freshness SET now = ? WHERE ruleset = ?", (now, version.ruleset_id))
    data: int = connection.execute("SELECT data FROM state").fetchone()[0]
    return data


def end(connection: sqlite3.Connection, version: RulesetVersion, data: int, *, whole: bool) -> None:
    """Notes that the scores are right for the data up to a batch, and forgets what is scored everywhere.

    `whole` says that all leads were scored. Where there is no note any more, every lead may have come to
    read differently in the meantime, and nothing is noted.
    """
    connection.execute(
        "UPDATE freshness SET data = ?, whole = max(whole, ?) WHERE ruleset = ? AND version = ?",
        (data, whole, version.ruleset_id, version.id),
    )
    connection.execute("DELETE FROM touched WHERE data <= (SELECT min(data) FROM freshness)")


def due_leads(connection: sqlite3.Connection, version: RulesetVersion, since: int, now: int) -> list[int]:
    """The leads that changed since a batch or are due by `now`, in the order of their numbers."""
    rows = connection.execute(
        "SELECT lead FROM touched WHERE data > ? UNION SELECT lead FROM score WHERE ruleset = ? AND due <= ?",
        (since, version.ruleset_id, now),
    )
    return sorted(lead for (lead,) in rows)


def scored_rulesets(store: Store) -> list[str]:
    """The names of the rulesets that leads were scored by, in the order of their coming."""
    with store.guard():
        rows = store.connection.execute(
            "SELECT name FROM ruleset WHERE id IN (SELECT ruleset FROM ruleset_version "
            "JOIN run ON run.version = ruleset_version.id) ORDER BY id"
        )
        return [name for (name,) in rows]
