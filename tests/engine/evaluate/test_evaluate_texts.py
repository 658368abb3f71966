"""Random rulesets in text, on random leads: evaluation never raises, and says what the plan says."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from leadwright.engine.check import check
from leadwright.engine.evaluator import Evaluator
from leadwright.engine.score_one.facts import Event
from leadwright.engine.values import instant_of
from leadwright.grammar.messages.diagnostics import Source
from leadwright.grammar.syntax import nodes as n
from leadwright.grammar.syntax.parse import parse
from leadwright.grammar.text.printer import text_of
from leadwright.tests.effort import examples
from leadwright.tests.engine.evaluate.test_evaluate_reference import adds_up, same
from leadwright.tests.reference import Happened, Reference
from leadwright.tests.strategies import NOW, leads, rulesets


@settings(
    max_examples=examples(60),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(rulesets(), leads())
def test_texts_mean_what_their_plans_say(
    tree: n.Tree, lead: tuple[dict[str, Any], list[dict[str, Any]]]
) -> None:
    plan = check(parse(Source(text_of(tree)))).plan
    assert plan is not None
    fields, given_events = lead
    types = {feed.type.removesuffix(" Tracked"): feed.type for s in plan.selectors for feed in s.feeds}
    events = [
        Event(types.get(e["type"], e["type"]), e["at"], e["object"], e["properties"] | {"path": e["object"]})
        for e in given_events
    ]
    evaluator = Evaluator(plan)
    facts = evaluator.facts(fields, events)
    happened = [Happened(e.type, instant_of(e.at), e.object, e.properties) for e in events]
    same(evaluator, facts, Reference(plan, fields, happened, instant_of(NOW)))
    adds_up(evaluator, facts, instant_of(NOW))
