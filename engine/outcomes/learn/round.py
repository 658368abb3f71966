"""From what rules are worth to whole points: as few changed as will do.

What is made small, over whole points w on the team's grid and a scale s, is

    1/2 (s w - theta)' A (s w - theta) + price * (how many of w are not the present ones)

with A the inverse of the fit's covariance: in it the direction of the present points is all but free, so
that the scale may be what it likes. Every changed number must earn its price, in natural units of evidence.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ....grammar.frozen import frozen
from ..arrays import Bools, Floats, Ints
from .fit import Fit

PRICE = 1.0
SURE = 2.0
"""So many standard errors must speak for it before a sign turns."""

_SCALES = 13
_NOTHING = 1e-6
"""A scale at which points say nothing: then none of them is worth changing."""

_ROUNDS = 100


@dataclass(frozen=True)
class Bounds:
    """Within which points of each rule may lie once they change."""

    low: Ints
    high: Ints


def grid_of(points: Ints) -> int:
    """Five where all points are multiples of five, else one."""
    return 5 if len(points) and not (points % 5).any() else 1


def bounds(fit: Fit, points: Ints, lift: Floats, sure: Bools, kept: Ints | None = None) -> Bounds:
    """How far points may go: at most twice the largest, and with the sign of the plain lift.

    `lift` is the logarithm of the plain lift of each rule, `sure` whether its interval leaves 1 out. A sign
    turns only with evidence, in the fit or to the eye, and where the two agree; else the points stop at 0.
    Rules listed in `kept` stay as they are.
    """
    most = 2 * int(np.abs(points).max(initial=5))
    low = np.where(lift > 0, 0, -most)
    high = np.where(lift > 0, most, 0)
    turns = np.sign(lift) * np.sign(points) < 0
    unsure = (np.abs(fit.theta) < SURE * fit.error) & ~sure
    against = np.sign(fit.theta) * np.sign(lift) < 0
    stops = (turns & unsure) | against
    low, high = np.where(stops, 0, low), np.where(stops, 0, high)
    if kept is not None:
        low[kept], high[kept] = points[kept], points[kept]
    return Bounds(low, high)


def rounded(fit: Fit, points: Ints, limits: Bounds, grid: int, price: float = PRICE) -> Ints:
    """The whole points that cost least; all changes together must earn the price of one more."""
    theta = fit.theta
    curvature = np.linalg.inv(fit.covariance + 1e-10 * np.eye(len(theta))).astype(np.float64)
    present = points.astype(np.float64)
    best, least, unchanged = points.copy(), np.inf, np.inf
    for scale in _scales(theta, present, curvature):
        away = scale * present - theta
        unchanged = min(unchanged, 0.5 * float(away @ curvature @ away))
        near = np.rint(theta / scale / grid) * grid
        near = np.clip(near, limits.low, limits.high)
        for start in (present, near):
            problem = _Problem(float(scale), theta, curvature, present, limits, grid, price)
            found, cost = _descended(start, problem)
            if cost < least - 1e-9:
                best, least = found.astype(np.int64), cost
    return best if unchanged - least > price else points.copy()


def _scales(theta: Floats, present: Floats, curvature: Floats) -> Floats:
    """Scales around the one at which points keep their size, and the one that suits the present ones."""
    if not present.any():
        return np.array([np.log(2) / 20])
    own = float(present @ curvature @ theta) / float(present @ curvature @ present)
    together, size = float(theta @ present), float(theta @ theta)
    lengths = np.sqrt(size / float(present @ present))
    middle = size / together if together > 0.3 * np.sqrt(size * float(present @ present)) else lengths
    middle = max(float(middle), 1e-6)
    around = np.geomspace(middle / 3, middle * 2, _SCALES)
    return np.append(around, max(own, _NOTHING))


@frozen
class _Problem:
    """What is made small, at one scale."""

    scale: float
    theta: Floats
    curvature: Floats
    present: Floats
    limits: Bounds
    grid: int
    price: float


def _descended(start: Floats, problem: _Problem) -> tuple[Floats, float]:
    """Coordinate descent from a start; a number is left, or set to the best on the grid: what costs less."""
    scale, curvature, present = problem.scale, problem.curvature, problem.present
    theta, limits, grid, price = problem.theta, problem.limits, problem.grid, problem.price
    points = start.copy()
    slope = curvature @ (scale * points - theta)
    for _ in range(_ROUNDS):
        changed = False
        for j in range(len(points)):
            own = scale * scale * curvature[j, j]
            free = points[j] - scale * slope[j] / own
            low, high = limits.low[j], limits.high[j]
            below = np.floor(free / grid) * grid
            options = {float(np.clip(one, low, high)) for one in (below, below + grid)} | {float(present[j])}
            cost = {
                one: 0.5 * own * (one - free) ** 2 + price * (one != present[j]) for one in sorted(options)
            }
            chosen = min(cost, key=lambda one: (cost[one], one != points[j]))
            if chosen != points[j] and cost[chosen] < cost.get(float(points[j]), np.inf) - 1e-12:
                slope += curvature[:, j] * (scale * (chosen - points[j]))
                points[j] = chosen
                changed = True
        if not changed:
            break
    away = scale * points - theta
    cost_of_all = 0.5 * float(away @ curvature @ away) + price * float((points != present).sum())
    return points, cost_of_all
