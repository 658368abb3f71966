"""Bounds are what trying all values out comes to, on random plans and leads.

What is tried are the values that the plan's own constants suggest, and one of each region of the values of a
field. No result may lie outside of the bounds, and where these are said to be exact, each end of them and
each stage must come about.

LEADWRIGHT_BOUNDS=2000 tries so many leads, LEADWRIGHT_BOUNDS_SECONDS=120 begins none after that time.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from itertools import product
from typing import Any

from leadwright.engine.bounds.bounds import Bounds
from leadwright.engine.bounds.worth import counted_worth
from leadwright.engine.evaluator import Evaluator
from leadwright.engine.score_one.facts import Event, Facts
from leadwright.engine.values import DAY, moment_of
from leadwright.grammar.syntax.nodes import Kind
from leadwright.tests.engine.evaluate.random_plans import NOW, NUMBERS, TEXTS, RandomPlan, random_lead

LEADS = int(os.environ.get("LEADWRIGHT_BOUNDS", "40"))
SECONDS = float(os.environ.get("LEADWRIGHT_BOUNDS_SECONDS", "inf"))
MOST_TRIED = 400
MOST_BLANK = 3
OWN_VALUES = 5


def own_values(kind: Kind, chance: random.Random) -> list[Any]:
    """Prepared values that the constants of random plans suggest."""
    numbers = [one + step for one in NUMBERS for step in (0, 1, -1, 1e-7)]
    pools: dict[Kind, list[Any]] = {
        Kind.NUMBER: [*numbers, -1e308, 80.0],
        Kind.TEXT: [*TEXTS, "vp", "zoe <a@x.com>", "a@de", "b@.", "nothing"],
        Kind.TEXTS: [(one,) for one in TEXTS] + [("cto", "de"), ("x.com", "vp sales")],
        Kind.YES_NO: [True, False],
        Kind.DATE: [NOW // DAY + step for step in (-400, -91, -31, -30, -3, -1, 0, 1, 3, 30, 40)],
        Kind.DATETIME: [NOW + step * DAY // 2 for step in (-800, -180, -61, -4, -1, 0, 1, 2, 60, 80)],
    }
    return chance.sample(pools[kind], min(OWN_VALUES, len(pools[kind])))


def tried(evaluator: Evaluator, facts: Facts, chance: random.Random) -> Iterator[Facts] | None:
    """The lead with its blanks filled in all ways; None where there are too many."""
    blank = evaluator.possible.regions(facts, NOW)
    if blank is None:
        return None
    pools = {}
    for number, regions in blank.items():
        its = [facts.fields[number], *[region.value for region in regions]]
        pools[number] = list(dict.fromkeys([*its, *own_values(evaluator.plan.fields[number].kind, chance)]))
    size = 1
    for pool in pools.values():
        size *= len(pool)
    if not pools or size > (MOST_TRIED if not evaluator.holdings else MOST_TRIED // 20):
        return None

    def filled() -> Iterator[Facts]:
        for chosen in product(*pools.values()):
            values = list(facts.fields)
            for number, value in zip(pools, chosen, strict=True):
                values[number] = value
            yield facts._replace(fields=tuple(values))

    return filled()


def holds(evaluator: Evaluator, bounds: Bounds, filled: Iterator[Facts]) -> None:
    """No result lies outside, and what is exact comes about."""
    results = [evaluator.score(one, NOW) for one in filled]
    columns = list(zip(*[(one.total, *one.scores) for one in results], strict=True))
    reaches = [bounds.total, *bounds.scores.values()]
    for column, reach in zip(columns, reaches, strict=True):
        assert reach.low <= min(column) <= max(column) <= reach.high
        assert not bounds.exact or (reach.low, reach.high) == (min(column), max(column))
    for n, track in enumerate(evaluator.plan.tracks):
        seen = {one.stages[n] for one in results}
        assert seen <= set(bounds.stages[track])
        assert not bounds.exact or seen == set(bounds.stages[track])
    gone = {one.disqualified for one in results}
    assert bounds.disqualified is None or gone == {bounds.disqualified}
    assert not bounds.exact or (bounds.disqualified is None) is (len(gone) == 2)


def _can_be(bounds: Bounds) -> tuple[object, ...]:
    return (bounds.disqualified, *map(frozenset, bounds.stages.values()))


def test_what_a_field_is_worth_is_what_the_bounds_with_it_filled_say() -> None:
    counts: Counter[str] = Counter()
    for seed in range(1, max(LEADS, 40) * 3):
        plan = RandomPlan(seed, deep=2, holding=_is_holding(seed)).plan()
        evaluator = Evaluator(plan)
        lead, happened = random_lead(plan, seed * 10, events=6)
        for field in random.Random(seed).sample(plan.fields, min(MOST_BLANK, len(plan.fields))):
            lead.pop(field.column, None)
            lead.pop(field.name, None)
        given = [Event(e.type, moment_of(e.at), e.object, e.properties) for e in happened]
        facts = evaluator.facts(lead, given)
        possible = evaluator.possible
        whole, regions = possible.bounds(facts, NOW), possible.regions(facts, NOW)
        found = {one.field: one for one in counted_worth(possible, [facts], NOW).fields}
        if not whole.exact or whole.is_sure or regions is None:
            continue
        for number, (blank, *values) in regions.items():
            # Where a value can be as good as none, the blank stands for such values too, as it does with a
            # default.
            if not values or None not in blank.truths or plan.fields[number].default is not None:
                continue
            filled = []
            for region in values:
                fields = list(facts.fields)
                fields[number] = region.value
                filled.append(possible.bounds(facts._replace(fields=tuple(fields)), NOW))
            can_be = {_can_be(one) for one in filled}
            bears_on = can_be != {_can_be(whole)}
            decides = all(one[0] is not None and all(len(of) == 1 for of in one[1:]) for one in can_be)
            name = plan.fields[number].name
            assert (name in found) is bears_on, (seed, name)
            assert not bears_on or bool(found[name].decides) is decides, (seed, name)
            counts["bears on" if bears_on else "does not"] += 1
            counts["decides" if bears_on and decides else "leaves open"] += 1
    assert min(counts[one] for one in ("bears on", "does not", "decides", "leaves open")) > 0, counts


def _is_holding(seed: int) -> bool:
    """Whether the stages of a plan hold: looking at the past takes long."""
    return seed % 10 == 0


def test_bounds_are_what_trying_all_values_comes_to() -> None:
    counts: Counter[str] = Counter()
    seed, ends = 0, time.monotonic() + SECONDS
    while counts["tried"] < LEADS and time.monotonic() < ends:
        seed += 1
        chance = random.Random(seed)
        plan = RandomPlan(seed, deep=2, holding=_is_holding(seed)).plan()
        evaluator = Evaluator(plan)
        for each in range(3):
            lead, happened = random_lead(plan, seed * 10 + each, events=6)
            for field in chance.sample(plan.fields, chance.randint(0, MOST_BLANK)):
                lead.pop(field.column, None)
                lead.pop(field.name, None)
            given = [Event(e.type, moment_of(e.at), e.object, e.properties) for e in happened]
            facts = evaluator.facts(lead, given)
            filled = tried(evaluator, facts, chance)
            if filled is None:
                continue
            bounds = evaluator.possible.bounds(facts, NOW)
            try:
                holds(evaluator, bounds, filled)
            except AssertionError as error:
                raise AssertionError(f"seed {seed}, lead {each}: {bounds}") from error
            counts["tried"] += 1
            counts["exact" if bounds.exact else "wider"] += 1
            counts["sure" if bounds.is_sure else "open"] += 1
    assert counts["exact"] > counts["wider"], counts
    assert counts["open"] > counts["tried"] // 4, counts
    print(counts)
