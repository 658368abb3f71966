"""Stages that hold: whether a lead that neither comes in nor goes out now is in one, and since when.

Nothing is remembered from one scoring to the next. Where the instant itself does not decide, the lead's past
is walked back to the latest instant that does.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from ..due.timeline import Timeline
from ..plan import Stage
from ..plan.calendar import BEGINNING
from ..plan.holding import asking_plan, selectors_read
from ..values import Prepared
from .codegen import Detail
from .facts import Row

if TYPE_CHECKING:
    from .evaluator import Evaluator

_AT = itemgetter(0)


class Held(NamedTuple):
    """Whether a lead is in a stage that holds, and since when: None for as long as anything is known."""

    found: bool
    since: int | None


_OUT = Held(False, None)


class Holding:
    """One stage that holds, of one plan."""

    def __init__(self, evaluator: Evaluator, stage: Stage) -> None:
        plan = asking_plan(evaluator.plan, stage)
        self.asking = type(evaluator)(plan, evaluator.classes)
        """What asks its two conditions, and nothing else."""
        read = selectors_read(plan)
        self.timeline = Timeline(self.asking.clocks, evaluator.classes, read)
        self._run = self.asking.runner(Detail.PLAIN)

    def decides(self, fields: Sequence[Prepared], rows: Sequence[Row], at: int) -> bool | None:
        """What an instant decides: in, out, or (None) nothing."""
        comes_in, goes_out = self._run(fields, rows, at)[2]
        return False if goes_out is not None else True if comes_in is not None else None

    def holds(self, fields: Sequence[Prepared], rows: Sequence[Row], now: int) -> bool:
        """Whether a lead is in the stage, now deciding nothing."""
        decided = (found for _, found in self._past(fields, rows, now))
        return next((found for found in decided if found is not None), False)

    def stay(self, fields: Sequence[Prepared], rows: Sequence[Row], now: int) -> Held:
        """Whether a lead is in the stage now, whatever decides it, and since when without a gap."""
        held, decided = _OUT, self.decides(fields, rows, now)
        if decided is False:
            return _OUT
        for since, found in self._past(fields, rows, now, decided):
            if found is False:
                break
            if found is True:
                held = Held(True, since)
        return held

    def _past(
        self, fields: Sequence[Prepared], rows: Sequence[Row], now: int, decided: bool | None = None
    ) -> Iterator[tuple[int | None, bool | None]]:
        """What the instants before now decide, from the latest back, each with the instant since which it
        is so; at first what now decides. The last is what was before all of them."""
        rows = self.timeline.rows(rows, now)
        instants = self.timeline.instants(fields, rows, now)
        if instants:
            yield instants[-1], decided
        for at in reversed(instants[:-1]):
            yield at, self.decides(fields, rows[: bisect_right(rows, at, key=_AT)], at)
        yield None, self.decides(fields, (), BEGINNING)
