"""Two leads made one, and the undoing of it.

The events of the one become the other's, each keeping the id that it came with. The merged lead keeps its row
with the attributes that came with its own id; what the surviving lead does not know is filled in from there.
So both sides are told apart, whatever comes later with either id, until the merge is undone.

A lead and those merged into it, directly or through one another, are a tree: `alias.of` says to which id
another one came.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable

from ....grammar.frozen import frozen
from ..handoffs.merging import move_stays, move_stays_back
from .freshness import mark_changed
from .history import last_instant, note_former
from .lead_keys import ANONYMOUS, MERGED, NAMED
from .leads import from_stored, quoted, read_fields


def merge(
    connection: sqlite3.Connection, lead: int, other: int, *, of: int | None, who: str | None, now: int
) -> int:
    """Merges the lead `other` into `lead`, both by their numbers; within a transaction. Gives the alias that
    its own id becomes. An anonymous lead must not be the surviving one where the other has a name.

    `of` is the other id of `lead` that was named, None for its own; `who` is None where a client's call did
    it. `now` is in microseconds since 1970 UTC.
    """
    key, anonymous = connection.execute(
        f"SELECT _key, _state = {ANONYMOUS} FROM lead WHERE _id = ?", (other,)
    ).fetchone()
    alias = connection.execute(
        "INSERT INTO alias (key, lead, of, at, who, merged, was_anonymous) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (key, lead, of, now, who, other, anonymous),
    ).lastrowid
    assert alias is not None
    connection.execute("UPDATE alias SET of = ? WHERE lead = ? AND of IS NULL", (alias, other))
    connection.execute("UPDATE alias SET lead = ? WHERE lead = ?", (lead, other))
    _move_events(connection, other, lead, f"ifnull(alias, {alias:d})", "true")
    move_stays(connection, other, lead, alias, now)
    connection.execute(f"UPDATE lead SET _state = {MERGED} WHERE _id = ?", (other,))
    # What it was at last is kept; nobody scores it again.
    connection.execute("UPDATE scored SET due = NULL WHERE lead = ?", (other,))
    _move_suspicions(connection, other, lead)
    _note(connection, [lead, other], now)
    fill_gaps(connection, [lead])
    return alias


def undo(connection: sqlite3.Connection, alias: int, now: int) -> int:
    """Takes an id away from its lead again, with all that came with it; within a transaction. Gives the
    number of the lead that it is then: the one that was merged, else an anonymous one that is new."""
    key, lead, of, merged, was_anonymous = connection.execute(
        "SELECT key, lead, of, merged, was_anonymous FROM alias WHERE id = ?", (alias,)
    ).fetchone()
    _empty_filled(connection, alias, _parent_row(connection, lead, of))
    if merged is None:
        merged = connection.execute(
            f"INSERT INTO lead (_key, _changed, _state) VALUES (?, ?, {ANONYMOUS})", (key, now)
        ).lastrowid
    else:
        state = ANONYMOUS if was_anonymous else NAMED
        connection.execute("UPDATE lead SET _state = ? WHERE _id = ?", (state, merged))
    numbers = _branch(connection, alias)
    branch = json.dumps(numbers)
    listed = f"(SELECT value FROM json_each('{branch}'))"
    _move_events(connection, lead, merged, f"nullif(alias, {alias:d})", f"alias IN {listed}")
    move_stays_back(connection, lead, merged, alias, numbers)
    connection.execute(f"UPDATE alias SET lead = ? WHERE id IN {listed}", (merged,))
    connection.execute("UPDATE alias SET of = NULL WHERE of = ?", (alias,))
    for one, theirs in ((lead, None), (merged, alias)):
        _bring_back_twins(connection, one, theirs)
    connection.execute("DELETE FROM alias WHERE id = ?", (alias,))
    _note(connection, [lead, merged], now)
    fill_gaps(connection, [lead, merged])
    return int(merged)


def _note(connection: sqlite3.Connection, leads: list[int], now: int) -> None:
    connection.executemany("UPDATE lead SET _changed = ? WHERE _id = ?", ((now, lead) for lead in leads))
    mark_changed(connection, leads)


def _branch(connection: sqlite3.Connection, alias: int) -> list[int]:
    """An alias and all that came to its lead with it."""
    rows = connection.execute(
        "WITH RECURSIVE branch (id) AS (VALUES (?) UNION "
        "SELECT alias.id FROM alias JOIN branch ON alias.of = branch.id) SELECT id FROM branch",
        (alias,),
    )
    return [one for (one,) in rows]


def _move_suspicions(connection: sqlite3.Connection, other: int, lead: int) -> None:
    """What was suspected of a lead is suspected of the one that it is now."""
    connection.execute(
        "INSERT OR IGNORE INTO suspected SELECT min(third, ?1), max(third, ?1), at, dismissed FROM "
        "(SELECT iif(one = ?2, other, one) AS third, at, dismissed FROM suspected WHERE ?2 IN (one, other)) "
        "WHERE third <> ?1",
        (lead, other),
    )
    connection.execute("DELETE FROM suspected WHERE ? IN (one, other)", (other,))


# --- events -----------------------------------------------------------------------------------


def _move_events(connection: sqlite3.Connection, old: int, new: int, alias: str, which: str) -> None:
    """Gives those events of the lead `old` that `which` says to the lead `new`, with another `alias`; those
    that it has already are kept as twins. Runs that looked at either are told of what they saw."""
    last = last_instant(connection)
    batch: int = connection.execute("SELECT data + 1 FROM state").fetchone()[0]
    events = f"FROM event AS moving WHERE lead = {old:d} AND {which}"
    known = (
        f"(EXISTS (SELECT 1 FROM event AS own WHERE own.lead = {new:d} AND own.at = moving.at "
        "AND own.kind = moving.kind AND own.key = moving.key) OR (key < 0 AND "
        f"EXISTS (SELECT 1 FROM event AS own WHERE own.lead = {new:d} AND own.key < 0 "
        "AND own.key = moving.key)))"
    )
    if last is not None:
        connection.execute(
            "INSERT OR IGNORE INTO event_before SELECT lead, at, kind, key, properties, ifnull((SELECT data "
            "FROM late_event AS late WHERE late.lead = moving.lead AND late.at = moving.at "
            f"AND late.kind = moving.kind AND late.key = moving.key), 0), {batch:d} {events}"
        )
        connection.execute(
            f"INSERT OR REPLACE INTO late_event SELECT {new:d}, at, kind, key, {batch:d} {events} "
            f"AND at <= {last:d} AND NOT {known}"
        )
    connection.execute(
        f"DELETE FROM late_event WHERE lead = {old:d} AND (at, kind, key) IN (SELECT at, kind, key {events})"
    )
    connection.execute(
        f"INSERT INTO event_twin SELECT {alias}, at, kind, key, properties {events} AND {known} "
        f"AND {alias} IS NOT NULL"
    )
    connection.execute(
        f"INSERT INTO event SELECT {new:d}, at, kind, key, properties, {alias} {events} AND NOT {known}"
    )
    connection.execute(f"DELETE FROM event AS moving WHERE lead = {old:d} AND {which}")


def _bring_back_twins(connection: sqlite3.Connection, lead: int, own: int | None) -> None:
    """Puts the twins of events in that have left a lead. `own` is the alias that is the lead's own id now."""
    last = last_instant(connection)
    batch: int = connection.execute("SELECT data + 1 FROM state").fetchone()[0]
    twins = connection.execute(
        "SELECT alias, event_twin.at, kind, event_twin.key, properties FROM event_twin "
        "JOIN alias ON alias.id = event_twin.alias WHERE lead = ? ORDER BY alias IS ? DESC, alias",
        (lead, own),
    ).fetchall()
    for alias, at, kind, key, properties in twins:
        row = (lead, at, kind, key, properties, None if alias == own else alias)
        added = connection.execute("INSERT OR IGNORE INTO event VALUES (?, ?, ?, ?, ?, ?)", row).rowcount
        if added and last is not None and at <= last:
            late = "INSERT OR REPLACE INTO late_event VALUES (?, ?, ?, ?, ?)"
            connection.execute(late, (lead, at, kind, key, batch))
        if added or alias == own:
            connection.execute(
                "DELETE FROM event_twin WHERE alias = ? AND at = ? AND kind = ? AND key = ?",
                (alias, at, kind, key),
            )


