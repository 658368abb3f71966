"""How long one question may take. All that can take long looks at the clock."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

_RESERVE = 0.08
"""The part of a budget in which a solver that was told to stop comes to its end, and an answer is made."""


class OutOfTimeError(Exception):
    """The budget of a question is used up."""


@dataclass(slots=True)
class Budget:
    """How long one question may take, in seconds."""

    seconds: float
    ends: float = 0.0

    @contextmanager
    def counting(self, began: float | None = None) -> Iterator[None]:
        """Counts from now on, or since an instant of the monotonic clock, for what is done here and nothing
        else."""
        self.ends = (time.monotonic() if began is None else began) + self.seconds
        former = _current.set(self)
        try:
            yield
        finally:
            _current.reset(former)

    @contextmanager
    def share(self, part: float) -> Iterator[None]:
        """Allows what is done here only a part of what is left."""
        ends = self.ends
        self.ends -= self.left * (1 - part)
        try:
            yield
        finally:
            self.ends = ends

    @property
    def left(self) -> float:
        """What is left of it, in seconds; nothing or less once it is used up."""
        return self.ends - time.monotonic()


_current: ContextVar[Budget | None] = ContextVar("budget", default=None)


def look_at_clock() -> None:
    """Raises OutOfTimeError where the question that is being answered has had its time."""
    budget = _current.get()
    if budget is not None and budget.left <= 0:
        raise OutOfTimeError


def milliseconds_left(most: float) -> int:
    """What a solver may take at most of the time that is left, `most` in seconds."""
    budget = _current.get()
    left = most if budget is None else min(most, budget.left - _RESERVE * budget.seconds)
    if left <= 0:
        raise OutOfTimeError
    return max(int(left * 1000), 1)
