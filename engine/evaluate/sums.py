"""Points added up for many leads: groups, scores and the total, before and after their bounds."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..plan import Contribution, Plan, Rule
from .columns import Bools, Ints, Whole, compact
from .decide import cut_line
from .rules_source import CUT_BY_GROUP, CUT_BY_RANGE, CUT_BY_TOTAL, is_bounded

Bounds = tuple[int | None, int | None]
Target = tuple[str | None, str | None]
"""What points are added to: a score by its name, or a group by its own and that of its score."""


class Sums:
    """The sums of one plan: first `add` everything, then `bound`. They begin with those of `former` rules."""

    def __init__(self, plan: Plan, leads: int, former: Sums | None = None) -> None:
        self._plan = plan
        self._added: dict[Target, Whole] = {
            target: former._added[target].astype(np.int64)
            if former is not None and target in former._added
            else np.zeros(leads, np.int64)
            for target in _targets(plan)
        }
        self._bounded: list[tuple[int, int, Whole, Bounds]] = []
        """What bounds were put on: which kind, which number, the sums before, the bounds."""
        self._scores: dict[int | None, Whole] = {}

    @property
    def nbytes(self) -> int:
        """The memory they take, once bound."""
        bounded = [sums for _, _, sums, _ in self._bounded]
        return sum(array.nbytes for array in (*self._added.values(), *self._scores.values(), *bounded))

    def score(self, score: int | None) -> Ints:
        """A score within its range; None is the total."""
        return self._scores[score].astype(np.int64)

    def add(self, target: Target, given: Ints | int, fires: Bools, times: int = 1) -> None:
        """Adds what a rule gives where it fires, so many times; nothing where there is no such target."""
        sums = self._added.get(target)
        if sums is not None:
            add_where(sums, given * times, fires)

    def bound(self) -> None:
        """Makes the scores of what was added."""
        plan = self._plan
        own = {score: self._added[None, _name(plan, score)] for score in (None, *range(len(plan.scores)))}
        for number, group in enumerate(plan.groups):
            if is_bounded(group):
                sums = self._added[group.name, _name(plan, group.score)]
                kept = self._within(CUT_BY_GROUP, number, sums, (group.least, group.most))
                own[group.score] = own[group.score] + kept
        total = own[None]
        for number, score in enumerate(plan.scores):
            kept = self._within(CUT_BY_RANGE, number, own[number], (score.low, score.high))
            self._scores[number] = compact(kept)
            total = total + kept
        total = self._within(CUT_BY_TOTAL, 0, total, (plan.total.low, plan.total.high))
        self._scores[None] = compact(total)
        self._added = {target: compact(sums) for target, sums in self._added.items()}

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


def target_of(plan: Plan, rule: Rule, contribution: Contribution) -> Target:
    """What a rule's points are added to: the rule's group, where that has bounds, or the score."""
    if rule.group is not None:
        group = plan.groups[rule.group]
        if is_bounded(group) and group.score == contribution.score:
            return (group.name, _name(plan, group.score))
    return (None, _name(plan, contribution.score))


def _targets(plan: Plan) -> Iterator[Target]:
    yield (None, None)
    yield from ((None, score.name) for score in plan.scores)
    yield from ((group.name, _name(plan, group.score)) for group in plan.groups if is_bounded(group))


def _name(plan: Plan, score: int | None) -> str | None:
    return None if score is None else plan.scores[score].name
