"""Points learned from some leads: fitted, rounded, and fixed for bounds that the fit does not know."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...plan import Plan
from ..arrays import Bools, Floats, Ints
from ..calibration import platt
from ..caps import Caps
from ..lift import points_of
from ..scored_leads import ScoredLeads
from .candidates import Found, search
from .conditions import Conditions
from .evidence import plain_lifts
from .fit import Fit, fitted
from .round import Bounds, bounds, grid_of, rounded


@dataclass(frozen=True)
class Learned:
    """Points learned: of the present numbers, then of the rules that were found."""

    present: Ints
    points: Ints
    found: Found
    fit: Fit
    grid: int

    @classmethod
    def of(
        cls,
        plan: Plan,
        look: ScoredLeads,
        won: Bools,
        conditions: Conditions,
        earlier: Bools,
        *,
        kept: Sequence[int],
    ) -> Learned:
        """Learns from some leads; points at the places `kept` stay."""
        present = points_of(plan)
        given = look.given.astype(np.float64)
        grid = grid_of(present)
        found = Found()
        if len(conditions) and len(won) >= 100:
            known = given if given.shape[1] else np.zeros((len(won), 1))
            found = search(conditions.matches, known, won, earlier)
        columns = [conditions.matches[:, one.number].astype(np.float64) for one in found.chosen]
        whole = np.column_stack([given, *columns])
        numbers = np.concatenate([present, np.zeros(len(columns), np.int64)])
        if not whole.shape[1]:
            return cls(numbers, numbers, found, Fit(np.zeros(0), np.zeros((0, 0)), 0.0, 1.0), grid)
        fit = fitted(whole, won, numbers.astype(np.float64))
        lift, sure = plain_lifts(whole, won)
        limits = bounds(fit, numbers, lift, sure, np.array(kept, np.int64))
        points = rounded(fit, numbers, limits, grid)
        caps = Caps(plan, tuple(None for _ in columns))
        if caps.are_any:
            points = mended(caps, whole, won, numbers, points, limits=limits, grid=grid)
        return cls(numbers, points, found, fit, grid)


def mended(
    caps: Caps, given: Floats, won: Bools, present: Ints, points: Ints, *, limits: Bounds, grid: int
) -> Ints:
    """The points, moved by one step or three of the grid where that fits better once bounds are looked at.

    The fit knows nothing of caps and ranges. Only numbers that change already are moved, and each must earn
    its price.
    """
    changed = np.flatnonzero(points != present)
    if not len(changed) or np.allclose(caps.totals(given, points), given @ points):
        return points
    best = points.copy()
    value = likelihood(caps.totals(given, best), won)
    for column in changed.tolist():
        for step in (-3 * grid, -grid, grid, 3 * grid):
            moved = best.copy()
            moved[column] += step
            if not limits.low[column] <= moved[column] <= limits.high[column]:
                continue
            found = likelihood(caps.totals(given, moved), won)
            if found > value + 0.5:
                best, value = moved, found
    return best if value > likelihood(caps.totals(given, present), won) + 1.0 else present.copy()


def likelihood(score: Floats, won: Bools) -> float:
    """The log likelihood of the curve through a score."""
    if score.min() == score.max():
        return -math.inf
    p = platt(score, won).of(score)
    return float(np.log(np.where(won, p, 1 - p)).sum())
