"""Points fitted to outcomes, toward the present ones.

    logit p_i = a + b * S_i + x_i . delta,   delta_j ~ N(0, tau^2),   b ~ N(ln 2 / 20, (ln 2 / 20)^2)

S is the present score, x what each rule gives in units of its points. The prior on b says that twenty points
double the odds, or thereabouts; tau, how far rules stray from their present points, is chosen by the evidence
(Laplace's approximation). With few outcomes the fit stays where it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..arrays import Bools, Floats, Ints

TAUS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
FEW_TAUS = (0.05, 0.2, 0.8)
"""Of many leads these do as well."""

MEAN_SLOPE = math.log(2) / 20
MOST_OF_A_KIND = 10_000
"""Of more winners, or more others, so many are drawn and weighted."""

_STEPS = 50
_CLOSE = 1e-5
"""A step so small is the last: with Newton's method what is left is about its square."""

PIECE = 200_000
_NARROW = 16
"""Of more rules than this, few leads are alike in all."""


@dataclass(frozen=True)
class Fit:
    """What each rule is worth in log odds, how sure that is, and what was found besides."""

    theta: Floats
    covariance: Floats
    intercept: float
    tau: float

    @property
    def error(self) -> Floats:
        """The standard errors of `theta`."""
        return np.sqrt(np.diag(self.covariance))


def drawn(won: Bools, most: int = MOST_OF_A_KIND) -> tuple[Ints, Floats]:
    """The leads to fit to, and the weight of each: all of them, or a draw of each kind."""
    drawing = np.random.default_rng(20_260_102)
    places, weights = [], []
    for kind in (won, ~won):
        these = np.flatnonzero(kind)
        some = these if len(these) <= most else np.sort(drawing.choice(these, most, replace=False))
        places.append(some)
        weights.append(np.full(len(some), len(these) / max(1, len(some))))
    return np.concatenate(places), np.concatenate(weights)


def fitted(given: Floats, won: Bools, points: Floats, taus: tuple[float, ...] = TAUS) -> Fit:
    """Fits what rules are worth. `given` has a row a lead, a column a rule: what it gives for each of its
    points; `points` are the present ones, 0 for a rule that is new."""
    places, weights = drawn(won)
    x, y = given[places], won[places].astype(np.float64)
    if x.shape[1] <= _NARROW:
        x, y, weights = _alike(x, y, weights)
    if len(won) > MOST_OF_A_KIND and taus is TAUS:
        taus = FEW_TAUS
    design = np.column_stack([np.ones(len(x)), x @ points, x])
    best: tuple[float, Floats, Floats, float] | None = None
    start = np.zeros(design.shape[1])
    rate = float(np.average(y, weights=weights))
    start[0] = math.log(max(rate, 1e-9) / max(1 - rate, 1e-9))
    for tau in taus:
        found, hessian, evidence = _maximum(design, y, weights, start, tau)
        start = found
        if best is None or evidence > best[0]:
            best = evidence, found, hessian, tau
    assert best is not None
    _, found, hessian, tau = best
    to_theta = np.hstack([np.zeros((len(points), 1)), points[:, None], np.eye(len(points))])
    covariance = to_theta @ np.linalg.solve(hessian, to_theta.T)
    return Fit(to_theta @ found, (covariance + covariance.T) / 2, float(found[0]), tau)


def _alike(x: Floats, y: Floats, weights: Floats) -> tuple[Floats, Floats, Floats]:
    """Leads for whom all rules do the same, as one of their weight together."""
    rows = np.ascontiguousarray(np.column_stack([x, y]))
    seen = rows.view(np.dtype((np.void, rows.dtype.itemsize * rows.shape[1]))).ravel()
    _, first, which = np.unique(seen, return_index=True, return_inverse=True)
    return x[first], y[first], np.bincount(which, weights=weights).astype(np.float64)


def _maximum(
    design: Floats, y: Floats, weights: Floats, start: Floats, tau: float
) -> tuple[Floats, Floats, float]:
    """The maximum of the posterior by Newton's method, the curvature there, and the log evidence."""
    mean = np.zeros(design.shape[1])
    mean[1] = MEAN_SLOPE
    precision = np.full(design.shape[1], 1 / tau**2)
    precision[0], precision[1] = 0.0, 1 / MEAN_SLOPE**2
    found = start.copy()
    value = _posterior(design, y, weights, found, mean=mean, precision=precision)
    hessian = np.empty((len(found), len(found)))
    for _ in range(_STEPS):
        p = 0.5 * (1 + np.tanh(design @ found / 2))
        gradient = design.T @ (weights * (y - p)) - precision * (found - mean)
        spread = np.maximum(weights * p * (1 - p), 1e-12)
        hessian = curvature_of(design, spread) + np.diag(precision)
        hessian[0, 0] += 1e-9
        step = np.linalg.solve(hessian, gradient)
        length = 1.0
        while length > 1e-4:
            new = found + length * step
            new_value = _posterior(design, y, weights, new, mean=mean, precision=precision)
            if new_value >= value - 1e-12:
                break
            length /= 2
        else:
            break
        moved, found, value = float(np.abs(length * step).max()), new, new_value
        if moved < _CLOSE:
            break
    prior = precision[1:]
    determinant = float(np.linalg.slogdet(hessian)[1])
    return found, hessian, value + 0.5 * float(np.log(prior).sum()) - 0.5 * determinant


def curvature_of(design: Floats, spread: Floats) -> Floats:
    """The sum of the weighted squares, in pieces so small that the matrix library starts no threads for them:
    where the processors are busy, its threads wait for one another far longer than they work."""
    width = design.shape[1]
    step = max(8, PIECE // (width * width))
    found = np.zeros((width, width))
    for first in range(0, len(design), step):
        part = design[first : first + step]
        found += (part * spread[first : first + step, None]).T @ part
    return found


def _posterior(
    design: Floats, y: Floats, weights: Floats, at: Floats, *, mean: Floats, precision: Floats
) -> float:
    odds = design @ at
    likelihood = float((weights * (y * odds - np.logaddexp(0.0, odds))).sum())
    return likelihood - 0.5 * float((precision * (at - mean) ** 2).sum())
