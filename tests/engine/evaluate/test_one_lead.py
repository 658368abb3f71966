"""One lead decided about by plan after plan: what is kept between plans changes nothing."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from leadwright.engine.evaluator import Evaluator
from leadwright.engine.explain.decision import PARTS
from leadwright.engine.reading import read
from leadwright.engine.score_one import rule_portions
from leadwright.engine.score_one.facts import Event
from leadwright.engine.tryout import cached_lead as one_lead
from leadwright.engine.tryout.cached_lead import CachedLead
from leadwright.engine.values import moment_of
from leadwright.grammar.edits import Applied, apply
from leadwright.grammar.edits.document import Document
from leadwright.grammar.messages.diagnostics import Source
from leadwright.tests.effort import examples
from leadwright.tests.engine.evaluate.random_plans import NOW, RandomPlan, random_lead
from leadwright.tests.grammar.random_edits import any_edit


@settings(max_examples=examples(80))
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


RULES = """\
field employees: number
define big: employees >= 100
list ICP: "cto", "ceo*"
score fit from 0 to 30
score engagement
rule "A" when employees >= 50 and title in ICP then +5 fit
rule "B" when visited pricing >= 2 in last 30 days then +3 engagement, tag "hot"
rule "C" when big or country = "DE" then +2
rule "D" for each visited docs in last 90 days then +2 engagement fading 25% every 7 days at most 9
group "G" at most 9 {
  rule "E" when visited >= 1 then +4
  rule "F" when not (visited pricing >= 1) and employees is known then +7
  rule "H" for latest visited where pages > 2 then +6
}
rule "I" when days since visited < 20 or title contains "vp" then +1 fit
rule "J" when last_seen in last 3 months then +1
rule "K" when employees between 10 and 200 and last_seen is known then +8 fit
stage MQL when score >= 5
stage SQL when fit >= 5 and engagement > 2
disqualify when employees < 3 because "small"
"""
DAY = 86_400_000_000
LEAD = {"employees": 120, "title": "CEO of all", "country": "DE", "last_seen": "2026-01-02"}


@pytest.mark.parametrize("seed", range(examples(24)))
def test_every_edit_of_a_text_decides_as_if_it_was_the_first(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rule_portions, "_SIZE", 1 + seed % 4)
    some, text = Random(seed), RULES
    events = [
        Event("visited", moment_of(NOW - some.randrange(200) * DAY), thing, {"pages": some.randrange(5)})
        for thing in ("pricing", "docs", "docs", "pricing")
    ]
    one, last = CachedLead(NOW), read(Source(text), lints=False)
    for _ in range(12):
        outcome = apply(text, any_edit(some, Document.of(text)))
        text = outcome.text if isinstance(outcome, Applied) else text
        again = read(Source(text), before=last.parsed, known=last.known, lints=False)
        if again.plan is None:
            text = last.source.text
            continue
        last, evaluator = again, Evaluator(again.plan)
        facts = evaluator.facts(LEAD, events)
        decision, found = one.explained(evaluator, facts)
        alone = read(Source(text), lints=False).plan
        assert alone is not None
        whole = Evaluator(alone).decide(facts, NOW)
        assert all(getattr(decision, part) == getattr(whole, part) for part in PARTS[:-1])
        assert found.truths == Evaluator(alone).truths(facts, NOW)


def test_only_the_rules_beside_an_edit_are_written_again(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "".join(f'rule "R{n}" when a >= {n} and visited p{n % 9} >= 2 then +{n}\n' for n in range(400))
    one, written = CachedLead(NOW), []
    write = rule_portions.write_rule
    monkeypatch.setattr(rule_portions, "write_rule", lambda *given: (written.append(given[1]), write(*given)))
    last = read(Source(text), lints=False)
    for old, new in (("a >= 7", "a >= 8"), ("a >= 150", "a >= 9999"), ("then +3\n", "then +30\n")):
        assert last.plan is not None
        evaluator = Evaluator(last.plan)
        one.explained(evaluator, evaluator.facts({"a": 100}, []))
        text = text.replace(old, new, 1)
        last = read(Source(text), before=last.parsed, known=last.known, lints=False)
        written.clear()
    assert last.plan is not None
    evaluator = Evaluator(last.plan)
    assert one.explained(evaluator, evaluator.facts({"a": 100}, []))[0].total == 0
    assert written == list(range(rule_portions._SIZE))
