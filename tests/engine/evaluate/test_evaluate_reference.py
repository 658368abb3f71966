"""Generated functions against the plain reading of the plan, on random plans and hostile leads."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from leadwright.engine.evaluator import Evaluator
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


@settings(max_examples=examples(100), deadline=None)
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
