"""Totals from what rules give, within all bounds: those of contributions, groups, scores and the total."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..plan import Plan
from .arrays import Floats, Ints, Singles
from .scored_leads import contributions

_FIRST_LOOK = 5_000
"""What changes the score of one of so many leads needs no look at all of them."""


@dataclass(frozen=True)
class Caps:
    """The bounds of one plan, for points that may be others than its own. New rules come last: each feeds
    the score at its place in `new_scores` (None: the total) and has no bounds of its own."""

    plan: Plan
    new_scores: tuple[int | None, ...] = ()

    def totals(self, given: Floats | Singles, points: Floats | Ints) -> Floats:
        """The total of each lead, where a rule gives `points` times `given`."""
        return self.scores(given, points)[-1]

    def scores(self, given: Floats | Singles, points: Floats | Ints) -> list[Floats]:
        """Each named score, then the total, within their bounds."""
        plan, size = self.plan, len(given)
        named = np.zeros((size, len(plan.scores)))
        total = np.zeros(size)
        groups: dict[int, Floats] = {}
        for column, (number, place) in enumerate(contributions(plan)):
            rule = plan.rules[number]
            contribution = rule.contributions[place]
            part = given[:, column].astype(np.float64) * float(points[column])
            if rule.each is not None and (contribution.least is not None or contribution.most is not None):
                part = np.clip(part, contribution.least, contribution.most)
            if rule.group is not None:
                groups[rule.group] = groups.get(rule.group, np.zeros(size)) + part
            elif contribution.score is None:
                total += part
            else:
                named[:, contribution.score] += part
        for number, points_of_group in groups.items():
            group = plan.groups[number]
            part = _within(points_of_group, group.least, group.most)
            if group.score is None:
                total += part
            else:
                named[:, group.score] += part
        first = len(contributions(plan))
        for offset, score in enumerate(self.new_scores):
            part = given[:, first + offset].astype(np.float64) * float(points[first + offset])
            if score is None:
                total += part
            else:
                named[:, score] += part
        bounded = [_within(named[:, number], one.low, one.high) for number, one in enumerate(plan.scores)]
        for one in bounded:
            total += one
        return [*bounded, _within(total, plan.total.low, plan.total.high)]

    def cut_off(self, given: Floats | Singles, points: Ints, total: Ints) -> list[int]:
        """The rules of what gives points all of which are always cut off by some bound: taken away, no lead's
        scores would change."""
        if not self.are_any or not len(given) or not np.allclose(self.totals(given, points), total):
            return []
        few = given[:: max(1, len(given) // _FIRST_LOOK)]
        return [
            number
            for number, columns in self._columns.items()
            if points[columns].any()
            and self._same_without(few, points, columns)
            and self._same_without(given, points, columns)
        ]

    @property
    def _columns(self) -> dict[int, list[int]]:
        """Which numbers of points each rule gives, of those that give nothing else."""
        found: dict[int, list[int]] = {}
        for column, (number, _) in enumerate(contributions(self.plan)):
            if not self.plan.rules[number].tags:
                found.setdefault(number, []).append(column)
        return found

    def _same_without(self, given: Floats | Singles, points: Ints, columns: list[int]) -> bool:
        without = points.copy()
        without[columns] = 0
        one, other = self.scores(given, points), self.scores(given, without)
        return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))

    @property
    def are_any(self) -> bool:
        """Whether anything is bounded at all."""
        plan = self.plan
        scores = [*plan.scores, plan.total]
        return bool(plan.groups) or any(score.low is not None or score.high is not None for score in scores)


def _within(values: Floats, low: int | None, high: int | None) -> Floats:
    return values if low is None and high is None else np.clip(values, low, high)
