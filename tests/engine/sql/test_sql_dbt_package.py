"""Packages of dbt as text, and their statements on DuckDB; `tests/dbt` builds them with the real dbt."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import pytest
from leadwright import load
from leadwright.engine.plan import Plan
from leadwright.engine.reading import read, read_file
from leadwright.engine.score_one.facts import Event
from leadwright.engine.sql.dbt_package import HEAD, DbtPackage, SampleLead, dbt_package
from leadwright.engine.testing import lead_of_test
from leadwright.tests.engine.sql.worlds import SHIPPED

RULES = """\
ruleset "Inbound"
field title: text
rule "Asks" when title = "VP" then +10
stage MQL when score >= 10
test "a VP"
given title = "VP"
expect stage = MQL
"""


def built(package: DbtPackage) -> dict[str, list[tuple[Any, ...]]]:
    """What each test of a package selects, its models made before."""
    found = {}
    with duckdb.connect() as connection:
        for path, text in package.made.items():
            name, call = Path(path).stem, {"config": lambda **_: "", "ref": lambda name: name}
            if path.startswith("models/samples/"):
                statement = jinja2.Template(text).render(call)
                connection.execute(f"CREATE TABLE {name} AS {statement.removeprefix(HEAD)}")
            elif name.endswith("_as_leadwright"):
                found[name] = connection.execute(jinja2.Template(text).render(call)).fetchall()
    return found


def sample(plan: Plan) -> list[SampleLead]:
    return [SampleLead(*lead_of_test(plan, test), test.now) for test in plan.tests]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_tests_of_shipped_rulesets_compare_equal(path: Path) -> None:
    plan = read(read_file(path)).plan
    assert plan is not None
    package = dbt_package(plan, path.stem, "duckdb", dt.datetime(2026, 1, 15, tzinfo=dt.UTC), sample(plan))
    found = built(package)
    assert found
    assert not any(found.values())


def test_many_events_and_none_are_written_out() -> None:
    plan = load('rule "Visits" for each visited then +1\n').plan
    now = dt.datetime(2026, 1, 15, tzinfo=dt.UTC)
    events = [Event("visited", now - dt.timedelta(minutes=n), None, {}) for n in range(250)]
    instant = int(now.timestamp()) * 1_000_000
    for leads in (
        [SampleLead({}, events, instant), SampleLead({}, [], instant)],
        [SampleLead({}, [], instant)],
    ):
        assert built(dbt_package(plan, "Visits", "duckdb", None, leads)) == {
            "visits_sample_1_as_leadwright": []
        }


def test_what_differs_is_named_on_both_sides() -> None:
    plan = load(RULES).plan
    package = dbt_package(plan, "Inbound", "duckdb", None, sample(plan))
    made = {
        path: text.replace("THEN 10", "THEN 11") if path.startswith("models/samples") else text
        for path, text in package.made.items()
    }
    (rows,) = built(DbtPackage(package.name, made, {})).values()
    assert [(row[0], row[1], row[2]) for row in sorted(rows)] == [
        ("expected", "lead 1", 10),
        ("found", "lead 1", 11),
    ]
