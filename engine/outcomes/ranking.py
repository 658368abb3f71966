"""How well a score orders leads: the area under the curve, and what the best of them hold.

The interval of the area is that of DeLong, DeLong and Clarke-Pearson (1988). Leads with equal scores share
what falls to them.
"""

from __future__ import annotations

import math

import numpy as np

from ...grammar.frozen import frozen
from .arrays import Bools, Floats, Ints
from .intervals import Z


@frozen
class Figure:
    """A figure with the ends of its interval."""

    value: float
    low: float
    high: float


def auc(score: Floats | Ints, won: Bools) -> float:
    """In what share of the pairs of a winner and another lead the winner has the higher score; ties are
    half. NaN where there are no pairs."""
    winners, others = int(won.sum()), int((~won).sum())
    if not winners or not others:
        return math.nan
    ranks = midranks(score)
    return float((ranks[won].sum() - winners * (winners + 1) / 2) / (winners * others))


def auc_interval(score: Floats | Ints, won: Bools, z: float = Z) -> Figure | None:
    """The area and DeLong's interval; None with fewer than two winners or two others."""
    winners, others = int(won.sum()), int((~won).sum())
    if winners < 2 or others < 2:
        return None
    ranks = midranks(score)
    above = (ranks[won] - midranks(score[won])) / others
    below = 1 - (ranks[~won] - midranks(score[~won])) / winners
    area = float(above.mean())
    error = math.sqrt(float(above.var(ddof=1)) / winners + float(below.var(ddof=1)) / others)
    return Figure(area, max(0.0, area - z * error), min(1.0, area + z * error))


def midranks(values: Floats | Ints) -> Floats:
    """The ranks from 1 on, equal values sharing theirs."""
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[which], np.float64)


def precision_at_recall(score: Floats | Ints, won: Bools, recall: float = 0.5) -> float:
    """The precision among the best leads that together hold this share of all winners."""
    leads, wins = _from_the_top(score, won)
    wanted = recall * wins[-1]
    place = int(np.searchsorted(wins, wanted))
    before_leads, before_wins = (leads[place - 1], wins[place - 1]) if place else (0.0, 0.0)
    step = wins[place] - before_wins
    part = (wanted - before_wins) / step if step else 1.0
    taken = before_leads + part * (leads[place] - before_leads)
    return float(wanted / taken) if taken else math.nan


def winners_among(score: Floats | Ints, won: Bools, most: float) -> float:
    """How many winners are among the best so many leads."""
    leads, wins = _from_the_top(score, won)
    return float(np.interp(most, [0.0, *leads], [0.0, *wins]))


def _from_the_top(score: Floats | Ints, won: Bools) -> tuple[Floats, Floats]:
    """Down to each different score: how many leads, how many winners."""
    _, which = np.unique(-np.asarray(score), return_inverse=True)
    leads = np.cumsum(np.bincount(which)).astype(np.float64)
    return leads, np.cumsum(np.bincount(which, weights=won))


def redraws(score: Floats | Ints, against: Floats | Ints, won: Bools, times: int = 100) -> float:
    """In what share of redraws of the same leads, with replacement, the first orders better."""
    drawing = np.random.default_rng(20_260_101)
    better = 0.0
    for _ in range(times):
        some = drawing.integers(0, len(won), len(won))
        first, second = auc(score[some], won[some]), auc(against[some], won[some])
        better += 0.5 if first == second else float(first > second)
    return better / times
