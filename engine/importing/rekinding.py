"""A field made another kind after it was imported, its stored values being read as those of a file are."""

from __future__ import annotations

from dataclasses import replace

from ...grammar.frozen import frozen
from ...grammar.syntax.nodes import Kind
from ..store.database import Store
from ..store.records.freshness import mark_all_changed
from ..store.records.history import note_lost
from ..store.records.lead_keys import MERGED
from ..store.records.leads import (
    KindChange,
    StoredField,
    change_kind,
    kind_change,
    quoted,
    stored_fields,
    written_as,
)
from .loading import converter, stated_of
from .mapping import Reading
from .problems import ImportRefused, near
from .survey import Survey, moment_reader
from .values.blanks import folded
from .values.columns import Column, ColumnLooks
from .values.looks import looker


@frozen
class Rekinding:
    """A stored field and the kind that it is to be: how its values are read, and what that does."""

    field: StoredField
    kind: Kind
    column: Column
    change: KindChange


def field_called(store: Store, name: str) -> StoredField:
    """The stored field of that name. Raises `ImportRefused` where there is none."""
    fields = stored_fields(store)
    field = fields.get(name)
    if field is None:
        hint = f"leadwright fields lists them{near(name, fields)}"
        raise ImportRefused(f"there is no field {name} in {store.path}", hint)
    return field


def value_counts(store: Store, field: StoredField) -> dict[str, int]:
    """How many leads have each value of a field, the most frequent first."""
    column = quoted(field.column)
    with store.guard():
        rows = store.connection.execute(
            f"SELECT {column}, count(*) FROM lead WHERE {column} IS NOT NULL AND _state <> {MERGED} "
            "GROUP BY 1 ORDER BY 2 DESC, 1"
        ).fetchall()
    return {written_as(field.kind, value): count for value, count in rows}


def clear_field(store: Store, field: StoredField) -> None:
    """Makes a field unknown for all leads."""
    with store.transaction() as connection:
        note_lost(connection, field, value_counts(store, field))
        connection.execute(f"UPDATE lead SET {quoted(field.column)} = NULL")
        mark_all_changed(connection)


def plan_rekinding(store: Store, name: str, kind: Kind, reading: Reading) -> Rekinding:
    """What making a field another kind would do. Raises `ImportRefused` where there is no such field, or its
    values can be read in two ways and the reading does not say which."""
    field = field_called(store, name)
    column = _column(store, field, replace(reading, kinds={name: kind}))
    if column.two_ways:
        hint = ", or with ".join(map(str, column.two_ways))
        raise ImportRefused(f"the field {name} {column.doubt}", f"run it with {hint}")
    return Rekinding(field, kind, column, kind_change(store, field, kind, converter(column, kind)))


def rekind(store: Store, plan: Rekinding) -> None:
    """Makes a field another kind; values that do not read as it become unknown."""
    with store.transaction() as connection:
        read = converter(plan.column, plan.kind)
        note_lost(connection, plan.field, plan.change.lost)
        change_kind(store, plan.field, plan.kind, read, losing=True)


def _column(store: Store, field: StoredField, reading: Reading) -> Column:
    """The field's stored values, understood as a column of a file is."""
    moments = moment_reader(reading, field.name)
    looks = ColumnLooks()
    look = looker(moments, frozenset(map(folded, reading.blanks)))
    with store.guard():
        rows = store.connection.execute(
            f"SELECT {quoted(field.column)}, count(*), min(_id) FROM lead GROUP BY 1 ORDER BY 3"
        )
        for value, count, lead in rows:
            text = "" if value is None else written_as(field.kind, value)
            seen = look(text)
            looks.first.setdefault(seen, (lead, text))
            looks.counts[seen] += count
            looks.texts.append(text)
    survey = Survey(looks={0: looks}, moments={0: moments})
    return survey.understood(0, field.name, stated_of(reading, field.name))
