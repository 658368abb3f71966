"""Points added up for many leads: groups, scores and the total, before and after their bounds."""

from __future__ import annotations

from functools import reduce

import numpy as np

from ..plan import Contribution, Plan, Rule
from .columns import Bools, Ints
from .decide import cut_line
from .rules_source import CUT_BY_GROUP, CUT_BY_RANGE, CUT_BY_TOTAL, is_bounded

Bounds = tuple[int | None, int | None]


class Sums:
    """The sums of one plan: first `add` everything, then `bound`."""

    def __init__(self, plan: Plan, leads: int) -> None:
        self._plan = plan
        self._own: dict[int | None, Ints] = {
            score: np.zeros(leads, np.int64) for score in (None, *range(len(plan.scores)))
        }
        self._groups = {
            number: np.zeros(leads, np.int64) for number, group in enumerate(plan.groups) if is_bounded(group)
        }
        self._bounded: list[tuple[int, int, Ints, Bounds]] = []
        """What bounds were put on: which kind, which number, the sums before, the bounds."""
        self.scores: dict[int | None, Ints] = {}
        """The scores within their ranges; None is the total."""

    @property
    def nbytes(self) -> int:
        """The memory they take."""
        arrays = [*self._own.values(), *self.scores.values(), *(sums for _, _, sums, _ in self._bounded)]
        return sum(array.nbytes for array in {id(array): array for array in arrays}.values())

    def add(self, rule: Rule, contribution: Contribution, given: Ints | int, fires: Bools) -> None:
        """Adds what a rule gives a score, where it fires."""
        sum_ = self._own[contribution.score]
        if rule.group in self._groups and self._plan.groups[rule.group].score == contribution.score:
            sum_ = self._groups[rule.group]
        add_where(sum_, given, fires)

    def bound(self) -> None:
        """Makes the scores of what was added."""
        plan = self._plan
        for number, sums in self._groups.items():
            group = plan.groups[number]
            self._own[group.score] += self._within(CUT_BY_GROUP, number, sums, (group.least, group.most))
        self.scores = {
            number: self._within(CUT_BY_RANGE, number, self._own[number], (score.low, score.high))
            for number, score in enumerate(plan.scores)
        }
        total = reduce(np.add, self.scores.values(), self._own[None])
        self.scores[None] = self._within(CUT_BY_TOTAL, 0, total, (plan.total.low, plan.total.high))

    def _within(self, kind: int, number: int, sums: Ints, bounds: Bounds) -> Ints:
        if bounds == (None, None):
            return sums
        self._bounded.append((kind, number, sums, bounds))
        return np.clip(sums, *bounds)

    def cuts(self, places: Ints) -> dict[str, Ints]:
        """What bounds took from the leads at some places, or gave them, by what that line is called."""
        lines: dict[str, Ints] = {}
        for kind, number, sums, bounds in self._bounded:
            some = sums[places]
            change = np.clip(some, *bounds) - some
            for part in (np.minimum(change, 0), np.maximum(change, 0)):
                if (worth := int(part.sum())) != 0:
                    text = cut_line(self._plan, kind, number, worth).text
                    lines[text] = lines.get(text, np.zeros(1, np.int64)) + part
        return lines


def add_where(sums: Ints, given: Ints | int, fires: Bools) -> None:
    """Adds to sums, in place, where a rule fires; several times as fast as numpy's own `where`."""
    np.add(sums, np.multiply(fires, given, dtype=np.int64), out=sums)
