"""How long it takes: the share that has won by each age, where not all leads are old enough to tell.

Kaplan and Meier (1958) with log-log intervals; where leads can also be lost, Aalen and Johansen (1978), as a
lost lead is not one of which nothing is known.
"""

from __future__ import annotations

import numpy as np

from ...grammar.frozen import frozen
from .arrays import Bools, Floats
from .intervals import Z


@frozen
class Curve:
    """The share that has won by each of the ages at which any did, with the ends of its interval."""

    age: Floats
    share: Floats
    low: Floats
    high: Floats

    def at(self, age: float) -> tuple[float, float, float]:
        """The share by an age, and its interval."""
        place = int(np.searchsorted(self.age, age, "right")) - 1
        if place < 0:
            return 0.0, 0.0, 0.0
        return float(self.share[place]), float(self.low[place]), float(self.high[place])

    def half_by(self, age: float) -> float | None:
        """By when half of those had won who had won by `age`; None where none had."""
        whole = self.at(age)[0]
        if not whole:
            return None
        # Half of a sum of rounded numbers may come out a hair above the half that it is.
        return float(self.age[int(np.searchsorted(self.share, whole / 2 - 1e-12))])


def kaplan_meier(age: Floats, won: Bools, z: float = Z) -> Curve:
    """One minus the share that has not won yet. `age` is when each won, or how old it was when last seen."""
    ages, wins, _, at_risk = _table(age, won, np.zeros_like(won))
    left = np.cumprod(1 - wins / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.cumsum(wins / (at_risk * (at_risk - wins)))
        half = z * np.sqrt(spread) / np.log(left)
        log = np.log(-np.log(left))
        low, high = 1 - np.exp(-np.exp(log + half)), 1 - np.exp(-np.exp(log - half))
    # log(left) is negative, so adding moves the curve of those left up.
    low, high = np.where(left > 0, low, 1.0), np.where(left > 0, high, 1.0)
    return Curve(ages, np.asarray(1 - left, np.float64), np.minimum(low, high), np.maximum(low, high))


def aalen_johansen(age: Floats, won: Bools, lost: Bools, z: float = Z) -> Curve:
    """The share that has won, where leads can be lost too. The variance is that of Aalen's estimator."""
    ages, wins, losses, at_risk = _table(age, won, lost)
    ends = wins + losses
    after = np.cumprod(1 - ends / at_risk)
    before = np.concatenate([[1.0], after[:-1]])
    share = np.cumsum(before * wins / at_risk)
    low, high = _spread(share, before, wins, ends=ends, at_risk=at_risk, z=z)
    some = wins > 0
    return Curve(ages[some], share[some], low[some], high[some])


def _spread(
    share: Floats, before: Floats, wins: Floats, *, ends: Floats, at_risk: Floats, z: float
) -> tuple[Floats, Floats]:
    """The interval on the log-log scale, from the delta method's variance, by sums that run along."""
    with np.errstate(divide="ignore", invalid="ignore"):
        hazard = np.where(at_risk > ends, ends / (at_risk * (at_risk - ends)), 0.0)
        own = before**2 * (at_risk - wins) * wins / at_risk**3
        cross = before * wins / at_risk**2
        # sum over earlier times of (F(t) - F(s))^2 h(s), multiplied out so that each sum runs once.
        h0, h1, h2 = (np.cumsum(share**power * hazard) for power in range(3))
        c0, c1 = np.cumsum(cross), np.cumsum(share * cross)
        variance = share**2 * h0 - 2 * share * h1 + h2 + np.cumsum(own) - 2 * (share * c0 - c1)
        variance = np.maximum(variance, 0.0)
        half = z * np.sqrt(variance) / (share * np.log(share))
        low, high = share ** np.exp(-half), share ** np.exp(half)
    none = (share <= 0) | (share >= 1)
    low, high = np.where(none, share, low), np.where(none, share, high)
    return np.minimum(low, high), np.maximum(low, high)


def _table(age: Floats, won: Bools, lost: Bools) -> tuple[Floats, Floats, Floats, Floats]:
    """The ages at which leads ended: how many won, how many were lost, how many were left just before."""
    ended = won | lost
    ages = np.unique(age[ended])
    at_risk = len(age) - np.searchsorted(np.sort(age), ages).astype(np.float64)
    wins = _counts(ages, age[won])
    return ages, wins, _counts(ages, age[lost]), at_risk


def _counts(ages: Floats, at: Floats) -> Floats:
    return np.bincount(np.searchsorted(ages, at), minlength=len(ages)).astype(np.float64)
