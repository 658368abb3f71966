"""Intervals around rates and around ratios of rates.

Wilson (1927) for a rate; Katz, Baptista, Azen and Pike (1978) for a ratio of two.
"""

from __future__ import annotations

import math
from statistics import NormalDist

from ...grammar.frozen import frozen

FEWEST = 5
"""Below so many in the denominator no rate is given."""


def quantile(level: float) -> float:
    """How many standard errors a two-sided interval of a level, such as 0.95, reaches to either side."""
    return NormalDist().inv_cdf(0.5 + level / 2)


Z = quantile(0.95)
"""What reaches to either side of 95%."""

CAUTIOUS = quantile(0.80)
"""What reaches to either side of 80%, by whose lower end thresholds are chosen."""


@frozen
class Rate:
    """So many of so many, with the ends of an interval; no rate where there are fewer than five."""

    count: int
    of: int
    z: float = Z

    @property
    def value(self) -> float | None:
        """The rate from 0 to 1, None where there are too few."""
        return None if self.of < FEWEST else self.count / self.of

    @property
    def low(self) -> float | None:
        """The lower end of Wilson's interval."""
        return None if self.of < FEWEST else wilson(self.count, self.of, self.z)[0]

    @property
    def high(self) -> float | None:
        """The upper end of Wilson's interval."""
        return None if self.of < FEWEST else wilson(self.count, self.of, self.z)[1]


def wilson(count: float, of: float, z: float = Z) -> tuple[float, float]:
    """Wilson's interval for a rate; `of` is more than 0."""
    rate = count / of
    share = z * z / of
    centre = (rate + share / 2) / (1 + share)
    half = z * math.sqrt(rate * (1 - rate) / of + share / (4 * of)) / (1 + share)
    return max(0.0, centre - half), min(1.0, centre + half)


@frozen
class Ratio:
    """How many times as often, with the ends of an interval."""

    value: float
    low: float
    high: float

    @property
    def sure(self) -> bool:
        """Whether the interval leaves 1 out."""
        return self.low > 1 or self.high < 1


def katz(won: int, of: int, others_won: int, others: int, z: float = Z) -> Ratio | None:
    """How many times as often the first win as the others, with Katz's interval on the log scale.

    Half a lead is added to every count where one is 0; None where either side is smaller than five.
    """
    if of < FEWEST or others < FEWEST:
        return None
    counts = [float(won), float(of), float(others_won), float(others)]
    if not won or not others_won:
        counts = [count + 0.5 for count in counts]
    a, n, c, m = counts
    ratio = (a / n) / (c / m)
    error = math.sqrt(max(0.0, 1 / a - 1 / n + 1 / c - 1 / m))
    return Ratio(ratio, ratio * math.exp(-z * error), ratio * math.exp(z * error))
