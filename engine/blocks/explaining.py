"""Leads of a block judged, and what explains it told apart: points as written, faded and given, and cuts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ..evaluate.columns import Instants, Ints
from ..evaluate.judging import Judging
from ..plan import Rule
from ..plan.adding_up import Pay

Points = Ints | int
"""Points of each lead, or the same of all."""


class Explaining(Judging):
    """One plan's view of the leads of a block."""

    def paid_events(self, rule: Rule) -> Points:
        """How many events a rule pays for where it fires."""
        if rule.each is None or rule.each.which != "each":
            return 1
        paid = self._paid(rule)
        return paid.counts.astype(np.int64) if isinstance(paid, Instants) else paid.whole_numbers()

    def faded_and_given(self, pay: Pay) -> tuple[Points, Points]:
        """What is left of the points for all that a rule pays for, and that within its bounds."""
        contribution = pay.contribution
        if pay.fixed is not None:
            return contribution.points, pay.fixed
        faded = self._summed(pay.rule, contribution).astype(np.int64)
        if contribution.least is None and contribution.most is None:
            return faded, faded
        return faded, np.clip(faded, contribution.least, contribution.most)

    def cuts(self) -> Iterator[tuple[int, int, Ints]]:
        """What bounds took from each lead or gave it: which kind of bound, of which number, the points."""
        return self._sums.changes()

    def reached(self) -> list[tuple[tuple[str | None, ...], NDArray[np.int16]]]:
        """The stages as they would be without disqualifications, by track; see `Verdict.stages`."""
        nobody = np.zeros(self.leads, np.bool_)
        return [self._stages(track, nobody) for track in self.plan.tracks]
