"""Which scores are still right: noted by whoever changes leads, asked by whoever scores them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from ....grammar.frozen import frozen
from ..database import Store
from .rulesets import RulesetVersion

ZONE = 64
"""How many leads share a row of `due_zone`."""

_NEVER = (1 << 63) - 1
_OF_ZONE = f"zone * {ZONE} AND zone * {ZONE} + {ZONE - 1}"

ALL_CHANGED = "all changed"
"""In the place of a token of the mirror: the last batch by which all leads came to read differently."""


@frozen
class Freshness:
    """How far the scores of a ruleset are right; see the table `freshness`."""

    version: int
    data: int
    now: int
    whole: bool


def mark_changed(connection: sqlite3.Connection, leads: Iterable[int]) -> None:
    """Notes a batch that changed these leads or added events to them; in the transaction that does so.

    Before the first scoring, and without a mirror, nothing is noted: both look at every lead anyhow.
    """
    connection.execute("UPDATE main.state SET data = data + 1")
    followed = "SELECT EXISTS (SELECT 1 FROM main.freshness) OR EXISTS (SELECT 1 FROM main.mirror)"
    if connection.execute(followed).fetchone()[0]:
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
    connection.execute("INSERT OR REPLACE INTO main.mirror SELECT ?, data FROM main.state", (ALL_CHANGED,))


def freshness(connection: sqlite3.Connection, ruleset: int) -> Freshness | None:
    """How far a ruleset's scores are right, None before its first scoring."""
    row = connection.execute(
        "SELECT version, data, now, whole FROM freshness WHERE ruleset = ?", (ruleset,)
    ).fetchone()
    return None if row is None else Freshness(row[0], row[1], row[2], row[3] == 1)


def begin_whole(connection: sqlite3.Connection, version: RulesetVersion, now: int) -> int:
    """Notes that all leads are about to be scored, and from which batch of data on; gives that batch."""
    data: int = connection.execute("SELECT data FROM state").fetchone()[0]
    connection.execute("DELETE FROM due_zone WHERE ruleset = ?", (version.ruleset_id,))
    connection.execute(
        "INSERT OR REPLACE INTO freshness VALUES (?, ?, ?, ?, 0)", (version.ruleset_id, version.id, data, now)
    )
    return data


def begin_due(connection: sqlite3.Connection, version: RulesetVersion, now: int) -> int:
    """Notes that what is due is about to be scored as of `now`; gives the batch the data has come to."""
    connection.execute("UPDATE freshness SET now = ? WHERE ruleset = ?", (now, version.ruleset_id))
    data: int = connection.execute("SELECT data FROM state").fetchone()[0]
    return data


def mark_due(connection: sqlite3.Connection, ruleset: int, zones: Iterable[tuple[int, int]]) -> None:
    """Notes when the first of some leads of a zone is due; in the transaction that writes their scores."""
    connection.executemany(
        f"INSERT INTO due_zone VALUES ({ruleset:d}, ?, ?) "
        "ON CONFLICT (ruleset, zone) DO UPDATE SET due = excluded.due WHERE excluded.due < due",
        zones,
    )


def end(connection: sqlite3.Connection, version: RulesetVersion, data: int, now: int, *, whole: bool) -> None:
    """Notes that the scores are right for the data up to a batch, and forgets what is scored everywhere.

    `whole` says that all leads were scored. Where there is no note any more, every lead may have come to
    read differently in the meantime, and nothing is noted.
    """
    connection.execute(
        "UPDATE freshness SET data = ?, whole = max(whole, ?) WHERE ruleset = ? AND version = ?",
        (data, whole, version.ruleset_id, version.id),
    )
    if not whole:
        _look_again(connection, version.ruleset_id, now)
    connection.execute(
        "DELETE FROM touched WHERE data <= (SELECT min(data) FROM freshness) "
        "AND data <= ifnull((SELECT min(mirror.data) FROM mirror WHERE token <> ?), touched.data)",
        (ALL_CHANGED,),
    )


def _look_again(connection: sqlite3.Connection, ruleset: int, now: int) -> None:
    """Says of the zones in which leads were due when the next one is."""
    first = (
        f"(SELECT min(due) FROM scored WHERE scored.ruleset = due_zone.ruleset AND lead BETWEEN {_OF_ZONE})"
    )
    connection.execute(
        f"UPDATE due_zone SET due = ifnull({first}, {_NEVER}) WHERE ruleset = ? AND due <= ?", (ruleset, now)
    )


def due_leads(connection: sqlite3.Connection, version: RulesetVersion, since: int, now: int) -> list[int]:
    """The leads that changed since a batch or are due by `now`, in the order of their numbers."""
    rows = connection.execute(
        "SELECT lead FROM touched WHERE data > ? UNION SELECT scored.lead FROM due_zone CROSS JOIN scored "
        f"ON scored.ruleset = due_zone.ruleset AND scored.lead BETWEEN {_OF_ZONE} "
        "WHERE due_zone.ruleset = ? AND due_zone.due <= ? AND scored.due <= ?",
        (since, version.ruleset_id, now, now),
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
