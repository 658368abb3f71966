"""The bulk layout: tables of leads and events which hold prepared values, so that engines compare bytes.

Text is its key (`values.text_key`), a number a double, yes/no a boolean, a date its day since 1970-01-01,
a datetime its microseconds since then, texts a list of keys; what is unknown is NULL. An event has its
lead, its instant in microseconds, its type as it is, its object's key, its number (which of several events
at one instant came first), and one column for each property and kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ...grammar.frozen import frozen
from ...grammar.syntax.nodes import Kind
from ..plan import Plan
from ..plan.event_reads import EventReads
from ..score_one.facts import Event, event_from, instant_from, ready
from ..values import Prepared
from .dialects import Dialect, dialect_named
from .tables import DEFAULT, TableMapping, field_column, property_column
from .texts import storable

Parameter = str | float | bool | int | list[str] | None


@frozen
class LaidOut:
    """A column of the layout: what the data calls the field or property, its name in rules, its kind."""

    column: str
    source: str
    name: str
    kind: Kind


@frozen
class BulkLayout:
    """The tables that some plans read: columns of fields and of properties beside the fixed ones."""

    mapping: TableMapping
    fields: tuple[LaidOut, ...]
    properties: tuple[LaidOut, ...]


def layout_of(plans: Iterable[Plan], mapping: TableMapping = DEFAULT) -> BulkLayout:
    """The layout that is enough for all these plans."""
    fields: dict[str, LaidOut] = {}
    properties: dict[str, LaidOut] = {}
    for plan in plans:
        for field in plan.fields:
            own = field_column(mapping, field)
            fields.setdefault(own, LaidOut(own, field.column, field.name, field.kind))
        for name, kind in EventReads(plan).properties:
            own = property_column(mapping, name, kind)
            properties.setdefault(own, LaidOut(own, name, name, kind))
    return BulkLayout(mapping, tuple(fields.values()), tuple(properties.values()))


def create_tables(layout: BulkLayout, dialect: str) -> tuple[str, str]:
    """The statements that create the tables of leads and of events."""
    engine, mapping = dialect_named(dialect), layout.mapping
    text, instant = engine.types[Kind.TEXT], engine.types[Kind.DATETIME]
    leads = [f"{mapping.lead_id} {text}"]
    events = [
        f"{mapping.event_lead} {text}",
        f"{mapping.event_at} {instant}",
        f"{mapping.event_type} {text}",
        f"{mapping.event_object} {text}",
        f"{mapping.event_number} {instant}",
    ]
    leads += [f"{one.column} {engine.types[one.kind]}" for one in layout.fields]
    events += [f"{one.column} {engine.types[one.kind]}" for one in layout.properties]
    return (
        f"CREATE TABLE {mapping.leads} ({', '.join(leads)}){engine.table_end}",
        f"CREATE TABLE {mapping.events} ({', '.join(events)}){engine.table_end}",
    )


def lead_row(
    layout: BulkLayout, lead: str, fields: Mapping[str, object], dialect: str
) -> tuple[Parameter, ...]:
    """A lead as a row of its table, its fields given by their names in the data."""
    engine = dialect_named(dialect)
    given = (fields.get(one.source) for one in layout.fields)
    prepared = [ready(one.kind, value) for one, value in zip(layout.fields, given, strict=True)]
    return (storable(lead), *(_parameter(engine, value) for value in prepared))


def event_rows(
    layout: BulkLayout, lead: str, events: Sequence[Event | Mapping[str, object]], dialect: str
) -> list[tuple[Parameter, ...]]:
    """A lead's events as rows of their table, in the order given; FactsError for one without an instant."""
    engine = dialect_named(dialect)
    rows = []
    for number, given in enumerate(events):
        event = event_from(given)
        key = _parameter(engine, ready(Kind.TEXT, event.object))
        own = [
            _parameter(engine, ready(one.kind, event.properties.get(one.source))) for one in layout.properties
        ]
        rows.append((storable(lead), instant_from(event.at), storable(event.type), key, number, *own))
    return rows


def _parameter(engine: Dialect, value: Prepared) -> Parameter:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, tuple):
        return engine.texts_value(tuple(storable(key) for key in value))
    return value
