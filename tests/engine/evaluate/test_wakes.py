"""When a lead is to be looked at again: never later than the first real change."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from leadwright.engine.due.due_times import NEVER, DueTimes
from leadwright.engine.due.next_change import next_change
from leadwright.engine.evaluator import Evaluator
from leadwright.engine.score_one.facts import Event
from leadwright.engine.values import moment_of
from leadwright.tests.effort import examples
from leadwright.tests.engine.evaluate.made import NOW, ago, evaluator, event
from leadwright.tests.engine.evaluate.random_plans import NOW as RANDOM_NOW
from leadwright.tests.engine.evaluate.random_plans import RandomPlan, random_lead


def wake(made: Evaluator, facts: object, now: int) -> int:
    return DueTimes(made).of(facts.fields, facts.events, now)  # type: ignore[attr-defined]


@settings(max_examples=examples(150))
@given(st.integers(0, 10**9))
def test_no_lead_wakes_too_late(seed: int) -> None:
    plan = RandomPlan(seed, deep=2).plan()
    made = Evaluator(plan)
    wakes = DueTimes(made)
    for number in range(3):
        lead, events = random_lead(plan, seed + number, events=8)
        facts = made.facts(lead, [Event(e.type, moment_of(e.at), e.object, e.properties) for e in events])
        now = RANDOM_NOW
        for _ in range(6):
            found = wakes.of(facts.fields, facts.events, now)
            change = next_change(wakes, facts, now, tries=60)
            assert found > now
            assert found <= (NEVER if change is None else change)
            if found == NEVER:
                break
            now = found


@pytest.mark.parametrize(
    ("rule", "events", "wakes"),
    [
        ("when visited pricing >= 1 in last 7 days then +1", [event("visited pricing", ago(days=2))], "5d"),
        ("when visited pricing >= 1 in last 7 days then +1", [event("visited docs", ago(days=2))], None),
        ("when visited pricing >= 1 in last 7 days then +1", [event("visited pricing", ago(days=9))], None),
        ("when visited pricing >= 1 then +1", [event("visited pricing", ago(days=-3))], "3d"),
        (
            "for each visited pricing then +8 halving every 3 days",
            [event("visited pricing", ago(days=4))],
            "2d",
        ),
        (
            "for each visited pricing then +8 halving every 3 days",
            [event("visited pricing", ago(days=40))],
            None,
        ),
        ("when visited pricing >= 1 in last 1 month then +1", [event("visited pricing", ago(days=1))], "30d"),
    ],
)
def test_wakes_are_exact_where_one_clock_ticks(rule: str, events: list[Event], wakes: str | None) -> None:
    made = evaluator(f"event visited\nrule {rule!r} {rule}".replace("'", '"'))
    facts = made.facts({}, events)
    now = int(NOW.timestamp()) * 1_000_000
    found = wake(made, facts, now)
    if wakes is None:
        assert found == NEVER
    else:
        assert moment_of(found) == NOW + dt.timedelta(days=int(wakes[:-1]))
