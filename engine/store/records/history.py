"""What was known of a lead when a run scored it: noted by whoever changes it, asked by whoever explains it.

A run sees the events up to its instant that had come by then. Nearly all come in the order of time, so only
the late ones are noted; of a lead's attributes, the values that were replaced.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ..database import Store
from .events import StoredEvent, event_kinds
from .leads import StoredField, StoredLead, from_stored, quoted


@dataclass(frozen=True, slots=True)
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
    differing: str,
    parameters: Sequence[object],
) -> Former:
    """The values that a batch is about to replace.

    `differing` is the rest of a SELECT, from FROM on, that finds rows of `lead` beside the new values `v0`,
    `v1` and so on of `fields`; a blank new value replaces nothing.
    """
    if not fields or last_instant(connection) is None:
        return []
    olds = [f"lead.{quoted(field.column)}" for field in fields]
    news = [f"v{place}" for place in range(len(fields))]
    rows = connection.execute(f"SELECT lead._id, {', '.join([*olds, *news])} {differing}", parameters)
    found = []
    for number, *values in rows:
        old, new = values[: len(fields)], values[len(fields) :]
        changed = {
            field.name: None if was is None else from_stored(field.kind, was)
            for field, was, becomes in zip(fields, old, new, strict=True)
            if becomes is not None and becomes != was
        }
        found.append((number, json.dumps(changed, ensure_ascii=False)))
    return found


def note_former(connection: sqlite3.Connection, former: Former) -> None:
    """Keeps what `former_values` found; in the transaction of the batch, after it was counted."""
    connection.executemany(
        "INSERT INTO main.lead_before VALUES (?, (SELECT data FROM main.state), ?)", former
    )


@contextmanager
def noting_late(connection: sqlite3.Connection) -> Iterator[None]:
    """Keeps which of the events added inside it come late; in the transaction that adds them."""
    last = last_instant(connection)
    if last is None:
        yield
        return
    batch: int = connection.execute("SELECT data + 1 FROM main.state").fetchone()[0]
    # Only a trigger is told which rows were new where others are there already.
    connection.execute(
        f"CREATE TEMP TRIGGER comes_late AFTER INSERT ON main.event WHEN NEW.at <= {last:d} BEGIN "
        f"INSERT INTO late_event VALUES (NEW.lead, NEW.at, NEW.kind, NEW.key, {batch:d}); END"
    )
    try:
        yield
    finally:
        connection.execute("DROP TRIGGER temp.comes_late")


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
        events = tuple(
            StoredEvent(*kinds[kind], at, json.loads(properties) if properties else {})
            for at, kind, key, properties in rows
            if (at, kind, key) not in late
        )
    return LeadSnapshot(_fields(store, lead, data), events)


def _late(store: Store, lead: int, data: int | None) -> set[tuple[int, int, int]]:
    if data is None:
        return set()
    rows = store.connection.execute(
        "SELECT at, kind, key FROM late_event WHERE lead = ? AND data > ?", (lead, data)
    )
    return set(rows.fetchall())


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
