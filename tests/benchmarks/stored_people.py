"""The made-up leads of `people`, put straight into a store, as an import would leave them."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from leadwright.engine.store.database import Store, open_store
from leadwright.engine.store.records.leads import add_field
from leadwright.grammar.syntax.nodes import Kind
from leadwright.tests.benchmarks.as_sql import Kinds
from leadwright.tests.benchmarks.neutral import FIELDS
from leadwright.tests.benchmarks.people import Lead, leads
from leadwright.tests.benchmarks.workloads import EVENTS

_AT_ONCE = 5_000


def build(path: Path, number: int, events: int = 20) -> Kinds:
    """A store of so many leads with so many events each, give or take a third; the numbers of its kinds."""
    with open_store(path, create=True) as store:
        kinds = _begin(store)
        for first in range(0, number, _AT_ONCE):
            _add(store, leads(min(_AT_ONCE, number - first), events, seed=first + 1), first + 1, kinds)
        store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return kinds


def _begin(store: Store) -> Kinds:
    kinds: Kinds = {}
    with store.transaction() as connection:
        for name, kind in FIELDS.items():
            add_field(store, name, Kind(kind))
        for type_, objects in EVENTS.items():
            for object_ in objects:
                row = connection.execute(
                    "INSERT INTO event_kind (type, object) VALUES (?, ?) RETURNING id", (type_, object_)
                )
                kinds[type_, object_] = row.fetchone()[0]
        connection.execute("INSERT INTO property VALUES ('purchased', 'amount', 'number')")
    return kinds


def _add(store: Store, people: list[Lead], first: int, kinds: Kinds) -> None:
    lead_rows, event_rows = [], []
    for number, lead in enumerate(people, first):
        values = (_stored(lead.fields.get(name), kind) for name, kind in FIELDS.items())
        lead_rows.append((number, f"lead{number}", 0, *values))
        equal: Counter[tuple[int, int]] = Counter()
        for event in lead.events:
            kind = kinds[event.type, event.object]
            properties = None if event.amount is None else json.dumps({"amount": event.amount})
            event_rows.append((number, event.at, kind, equal[event.at, kind], properties))
            equal[event.at, kind] += 1
    event_rows.sort(key=lambda row: row[:4])
    with store.transaction() as connection:
        connection.executemany(
            f"INSERT INTO lead VALUES (?, ?, ?, 0, {', '.join('?' * len(FIELDS))})", lead_rows
        )
        connection.executemany("INSERT INTO event VALUES (?, ?, ?, ?, ?, NULL)", event_rows)
        connection.execute("UPDATE state SET data = data + 1")


def _stored(value: object, kind: str) -> object:
    if value is None:
        return None
    if kind == "yes/no":
        return int(value is True)
    return str(value) if kind == "date" else value
