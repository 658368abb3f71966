"""One statement that finds values which the tables must not hold: it selects no row where all is well."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from ...grammar.frozen import frozen
from ...grammar.syntax.nodes import Kind
from ..plan.calendar import EARLIEST, LATEST
from ..values import DAY
from .dialects import Dialect, dialect_named
from .dialects.base import LARGEST
from .layout import BulkLayout
from .literal_rows import event_columns, lead_columns
from .tables import mapped_column, table
from .templates import literal_in_templates
from .terms import Term, any_of, call, column, compared, is_null, negated, text, whole

_ALIAS = "t"


@frozen
class _Table:
    """A table as the layout calls it and as it is named, and which of its columns hold no prepared values."""

    called: str
    name: str
    needed: frozenset[str]
    as_it_is: frozenset[str]


def check_statement(layout: BulkLayout, dialect: str) -> str:
    """A SELECT of `table_name`, `column_name`, `problem` and `row_count`, one row for each problem found."""
    engine, mapping = dialect_named(dialect), layout.mapping
    ids = frozenset([mapping.lead_id])
    needed = frozenset([mapping.event_lead, mapping.event_at, mapping.event_type])
    as_it_is = frozenset([mapping.event_lead, mapping.event_type, mapping.event_number])
    leads = _Table("leads", mapping.leads, ids, ids)
    events = _Table("events", mapping.events, needed, as_it_is)
    queries = [
        *_queries(leads, lead_columns(layout), engine),
        *_queries(events, event_columns(layout), engine),
    ]
    queries.append(_twice(mapping.leads, mapping.lead_id))
    found: exp.Query = queries[0]
    for query in queries[1:]:
        found = exp.Union(this=found, expression=query, distinct=False)
    every = exp.select("*").from_(
        exp.Subquery(this=found, alias=exp.TableAlias(this=exp.to_identifier("checks")))
    )
    statement = every.where(compared(">", column("row_count"), whole(0)))
    return literal_in_templates(statement).sql(engine.sqlglot, pretty=True, copy=False)


def _queries(of: _Table, columns: list[tuple[str, Kind]], engine: Dialect) -> Iterator[exp.Select]:
    for one, kind in columns:
        read = mapped_column(one, _ALIAS)
        wrong = [("is unknown", is_null(read.copy()))] if one in of.needed else []
        if one not in of.as_it_is:
            wrong += _wrong(kind, read, engine)
        for problem, holds in wrong:
            yield _row(of.called, one, problem).from_(table(of.name, _ALIAS)).where(holds)


def _wrong(kind: Kind, read: Term, engine: Dialect) -> Iterator[tuple[str, Term]]:
    """What a value of a kind must not be."""
    match kind:
        case Kind.NUMBER:
            size = compared("<=", call("ABS", read), exp.Literal.number(LARGEST))
            yield "is infinite or not a number", negated(size)
        case Kind.TEXT:
            yield "is empty: what is unknown is NULL", compared("=", read, text(""))
            yield "has white space at an end: it is not a key", engine.has_outer_space(read.copy())
            yield "has capital letters: it is not a key", engine.has_capitals(read.copy())
        case Kind.TEXTS:
            entry = engine.entry()
            wrong = any_of([compared("=", entry, text("")), engine.has_capitals(entry.copy())])
            yield "has an entry that is not a key", engine.some_entry(engine.list_column(read), wrong)
        case Kind.DATE:
            yield "is outside the years 1 to 9999", _outside(read, EARLIEST // DAY, LATEST // DAY)
        case Kind.DATETIME:
            yield "is outside the years 1 to 9999", _outside(read, EARLIEST, LATEST)
        case Kind.YES_NO:
            return


def _outside(read: Term, first: int, last: int) -> Term:
    return any_of([compared("<", read, whole(first)), compared(">", read.copy(), whole(last))])


def _twice(leads: str, lead_id: str) -> exp.Select:
    key = mapped_column(lead_id, _ALIAS)
    several = exp.select(exp.alias_(key, "lead")).from_(table(leads, _ALIAS)).group_by(key.copy())
    several = several.having(compared(">", call("COUNT", whole(1)), whole(1)))
    source = exp.Subquery(this=several, alias=exp.TableAlias(this=exp.to_identifier("twice")))
    return _row("leads", lead_id, "is there more than once").from_(source)


def _row(name: str, column_name: str, problem: str) -> exp.Select:
    named = (("table_name", name), ("column_name", column_name), ("problem", problem))
    texts = (exp.alias_(text(value), alias) for alias, value in named)
    return exp.select(*texts, exp.alias_(call("COUNT", whole(1)), "row_count"))
