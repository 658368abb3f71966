"""Hostile leads with their events as Arrow tables whose columns are of any type that can be read, and
the same as the public call is given them."""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa
from leadwright.engine.arrow.reads import reads_of
from leadwright.engine.plan import Plan
from leadwright.engine.score_one.facts import Event
from leadwright.engine.values import moment_of
from leadwright.grammar.syntax.nodes import Kind
from leadwright.tests.engine.evaluate.random_plans import random_lead

INSTANT = pa.timestamp("us", tz="UTC")
TYPES = {
    Kind.TEXT: (pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())),
    Kind.NUMBER: (pa.float64(), pa.int32(), pa.decimal128(30, 7), pa.string(), pa.float32()),
    Kind.YES_NO: (pa.bool_(), pa.string()),
    Kind.DATE: (pa.date32(), pa.date64(), pa.string()),
    Kind.DATETIME: (INSTANT, pa.timestamp("ns", tz="Europe/Berlin"), pa.string(), pa.date32()),
    Kind.TEXTS: (pa.list_(pa.string()), pa.string(), pa.large_list(pa.string())),
}


@dataclass(frozen=True)
class Drawn:
    """Tables, and the same lead by lead."""

    leads: pa.Table
    events: pa.Table
    rows: Sequence[tuple[dict[str, Any], list[Event]]]


def drawn(plan: Plan, seed: int, size: int) -> Drawn:
    """Leads of a plan's vocabulary."""
    chance, reads = random.Random(seed), reads_of(plan)
    some = [random_lead(plan, seed * size + number) for number in range(size)]
    ids = [f"lead {number}" for number in range(size)]
    leads = {"lead_id": pa.array(ids)}
    for name, kind in reads.fields.items():
        type_ = chance.choice(TYPES[kind])
        leads[name] = _column([lead.get(name) for lead, _ in some], type_)
    happened = [(owner, event) for owner, (_, events) in zip(ids, some, strict=True) for event in events]
    events = {
        "lead_id": pa.array([owner for owner, _ in happened], pa.string()),
        "type": pa.array([event.type for _, event in happened], pa.string()),
        "object": pa.array([event.object for _, event in happened], pa.string()),
        "at": pa.array([event.at for _, event in happened], INSTANT),
    }
    for name, kinds in reads.properties.items():
        type_ = chance.choice(TYPES[kinds[0]]) if len(set(kinds)) == 1 else pa.string()
        events[name] = _column([event.properties.get(name) for _, event in happened], type_)
    tables = pa.table(leads), pa.table(events)
    return Drawn(*tables, _rows(*tables, sorted(reads.properties)))


def _rows(
    leads: pa.Table, events: pa.Table, properties: Sequence[str]
) -> list[tuple[dict[str, Any], list[Event]]]:
    """Leads as the public call is given them. Events at one instant come in the order of their content."""
    found: dict[str, tuple[dict[str, Any], list[Event]]] = {}
    for row in _python(leads):
        found[row["lead_id"]] = (row, [])
    own = _python(events)

    def by_content(row: dict[str, Any]) -> tuple[Any, ...]:
        ranks = (_rank(row[name]) for name in properties)
        return (row["at"], row["type"], row["object"] is not None, row["object"] or "", *ranks)

    own.sort(key=by_content)
    for row in own:
        given = {name: row[name] for name in properties if row[name] is not None}
        found[row["lead_id"]][1].append(Event(row["type"], row["at"], row["object"], given))
    return list(found.values())


def _python(table: pa.Table) -> list[dict[str, Any]]:
    columns = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        if pa.types.is_timestamp(column.type):
            columns[name] = [
                None if at is None else moment_of(at)
                for at in column.cast(pa.timestamp("us", tz="UTC"), safe=False).cast(pa.int64()).to_pylist()
            ]
        else:
            values = column.to_pylist()
            columns[name] = [float(value) if isinstance(value, Decimal) else value for value in values]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _rank(value: Any) -> tuple[int, Any]:
    if value is None or value != value:  # noqa: PLR0124
        return (0, 0)
    return (1, tuple(map(str, value)) if isinstance(value, list) else value)


def _column(values: Sequence[Any], type_: pa.DataType) -> pa.Array:
    return pa.array([_fitting(value, type_) for value in values], type_)


def _fitting(value: Any, type_: pa.DataType) -> Any:
    """A value as a column of a type can hold it, None where it cannot."""
    types = pa.types
    if types.is_dictionary(type_) or types.is_string(type_) or types.is_large_string(type_):
        if isinstance(value, dt.datetime | dt.date):
            return value.isoformat()
        return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else _text(value)
    if types.is_boolean(type_):
        return value if isinstance(value, bool) else None
    if types.is_list(type_) or types.is_large_list(type_):
        return [_text(one) for one in value] if isinstance(value, list | tuple) else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(value, type_)
    if types.is_date(type_):
        return (
            value.date() if isinstance(value, dt.datetime) else value if isinstance(value, dt.date) else None
        )
    if types.is_timestamp(type_):
        return value if isinstance(value, dt.datetime) else None
    return None


def _number(value: float, type_: pa.DataType) -> Any:
    if pa.types.is_floating(type_):
        return float(value) if abs(value) < 1e300 or isinstance(value, float) else None
    if abs(value) > 1e9 or not math.isfinite(value):
        return None
    if pa.types.is_integer(type_):
        return int(value)
    return Decimal(repr(float(value))).quantize(Decimal("1e-7")) if pa.types.is_decimal(type_) else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
