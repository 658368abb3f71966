"""The catalogue of what is in the store, computed by SQL and kept until the data changes."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from ....grammar.syntax.nodes import Kind
from ...catalogue import DISTINCT_LIMIT, Catalogue, EventFacts, FieldFacts
from ...values import prepare, text_key
from ..database import Store, StoreError
from .events import stored_properties
from .lead_keys import COUNT_LEADS
from .leads import StoredField, quoted, stored_fields, written_as

_MOMENTS = (Kind.DATE, Kind.DATETIME)


def catalogue(store: Store) -> Catalogue:
    """What fields and events the data holds. Computed once after each import."""
    with store.guard():
        connection = store.connection
        data, kept_at = connection.execute("SELECT data, catalogue_at FROM state").fetchone()
        if kept_at == data:
            return _read(json.loads(connection.execute("SELECT catalogue FROM state").fetchone()[0]))
    computed = _compute(store)
    if not store.read_only:
        # Keeping it saves time only: where another program is writing, it is computed again next time.
        with suppress(StoreError), store.transaction() as connection:
            connection.execute(
                "UPDATE state SET catalogue_at = ?, catalogue = ? WHERE data = ?",
                (data, json.dumps(_write(computed), ensure_ascii=False), data),
            )
    return computed


def catalogue_before(store: Store) -> tuple[int, Catalogue] | None:
    """The catalogue as it was kept last, with the state of the data that it is of; None where none was."""
    with store.guard():
        row = store.connection.execute("SELECT catalogue_at, catalogue FROM state").fetchone()
    return None if row[1] is None else (row[0], _read(json.loads(row[1])))


def _compute(store: Store) -> Catalogue:
    with store.guard():
        leads = store.connection.execute(f"SELECT {COUNT_LEADS}").fetchone()[0]
        fields = {name: _field_facts(store, field) for name, field in stored_fields(store).items()}
        return Catalogue(leads, fields, _event_facts(store))


def _field_facts(store: Store, field: StoredField) -> FieldFacts:
    connection, column = store.connection, quoted(field.column)
    known = connection.execute(f"SELECT count({column}) FROM lead WHERE _state = 0").fetchone()[0]
    source = f"SELECT {column} AS value FROM lead WHERE _state = 0 AND {column} IS NOT NULL"
    if field.kind is Kind.TEXTS:
        source = f"SELECT entry.value FROM lead, json_each(lead.{column}) AS entry WHERE lead._state = 0"
    rows = connection.execute(
        f"SELECT value, count(*) FROM ({source}) GROUP BY value ORDER BY 2 DESC, 1 LIMIT {DISTINCT_LIMIT + 1}"
    ).fetchall()
    counts = _counted_once(field.kind, rows[:DISTINCT_LIMIT])
    low, high = _bounds(store, field)
    return FieldFacts(field.name, field.kind, known, counts, len(rows) <= DISTINCT_LIMIT, low, high)


def _counted_once(kind: Kind, rows: list[tuple[Any, int]]) -> dict[str, int]:
    """Counts by what people would write; spellings that compare equal count as the most frequent one."""
    if kind not in (Kind.TEXT, Kind.TEXTS):
        return {written_as(kind, value): count for value, count in rows}
    spelt: dict[str, str] = {}
    counts: dict[str, int] = {}
    for value, count in rows:
        written = spelt.setdefault(text_key(value), value)
        counts[written] = counts.get(written, 0) + count
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _bounds(store: Store, field: StoredField) -> tuple[float | None, float | None]:
    if field.kind is not Kind.NUMBER and field.kind not in _MOMENTS:
        return None, None
    column = quoted(field.column)
    if field.kind is Kind.DATETIME:
        # Without the Z, an instant with a fraction of a second sorts behind one without.
        column = f"rtrim({column}, 'Z')"
    row = store.connection.execute(
        f"SELECT min({column}), max({column}) FROM lead WHERE _state = 0"
    ).fetchone()
    low, high = (prepare(field.kind, value) for value in row)
    assert low is None or isinstance(low, int | float)
    assert high is None or isinstance(high, int | float)
    return low, high


def _event_facts(store: Store) -> dict[str, EventFacts]:
    rows = store.connection.execute(
        "SELECT type, object, seen, newest FROM (SELECT kind, count(*) AS seen, "
        "max(CASE WHEN at <= ? THEN at END) AS newest FROM event GROUP BY kind) "
        "JOIN event_kind ON event_kind.id = kind ORDER BY kind",
        (time.time_ns() // 1000,),
    )
    latest: dict[str, int] = {}
    totals: dict[str, int] = {}
    objects: dict[str, dict[str, int]] = {}
    spelt: dict[tuple[str, str], str] = {}
    for type_, object_, seen, newest in rows:
        if newest is not None:
            latest[type_] = max(newest, latest.get(type_, newest))
        totals[type_] = totals.get(type_, 0) + seen
        counts = objects.setdefault(type_, {})
        if object_ is not None:
            written = spelt.setdefault((type_, text_key(object_)), object_)
            counts[written] = counts.get(written, 0) + seen
    properties = stored_properties(store)
    return {
        type_: EventFacts(
            type_,
            count,
            dict(sorted(objects[type_].items(), key=lambda item: (-item[1], item[0]))[:DISTINCT_LIMIT]),
            properties.get(type_, {}),
            latest.get(type_),
        )
        for type_, count in sorted(totals.items(), key=lambda item: (-item[1], item[0]))
    }


def _write(found: Catalogue) -> dict[str, Any]:
    return {
        "leads": found.leads,
        "fields": [
            [
                facts.name,
                facts.kind.value,
                facts.known,
                dict(facts.values),
                facts.complete,
                facts.low,
                facts.high,
            ]
            for facts in found.fields.values()
        ],
        "events": [
            [facts.type, facts.count, dict(facts.objects), _kind_words(facts.properties), facts.newest]
            for facts in found.events.values()
        ],
    }


def _kind_words(kinds: Mapping[str, Kind]) -> dict[str, str]:
    return {name: kind.value for name, kind in kinds.items()}


def _read(kept: dict[str, Any]) -> Catalogue:
    fields = {name: FieldFacts(name, Kind(kind), *rest) for name, kind, *rest in kept["fields"]}
    events = {
        type_: EventFacts(type_, count, objects, {name: Kind(kind) for name, kind in kinds.items()}, *rest)
        for type_, count, objects, kinds, *rest in kept["events"]
    }
    return Catalogue(kept["leads"], fields, events)
