"""Why a score changed: the causes add up to the change, and say what they needed of each other."""

from __future__ import annotations

import datetime as dt
import random

from leadwright import Event, load
from leadwright.engine.impact.score_change import Cause, ScoreChange, Snapshot, split
from leadwright.engine.report.score_changes import evidence_words, field_words, stage_words

DAY = dt.timedelta(days=1)
START = dt.datetime(2026, 1, 10, tzinfo=dt.UTC)

RULES = """
field title: text
field employees: number
event visited
score fit from 0 to 30
score from 0 to {most}
group "Website" at most 40 {{
    rule "Pricing" when visited pricing >= 2 in last 7 days and title = "CTO" then +{points}
    rule "Fades" for each visited then +8 fading 25% every 1 day
}}
rule "Size" when employees >= 50 then +10 fit
rule "Quiet" when not visited in last 5 days then -5
stage MQL when score >= 20
"""


def rules(points: int = 20, most: int = 100):
    return load(RULES.format(points=points, most=most)).evaluator


def visit(day: float, page: str = "pricing") -> Event:
    return Event("visited", START + day * DAY, page)


def causes(change: ScoreChange) -> dict[Cause, int]:
    return {step.cause: step.points for step in change.steps}


def test_nothing_differs_nothing_changed() -> None:
    look = Snapshot(rules(), {"title": "CTO"}, (visit(-1),), START)
    change = split(look, look)
    assert (change.points, change.steps) == (0, ())


def test_each_cause_gets_what_it_did() -> None:
    before = Snapshot(rules(20), {"title": "CTO", "employees": 10}, (visit(-1),), START)
    events = (visit(-1), visit(1), visit(9))
    after = Snapshot(rules(35), {"title": "CTO", "employees": 80}, events, START + 2 * DAY)
    change = split(before, after)
    assert change.came == (visit(1),)
    assert [field_words(one) for one in change.fields] == ["employees 10 -> 80"]
    assert list(causes(change)) == [Cause.TIME, Cause.EVENTS, Cause.FIELDS, Cause.RULES]
    assert causes(change)[Cause.FIELDS] == 10
    assert sum(causes(change).values()) == change.points == change.after.total - change.before.total
    time = change.steps[0]
    assert [(line.name, line.points < 0) for line in time.lines] == [("Fades", True)]
    pricing = {line.name: line for line in change.steps[1].lines}["Pricing"]
    assert (pricing.before, pricing.after, pricing.points) == (0, 20, 20)
    assert evidence_words(pricing.evidence[0]).startswith("visited pricing >= 2 in last 7 days: 2 times")
    assert stage_words(change.steps[1]) == "none -> MQL"
    assert change.steps[3].lines[0].along == (Cause.EVENTS,)


def test_a_rule_that_needed_two_causes_says_so() -> None:
    before = Snapshot(rules(), {}, (), START)
    after = Snapshot(rules(), {"title": "CTO"}, (visit(-2, "docs"), visit(-1), visit(-1)), START)
    change = split(before, after)
    fields = change.steps[-1]
    assert fields.cause is Cause.FIELDS
    assert [(line.name, line.along) for line in fields.lines if line.name == "Pricing"] == [
        ("Pricing", (Cause.EVENTS,))
    ]


def test_an_earlier_instant_takes_events_out_of_the_count() -> None:
    events = (visit(-3), visit(-1))
    look = Snapshot(rules(), {"title": "CTO"}, events, START)
    change = split(look, Snapshot(rules(), {"title": "CTO"}, events, START - 2 * DAY))
    assert (change.came, change.went) == ((), (visit(-1),))
    assert sum(causes(change).values()) == change.points


def test_equal_events_are_told_apart_by_their_number() -> None:
    one, three = (visit(-1),), (visit(-1), visit(-1), visit(-1))
    change = split(Snapshot(rules(), {}, one, START), Snapshot(rules(), {}, three, START))
    assert change.came == (visit(-1), visit(-1))


def test_whatever_differs_the_steps_and_the_lines_add_up() -> None:
    draw = random.Random(7)

    def look() -> Snapshot:
        fields = {"title": draw.choice(["CTO", "VP", None]), "employees": draw.choice([None, 10, 90])}
        events = tuple(visit(draw.uniform(-9, 6), draw.choice(["pricing", "docs"])) for _ in range(6))
        known = {name: value for name, value in fields.items() if value is not None}
        made = rules(draw.choice([10, 20, 35]), draw.choice([30, 100]))
        return Snapshot(made, known, events, START + draw.randrange(9) * DAY)

    for _ in range(150):
        before, after = look(), look()
        change = split(before, after)
        assert sum(step.points for step in change.steps) == change.points
        for step in change.steps:
            # Named scores count into the total, so that lines of all scores add up to it.
            assert sum(line.points for line in step.lines) == step.points
        back = split(after, before)
        assert back.points == -change.points
        assert (back.came, back.went) == (change.went, change.came)
