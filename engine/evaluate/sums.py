"""Points added up for many leads: groups, scores and the total, before and after their bounds."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..plan import Contribution, Plan, Rule
from .columns import Bools, Ints, Whole, compact
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
        self._bounded: list[tuple[int, int, Whole, Bounds]] = []
        """What bounds were put on: which kind, which number, the sums before, the bounds."""
        self._scores: dict[int | None, Whole] = {}

    @property
    def nbytes(self) -> int:
        """The memory they take, once bound."""
        return sum(a.nbytes for a in (*self._scores.values(), *(sums for _, _, sums, _ in self._bounded)))

    def score(self, score: int | None) -> Ints:
        """A score within its range; None is the total."""
        return self._scores[score].astype(np.int64)

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
        total = self._own[None]
        for number, score in enumerate(plan.scores):
            kept = self._within(CUT_BY_RANGE, number, self._own[number], (score.low, score.high))
            self._scores[number] = compact(kept)
            total = total + kept
        total = self._within(CUT_BY_TOTAL, 0, total, (plan.total.low, plan.total.high))
        self._scores[None] = compact(total)
        self._own.clear()
        self._groups.clear()

    def _within(self, kind: int, number: int, sums: Ints, bounds: Bounds) -> Ints:
        if bounds == (None, None):
            return sums
        self._bounded.append((kind, number, compact(sums), bounds))
        return np.clip(sums, *bounds)

    def changes(self) -> Iterator[tuple[int, int, Ints]]:
        """What each bound took from each lead or gave it, in the order in which they were put on."""
        for kind, number, sums, bounds in self._bounded:
            whole = sums.astype(np.int64)
            yield kind, number, np.clip(whole, *bounds) - whole

    def cuts(self, places: Ints) -> dict[str, Ints]:
        """What bounds took from the leads at some places, or gave them, by what that line is called."""
        lines: dict[str, Ints] = {}
        for kind, number, sums, bounds in self._bounded:
            some = sums[places].astype(np.int64)
            change = np.clip(some, *bounds) - some
            for part in (np.minimum(change, 0), np.maximum(change, 0)):
                if (worth := int(part.sum())) != 0:
                    text = cut_line(self._plan, kind, number, worth).text
                    lines[text] = lines.get(text, np.zeros(1, np.int64)) + part
        return lines


def add_where(sums: Ints, given: Ints | int, fires: Bools) -> None:
    """Adds to sums, in place, where a rule fires; several times as fast as numpy's own `where`."""
    np.add(sums, np.multiply(fires, given, dtype=np.int64), out=sums)
