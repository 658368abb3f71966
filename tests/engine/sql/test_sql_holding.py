"""Stages that hold, in SQL: random rulesets and leads against Python, months and clocks at their edges.

LEADWRIGHT_HOLDING_SEEDS=N tries that many rulesets instead of a few.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator

import pytest
from leadwright.engine.ruleset import load
from leadwright.engine.score_one.facts import Event
from leadwright.engine.sql import DIALECTS, UnsupportedSql, compile_sql
from leadwright.engine.values import DAY, instant_of, moment_of
from leadwright.tests.engine.evaluate.random_plans import NOW
from leadwright.tests.engine.sql.sides import (
    DuckDb,
    Engine,
    Lead,
    Sqlite,
    by_its_clock,
    differences,
    in_python,
)
from leadwright.tests.engine.sql.worlds import holding_worlds

SEEDS = int(os.environ.get("LEADWRIGHT_HOLDING_SEEDS", "0"))
FEW = (11, 16, 19)


@pytest.fixture(params=[DuckDb, Sqlite])
def engine(request: pytest.FixtureRequest) -> Engine:
    made: Engine = request.param()
    return made


def test_random_stages_hold_as_in_python(engine: Engine) -> None:
    tried, refused = 0, []
    for seed, world in holding_worlds(range(SEEDS) or FEW):
        try:
            found = differences(world.plans[0], world.leads, world.now, engine)
        except UnsupportedSql as error:
            refused.append(error.message)
            continue
        assert not found, f"seed {seed}: {found[:5]}"
        tried += 1
    assert tried > len(refused)
    assert all("the days that it counts" in one for one in refused)


MONTHS = """\
ruleset "Months" in "{zone}"
field renewal: date
field seen: datetime
for each visited in last 1 month then +10
stage MQL when score >= 20 until not visited in last 2 months
"""
FIELDS = """\
stage Due in renewals when renewal in next 1 month until days since seen > 3
stage Late in lateness when days until renewal <= 2 until seen in last 1 month
"""

NOWS = {
    "UTC": ("2026-03-01T00:00", "2026-03-29T00:00:01"),
    "Europe/Berlin": ("2026-03-29T01:00",),
}


@pytest.mark.parametrize("zone", NOWS)
def test_months_end_at_their_ends_and_where_clocks_change(engine: Engine, zone: str) -> None:
    plan = load(MONTHS.format(zone=zone) + (FIELDS if zone == "UTC" else "")).plan
    leads = list(_at_the_ends_of_months())
    for now in NOWS[zone]:
        assert not differences(plan, leads, _at(now), engine)


def _at(day: str) -> int:
    return instant_of(dt.datetime.fromisoformat(day).replace(tzinfo=dt.UTC))


def _at_the_ends_of_months() -> Iterator[Lead]:
    days = ("2026-01-28", "2026-01-31", "2026-02-28", "2026-03-29", "2026-09-25", "2025-12-31")
    for number, day in enumerate(days):
        for later, gap in ((-1, 1), (0, 1), (0, DAY), (DAY // 24, 0)):
            visits = [Event("visited", moment_of(_at(day) + later + more)) for more in (0, gap)]
            fields = {"renewal": days[-1 - number], "seen": moment_of(_at(day) + gap).isoformat()}
            yield Lead(f"{day} {later} {gap}", fields, visits)


def test_it_looks_back_from_its_own_clock(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    from leadwright.engine.sql.terms import whole

    dialect = DIALECTS[engine.dialect]
    monkeypatch.setattr(dialect, "clock", lambda: dialect.bigint(whole(NOW)), raising=False)
    plan = load(MONTHS.format(zone="UTC") + FIELDS).plan
    leads = list(_at_the_ends_of_months())
    assert by_its_clock(plan, leads, engine) == in_python(plan, leads, NOW)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_days_that_are_counted_are_refused_by_the_name_of_the_stage(dialect: str) -> None:
    plan = load("stage Warm when visited until days since last visited / 7 > 2").plan
    with pytest.raises(UnsupportedSql, match=r"the stage Warm still holds a lead: .* days") as refused:
        compile_sql(plan, dialect, NOW)
    assert refused.value.origin is not None
    assert refused.value.origin.line == 1
    assert "leadwright export --scores" in refused.value.hint
