"""The bounds of blocks of leads, from arrays, against the bounds of each lead on its own."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from leadwright import load
from leadwright.engine.bounds.blanks import Blanks
from leadwright.engine.bounds.blocks import BlockBounds
from leadwright.engine.evaluator import Evaluator
from leadwright.engine.plan import Plan
from leadwright.engine.score_many.decide_block import Unsupported
from leadwright.tests.engine.blocks.in_blocks import block_of, kinds_of
from leadwright.tests.engine.blocks.test_blocks_deciding import drawn
from leadwright.tests.engine.evaluate.random_plans import NOW, RandomPlan

PLANS = max(12, int(os.environ.get("LEADWRIGHT_BOUNDS", "40")) // 10)


def filling(default: object) -> Callable[[Sequence[Any]], list[Any]]:
    return lambda values: [default if value is None else value for value in values]


def differences(plan: Plan, seed: int) -> list[str]:
    leads, happened = drawn(plan, seed)
    bare = Evaluator(Blanks(plan).asking)
    given = [bare.facts(lead, events) for lead, events in zip(leads, happened, strict=True)]
    names = [f"column {number}" for number in range(len(plan.fields))]
    fields = {name: [one.fields[number] for one in given] for number, name in enumerate(names)}
    made = [(name, filling(one.default)) for name, one in zip(names, plan.fields, strict=True)]
    evaluator = Evaluator(plan)
    bounds = BlockBounds(evaluator, made, [(name, list) for name in names], NOW)
    found = bounds.of(block_of(fields, happened, kinds_of(happened)))
    each = Evaluator(plan)
    alone = [each.facts(lead, events) for lead, events in zip(leads, happened, strict=True)]
    wanted = [each.possible.bounds(one, NOW) for one in alone]
    return [f"{n}: {found.of(n)} {one}" for n, one in enumerate(wanted) if found.of(n) != one]


LIMITS: list[dict[str, int]] = [
    {},
    {"cases._FEW": 3, "cases._AT_ONCE": 50},
    {"finder.MOST_CHOICES": 6},
    {"cases._FEW": 3, "finder.MOST_COMBINED": 30},
    {"regions._MANY": 1, "regions._AT_ONCE": 3},
]
"""Lower limits than there are: random plans seldom reach these."""


@pytest.mark.parametrize("limits", LIMITS, ids=str)
def test_bounds_of_many_are_those_of_each(limits: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, limit in limits.items():
        monkeypatch.setattr(f"leadwright.engine.bounds.{name}", limit)
    counts: Counter[str] = Counter()
    plans = PLANS if not limits else PLANS // 3
    for seed in range(plans):
        try:
            assert differences(RandomPlan(seed, deep=2).plan(), seed) == [], seed
        except Unsupported:
            counts["one by one"] += 1
        else:
            counts["at once"] += 1
    assert counts["at once"] > plans // 2, counts


def stages(count: int) -> Plan:
    lines = ["field f1: number", "score fit from 0 to 100", 'rule "Large"', "when f1 >= 2", "then +50 fit"]
    lines += [f"stage S{number} when fit >= {number}" for number in range(count)]
    return load("\n".join(lines)).plan


def test_as_many_stages_as_a_mask_has_bits_and_no_more() -> None:
    assert differences(stages(63), 1) == []
    with pytest.raises(Unsupported):
        differences(stages(64), 1)
