"""Rows of a store, scored as they come, give what the same events give otherwise."""

from __future__ import annotations

import json
import math
import random

from hypothesis import given, settings
from hypothesis import strategies as st
from leadwright.engine.evaluate import Detail, Evaluator
from leadwright.engine.values import moment_of
from leadwright.tests.engine.evaluate.random_plans import NOW, RandomPlan, random_lead


def storable(value: object) -> bool:
    """Whether JSON holds a value as it is."""
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, str | int | bool)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9))
def test_rows_of_a_store_give_the_same(seed: int) -> None:
    plan = RandomPlan(seed, deep=2).plan()
    evaluator, ready = Evaluator(plan), Evaluator(plan)
    leads = [random_lead(plan, seed + each) for each in range(4)]
    pairs = sorted({(e.type, e.object or "") for _, events in leads for e in events})
    spread = random.Random(seed).choice((1, 1, 5000))
    kinds = {spread * (n + 1): (type_, thing or None) for n, (type_, thing) in enumerate(pairs)}
    numbers = {pair: kind for kind, pair in kinds.items()}
    streams = {detail: evaluator.stream(kinds, detail) for detail in (Detail.PLAIN, Detail.LINES)}
    for fields, happened in leads:
        events = []
        for event in sorted(happened, key=lambda event: event.at):
            properties = {k: v for k, v in event.properties.items() if storable(v)}
            events.append((event, properties))
        facts = ready.facts(
            fields,
            [
                {"type": e.type, "at": moment_of(e.at), "object": e.object, "properties": properties}
                for e, properties in events
            ],
        )
        for detail, stream in streams.items():
            rows = [
                (1, e.at, numbers[e.type, e.object or None], json.dumps(properties) if properties else None)
                for e, properties in events
            ]
            if not stream.reads_properties:
                rows = [row[:3] for row in rows]
            if random.Random(seed).random() < 0.5:
                rows = [row for row in rows if row[2] in stream.read]
            assert stream.run(facts.fields, rows, NOW) == ready.run(detail, facts, NOW)
