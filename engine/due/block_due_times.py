"""When each lead of a block must be looked at again because time has passed: `due_times` for many."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from ...grammar.syntax.nodes import Unit
from ..plan import FieldValue
from ..plan.calendar import crossings
from ..score_many.block import StoredColumn
from ..score_many.block_measures import LATE, Measured
from ..score_many.columns import Ints
from ..score_one.scorer import Scorer
from ..values import DAY, Prepared
from ..zone import Zone
from .clocks import days_turning, flips
from .due_times import MONTH_ENDS, NEVER, timers_of

Made = Callable[[Sequence[Any]], list[Prepared]]
"""Values of an attribute as they are kept, made ready for a field of a plan."""


class BlockDueTimes:
    """The alarms of one plan's leads at one instant."""

    def __init__(self, evaluator: Scorer, now: int) -> None:
        timers = timers_of(evaluator.plan, evaluator.clocks)
        self.known = timers is not None
        """Whether they follow from which events there are; else a lead must be looked at for its own."""
        self._timers = timers
        self._clocks = evaluator.clocks
        self._zone = evaluator.plan.zone
        self._now = now
        self._selectors = tuple(range(len(evaluator.plan.selectors)))

    def of(self, measured: Measured, fields: Sequence[tuple[StoredColumn | None, Made]]) -> Ints:
        """For each lead the first instant after now at which something could differ, or `NEVER`.

        `fields` are what is kept for each field of the plan, None for nothing.
        """
        first = self._of_events(measured)
        for edge in self._clocks.edges:
            if isinstance(edge.left, FieldValue):
                field = fields[edge.left.field]
                turns = [flips(edge, one, self._zone) for one in _distinct(field)]
                np.minimum(first, self._earliest(turns, field[0], len(first)), out=first)
        for age in self._clocks.ages:
            if isinstance(age.of, FieldValue):
                values = _distinct(fields[age.of.field])
                turns = [
                    iter(()) if one is None else days_turning(age, one, self._now, self._zone)
                    for one in values
                ]
                np.minimum(first, self._earliest(turns, fields[age.of.field][0], len(first)), out=first)
        return np.minimum(first, NEVER)

    def _earliest(self, turns: Sequence[Iterable[int]], column: StoredColumn | None, size: int) -> Ints:
        firsts = [min((at for at in some if at > self._now), default=NEVER) for some in turns]
        table = np.array(firsts, np.int64)
        return np.full(size, table[0]) if column is None else table[column.codes]

    def _of_events(self, measured: Measured) -> Ints:
        picking, now = measured.block_events, self._now
        assert self._timers is not None
        first = np.full(measured.size, LATE)
        for selector in self._selectors:
            np.minimum(first, measured.first(picking.between(selector, now + 1, None)), out=first)
        for length, selectors in self._timers.lengths.items():
            for selector in selectors:
                found = measured.first(picking.between(selector, now - length + 1, None))
                np.minimum(first, np.where(found == LATE, LATE, found + length), out=first)
        for (every, most), selectors in self._timers.steps.items():
            start = None if most is None else now - every * most + 1
            oldest = np.full(measured.size, -1)
            for selector in selectors:
                for part in picking.between(selector, start, now + 1):
                    np.maximum.at(oldest, measured.lead[part], (now - measured.at[part]) % every)
            np.minimum(first, np.where(oldest < 0, LATE, now + every - oldest), out=first)
        for (amount, unit), selectors in self._timers.months.items():
            start = self._zone.shift(now, -amount, unit) - MONTH_ENDS + 1
            for selector in selectors:
                for part in picking.between(selector, start, None):
                    leaving = _leaving(measured.at[part], (amount, unit), now, self._zone)
                    np.minimum.at(first, measured.lead[part], leaving)
        return first


def _distinct(field: tuple[StoredColumn | None, Made]) -> list[Prepared]:
    column, made = field
    return made([None] if column is None else column.values)


def _leaving(at: Ints, months: tuple[int, Unit], now: int, zone: Zone) -> Ints:
    """When each event next crosses the edge of a window of months, found once for each day."""
    amount, unit = months
    if not zone.is_utc:
        instants, which = np.unique(at, return_inverse=True)
        later = [
            min((turn for turn in crossings(one, -amount, unit, zone) if turn > now), default=LATE)
            for one in instants.tolist()
        ]
        return np.array(later, np.int64)[which]
    days, which = np.unique(at // DAY, return_inverse=True)
    time = at % DAY
    first = np.full(len(at), LATE)
    # Asked of an instant that is no midnight, so that turns that keep the time of day stand out.
    turns = [[*crossings(day * DAY + 1, -amount, unit)] for day in days.tolist()]
    for number in range(max(map(len, turns), default=0)):
        turn = np.array([each[number] if number < len(each) else LATE - DAY for each in turns], np.int64)
        keeps = turn % DAY == 1
        turn = np.where(keeps[which], turn[which] - 1 + time, turn[which])
        np.minimum(first, np.where(turn > now, turn, LATE), out=first)
    return first
