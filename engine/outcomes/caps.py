"""Totals from what rules give, within all bounds: those of contributions, groups, scores and the total."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..plan import Plan
from .arrays import Floats, Ints
from .looking import contributions


@dataclass(frozen=True)
class Caps:
    """The bounds of one plan, for points that may be others than its own. New rules come last: each feeds
    the score at its place in `new_scores` (None: the total) and has no bounds of its own."""

    plan: Plan
    new_scores: tuple[int | None, ...] = ()

    def totals(self, given: Floats, points: Floats | Ints) -> Floats:
        """The total of each lead, where a rule gives `points` times `given`."""
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
        for number, part in groups.items():
            group = plan.groups[number]
            bounded = _within(part, group.least, group.most)
            if group.score is None:
                total += bounded
            else:
                named[:, group.score] += bounded
        first = len(contributions(plan))
        for offset, score in enumerate(self.new_scores):
            part = given[:, first + offset].astype(np.float64) * float(points[first + offset])
            if score is None:
                total += part
            else:
                named[:, score] += part
        for number, named_score in enumerate(plan.scores):
            total += _within(named[:, number], named_score.low, named_score.high)
        return _within(total, plan.total.low, plan.total.high)

    def does_nothing(self, given: Floats, points: Ints, total: Ints) -> list[int]:
        """The rules whose points, taken away, would change no lead's total."""
        found = []
        present = self.totals(given, points)
        if not np.allclose(present, total):
            return []
        for number, rule in enumerate(self.plan.rules):
            columns = [c for c, (rule_, _) in enumerate(contributions(self.plan)) if rule_ == number]
            if not columns or rule.tags:
                continue
            without = points.copy()
            without[columns] = 0
            if np.array_equal(self.totals(given, without), present):
                found.append(number)
        return found

    @property
    def are_any(self) -> bool:
        """Whether anything is bounded at all."""
        plan = self.plan
        scores = [*plan.scores, plan.total]
        return bool(plan.groups) or any(score.low is not None or score.high is not None for score in scores)


def _within(values: Floats, low: int | None, high: int | None) -> Floats:
    return values if low is None and high is None else np.clip(values, low, high)
