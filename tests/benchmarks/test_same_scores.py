"""The benchmark's yardstick says what the engine says: written apart from it, it is a check on meaning."""

from __future__ import annotations

import pytest
from leadwright.engine.score_one.codegen import Detail
from leadwright.tests.benchmarks import contenders, ours
from leadwright.tests.benchmarks.neutral import Ruleset
from leadwright.tests.benchmarks.people import leads
from leadwright.tests.benchmarks.workloads import many, twenty


@pytest.mark.parametrize("ruleset", [twenty(), many(200), many(200, seed=8)], ids=["20", "200", "200 others"])
def test_hand_written_python_gives_the_same_scores_and_stages(ruleset: Ruleset) -> None:
    people = leads(400, seed=2)
    by_hand = contenders.by_hand(ruleset)
    engine = ours.contender(ours.evaluator(ruleset, people), Detail.SCORE)
    for lead in people:
        found = ours.as_result(engine.score(*engine.prepare(lead)))
        assert found == by_hand.score(*by_hand.prepare(lead)), lead
