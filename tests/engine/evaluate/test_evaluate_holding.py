"""Stages that hold: random plans against a reading that looks at every instant of a lead's past.

LEADWRIGHT_HOLDING_SEEDS=N tries that many plans instead of a few that are quick to read.
"""

from __future__ import annotations

import os

import pytest
from leadwright.engine.evaluator import Evaluator
from leadwright.engine.score_one.codegen import Detail
from leadwright.engine.values import DAY
from leadwright.tests.engine.evaluate.made import NOW as THEN
from leadwright.tests.engine.evaluate.made import ago, evaluator, event
from leadwright.tests.engine.evaluate.random_plans import NOW, RandomPlan, random_lead
from leadwright.tests.engine.evaluate.test_evaluate_reference import evaluated
from leadwright.tests.reference import Reference

SEEDS = range(int(os.environ.get("LEADWRIGHT_HOLDING_SEEDS", "0"))) or (1, 2, 9, 10, 16, 17)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_stage_holds_as_the_whole_past_says(seed: int) -> None:
    plan = RandomPlan(seed, 2, holding=True).plan()
    made = Evaluator(plan)
    for each in range(2):
        lead, events = random_lead(plan, seed + each, 8)
        facts = evaluated(made, lead, events)
        reference = Reference(plan, lead, events, NOW)
        assert made.run(Detail.SCORE, facts, NOW) == reference.result
        would = reference.would
        for detail in (Detail.LINES, Detail.EXPLAIN):
            assert made.run(detail, facts, NOW)[7] == would
        assert tuple(made.decide(facts, NOW).stages_if_qualified.values()) == would


def test_since_when_a_lead_is_in() -> None:
    rules = evaluator(
        "score from 0 to 100; for each visited in last 30 days then +10;"
        "stage MQL when score >= 40 until score < 25"
    )
    visits = [event("visited", ago(days=days)) for days in (60, 59, 58, 57, 28, 27, 26, 25, 20)]
    facts = rules.facts({}, visits)
    for later, since in ((0, 25), (-30, 57), (-29, None), (3, 25), (7, None)):
        now = int(THEN.timestamp() * 1_000_000) + later * DAY
        holding, at = rules.holdings[0], (facts.fields, facts.events, now)
        found = holding.stay(*at, decided=holding.decides(*at))
        assert found.found is (since is not None)
        if since is not None:
            assert found.since == int(ago(days=since).timestamp() * 1_000_000)
        (stage,) = rules.decide(facts, now).stage_findings
        assert stage.holds is found.found
        assert (stage.stay is not None) is found.found


def test_what_fields_alone_decide_has_no_beginning() -> None:
    rules = evaluator('field land: text; stage Home when land = "de" until land = "at"')
    (stage,) = rules.decide(rules.facts({"land": "DE"}, []), THEN).stage_findings
    assert stage.stay is not None
    assert stage.stay.since is None
    assert stage.stay.words.startswith("for as long as anything is known of it, with land")
