"""Blocks of leads decided about at once, against each lead evaluated, explained and woken on its own."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import Any

import pytest
from leadwright.engine.due.due_times import DueTimes
from leadwright.engine.evaluator import Evaluator
from leadwright.engine.explain.explanation_lines import ExplanationLines
from leadwright.engine.plan import Plan
from leadwright.engine.score_many.block import EventKinds
from leadwright.engine.score_many.decide_block import Deciding, Unsupported
from leadwright.engine.score_one.codegen import Detail
from leadwright.engine.score_one.facts import Event, Facts
from leadwright.engine.store.scoring.results import StoredResults
from leadwright.engine.values import DAY, MICROSECONDS, moment_of
from leadwright.grammar.syntax.nodes import Unit
from leadwright.tests.engine.blocks.in_blocks import block_of, kinds_of
from leadwright.tests.engine.evaluate.random_plans import NOW, RandomPlan, random_lead

PLANS = int(os.environ.get("LEADWRIGHT_RANDOM", "2000")) // 20
LEADS = 40
HOUR = MICROSECONDS[Unit.HOUR]

Row = tuple[object, ...]


def one_by_one(evaluator: Evaluator, facts: Sequence[Facts], now: int) -> list[Row]:
    outcomes, legend, wakes = (
        StoredResults(evaluator.plan),
        ExplanationLines(evaluator.plan),
        DueTimes(evaluator),
    )
    found: list[Row] = []
    for one in facts:
        run = evaluator.run(Detail.LINES, one, now)
        outcome = outcomes.of(run)
        found.append((outcome, legend.write(run[4], run[5]), wakes.of(one.fields, one.events, now)))
    return found


def at_once(
    evaluator: Evaluator, facts: Sequence[Facts], happened: Sequence[Sequence[Event]], now: int
) -> list[Row]:
    kinds: EventKinds = kinds_of(happened)
    names = [f"column {number}" for number in range(len(evaluator.plan.fields))]
    fields = {name: [one.fields[number] for one in facts] for number, name in enumerate(names)}
    made = [(name, list[Any]) for name in names]
    deciding = Deciding(evaluator, made, now)
    decided = deciding.of(block_of(fields, happened, kinds))
    written = ExplanationLines(evaluator.plan).write_all(decided.lines, range(len(facts)))
    keys, numbers = decided.keys()
    outcomes = [StoredResults(evaluator.plan).under(key) for key in keys]
    which = (outcomes[place] for place in numbers.tolist())
    return list(zip(which, written, decided.due.tolist(), strict=True))


def told(properties: dict[str, object]) -> dict[str, object]:
    """Properties as the record can keep them."""
    kept = {}
    for name, value in properties.items():
        try:
            kept[name] = json.loads(json.dumps(value, default=str))
        except (TypeError, ValueError):
            continue
    return kept


def drawn(plan: Plan, seed: int) -> tuple[list[dict[str, object]], list[list[Event]]]:
    leads, happened = [], []
    for number in range(LEADS):
        lead, events = random_lead(plan, seed * LEADS + number)
        leads.append(lead)
        rows = [Event(e.type, moment_of(e.at), e.object, told(dict(e.properties))) for e in events]
        # In the record, events of one instant stand by kind.
        order = {pair: number for number, pair in kinds_of([rows]).items()}
        happened.append(sorted(rows, key=lambda event: (str(event.at), order[event.type, event.object])))
    return leads, happened


def assert_alike(
    evaluator: Evaluator, leads: list[dict[str, object]], happened: list[list[Event]], now: int
) -> None:
    facts = [evaluator.facts(lead, events) for lead, events in zip(leads, happened, strict=True)]
    assert at_once(evaluator, facts, happened, now) == one_by_one(evaluator, facts, now)


@pytest.mark.parametrize("seed", range(0, PLANS, 10))
def test_random_plans_on_random_leads(seed: int) -> None:
    decided = 0
    for number in range(seed, min(seed + 10, PLANS)):
        plan = RandomPlan(number).plan()
        leads, happened = drawn(plan, number)
        for now in (NOW, NOW + 40 * DAY + 1):
            try:
                assert_alike(Evaluator(plan), leads, happened, now)
            except Unsupported:
                continue
            decided += 1
    assert decided
