"""Marks of conditions on one lead, found by the place of a row in the text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from hypothesis import HealthCheck, given, settings
from leadwright.engine.evaluator import Evaluator
from leadwright.engine.reading import Reading, read
from leadwright.engine.score_one.facts import Event
from leadwright.engine.tryout.case import Case
from leadwright.engine.tryout.marks import Mark, Places, Watched
from leadwright.engine.values import instant_of
from leadwright.grammar.edits.outline import RowView, outline
from leadwright.grammar.messages.diagnostics import Source
from leadwright.grammar.syntax.parse import parse
from leadwright.grammar.text.printer import text_of
from leadwright.tests import strategies
from leadwright.tests.effort import examples

NOW = dt.datetime(2026, 1, 15, 12, tzinfo=dt.UTC)
RULES = """\
field opted_in: yes/no
list ICP: "VP *"
define large: employees >= 1000   # a remark
rule "Interest"
when (visited pricing >= 2 in last 30 days # and so on
   or large) and title not in ICP
then +20
when not ((visited docs or visited blog) in last 7 days) and budget > 10 then +1
rule "Off" off when employees > 3 then +1
for each visited where minutes > 3 when opted_in then +1
stage MQL when score >= 10 and seats >= 5
disqualify when country = "XX"
"""
VISITS = (Event("visited", "2026-01-10", "pricing"), Event("visited", "2026-01-12", "pricing"))
LEAD = Case({"title": "Student", "employees": 40, "country": "xx"}, VISITS, instant_of(NOW))


def reading(text: str) -> Reading:
    found = read(Source(text))
    assert found.plan is not None, found.errors
    return found


def rows(row: RowView | None) -> Iterator[RowView]:
    if row is not None:
        yield row
        for one in (*(row.rows or ()), *((row.filter,) if row.filter else ())):
            yield from rows(one)


def test_each_row_has_its_mark() -> None:
    found = reading(RULES)
    assert found.plan is not None
    marks, places = Watched(LEAD).marks(Evaluator(found.plan)), Places(found.plan, found.source)
    told = {}
    for card in outline(parse(found.source)):
        for row in rows(card.condition):
            if row.rows is None or len(row.rows) > 1:
                condition = places.at(row.span)
                told[card.sort, row.value] = None if condition is None else marks.of(condition)
    assert told == {
        ("define", "employees >= 1000"): Mark(False, "40"),
        ("rule", "(visited pricing >= 2 in last 30 days or large) and title not in ICP"): Mark(True, ""),
        ("rule", "(visited pricing >= 2 in last 30 days or large)"): Mark(True, ""),
        ("rule", "visited pricing >= 2 in last 30 days"): Mark(True, "2 times, last on 2026-01-12"),
        ("rule", "large"): Mark(False, ""),
        ("rule", "title not in ICP"): Mark(True, "Student"),
        ("rule", "not ((visited docs or visited blog) in last 7 days) and budget > 10"): Mark(None, ""),
        ("rule", "(visited docs or visited blog) in last 7 days"): Mark(False, ""),
        ("rule", "visited docs"): Mark(False, "0 times"),
        ("rule", "visited blog"): Mark(False, "0 times"),
        ("rule", "budget > 10"): Mark(None, "budget is unknown"),
        ("rule", "employees > 3"): None,
        ("rule", "opted_in"): Mark(None, "opted_in is unknown"),
        ("stage", "score >= 10 and seats >= 5"): Mark(None, ""),
        ("stage", "score >= 10"): Mark(True, "20"),
        ("stage", "seats >= 5"): Mark(None, "seats is unknown"),
        ("disqualify", 'country = "XX"'): Mark(True, "xx"),
    }


@settings(max_examples=examples(30), suppress_health_check=list(HealthCheck))
@given(tree=strategies.rulesets(), drawn=strategies.leads())
def test_every_row_of_a_rule_in_force_has_the_mark_that_the_decision_tells(tree, drawn) -> None:
    found = reading(text_of(tree))
    assert found.plan is not None
    fields, events = drawn
    lead = Case(fields, tuple(Event(**event) for event in events), instant_of(NOW))
    marks, places = Watched(lead).marks(Evaluator(found.plan)), Places(found.plan, found.source)
    truths = {rule.identity: rule.condition.truth for rule in marks.decision.rules if rule.condition}
    by_line = {rule.origin.span.start: rule.identity for rule in found.plan.rules}
    seen = 0
    for card in outline(parse(found.source)):
        for one in (card, *card.cards):
            if one.sort == "rule" and one.condition is not None and not one.off:
                condition = places.at(one.condition.span)
                assert condition is not None, one.text
                assert marks.of(condition).truth is truths[by_line[one.span.start]]
                seen += 1
    assert seen == len(truths)
