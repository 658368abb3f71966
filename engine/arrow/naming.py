"""Which columns of tables hold what a ruleset reads, and whether they can be read."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
from pyarrow import types

from ...grammar.frozen import frozen
from ...grammar.syntax.nodes import Kind
from .problems import ColumnsError, DataError, named
from .reads import Reads
from .values import is_text, plain_type, unreadable


@dataclass(frozen=True, slots=True)
class Columns:
    """The column names. `fields` and `properties` say where a field or property of the rules is, by its
    name in the data; one that is not named there has the column of its own name.

    `event_lead_id` is the lead of an event, the same name as `lead_id` where it is None. `event_id` is what
    an event delivered twice has in common; `json` a column with all properties as one JSON object, which
    takes several times as long as columns. `zone` says what timestamps without a zone are local to; those
    that a reader knows to be UTC are in `utc`. `missing_unknown`: a field or property without a column is
    unknown of all, and no mistake.
    """

    lead_id: str = "lead_id"
    event_lead_id: str | None = None
    type: str = "type"
    object: str = "object"
    at: str = "at"
    event_id: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    json: str | None = None
    zone: str | None = None
    utc: frozenset[str] = frozenset()
    missing_unknown: bool = False

    @property
    def lead_of_event(self) -> str:
        """The column of events that holds the lead's id."""
        return self.event_lead_id or self.lead_id

    def field_column(self, name: str) -> str:
        """The column of a field."""
        return self.fields.get(name, name)

    def property_column(self, name: str) -> str:
        """The column of a property."""
        return self.properties.get(name, name)

    def zone_of(self, column: str) -> str | None:
        """What a column's timestamps without a zone are local to."""
        return "UTC" if column in self.utc else self.zone