# --- attributes -------------------------------------------------------------------------------


@frozen
class _Branch:
    """A merged row of `lead`, the alias by which it was merged, the row that it fills, and with what."""

    row: int
    alias: int
    parent: int
    filled: dict[str, object]


def fill_gaps(connection: sqlite3.Connection, leads: Iterable[int]) -> None:
    """Fills in what leads do not know from those merged into them; within a transaction. Nothing is done for
    leads without any."""
    for lead in leads:
        for branch in _branches(connection, lead):
            _fill(connection, branch, visible=branch.parent == lead)


FILLED_ROWS = (
    "SELECT lead FROM main.alias WHERE filled <> '{}' UNION "
    "SELECT merged FROM main.alias WHERE merged IS NOT NULL"
)
"""The rows of `lead` that may have attributes which were filled in, as SQL."""


def claim(connection: sqlite3.Connection, row: int, names: Collection[str]) -> None:
    """Notes that these attributes of a row of `lead` are its own, whatever filled them in."""
    lead = connection.execute("SELECT ifnull((SELECT lead FROM main.alias WHERE merged = ?1), ?1)", (row,))
    for branch in _branches(connection, lead.fetchone()[0]):
        if branch.parent == row and not branch.filled.keys().isdisjoint(names):
            left = {name: value for name, value in branch.filled.items() if name not in names}
            _keep_filled(connection, branch.alias, left)


