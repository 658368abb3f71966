"""Statements that look from the engine's own clock: the same edges of windows, whatever it shows."""

from __future__ import annotations

import datetime as dt
import random
import time

import pytest
import sqlglot
from leadwright import load
from leadwright.engine.plan.lower import Edge
from leadwright.engine.result_columns import SqlNames
from leadwright.engine.sql import DIALECTS, compile_sql
from leadwright.engine.sql.compiler import _with
from leadwright.engine.sql.live import LiveInstants
from leadwright.engine.sql.steps import INSTANTS, SqlStep
from leadwright.engine.sql.terms import Term, whole
from leadwright.engine.values import DAY, instant_of, moment_of, shift
from leadwright.grammar.syntax.nodes import Unit
from leadwright.tests.engine.evaluate.random_plans import NOW
from leadwright.tests.engine.sql.sides import DuckDb, Engine, Sqlite, by_its_clock, in_python
from leadwright.tests.engine.sql.worlds import SHIPPED, hostile_world
from sqlglot import exp

EDGES = [Edge(sign * amount, unit) for sign in (-1, 1) for unit in Unit for amount in (1, 11, 14)] + [
    Edge(-3_000, Unit.YEAR),
    Edge(9_000, Unit.YEAR),
    Edge(-100, Unit.YEAR),
]


def instants() -> list[int]:
    chance = random.Random(4)
    days = [
        dt.datetime(year, month, day, 23, 59, 59, 999_999, tzinfo=dt.UTC)
        for year in (1970, 1999, 2000, 2024, 2025, 2099, 2100, 2101, 2400)
        for month, day in ((1, 1), (1, 31), (2, 28), (3, 1), (3, 31), (5, 31), (12, 31))
    ]
    days += [dt.datetime(year, 2, 29, tzinfo=dt.UTC) for year in (2000, 2024, 2028, 2096)]
    return [*map(instant_of, days), *(chance.randrange(0, 300 * 366 * DAY) for _ in range(60))]


@pytest.fixture(params=[DuckDb, Sqlite], ids=lambda made: made.dialect)
def engine(request: pytest.FixtureRequest) -> Engine:
    made: Engine = request.param()
    return made


def show(monkeypatch: pytest.MonkeyPatch, engine: Engine, instant: int) -> None:
    """Sets the engine's clock."""
    dialect = DIALECTS[engine.dialect]

    def clock() -> Term:
        return dialect.bigint(whole(instant))

    monkeypatch.setattr(dialect, "clock", clock, raising=False)


def test_edges_of_windows_are_those_of_python(engine: Engine) -> None:
    dialect = DIALECTS[engine.dialect]
    live = LiveInstants(dialect, SqlNames([INSTANTS]))
    asked = [term for window in EDGES for term in (live.edge(window), live.edge_day(window))]
    asked += [live.now(), live.today(), live.earliest([one for one in EDGES if one.amount < 0])]
    _, *steps = live.steps()
    # All instants at once, in the place of the one that the clock shows.
    shown = SqlStep("clock", exp.select("now").from_("shown"))
    statement = exp.select(*asked).from_(INSTANTS)
    statement.set("with_", _with(dialect, [shown, *steps], {step.name for step in steps}))
    engine.ask("CREATE TABLE shown (now BIGINT)")
    engine.ask(f"INSERT INTO shown VALUES {', '.join(f'({instant})' for instant in instants())}")
    found = engine.ask(statement.sql(dialect.sqlglot))
    assert len(found) == len(instants())
    for row in found:
        now = row[-3]
        edges = [shift(now, edge.amount, edge.unit) for edge in EDGES]
        wanted = [value for edge in edges for value in (edge, edge // DAY)]
        first = min(at for at, edge in zip(edges, EDGES, strict=True) if edge.amount < 0)
        assert list(row) == [*wanted, now, now // DAY, first], moment_of(now)


def test_random_rulesets_score_as_from_a_known_instant(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in range(40):
        world = hostile_world(1_000 + seed, 12)
        show(monkeypatch, engine, world.now)
        for plan in world.plans:
            live = by_its_clock(plan, world.leads, engine)
            assert live in (None, in_python(plan, world.leads, world.now)), f"seed {seed}"
    assert world.now == NOW


def test_the_engine_knows_what_time_it_is(engine: Engine) -> None:
    statement = exp.select(exp.alias_(DIALECTS[engine.dialect].clock(), "now"))
    ((shown,),) = engine.ask(statement.sql(DIALECTS[engine.dialect].sqlglot))
    assert abs(shown - time.time() * 1e6) < 60e6


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_says_every_shipped_ruleset_from_its_own_clock(dialect: str) -> None:
    for path in SHIPPED:
        statement = compile_sql(load(path).plan, dialect, None)
        assert statement.startswith("WITH")
        assert sqlglot.parse_one(statement, dialect=dialect)
        assert "clock" in statement
