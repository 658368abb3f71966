"""One lead decided about by plan after plan: what is kept between plans changes nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from leadwright.engine.evaluator import Evaluator
from leadwright.engine.explain.decision import PARTS
from leadwright.engine.reading import read
from leadwright.engine.score_one import Event
from leadwright.engine.tryout import cached_lead as one_lead
from leadwright.engine.tryout.cached_lead import CachedLead
from leadwright.engine.values import moment_of
from leadwright.grammar.messages.diagnostics import Source
from leadwright.tests.effort import examples
from leadwright.tests.engine.evaluate.random_plans import NOW, RandomPlan, random_lead


@settings(max_examples=examples(80), deadline=None)
@given(st.integers(0, 10**9), st.integers(2, 4))
def test_every_plan_decides_as_if_it_was_the_first(seed: int, plans: int) -> None:
    fields, happened = random_lead(RandomPlan(seed).plan(), seed)
    events = [Event(e.type, moment_of(e.at), e.object, e.properties) for e in happened]
    one = CachedLead(NOW)
    for number in range(plans):
        evaluator = Evaluator(RandomPlan(seed + number).plan())
        facts = evaluator.facts(fields, events)
        decision, found = one.explained(evaluator, facts)
        whole = evaluator.decide(facts, NOW)
        assert all(getattr(decision, part) == getattr(whole, part) for part in PARTS[:-1])
        assert (PARTS[-1], decision.next_change) == ("next_change", None)
        assert found.truths == evaluator.truths(facts, NOW)


def test_a_plan_that_asks_nothing_new_makes_no_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    def evaluator(least: int) -> Evaluator:
        found = read(Source(f"when visited pricing >= {least} in last 30 days then +1"))
        assert found.plan is not None
        return Evaluator(found.plan)

    one, visit = CachedLead(NOW), Event("visited", moment_of(NOW - 10), "pricing")
    first = evaluator(2)
    assert one.explained(first, first.facts({}, [visit]))[0].total == 0
    monkeypatch.setattr(one_lead, "measuring", None)
    second = evaluator(1)
    assert one.explained(second, second.facts({}, [visit]))[0].total == 1
