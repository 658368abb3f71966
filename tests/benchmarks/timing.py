"""Measuring beside one another: noise that hits one contender soon hits the next, so ratios hold still.

Times are of the processor, all threads together, not of the clock on the wall: what else the machine does
meanwhile then weighs less. On an idle machine the two are the same for work that neither waits nor sleeps.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from time import process_time
from typing import Any


@dataclass(frozen=True, slots=True)
class Work:
    """Something to time: `run` is called with each of the argument tuples, many or one."""

    name: str
    run: Callable[..., Any]
    arguments: Sequence[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds a call, one number a round; the rounds of things measured together belong together."""

    name: str
    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle one."""
        return median(self.rounds)

    @property
    def best(self) -> float:
        """The least disturbed one."""
        return min(self.rounds)

    def over(self, other: Measured) -> float:
        """How many times the other's time this takes: the median of the rounds' ratios."""
        return median(mine / theirs for mine, theirs in zip(self.rounds, other.rounds, strict=True))


def interleaved(works: Sequence[Work], rounds: int) -> dict[str, Measured]:
    """Time every work once a round, starting with another one each round; garbage collection waits."""
    seconds: dict[str, list[float]] = {work.name: [] for work in works}
    for work in works:
        work.run(*work.arguments[0])
    for number in range(rounds):
        first = number % len(works)
        for work in (*works[first:], *works[:first]):
            seconds[work.name].append(_once(work))
    return {name: Measured(name, tuple(values)) for name, values in seconds.items()}


def _once(work: Work) -> float:
    run, arguments = work.run, work.arguments
    gc.collect()
    gc.disable()
    try:
        start = process_time()
        for each in arguments:
            run(*each)
        return (process_time() - start) / len(arguments)
    finally:
        gc.enable()
