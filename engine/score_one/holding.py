"""Stages that hold: whether a lead that neither comes in nor goes out now is in one, and since when.

Nothing is remembered from one scoring to the next. Where the instant itself does not decide, the lead's past
is walked back to the latest instant that does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from threading import local
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
        self._last = local()

    def decides(self, fields: Sequence[Prepared], rows: Sequence[Row], at: int) -> bool | None:
        """What an instant decides: in, out, or (None) nothing."""
        comes_in, goes_out = self._run(fields, rows, at)[2]
        return False if goes_out is not None else True if comes_in is not None else None

    def holds(self, fields: Sequence[Prepared], rows: Sequence[Row], now: int) -> bool:
        """Whether a lead is in the stage, now deciding nothing."""
        for _, found in self._walk(fields, rows, now).back():
            if found is not None:
                return found
        return False

    def stay(self, fields: Sequence[Prepared], rows: Sequence[Row], now: int) -> Held:
        """Whether a lead is in the stage now, whatever decides it, and since when without a gap."""
        decided = self.decides(fields, rows, now)
        if decided is False:
            return _OUT
        walk = self._walk(fields, rows, now)
        held = Held(True, walk.latest) if decided else _OUT
        for since, found in walk.back():
            if found is False:
                break
            if found is True:
                held = Held(True, since)
        return held

    def _walk(self, fields: Sequence[Prepared], rows: Sequence[Row], now: int) -> _Walk:
        """The way back from now. Whoever explains a decision asks for it after whoever made it."""
        last = getattr(self._last, "walk", None)
        if last is None or last[0] is not fields or last[1] is not rows or last[2] != now:
            last = self._last.walk = (fields, rows, now, _Walk(self, fields, rows, now))
        walk: _Walk = last[3]
        return walk


class _Walk:
    """One lead's past in the eyes of a stage; `latest` is its last instant up to now, None without any."""

    def __init__(self, holding: Holding, fields: Sequence[Prepared], rows: Sequence[Row], now: int) -> None:
        self._holding = holding
        self._fields = fields
        self._rows = holding.timeline.rows(rows, now)
        self._instants = holding.timeline.instants(fields, self._rows, now)
        self._known: list[tuple[int | None, bool | None]] = []
        self.latest = self._instants.pop() if self._instants else None

    def back(self) -> Iterator[tuple[int | None, bool | None]]:
        """What earlier instants decide, from the latest back, each with the instant since which it is so;
        the last is what was before all of them. What was found before is not found again."""
        known = self._known
        yield from known
        decides, fields, rows, instants = self._holding.decides, self._fields, self._rows, self._instants
        while instants:
            at = instants.pop()
            while rows and rows[-1][0] > at:
                rows.pop()
            known.append((at, decides(fields, rows, at)))
            yield known[-1]
        if not known or known[-1][0] is not None:
            known.append((None, decides(fields, (), BEGINNING)))
            yield known[-1]
