"""What a threshold of the score would do: how many leads a week, how many of them win, how many of the
winners they hold.

A threshold is chosen by the lower end of an 80% interval, not by the figure itself: chosen by the figure,
half of them fall short later.
"""

from __future__ import annotations

import numpy as np

from ...grammar.frozen import frozen
from ..values import DAY
from .arrays import Bools, Ints
from .intervals import CAUTIOUS, FEWEST, Rate, wilson


@frozen
class Threshold:
    """Leads with at least this score."""

    score: int
    a_week: float
    precision: Rate
    recall: Rate
    cautious: float | None
    """The lower end of the 80% interval of the precision."""


def thresholds(score: Ints, won: Bools, at: Ints, scores: list[int] | None = None) -> list[Threshold]:
    """A row a score, from the highest down. `at` is when each lead was looked at, in microseconds."""
    if not len(score):
        return []
    weeks = max((int(at.max()) - int(at.min())) / (7 * DAY), 1.0)
    wanted = _steps(score) if scores is None else scores
    winners = int(won.sum())
    found = []
    for one in sorted(set(wanted), reverse=True):
        above = score >= one
        leads, wins = int(above.sum()), int((above & won).sum())
        cautious = wilson(wins, leads, CAUTIOUS)[0] if leads >= FEWEST else None
        found.append(Threshold(one, leads / weeks, Rate(wins, leads), Rate(wins, winners), cautious))
    return found


def _steps(score: Ints, most: int = 12) -> list[int]:
    """Round scores, at most so many."""
    from .calibration import band_width

    low, high = int(score.min()), int(score.max())
    width = band_width(low, high, most)
    return [step * width for step in range(-(-low // width), high // width + 1)]


def cautious_threshold(score: Ints, won: Bools, precision: float) -> int | None:
    """The lowest score from which on the precision is at least so high even at the low end; None for none."""
    found = None
    for one in np.unique(score)[::-1].tolist():
        above = score >= one
        leads = int(above.sum())
        if leads >= FEWEST and wilson(int(won[above].sum()), leads, CAUTIOUS)[0] >= precision:
            found = int(one)
    return found
