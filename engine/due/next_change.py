"""When time alone can next change a clause or a line of points."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Any

from ..plan.calendar import LATEST
from ..score_one.facts import Facts
from ..values import Prepared
from .due_times import DueTimes

TRIES = 400
"""How many instants are looked at before the next one is given as it is."""


def next_change(
    due_times: DueTimes, facts: Facts, now: int, before: FoundOut | None = None, tries: int = TRIES
) -> int | None:
    """The first instant after now at which any clause's truth or any line of points differs, or None.

    `before` is what the function of the detail EXPLAIN gives now, where it is known already. Where it would
    take looking at more than `tries` instants, one before that instant.
    """
    scorer = due_times.scorer
    if not scorer.clocks.any and not facts.events:
        return None
    if before is None:
        before = scorer.clauses_at(facts, now)
    at, latest = now, [before]
    for _, at in zip(range(tries), _turns(due_times, facts, now, lambda: latest[-1][10]), strict=False):
        if at > LATEST:
            return None
        found = latest[-1] = scorer.clauses_at(facts, at)
        if found[4] != before[4] or found[9] != before[9] or found[8] != before[8] or found[5] != before[5]:
            return at
    return at


FoundOut = tuple[Any, ...]
"""What the function of the detail EXPLAIN gives; see `program`."""


def _turns(
    due_times: DueTimes, facts: Facts, now: int, values: Callable[[], tuple[Prepared, ...]]
) -> Iterator[int]:
    """Instants at which something could differ, the first after now, then each after the one before; `values`
    gives those that were found at the latest of them. The last is past the end of time."""
    clocks, known = due_times.scorer.clocks, due_times.scorer.classes.known
    if due_times.tells:
        yield from due_times.turns(facts.fields, facts.events, now)
        return
    fixed = sorted(at for at in set(clocks.instants(facts, known)) if now < at <= LATEST)
    place = 0
    while now <= LATEST:
        place = bisect_right(fixed, now, place)
        later = [tick for tick in clocks.ticks(facts, known, values(), now) if tick > now]
        now = min([*later, *fixed[place : place + 1]], default=LATEST + 1)
        yield now
