"""The next change: nothing is different before it, and something is at it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from leadwright.engine import plan as p
from leadwright.engine.due.next_change import next_change
from leadwright.engine.evaluator import Evaluator
from leadwright.engine.score_one.codegen import Detail
from leadwright.engine.score_one.facts import Event, Facts
from leadwright.engine.values import DAY, instant_of, moment_of, shift
from leadwright.grammar.syntax.nodes import Kind, Unit
from leadwright.tests.effort import examples
from leadwright.tests.engine.evaluate.random_plans import NOW, RandomPlan, random_lead

YEARS = 30 * 365 * DAY


def told(evaluator: Evaluator, facts: Facts, now: int) -> Any:
    """The stages, truths and lines that make up a decision."""
    found = evaluator.run(Detail.EXPLAIN, facts, now)
    return found[7:10], found[4], found[5]


def critical(plan: p.Plan, facts: Facts, seed: int) -> Iterator[int]:
    """Instants at which something may well change, and some others."""
    chance = random.Random(seed)
    moments = [row[0] for row in facts.events]
    for field, value in zip(plan.fields, facts.fields, strict=True):
        if isinstance(value, int) and field.kind in (Kind.DATE, Kind.DATETIME):
            moments.append(value * DAY if field.kind is Kind.DATE else value)
    for moment in moments:
        for amount in (0, 1, 2, 3, 30, 90):
            for unit in Unit:
                at = shift(moment, chance.choice((amount, -amount)), unit)
                yield from (at - 1, at, at + 1)
        for days in (0, 1, 2, 5, 40):
            yield from (moment + days * DAY + extra for extra in (-1, 0, 1))
    for _ in range(100):
        yield NOW + chance.randint(0, 10 ** chance.randint(6, 15))
    for day in range(30):
        yield (NOW // DAY + day) * DAY


@settings(max_examples=examples(80))
@given(st.integers(0, 10**9))
def test_nothing_changes_before_the_next_change(seed: int) -> None:
    assert_nothing_changes(RandomPlan(seed, deep=2).plan(), seed)


@settings(max_examples=examples(4))
@given(st.integers(0, 10**9))
def test_nor_do_stages_that_hold(seed: int) -> None:
    assert_nothing_changes(RandomPlan(seed, deep=1, holding=True).plan(), seed, every=40)


def assert_nothing_changes(plan: p.Plan, seed: int, every: int = 1) -> None:
    """`every` so many of the critical instants are looked at."""
    evaluator = Evaluator(plan)
    lead, events = random_lead(plan, seed, events=6)
    facts = evaluator.facts(lead, [Event(e.type, moment_of(e.at), e.object, e.properties) for e in events])
    before = told(evaluator, facts, NOW)
    change = evaluator.next_change(facts, NOW)
    end = NOW + YEARS if change is None else instant_of(change)
    assert end > NOW
    for at in [*critical(plan, facts, seed)][::every]:
        if NOW < at < end:
            assert told(evaluator, facts, at) == before, (at, end)
    assert told(evaluator, facts, end - 1) == before
    if change is not None and told(evaluator, facts, end) == before:
        later = next_change(evaluator.due_times, facts, NOW, tries=4_000)
        assert later is None or later > end, (
            "only for want of tries may an instant be given that changes nothing"
        )
        assert next_change(evaluator.due_times, facts, NOW, tries=399) < end
