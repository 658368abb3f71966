"""All leads in portions, of which whoever is free scores the next one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from ..evaluate import Evaluator
from .opening import Store
from .writing import Job, Tally

Score = Callable[[int], Tally]
"""Scores a portion by its number and writes what came of it."""


class Portions(Protocol):
    """All leads in so many portions; can be sent to another process."""

    @property
    def count(self) -> int:
        """How many portions there are."""

    def seconds(self, rules: int) -> float:
        """How long one process takes, very roughly, by so many rules."""

    def scorer(self, store: Store, reader: Store, evaluator: Evaluator, job: Job) -> Score:
        """What scores them, reading through one connection and writing through another."""


def score_portions(
    score: Score, numbers: Iterable[int], tally: Tally, done: set[int] | None = None
) -> set[int]:
    """Scores portions as they come and counts them; which they were, also in `done`."""
    done = set() if done is None else done
    for number in numbers:
        tally.add(score(number))
        done.add(number)
    return done
