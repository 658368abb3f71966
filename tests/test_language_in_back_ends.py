"""The conformance cases once more: all back ends say of their leads what the one for a single lead says."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
from leadwright.engine.evaluator import Evaluator
from leadwright.engine.plan import Plan
from leadwright.engine.reading import read, read_file
from leadwright.engine.tryout.case import case_of_test
from leadwright.tests.engine.evaluate.test_evaluate_judging import at_once, judging, lead_by_lead
from leadwright.tests.engine.sql.sides import DuckDb, Engine, Lead, Sqlite, differences

CASES = sorted((Path(__file__).parent / "language/evaluation").glob("*.rules"))


def plan_of(path: Path) -> Plan:
    reading = read(read_file(path))
    assert reading.plan is not None, reading.errors
    return reading.plan


def leads_by_now(plan: Plan) -> dict[int, list[Lead]]:
    found: dict[int, list[Lead]] = defaultdict(list)
    for test in plan.tests:
        case = case_of_test(plan, test)
        found[test.now].append(Lead(test.name, case.fields, case.events))
    return found


@pytest.mark.parametrize("engine", [DuckDb(), Sqlite()], ids=["duckdb", "sqlite"])
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_in_sql(path: Path, engine: Engine) -> None:
    no_case_differs(path, engine)


def no_case_differs(path: Path, engine: Engine) -> None:
    """The engine says of the leads of a file what Leadwright says."""
    plan = plan_of(path)
    for now, leads in leads_by_now(plan).items():
        assert not differences(plan, leads, now, engine)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_in_columns(path: Path) -> None:
    plan = plan_of(path)
    evaluator = Evaluator(plan)
    for now, leads in leads_by_now(plan).items():
        facts = [evaluator.facts(lead.fields, lead.events) for lead in leads]
        judged = judging(evaluator, facts, [list(lead.events) for lead in leads], now)
        assert at_once(judged) == lead_by_lead(evaluator, facts, now)
