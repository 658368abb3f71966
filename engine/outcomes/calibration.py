"""From a score to a probability, and how good such probabilities are.

Platt (1999) with his smoothed targets; the Brier score (1950).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ...grammar.frozen import frozen
from .arrays import Bools, Floats, Ints
from .intervals import Rate, Z
from .ranking import Figure

_RIDGE = 1e-6


@frozen
class Platt:
    """log odds = intercept + slope * score."""

    intercept: float
    slope: float

    def of(self, score: Floats | Ints) -> Floats:
        """The probability that each score stands for."""
        return sigmoid(self.intercept + self.slope * np.asarray(score, np.float64))


def sigmoid(odds: Floats) -> Floats:
    """The probability of log odds."""
    return np.asarray(0.5 * (1 + np.tanh(odds / 2)), np.float64)


def platt(score: Floats | Ints, won: Bools) -> Platt:
    """Fits the curve to smoothed targets: one lead more of either kind, so that it never says 0 or 1."""
    x = np.asarray(score, np.float64)
    winners, others = int(won.sum()), int((~won).sum())
    target = np.where(won, (winners + 1) / (winners + 2), 1 / (others + 2))
    middle, spread = float(x.mean()), float(x.std()) or 1.0
    z = (x - middle) / spread
    a, b = math.log((winners + 1) / (others + 1)), 0.0
    for _ in range(100):
        p = sigmoid(a + b * z)
        weight = np.maximum(p * (1 - p), 1e-12)
        gradient = np.array([(target - p).sum(), ((target - p) * z).sum() - _RIDGE * b])
        cross = (weight * z).sum()
        curvature = np.array([[weight.sum() + _RIDGE, cross], [cross, (weight * z * z).sum() + _RIDGE]])
        step = np.linalg.solve(curvature, gradient)
        a, b = a + float(step[0]), b + float(step[1])
        if float(np.abs(step).max()) < 1e-12:
            break
    return Platt(a - b * middle / spread, b / spread)


def brier(probability: Floats, won: Bools, z: float = Z) -> Figure:
    """The mean squared difference between what was said and what came, with a normal interval."""
    losses = (probability - won) ** 2
    value = float(losses.mean())
    error = float(losses.std(ddof=1)) / math.sqrt(len(losses)) if len(losses) > 1 else math.nan
    return Figure(value, max(0.0, value - z * error), value + z * error)


@frozen
class Band:
    """Leads whose scores lie from `low` to `high`, how many of them won, what the curve says of them;
    `joined` where neighbours with too few leads were added to it."""

    low: int
    high: int
    won: Rate
    said: float
    joined: bool = False


def bands(
    score: Ints, won: Bools, probability: Floats, width: int | None = None, fewest: int = 30
) -> list[Band]:
    """Wins by score in bands of one width, those with fewer leads than `fewest` joined to a neighbour."""
    if not len(score):
        return []
    width = width or band_width(int(score.min()), int(score.max()))
    numbers = score // width
    found: list[Band] = []
    for number in np.unique(numbers).tolist():
        inside = numbers == number
        found.append(_band(int(number) * width, int(number) * width + width - 1, inside, won, probability))
    return _joined(found, fewest)


def band_width(low: int, high: int, most: int = 8) -> int:
    """A round width with which the scores from low to high make at most so many bands."""
    for power in range(12):
        for digit in (1, 2, 5):
            width: int = digit * 10**power
            if high // width - low // width < most:
                return width
    raise ValueError("scores are below a million")


def _band(low: int, high: int, inside: Bools, won: Bools, probability: Floats) -> Band:
    leads = int(inside.sum())
    return Band(low, high, Rate(int(won[inside].sum()), leads), float(probability[inside].sum() / leads))


def _joined(found: Sequence[Band], fewest: int) -> list[Band]:
    """From the top down, since the fewest leads are there; what is left over goes to the band above."""
    joined: list[Band] = []
    for band in reversed(found):
        if joined and joined[-1].won.of < fewest:
            joined[-1] = _both(band, joined[-1])
        else:
            joined.append(band)
    if len(joined) > 1 and joined[-1].won.of < fewest:
        last = joined.pop()
        joined[-1] = _both(last, joined[-1])
    return joined[::-1]


def _both(low: Band, high: Band) -> Band:
    leads = low.won.of + high.won.of
    said = (low.said * low.won.of + high.said * high.won.of) / leads
    return Band(low.low, high.high, Rate(low.won.count + high.won.count, leads), said, True)
