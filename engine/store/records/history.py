"""What was known of a lead when a run scored it: noted by whoever changes it, asked by whoever explains it.

A run sees the events up to its instant that had come by then. Nearly all come in the order of time, so only
the late ones are noted; of a lead's attributes, the values that were replaced.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from ....grammar.frozen import frozen
from ..database import Store
from .events import StoredEvent, event_kinds
from .leads import StoredField, StoredLead, from_stored, quoted, written_as


@frozen
class LeadSnapshot:
    """What a run saw of a lead: attributes as `values.prepare` takes them, events in the order of time."""

    fields: Mapping[str, object]
    events: tuple[StoredEvent, ...]


# --- noting -----------------------------------------------------------------------------------


def last_instant(connection: sqlite3.Connection) -> int | None:
    """The latest instant that a run looked from, None before the first run."""
    found: int | None = connection.execute("SELECT max(now) FROM main.run").fetchone()[0]
    return found


Former = list[tuple[int, str]]
"""Leads by their numbers, each with the attributes that are about to change and their values, as JSON."""


def former_values(
    connection: sqlite3.Connection,
    fields: Sequence[StoredField],
    news: Sequence[str],
    differing: str,
    parameters: Sequence[object],
) -> Former:
    """The values that a batch is about to replace.

    `news` are the new values of `fields` as SQL: NULL changes nothing, and a blob makes a value unknown.
    `differing` is the rest of a SELECT, from FROM on, that finds rows of `lead` beside them.
    """
    if not fields or last_instant(connection) is None:
        return []
    olds = [f"lead.{quoted(field.column)}" for field in fields]
    rows = connection.execute(f"SELECT lead._id, {', '.join([*olds, *news])} {differing}", parameters)
    found = []
    for number, *values in rows:
        old, new = values[: len(fields)], values[len(fields) :]
        changed = {
            field.name: None if was is None else from_stored(field.kind, was)
            for field, was, becomes in zip(fields, old, new, strict=True)
            if becomes is not None and (None if isinstance(becomes, bytes) else becomes) != was
        }
        found.append((number, json.dumps(changed, ensure_ascii=False)))
    return found


def note_former(connection: sqlite3.Connection, former: Former) -> None:
    """Keeps what `former_values` found; in the transaction of the batch, after it was counted."""
    connection.executemany(
        "INSERT INTO main.lead_before VALUES (?, (SELECT data FROM main.state), ?)", former
    )


def note_lost(connection: sqlite3.Connection, field: StoredField, lost: Collection[str]) -> None:
    """Keeps the values of a field that are about to become unknown for all leads that have them, written as
    people would; in the transaction that does so, before it."""
    if last_instant(connection) is None:
        return
    column = quoted(field.column)
    rows = connection.execute(f"SELECT DISTINCT {column} FROM lead WHERE {column} IS NOT NULL").fetchall()
    connection.executemany(
        f"INSERT INTO main.lead_before SELECT _id, (SELECT data + 1 FROM main.state), ? FROM lead "
        f"WHERE {column} = ?",
        [
            (json.dumps({field.name: from_stored(field.kind, value)}, ensure_ascii=False), value)
            for (value,) in rows
            if written_as(field.kind, value) in lost
        ],
    )


def remove_event(connection: sqlite3.Connection, lead: int, at: int, kind: int, key: int) -> None:
    """Deletes an event, keeping what earlier runs saw of it; in a transaction."""
    place = (lead, at, kind, key)
    which = "WHERE lead = ? AND at = ? AND kind = ? AND key = ?"
    if last_instant(connection) is not None:
        connection.execute(
            "INSERT OR IGNORE INTO event_before SELECT lead, at, kind, key, properties, ifnull((SELECT data "
            "FROM late_event AS late WHERE late.lead = event.lead AND late.at = event.at "
            "AND late.kind = event.kind AND late.key = event.key), 0), (SELECT data + 1 FROM state) "
            f"FROM event {which}",
            place,
        )
    connection.execute(f"DELETE FROM late_event {which}", place)
    connection.execute(f"DELETE FROM event {which}", place)


@contextmanager
def noting_late(connection: sqlite3.Connection) -> Iterator[None]:
    """Keeps which of the events added inside it come late, and what those were that are corrected; in the
    transaction that adds them."""
    last = last_instant(connection)
    if last is None:
        yield
        return
    batch: int = connection.execute("SELECT data + 1 FROM main.state").fetchone()[0]
    late = "INSERT OR REPLACE INTO late_event VALUES (NEW.lead, NEW.at, NEW.kind, NEW.key"
    since = (
        "ifnull((SELECT data FROM late_event WHERE lead = OLD.lead AND at = OLD.at AND kind = OLD.kind "
        "AND key = OLD.key), 0)"
    )
    # Only a trigger is told which rows were new where others are there already.
    connection.execute(
        f"CREATE TEMP TRIGGER comes_late AFTER INSERT ON main.event WHEN NEW.at <= {last:d} BEGIN "
        f"{late}, {batch:d}); END"
    )
    connection.execute(
        "CREATE TEMP TRIGGER was_corrected AFTER UPDATE ON main.event BEGIN "
        "INSERT OR IGNORE INTO event_before VALUES (OLD.lead, OLD.at, OLD.kind, OLD.key, OLD.properties, "
        f"{since}, {batch:d}); "
        f"{late}, {batch:d}); END"
    )
    try:
        yield
    finally:
        connection.execute("DROP TRIGGER temp.comes_late")
        connection.execute("DROP TRIGGER temp.was_corrected")


# --- asking -----------------------------------------------------------------------------------


def seen_by_run(store: Store, lead: StoredLead, now: int, data: int | None) -> LeadSnapshot:
    """What a run as of `now` saw of a lead, when the data had come up to the batch `data`.

    Where `data` is None nothing was noted in its time: then the lead is taken as it is.
    """
    with store.guard():
        late = _late(store, lead.id, data)
        kinds = event_kinds(store)
        rows = store.connection.execute(
            "SELECT at, kind, key, properties FROM event WHERE lead = ? AND at <= ? ORDER BY at, kind, key",
            (lead.id, now),
        )
        seen = [row for row in rows if row[:3] not in late]
        seen += _corrected_since(store, lead.id, now, data)
        events = tuple(
            StoredEvent(*kinds[kind], at, json.loads(properties) if properties else {})
            for at, kind, _, properties in sorted(seen, key=lambda row: row[:3])
        )
    return LeadSnapshot(_fields(store, lead, data), events)


def _late(store: Store, lead: int, data: int | None) -> set[tuple[int, int, int]]:
    if data is None:
        return set()
    rows = store.connection.execute(
        "SELECT at, kind, key FROM late_event WHERE lead = ? AND data > ?", (lead, data)
    )
    return set(rows.fetchall())


def _corrected_since(
    store: Store, lead: int, now: int, data: int | None
) -> list[tuple[int, int, int, str | None]]:
    """The events that were there then and have been corrected since, as they were."""
    if data is None:
        return []
    return store.connection.execute(
        "SELECT at, kind, key, properties FROM event_before WHERE lead = ? AND at <= ? AND since <= ? "
        "AND until > ?",
        (lead, now, data, data),
    ).fetchall()


def _fields(store: Store, lead: StoredLead, data: int | None) -> Mapping[str, object]:
    if data is None:
        return lead.fields
    with store.guard():
        rows = store.connection.execute(
            "SELECT fields FROM lead_before WHERE lead = ? AND data > ? ORDER BY data DESC", (lead.id, data)
        ).fetchall()
    fields: dict[str, Any] = dict(lead.fields)
    for (former,) in rows:
        fields |= json.loads(former)
    return {name: value for name, value in fields.items() if value is not None}
