"""Points added up for many leads: groups, scores and the total, before and after their bounds."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..explain.explanation_lines import cut_line
from ..plan import Plan
from ..plan.adding_up import Register, RegisterKind, Settle
from ..plan.lower import Kernel
from .columns import Bools, Ints, Whole, compact

Bounds = tuple[int | None, int | None]
Target = tuple[str | None, str | None]
"""What points are added to: a score by its name, or a group by its own and that of its score."""


_BYTES_OF_A_RULE = 10_240
"""What a plan takes in memory for each of its rules, about, measured over many edits of one."""


class Sums:
    """The sums of one plan: first `add` everything, then `bound`. They begin with those of `former` rules."""

    def __init__(self, kernel: Kernel, leads: int, former: Sums | None = None) -> None:
        self._plan = kernel.plan
        self._settlements = [step for step in kernel.steps if isinstance(step, Settle)]
        self._added: dict[Target, Whole] = {
            target: former._added[target].astype(np.int64)
            if former is not None and target in former._added
            else np.zeros(leads, np.int64)
            for target in (target_of(kernel.plan, step.register) for step in self._settlements)
        }
        self._bounded: list[tuple[int, int, Whole, Bounds]] = []
        """What bounds were put on: which kind, which number, the sums before, the bounds."""
        self._scores: dict[int | None, Whole] = {}

    @property
    def nbytes(self) -> int:
        """The memory they take, once bound, with the plan that they hold on to."""
        bounded = [sums for _, _, sums, _ in self._bounded]
        arrays = (*self._added.values(), *self._scores.values(), *bounded)
        return sum(array.nbytes for array in arrays) + len(self._plan.rules) * _BYTES_OF_A_RULE

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
        sums = {
            step.register: self._added[target_of(self._plan, step.register)] for step in self._settlements
        }
        for step in self._settlements:
            kept = self._within(step, sums[step.register].astype(np.int64))
            kind, number = step.register
            if kind is not RegisterKind.GROUP:
                self._scores[None if kind is RegisterKind.TOTAL else number] = compact(kept)
            if step.into is not None:
                sums[step.into] = sums[step.into] + kept
        self._added = {target: compact(added) for target, added in self._added.items()}

    def _within(self, step: Settle, sums: Ints) -> Ints:
        if not step.is_bounded:
            return sums
        bounds = (step.least, step.most)
        self._bounded.append((*step.register, compact(sums), bounds))
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


def target_of(plan: Plan, register: Register) -> Target:
    """What a register is called in every plan."""
    kind, number = register
    if kind is RegisterKind.GROUP:
        group = plan.groups[number]
        return (group.name, _name(plan, group.score))
    return (None, _name(plan, None if kind is RegisterKind.TOTAL else number))


def _name(plan: Plan, score: int | None) -> str | None:
    return None if score is None else plan.scores[score].name
