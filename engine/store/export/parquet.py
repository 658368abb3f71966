"""Leads and events as Parquet files, made ready for the statements that `leadwright sql` prints.

Each file of leads has a file of events of the same number beside it, with the events of these leads alone.
Needs pyarrow and sqlglot.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ....grammar.frozen import frozen
from ....grammar.syntax.nodes import Kind
from ...plan import Plan
from ...progress import Progress
from ...score_one.facts import ValueReader
from ...sql.layout import BulkLayout, LaidOut, layout_of
from ...sql.tables import DEFAULT, column_of
from ...sql.texts import storable
from ..database import Store, StoreError
from ..records.events import stored_properties
from ..records.leads import StoredField, from_stored, quoted, stored_fields

PER_FILE = 100_000
_AT_ONCE = 20_000
"""How many rows are made ready before they are written."""

_TYPES = {
    Kind.TEXT: pa.string(),
    Kind.NUMBER: pa.float64(),
    Kind.YES_NO: pa.bool_(),
    Kind.DATE: pa.int32(),
    Kind.DATETIME: pa.int64(),
    Kind.TEXTS: pa.list_(pa.string()),
}


@frozen
class Exported:
    """How many leads and events were written, and in how many files of each."""

    leads: int
    events: int
    files: int


def export_parquet(
    store: Store,
    folder: Path,
    plans: Iterable[Plan] = (),
    *,
    per_file: int = PER_FILE,
    progress: Progress | None = None,
) -> Exported:
    """Writes all leads and events into `folder`, which must not be there or be empty.

    Every attribute and property has the column of its name and its kind; what `plans` read as other kinds
    has more. The folder appears when everything is in it. Raises StoreError and OSError.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise StoreError(f"{folder} is there, and is not an empty folder", "name another, or remove it")
    unfinished = folder.with_name(f".{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        with store.guard():
            store.connection.execute("BEGIN")
            try:
                done = _Export(store, plans, unfinished, progress).run(per_file)
            finally:
                store.connection.execute("ROLLBACK")
        if folder.exists():
            folder.rmdir()
        unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return done


def everything(store: Store, plans: Iterable[Plan] = ()) -> BulkLayout:
    """The layout of all that is in a store, and of what plans read besides."""
    read = layout_of(plans)
    fields = [
        LaidOut(column_of(name, field.kind), name, name, field.kind)
        for name, field in stored_fields(store).items()
    ]
    found = {(name, kind) for own in stored_properties(store).values() for name, kind in own.items()}
    properties = [
        LaidOut(column_of(name, kind), name, name, kind)
        for name, kind in sorted(found, key=lambda one: (one[0], one[1].value))
    ]
    return BulkLayout(DEFAULT, _merged(fields, read.fields), _merged(properties, read.properties))


def _merged(first: Sequence[LaidOut], more: Sequence[LaidOut]) -> tuple[LaidOut, ...]:
    return tuple({one.column: one for one in (*more, *first)}.values())


class _Export:
    """One export under way."""

    def __init__(self, store: Store, plans: Iterable[Plan], folder: Path, progress: Progress | None) -> None:
        self._connection = store.connection
        self._folder = folder
        self._progress = progress
        layout = everything(store, plans)
        self._fields, self._properties = layout.fields, layout.properties
        self._stored = stored_fields(store)
        self._readers = {one.column: ValueReader(one.kind) for one in (*self._fields, *self._properties)}
        self._objects = ValueReader(Kind.TEXT)
        self._lead_schema = _schema([("lead_id", Kind.TEXT)], self._fields)
        own = [("lead_id", Kind.TEXT), ("happened_at", Kind.DATETIME), ("event_type", Kind.TEXT)]
        own += [("event_object", Kind.TEXT), ("event_number", Kind.DATETIME)]
        self._event_schema = _schema(own, self._properties)

    def run(self, per_file: int) -> Exported:
        numbers = [
            n for (n,) in self._connection.execute("SELECT _id FROM lead WHERE _state = 0 ORDER BY _id")
        ]
        for name in ("leads", "events"):
            (self._folder / name).mkdir(parents=True)
        events = files = 0
        for first in range(0, max(len(numbers), 1), per_file):
            if self._progress is not None:
                self._progress("writing", first / max(len(numbers), 1))
            some = numbers[first : first + per_file]
            span = (some[0], some[-1]) if some else (0, -1)
            self._write("leads", files, self._lead_schema, self._leads(span))
            events += self._write("events", files, self._event_schema, self._events(span))
            files += 1
        return Exported(len(numbers), events, files)

    def _write(self, name: str, number: int, schema: Any, rows: Iterator[tuple[Any, ...]]) -> int:
        written = 0
        with pq.ParquetWriter(self._folder / name / f"part-{number:05}.parquet", schema) as writer:
            while some := list(islice(rows, _AT_ONCE)):
                columns = [
                    pa.array(column, field.type)
                    for column, field in zip(zip(*some, strict=True), schema, strict=True)
                ]
                writer.write_batch(pa.record_batch(columns, schema=schema))
                written += len(some)
        return written

    def _leads(self, span: tuple[int, int]) -> Iterator[tuple[Any, ...]]:
        sources = [self._stored.get(one.source) for one in self._fields]
        columns = ["_key", *("NULL" if one is None else quoted(one.column) for one in sources)]
        sql = f"SELECT {', '.join(columns)} FROM lead WHERE _id BETWEEN ? AND ? AND _state = 0 ORDER BY _id"
        for key, *values in self._connection.execute(sql, span):
            given = map(_given, sources, values)
            read = [
                _writable(self._readers[one.column].read(value))
                for one, value in zip(self._fields, given, strict=True)
            ]
            yield (storable(key), *read)

    def _events(self, span: tuple[int, int]) -> Iterator[tuple[Any, ...]]:
        rows = self._connection.execute(
            "SELECT lead._key, event.at, event_kind.type, event_kind.object, event.properties FROM event "
            "JOIN lead ON lead._id = event.lead AND lead._state = 0 "
            "JOIN event_kind ON event_kind.id = event.kind "
            "WHERE event.lead BETWEEN ? AND ? ORDER BY event.lead, event.at, event.kind, event.key",
            span,
        )
        nothing = (None,) * len(self._properties)
        for key, events in groupby(rows, itemgetter(0)):
            lead = storable(key)
            for number, (_, at, type_, object_, as_json) in enumerate(events):
                read = self._property_values(json.loads(as_json)) if as_json else nothing
                yield (lead, at, storable(type_), _writable(self._objects.read(object_)), number, *read)

    def _property_values(self, given: dict[str, Any]) -> list[Any]:
        return [_writable(self._readers[one.column].read(given.get(one.source))) for one in self._properties]


def _given(field: StoredField | None, value: object) -> object:
    return None if field is None or value is None else from_stored(field.kind, value)


def _writable(value: Any) -> Any:
    """A prepared value as Parquet takes it."""
    if isinstance(value, str):
        return storable(value)
    return [storable(key) for key in value] if isinstance(value, tuple) else value


def _schema(own: Sequence[tuple[str, Kind]], columns: Sequence[LaidOut]) -> Any:
    fields = [pa.field(name, _TYPES[kind]) for name, kind in own]
    return pa.schema([*fields, *(pa.field(one.column, _TYPES[one.kind]) for one in columns)])