def read_columns(path: Path) -> Columns:
    """The columns that a TOML file names, by the parts of `Columns`. Raises OSError and DataError."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{path} is not TOML ({error}): correct it there") from None
    known = [part.name for part in fields(Columns) if part.name != "utc"]
    for key, value in found.items():
        if key not in known:
            raise DataError(f'{path} names "{key}", which nothing is called: it can name {", ".join(known)}')
        wants = dict if key in ("fields", "properties") else bool if key == "missing_unknown" else str
        entries = value.values() if isinstance(value, dict) else ()
        if not isinstance(value, wants) or not all(isinstance(one, str) for one in entries):
            raise DataError(f"{key} in {path} is not what it should be: write {_EXAMPLES[wants]}")
    return Columns(**found)


_EXAMPLES = {
    dict: '[fields] and below it employees = "headcount"',
    bool: "missing_unknown = true",
    str: 'the name of a column, as in at = "occurred_at"',
}


@frozen
class Wanted:
    """The columns that are read of each table, in order."""

    leads: Sequence[str]
    events: Sequence[str]


def wanted(reads: Reads, columns: Columns, leads: pa.Schema, events: pa.Schema | None) -> Wanted:
    """The columns to read of tables of these schemas. Raises ColumnsError, which tells all that is wrong."""
    problems = [*_of_the_zone(columns), *_of_leads(reads, columns, leads)]
    if events is not None:
        problems += _of_events(reads, columns, events)
        problems += _of_ids(columns, leads, events)
    elif reads.event_types:
        problems.append(
            f"the rules read events of type {named(reads.event_types)}, "
            "and there is no table of events: give one"
        )
    if problems:
        raise ColumnsError(problems)
    of_leads = [columns.lead_id, *map(columns.field_column, reads.fields)]
    of_events = [columns.lead_of_event, columns.type, columns.at]
    of_events += [columns.object] if reads.objects else []
    of_events += [columns.event_id] if columns.event_id is not None else []
    if columns.json is not None:
        of_events += [columns.json] if reads.properties else []
    else:
        of_events += map(columns.property_column, reads.properties)
    there = set(leads.names), set(events.names if events is not None and reads.event_types else ())
    return Wanted(
        [name for name in dict.fromkeys(of_leads) if name in there[0]],
        [name for name in dict.fromkeys(of_events) if name in there[1]],
    )


def _of_the_zone(columns: Columns) -> Iterator[str]:
    if columns.zone is not None:
        try:
            ZoneInfo(columns.zone)
        except (OSError, ValueError, KeyError):
            yield f'"{columns.zone}" is not a time zone: name one such as UTC or Europe/Berlin'


def _of_leads(reads: Reads, columns: Columns, schema: pa.Schema) -> Iterator[str]:
    yield from _twice("leads", schema)
    if columns.lead_id not in schema.names:
        yield _missing("leads", columns.lead_id, "the id of a lead", schema)
    elif types.is_nested(id_type := schema.field(columns.lead_id).type):
        yield (
            f"{columns.lead_id} in leads is of type {id_type}, and an id is a text or a number: "
            "cast it to a string"
        )
    for name, kind in reads.fields.items():
        column = columns.field_column(name)
        if column in schema.names:
            yield from _unreadable("leads", column, kind, columns, schema)
        elif not columns.missing_unknown:
            yield _missing("leads", column, f'the field "{name}"', schema)


def _of_events(reads: Reads, columns: Columns, schema: pa.Schema) -> Iterator[str]:
    if not reads.event_types:
        return
    yield from _twice("events", schema)
    own = {columns.lead_of_event: "the lead of an event", columns.type: "the type of an event"}
    own[columns.at] = "the instant of an event"
    if reads.objects:
        own[columns.object] = "the object of an event"
    if columns.event_id is not None:
        own[columns.event_id] = "the id of an event"
    if columns.json is not None and reads.properties:
        own[columns.json] = "the properties of an event"
    for column, what in own.items():
        if column not in schema.names:
            yield _missing("events", column, what, schema)
    texts = [columns.type, *([columns.object] if reads.objects else [])]
    for column in [*texts, *([] if columns.json is None else [columns.json])]:
        if column in schema.names and not is_text(schema.field(column).type):
            type_ = schema.field(column).type
            yield f"{column} in events is of type {type_}, and must be text: cast it to a string"
    if columns.at in schema.names:
        yield from _unreadable("events", columns.at, Kind.DATETIME, columns, schema)
    if columns.json is not None:
        return
    for name, kinds in reads.properties.items():
        column = columns.property_column(name)
        if column in schema.names:
            for kind in kinds:
                yield from _unreadable("events", column, kind, columns, schema)
        elif not columns.missing_unknown:
            yield _missing("events", column, f'the property "{name}"', schema)


def _of_ids(columns: Columns, leads: pa.Schema, events: pa.Schema) -> Iterator[str]:
    """The ids of leads and those in events must be told apart by the same type."""
    if columns.lead_id not in leads.names or columns.lead_of_event not in events.names:
        return
    mine, theirs = (
        plain_type(one.field(name).type)
        for one, name in ((leads, columns.lead_id), (events, columns.lead_of_event))
    )
    if mine != theirs:
        yield (
            f"{columns.lead_id} in leads is of type {mine} and {columns.lead_of_event} in events "
            f"of type {theirs}, so that no event would find its lead: cast one to the type of the other"
        )


def _twice(table: str, schema: pa.Schema) -> Iterator[str]:
    double = sorted({name for name in schema.names if schema.names.count(name) > 1})
    if double:
        yield f"{table} have two columns of the name {named(double)}: rename one"


def _missing(table: str, column: str, what: str, schema: pa.Schema) -> str:
    return (
        f'{table} have no column "{column}" for {what}; they have {named(schema.names, 12)}: '
        "name the column that holds it"
    )


def _unreadable(table: str, column: str, kind: Kind, columns: Columns, schema: pa.Schema) -> Iterator[str]:
    why = unreadable(kind, schema.field(column).type, columns.zone_of(column))
    if why is not None:
        yield f"{column} in {table} {why}"
