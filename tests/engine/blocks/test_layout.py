"""The order of events in a block, whatever their instants are."""

from __future__ import annotations

import random

import numpy as np
import pytest
from leadwright.engine.plan.calendar import EARLIEST, LATEST
from leadwright.engine.score_many.layout import by_kind_and_time, settle_ties


@pytest.mark.parametrize("kinds", [4, 70_000])
@pytest.mark.parametrize("seed", range(20))
def test_events_stand_by_kind_then_time_then_as_they_came(seed: int, kinds: int) -> None:
    chance = random.Random(seed)
    instants = [*range(5), EARLIEST, LATEST, *(chance.randint(EARLIEST, LATEST) for _ in range(5))]
    instants = chance.sample(instants, chance.randint(1, len(instants)))
    rows = [(chance.randint(0, 3), chance.choice(instants)) for _ in range(chance.randint(0, 40))]
    kind, at = (np.array([row[place] for row in rows], np.int64) for place in (0, 1))
    order, instants, found, starts = by_kind_and_time(kind, at, kinds)
    assert order.tolist() == sorted(range(len(rows)), key=lambda place: rows[place])
    assert instants.tolist() == at[order].tolist()
    assert found.tolist() == sorted({row[0] for row in rows})
    counts = [sum(row[0] == one for row in rows) for one in found]
    assert starts.tolist() == [0, *np.cumsum(counts).tolist()]


def test_instants_too_far_apart_to_hold_places() -> None:
    at = np.tile([LATEST, EARLIEST, 0], 300)
    order, _, found, starts = by_kind_and_time(np.zeros(len(at), np.int64), at, 1)
    assert order.tolist() == sorted(range(len(at)), key=lambda place: at[place])
    assert (found.tolist(), starts.tolist()) == ([0], [0, len(at)])


@pytest.mark.parametrize("seed", range(60))
def test_what_is_equal_in_kind_and_time_stands_by_its_rank(seed: int) -> None:
    chance = random.Random(seed)
    most = chance.choice([1, 3, 20])
    rows = [
        (chance.randint(0, 2), chance.randint(0, most), chance.randint(-1, 2))
        for _ in range(chance.randint(0, 50))
    ]
    kind, at, rank = (np.array([row[place] for row in rows], np.int64) for place in range(3))
    order, instants, _, starts = by_kind_and_time(kind, at, 3)
    settle_ties(order, instants, starts, rank)
    assert order.tolist() == sorted(range(len(rows)), key=lambda place: rows[place])
