"""Tables scored at once against each lead given to the public call."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
from leadwright.engine.arrow.blocks import Tally
from leadwright.engine.arrow.naming import Columns
from leadwright.engine.arrow.results import LinesAs
from leadwright.engine.arrow.scorer import TableScorer
from leadwright.engine.due.due_times import NEVER
from leadwright.engine.due.oldest_events import oldest_by_type
from leadwright.engine.evaluator import Evaluator
from leadwright.engine.explain.decision import Decision, Line, LineKind
from leadwright.engine.plan import Plan
from leadwright.engine.values import DAY, moment_of
from leadwright.tests.engine.arrow.tables import Drawn, drawn
from leadwright.tests.engine.evaluate.random_plans import NOW, RandomPlan

PLANS = int(os.environ.get("LEADWRIGHT_ARROW", "360")) // 60
LEADS = 30


def scored(plan: Plan, given: Drawn, now: int) -> list[dict[str, Any]]:
    scorer = TableScorer(plan, now, Columns(), LinesAs.FULL, (given.leads.schema, given.events.schema))
    rows: list[dict[str, Any]] = scorer.score(given.leads, given.events, Tally()).to_pylist()
    return rows


def assert_told(row: dict[str, Any], decision: Decision) -> None:
    """A row says what the decision says."""
    assert row["total"] == decision.total
    assert [row["reasons"], row["tags"]] == [list(decision.disqualified), list(decision.tags)]
    assert row["disqualified"] is bool(decision.disqualified)
    values = list(row.values())[2:]
    for found in (*decision.scores.values(), *decision.stages.values()):
        assert values.pop(0) == found
    assert values.pop(0) is bool(decision.disqualified)
    for grade in decision.grades.values():
        assert values.pop(0) == grade
    if decision.disqualified:
        assert row["stages_if_qualified"] == list(decision.stages_if_qualified.values())
    assert tuple(map(line_of, row["lines"])) == decision.lines


def line_of(told: dict[str, Any]) -> Line:
    return Line(
        LineKind(told["kind"]),
        told["rule"],
        told["score"],
        told["line"],
        told["written"],
        told["faded"],
        told["points"],
        told["text"],
    )


@pytest.mark.parametrize("seed", range(0, PLANS, 10))
def test_random_rulesets_over_hostile_leads(seed: int) -> None:
    for number in range(seed, min(seed + 10, PLANS)):
        plan = RandomPlan(number, holding=number % 4 == 3).plan()
        given = drawn(plan, number, LEADS)
        evaluator = Evaluator(plan)
        for now in (NOW, NOW + 40 * DAY + 1):
            for row, (lead, events) in zip(scored(plan, given, now), given.rows, strict=True):
                facts = evaluator.facts(lead, events)
                assert_told(row, evaluator.decide(facts, now))
                due = evaluator.due_times.of(facts.fields, facts.events, now)
                assert row["due"] == (None if due == NEVER else moment_of(due))


@pytest.mark.parametrize("seed", range(0, PLANS, 10))
def test_events_that_are_too_old_make_no_difference(seed: int) -> None:
    dropped = 0
    for number in range(seed, min(seed + 10, PLANS)):
        plan = RandomPlan(number, holding=number % 4 == 3).plan()
        given = drawn(plan, number, LEADS)
        for now in (NOW, NOW + 40 * DAY + 1):
            oldest = oldest_by_type(Evaluator(plan), now)
            rows = zip(
                given.events["type"].to_pylist(), given.events["at"].cast("int64").to_pylist(), strict=True
            )
            kept = [at >= oldest.get(type_, at) for type_, at in rows]
            dropped += kept.count(False)
            fewer = replace(given, events=given.events.filter(pa.array(kept, pa.bool_())))
            assert scored(plan, fewer, now) == scored(plan, given, now)
    assert dropped or seed, "of the first rulesets some look back a limited time"
