"""The two sides that are held against each other: the Python back end, and an engine that runs the SQL."""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import duckdb
from leadwright.engine import plan as p
from leadwright.engine.evaluator import Evaluator
from leadwright.engine.score_one.codegen import Detail
from leadwright.engine.score_one.facts import Event
from leadwright.engine.sql import ResultKind, UnsupportedSql, compile_sql, result_columns
from leadwright.engine.sql.layout import BulkLayout, create_tables, event_rows, layout_of, lead_row
from leadwright.engine.zone import UTC

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Lead:
    """A lead with its id, fields and events as they are given."""

    id: str
    fields: Mapping[str, Any]
    events: Sequence[Event]


def in_python(plan: p.Plan, leads: Iterable[Lead], now: int) -> dict[str, Row]:
    """What the Python back end says of each lead, in the columns of the SQL."""
    evaluator = Evaluator(plan)
    columns = result_columns(plan)[1:]
    found = {}
    for lead in leads:
        facts = evaluator.facts(lead.fields, lead.events)
        total, scores, stages, gone, fired, *_, reached = evaluator.run(Detail.LINES, facts, now)
        tags = {tag for entry in fired for tag in plan.rules[entry[0]].tags}
        told = {
            (ResultKind.TOTAL, None): total,
            (ResultKind.DISQUALIFIED, None): gone,
            **{(ResultKind.SCORE, s.name): score for s, score in zip(plan.scores, scores, strict=True)},
            **{(ResultKind.STAGE, t): stage for t, stage in zip(plan.tracks, stages, strict=True)},
            **{(ResultKind.GRADE, _subject(plan, g)): _label(g, total, scores) for g in plan.grades},
            **{
                (ResultKind.OUTCOME, o.name): at is not None
                for o, at in zip(plan.outcomes, reached, strict=True)
            },
            **{
                (ResultKind.OUTCOME_AT, o.name): None if at is True else at
                for o, at in zip(plan.outcomes, reached, strict=True)
            },
        }
        found[lead.id] = tuple(
            column.subject in tags if column.tells is ResultKind.TAG else told[column.tells, column.subject]
            for column in columns
        )
    return found


def _subject(plan: p.Plan, grade: p.Grade) -> str | None:
    return None if grade.score is None else plan.scores[grade.score].name


def _label(grade: p.Grade, total: int, scores: Sequence[int]) -> str:
    score = total if grade.score is None else scores[grade.score]
    return next((label for label, start in grade.bands if score >= start), grade.otherwise)


class Engine(Protocol):
    """An engine that holds the tables of one layout."""

    dialect: str

    def fill(self, layout: BulkLayout, leads: Sequence[Row], events: Sequence[Row]) -> None:
        """Makes the tables and fills them."""

    def ask(self, statement: str) -> list[Row]:
        """The rows of a statement."""


class DuckDb:
    """DuckDB in memory."""

    dialect = "duckdb"

    def __init__(self) -> None:
        self.connection = duckdb.connect()

    def fill(self, layout: BulkLayout, leads: Sequence[Row], events: Sequence[Row]) -> None:
        for statement, rows in zip(create_tables(layout, self.dialect), (leads, events), strict=True):
            self.connection.execute(statement.replace("CREATE TABLE", "CREATE OR REPLACE TABLE"))
            name = statement.split()[2]
            for start in range(0, len(rows), 200):
                some = rows[start : start + 200]
                holes = ", ".join(f"({', '.join('?' * len(row))})" for row in some)
                values = [value for row in some for value in row]
                self.connection.execute(f"INSERT INTO {name} VALUES {holes}", values)

    def ask(self, statement: str) -> list[Row]:
        return self.connection.execute(statement).fetchall()


class Sqlite:
    """SQLite in memory."""

    dialect = "sqlite"

    def __init__(self) -> None:
        self.connection = sqlite3.connect(":memory:")
        weakref.finalize(self, self.connection.close)

    def fill(self, layout: BulkLayout, leads: Sequence[Row], events: Sequence[Row]) -> None:
        for statement, rows in zip(create_tables(layout, self.dialect), (leads, events), strict=True):
            name = statement.split()[2]
            self.connection.execute(f"DROP TABLE IF EXISTS {name}")
            self.connection.execute(statement)
            holes = ", ".join("?" * len(statement.split(",")))
            self.connection.executemany(f"INSERT INTO {name} VALUES ({holes})", rows)

    def ask(self, statement: str) -> list[Row]:
        return self.connection.execute(statement).fetchall()


def in_sql(plan: p.Plan, leads: Sequence[Lead], now: int | None, engine: Engine) -> dict[str, Row]:
    """What the SQL says of each lead; without a `now`, from the engine's own clock."""
    layout = layout_of([plan])
    engine.fill(
        layout,
        [lead_row(layout, lead.id, lead.fields, engine.dialect) for lead in leads],
        [row for lead in leads for row in event_rows(layout, lead.id, lead.events, engine.dialect)],
    )
    return asked(plan, now, engine)


def by_its_clock(plan: p.Plan, leads: Sequence[Lead], engine: Engine) -> dict[str, Row] | None:
    """What the SQL says by the engine's own clock; None where it asks which day it is in another zone, which
    no clock of an engine can tell, and which is refused by the zone's name."""
    try:
        return in_sql(plan, leads, None, engine)
    except UnsupportedSql as error:
        if plan.zone == UTC or plan.zone.name not in error.message:
            raise
        return None


def asked(plan: p.Plan, now: int | None, engine: Engine) -> dict[str, Row]:
    """What the SQL says of the leads that the engine holds."""
    yes_no = [
        column.tells in (ResultKind.DISQUALIFIED, ResultKind.TAG, ResultKind.OUTCOME)
        for column in result_columns(plan)
    ]
    rows = engine.ask(compile_sql(plan, engine.dialect, now, pretty=False))
    made = [
        tuple(bool(v) if yes and v is not None else v for v, yes in zip(row, yes_no, strict=True))
        for row in rows
    ]
    assert len({row[0] for row in made}) == len(made)
    return {row[0]: row[1:] for row in made}


def differences(plan: p.Plan, leads: Sequence[Lead], now: int, engine: Engine) -> list[str]:
    """Every lead of which the two sides say different things, in words."""
    python, sql = in_python(plan, leads, now), in_sql(plan, leads, now, engine)
    assert python.keys() == sql.keys()
    names = [column.name for column in result_columns(plan)[1:]]
    return [
        f"{lead}: {name} is {one!r} in Python, {other!r} in {engine.dialect}"
        for lead in python
        for name, one, other in zip(names, python[lead], sql[lead], strict=True)
        if one != other
    ]
