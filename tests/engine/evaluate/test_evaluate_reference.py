"""Generated functions against the plain reading of the plan, on random plans and hostile leads."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from leadwright import load
from leadwright.engine.evaluator import Evaluator
from leadwright.engine.explain.explainer import Explainer
from leadwright.engine.explain.findings import Found
from leadwright.engine.plan.walk import conditions
from leadwright.engine.score_one.codegen import Detail
from leadwright.engine.score_one.facts import Event
from leadwright.engine.values import moment_of
from leadwright.tests.effort import examples
from leadwright.tests.engine.evaluate.random_plans import NOW, RandomPlan, random_lead
from leadwright.tests.reference import Happened, Reference

CUT = {0: "group", 1: "range", 2: "total"}


def evaluated(evaluator: Evaluator, lead: dict[str, Any], events: list[Happened]) -> Any:
    given_ = [Event(e.type, moment_of(e.at), e.object, e.properties) for e in events]
    return evaluator.facts(lead, given_)


def same(evaluator: Evaluator, facts: Any, reference: Reference) -> None:
    """All levels of detail tell what the reference tells."""
    plain = evaluator.run(Detail.SCORE, facts, reference.now)
    lines = evaluator.run(Detail.LINES, facts, reference.now)
    findings = evaluator.run(Detail.EXPLAIN, facts, reference.now)
    assert plain == reference.result
    assert lines[:4] == plain == findings[:4]
    assert lines[4:9] == findings[4:9]
    fired, cuts, reasons, would, reached = lines[4:]
    assert fired == reference.fired
    assert [(CUT[kind], number, points) for kind, number, points in cuts] == reference.cuts
    assert reasons == reference.reasons
    assert would == reference.would
    assert reached == reference.reached
    assert list(findings[9]) == [reference.truth(clause) for clause in evaluator.clauses]
    for value, place in evaluator.parts.values.items():
        assert findings[10][place] == reference.value(value), value


def adds_up(evaluator: Evaluator, facts: Any, now: int) -> None:
    """The lines of a decision add up, and it agrees with the plain result."""
    decision = evaluator.decide(facts, now)
    sums: Counter[str | None] = Counter()
    for line in decision.lines:
        sums[line.score] += line.points
    for name, score in decision.scores.items():
        assert sums[name] == score
    assert sums[None] + sum(decision.scores.values()) == decision.total
    result = evaluator.score(facts, now)
    assert (decision.total, tuple(decision.scores.values())) == (result.total, result.scores)
    assert tuple(decision.stages.values()) == result.stages
    assert bool(decision.disqualified) == result.disqualified
    for finding in decision.stage_findings:
        assert finding.holds is (finding.condition.truth is True)
        assert not (finding.holds and finding.ways)


@settings(max_examples=examples(100))
@given(st.integers(0, 10**9))
def test_every_level_of_detail_says_what_the_plan_says(seed: int) -> None:
    plan = RandomPlan(seed).plan()
    evaluator = Evaluator(plan)
    for each in range(4):
        lead, events = random_lead(plan, seed + each)
        facts = evaluated(evaluator, lead, events)
        for now in (NOW, NOW + 1, NOW + random.Random(seed).randint(0, 10**13)):
            same(evaluator, facts, Reference(plan, lead, events, now))
            adds_up(evaluator, facts, now)


@pytest.mark.parametrize("seed", range(8))
def test_what_was_found_before_changes_no_finding(seed: int) -> None:
    plan = RandomPlan(seed).plan()
    evaluator = Evaluator(plan)
    for number in range(40):
        facts = evaluated(evaluator, *random_lead(plan, seed + number))
        total, scores, *_, truths, values = evaluator.run(Detail.EXPLAIN, facts, NOW)
        instants, _ = evaluator.run(Detail.INSTANTS, facts, NOW)
        found = Found(evaluator.parts, facts, NOW, total, scores, truths, values, instants)
        fresh = Explainer(evaluator.parts)
        assert evaluator.explainer.findings(found) == fresh.findings(found)
        assert evaluator.explainer.places == fresh.places
        for condition in conditions(plan):
            assert fresh.findings(found)[fresh.places[id(condition)]].truth is found.truth(condition)


def test_values_that_look_the_same_are_not_the_same_value() -> None:
    text = "field a: number\nfield b: yes/no\nwhen a >= 1 then +1\nwhen b or not b then +1\n"
    ruleset = load(text)
    for given_ in (True, 1, 1.0, "1", False, 0, -0.0, "0", None, "", True, 1, "yes"):
        lead = {"a": given_, "b": given_}
        assert ruleset(lead, [], "2026-01-15").rules == load(text)(lead, [], "2026-01-15").rules
