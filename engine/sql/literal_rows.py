"""Rows written out in a statement: made-up leads, their events, and what is expected of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlglot import exp

from ...grammar.syntax.nodes import Kind
from ..result_columns import SqlNames
from .dialects import Dialect
from .layout import BulkLayout
from .steps import SqlStep
from .terms import Term, compared, text, truth, unknown, whole

_TOGETHER = 100
"""Rows in one step: engines bound how long a chain of UNION ALL may be."""

Value = str | float | bool | int | tuple[str, ...] | list[str] | None
Named = tuple[str, Kind]


def lead_columns(layout: BulkLayout) -> list[Named]:
    """The columns of the table of leads, with the kinds of what they hold, as `lead_row` gives values."""
    return [(layout.mapping.lead_id, Kind.TEXT), *((one.column, one.kind) for one in layout.fields)]


def event_columns(layout: BulkLayout) -> list[Named]:
    """The columns of the table of events, as `event_rows` gives values."""
    mapping = layout.mapping
    return [
        (mapping.event_lead, Kind.TEXT),
        (mapping.event_at, Kind.DATETIME),
        (mapping.event_type, Kind.TEXT),
        (mapping.event_object, Kind.TEXT),
        (mapping.event_number, Kind.DATETIME),
        *((one.column, one.kind) for one in layout.properties),
    ]


def steps_of_rows(
    name: str,
    columns: Sequence[Named],
    rows: Sequence[Sequence[Value]],
    dialect: Dialect,
    names: SqlNames | None = None,
) -> list[SqlStep]:
    """The rows as a table called `name`, made in steps, which have fresh ones of `names` where need be.
    Without rows the table is empty."""
    if not rows:
        nothing = _row(columns, [None] * len(columns), dialect).where(compared("=", whole(1), whole(0)))
        return [SqlStep(name, nothing)]
    parts = [rows[start : start + _TOGETHER] for start in range(0, len(rows), _TOGETHER)]
    if len(parts) == 1:
        return [SqlStep(name, _union(_row(columns, row, dialect) for row in rows))]
    steps = [
        SqlStep(
            part if names is None else names.fresh(part), _union(_row(columns, row, dialect) for row in few)
        )
        for part, few in ((f"{name}_{number}", some) for number, some in enumerate(parts, 1))
    ]
    return [*steps, SqlStep(name, _union(exp.select("*").from_(step.name) for step in steps))]


def _union(queries: Iterator[exp.Select]) -> exp.Query:
    whole_: exp.Query = next(queries)
    for query in queries:
        whole_ = exp.Union(this=whole_, expression=query, distinct=False)
    return whole_


def _row(columns: Sequence[Named], row: Sequence[Value], dialect: Dialect) -> exp.Select:
    made = (
        exp.alias_(_typed(kind, value, dialect), name.strip('"'), quoted=name.startswith('"'))
        for (name, kind), value in zip(columns, row, strict=True)
    )
    return exp.select(*made, copy=False)


def _typed(kind: Kind, value: Value, dialect: Dialect) -> Term:
    """A value that has its type even where it is NULL."""
    type_ = exp.DataType.build(dialect.types[kind], dialect=dialect.sqlglot)
    return exp.Cast(this=_literal(value, dialect), to=type_)


def _literal(value: Value, dialect: Dialect) -> Term:
    match value:
        case None:
            return unknown()
        case bool():
            return truth(value)
        case int():
            return whole(value)
        case float():
            return dialect.real(value)
        case str():
            return text(value)
    return exp.Array(expressions=[text(key) for key in value])
