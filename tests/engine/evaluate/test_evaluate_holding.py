"""Stages that hold: random plans against a reading that looks at every instant of a lead's past."""

from __future__ import annotations

import os
import random

import pytest
from leadwright.engine.score_one import Detail, Evaluator
from leadwright.tests.engine.evaluate.random_plans import NOW, RandomPlan, random_lead
from leadwright.tests.engine.evaluate.test_evaluate_reference import evaluated
from leadwright.tests.reference import Reference

SEEDS = int(os.environ.get("LEADWRIGHT_HOLDING_SEEDS", "12"))


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_stage_holds_as_the_whole_past_says(seed: int) -> None:
    plan = RandomPlan(seed, 2, holding=True).plan()
    evaluator = Evaluator(plan)
    for each in range(2):
        lead, events = random_lead(plan, seed + each, 6)
        facts = evaluated(evaluator, lead, events)
        for now in (NOW, NOW + random.Random(seed + each).randint(0, 10**13)):
            reference = Reference(plan, lead, events, now)
            assert evaluator.run(Detail.PLAIN, facts, now) == reference.result
            for detail in (Detail.LINES, Detail.FINDINGS):
                assert evaluator.run(detail, facts, now)[7] == reference.would