def survivors(connection: sqlite3.Connection, leads: list[int]) -> list[int]:
    """The leads whose attributes the rows of some leads, or what is merged into them, have a part in."""
    if connection.execute("SELECT 1 FROM main.alias WHERE merged IS NOT NULL LIMIT 1").fetchone() is None:
        return []
    rows = connection.execute(
        "SELECT DISTINCT lead FROM main.alias WHERE merged IS NOT NULL AND "
        "(merged IN (SELECT value FROM json_each(?1)) OR lead IN (SELECT value FROM json_each(?1)))",
        (json.dumps(leads),),
    )
    return [lead for (lead,) in rows]


def _branches(connection: sqlite3.Connection, lead: int) -> list[_Branch]:
    """The rows merged into a lead, those further from it first, else the earlier merged first."""
    rows = connection.execute(
        "SELECT id, merged, of, filled FROM main.alias WHERE lead = ? AND merged IS NOT NULL ORDER BY id",
        (lead,),
    ).fetchall()
    if not rows:
        return []
    found = [
        _Branch(merged, alias, _parent_row(connection, lead, of), json.loads(filled))
        for alias, merged, of, filled in rows
    ]
    parents = {branch.row: branch.parent for branch in found}

    def depth(row: int) -> int:
        return 0 if row == lead else 1 + depth(parents[row])

    return sorted(found, key=lambda branch: -depth(branch.row))


def _parent_row(connection: sqlite3.Connection, lead: int, of: int | None) -> int:
    """The row of `lead` that an alias which came to the alias `of` fills."""
    while of is not None:
        merged, of = connection.execute("SELECT merged, of FROM main.alias WHERE id = ?", (of,)).fetchone()
        if merged is not None:
            return int(merged)
    return lead


def _fill(connection: sqlite3.Connection, branch: _Branch, *, visible: bool) -> None:
    fields = list(read_fields(connection).values())
    if not fields:
        return
    columns = ", ".join(quoted(field.column) for field in fields)
    ask = f"SELECT {columns} FROM main.lead WHERE _id = ?"
    own = connection.execute(ask, (branch.parent,)).fetchone()
    theirs = connection.execute(ask, (branch.row,)).fetchone()
    filled: dict[str, object] = {}
    news: dict[str, object] = {}
    former: dict[str, object] = {}
    for field, known, other in zip(fields, own, theirs, strict=True):
        if known is None or (field.name in branch.filled and branch.filled[field.name] == known):
            if other is not None:
                filled[field.name] = other
            if known != other:
                news[field.column] = other
                former[field.name] = None if known is None else from_stored(field.kind, known)
    if filled != branch.filled:
        _keep_filled(connection, branch.alias, filled)
    if news:
        _set(connection, branch.parent, news, former, visible=visible)


def _keep_filled(connection: sqlite3.Connection, alias: int, filled: dict[str, object]) -> None:
    as_json = json.dumps(filled, ensure_ascii=False)
    connection.execute("UPDATE main.alias SET filled = ? WHERE id = ?", (as_json, alias))


def _empty_filled(connection: sqlite3.Connection, alias: int, row: int) -> None:
    """Makes unknown what was filled in by a merge that is about to be undone."""
    lead, as_json = connection.execute("SELECT lead, filled FROM alias WHERE id = ?", (alias,)).fetchone()
    filled = json.loads(as_json)
    fields = [field for field in read_fields(connection).values() if field.name in filled]
    if not fields:
        return
    columns = ", ".join(quoted(field.column) for field in fields)
    values = connection.execute(f"SELECT {columns} FROM lead WHERE _id = ?", (row,)).fetchone()
    still = [
        (field, value) for field, value in zip(fields, values, strict=True) if value == filled[field.name]
    ]
    if still:
        former = {field.name: from_stored(field.kind, value) for field, value in still}
        _set(connection, row, {field.column: None for field, _ in still}, former, visible=row == lead)


def _set(
    connection: sqlite3.Connection,
    row: int,
    news: dict[str, object],
    former: dict[str, object],
    *,
    visible: bool,
) -> None:
    """Gives a row other values by column; `former` are those that it had, by name, for the history."""
    sets = ", ".join(f"{quoted(column)} = ?" for column in news)
    connection.execute(f"UPDATE main.lead SET {sets} WHERE _id = ?", (*news.values(), row))
    if visible:
        mark_changed(connection, [row])
        if last_instant(connection) is not None:
            note_former(connection, [(row, json.dumps(former, ensure_ascii=False))])
