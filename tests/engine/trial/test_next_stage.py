"""What would bring a lead to its next stage: few changes, each tried."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from leadwright.engine.evaluator import Evaluator
from leadwright.engine.reading import read, read_file
from leadwright.engine.score_one.facts import Event
from leadwright.engine.tryout.case import Case, case_of_test
from leadwright.engine.tryout.next_stage import NextStage, way_to_next_stage
from leadwright.engine.values import instant_of
from leadwright.grammar.messages.diagnostics import Source

NOW = instant_of(dt.datetime(2026, 1, 15, 12, tzinfo=dt.UTC))

RULES = """
field budget: number
field title: text
field size: number
list ICP: "VP *", "Head of *"
define asked: (requested demo or requested quote) in last 90 days

score fit from 0 to 30
score from 0 to 100

rule "Budget" when budget >= 10000 then +10 fit
rule "Title" when title in ICP then +15 fit
rule "Size" when size > 50 then +20 fit
rule "Pricing" when visited pricing >= 2 in last 60 days then +20
rule "Demo" when asked then +30
for each downloaded where length >= 3 then +4
rule "Fast" when visited pricing followed by requested demo within 1 day then +8
rule "Quiet" when not visited then -50

stage MQL when score >= 20
stage SQL when score >= 60 and asked and not rejected
stage Top when score >= 90 and fit >= 30
"""


def evaluator(text: str = RULES) -> Evaluator:
    found = read(Source(text))
    assert found.plan is not None, found.diagnostics
    return Evaluator(found.plan)


def told(way: NextStage | None) -> tuple[str, list[tuple[str, int]], int] | None:
    return None if way is None else (way.stage, [(one.words, given) for one, given in way.changes], way.score)


def case(events: str = "", **fields: object) -> Case:
    happened = []
    for one in filter(None, events.split(", ")):
        kind, _, thing = one.partition(" ")
        happened.append(Event(kind, dt.datetime(2026, 1, 10, tzinfo=dt.UTC), thing or None))
    return Case(fields, tuple(happened), NOW)


@pytest.mark.parametrize(
    ("lead", "expected"),
    [
        # One blank field does by itself, or one event.
        (case("visited docs", title="CTO"), ("MQL", [("size > 50", 20)], 20)),
        (case("visited docs", title="CTO", size=10), ("MQL", [("visited pricing, 2 times", 20)], 20)),
        # What the stage itself asks for comes first, then what gives the points.
        (
            case("visited docs", title="VP Sales", size=40, budget=100, x=1),
            ("MQL", [("visited pricing, 2 times", 20)], 35),
        ),
        (
            case("visited docs", title="VP Sales", size=90, budget=1),
            ("SQL", [("requested demo", 30)], 60),
        ),
        # What has happened is not undone, and a field that is known is not changed.
        (case("rejected, visited docs", title="VP Sales", size=90), None),
        (
            case("visited docs, requested demo", title="CTO", size=1, budget=1),
            (
                "SQL",
                [
                    ("visited pricing, 2 times", 20),
                    ("visited pricing followed by requested demo within 1 day", 8),
                    ("downloaded where length >= 3", 4),
                ],
                62,
            ),
        ),
    ],
)
def test_the_way_is_short_and_leads_there(lead: Case, expected: object) -> None:
    assert told(way_to_next_stage(evaluator(), lead)) == expected


def test_every_way_on_the_shipped_rules_leads_where_it_says() -> None:
    """By the leads that its tests describe, each tried once more as it is and with all that was found."""
    path = Path(__file__).parents[3] / "rulesets" / "saas-inbound.rules"
    found = read(read_file(path))
    assert found.plan is not None
    rules = Evaluator(found.plan)
    ways, names = 0, [None, *(stage.name for stage in found.plan.stages)]
    for test in found.plan.tests:
        before = case_of_test(found.plan, test)
        way = way_to_next_stage(rules, before)
        if way is None:
            continue
        ways += 1
        now = rules.decide(before.facts(rules), before.now)
        then = rules.decide(way.case.facts(rules), before.now)
        assert then.stages["main"] == way.reached
        assert names.index(way.stage) == names.index(now.stages["main"]) + 1 <= names.index(way.reached)
        assert then.total == way.score == now.total + sum(given for _, given in way.changes)
        assert {name: way.case.fields[name] for name in before.fields} == dict(before.fields)
        assert way.case.events[: len(before.events)] == before.events
    assert ways >= 5
