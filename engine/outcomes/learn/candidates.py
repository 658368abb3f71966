"""Rules that are not there yet: which of many conditions says something that the score does not.

A score test (Rao 1948) of each condition given the score, all at once: U = c'(y - p),
V = c'Wc - c'WZ (Z'WZ)^-1 Z'Wc, z = U / sqrt V. Kept is what passes Benjamini and Hochberg (1995) at 5% on
the earlier leads, holds in the same direction on the later ones, has enough leads, and looks the same to the
eye.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from ....grammar.frozen import frozen
from ..arrays import Bools, Floats, Ints
from ..calibration import sigmoid
from .fit import PIECE, curvature_of, drawn

FALSE_SHARE = 0.05
CONFIRMED = 1.28
FEWEST_LEADS = 30
FEWEST_WINS = 5.0
MOST = 5
EARLIER = 0.7
_AT_ONCE = 200
_MOST_AGAIN = 200
"""So many of the best candidates are tested again once one is chosen."""

Flags = NDArray[np.uint8]
Column = Callable[[int], Flags]
"""Which leads a candidate matches, 1 or 0, by its number."""


@frozen
class Tested:
    """How a candidate did: z on the earlier and on the later leads, and its counts on both."""

    number: int
    earlier: float
    later: float
    leads: int
    won: int
    later_leads: int
    later_won: int
    reason: str = ""
    """Why it is not proposed; empty for one that is."""


@dataclass(frozen=True)
class Found:
    """The candidates that are proposed, in the order of being found, and those that came close."""

    chosen: Sequence[Tested] = ()
    close: Sequence[Tested] = field(default=())


def search(
    columns: Floats | Flags,
    known: Floats,
    won: Bools,
    earlier: Bools,
    *,
    most: int = MOST,
    allowed: Bools | None = None,
) -> Found:
    """Looks for candidates that add to what is `known` (a column a rule, or the score).

    `columns` has a row a lead and a column a candidate; `earlier` says which leads are searched, the others
    confirm. `allowed` leaves candidates out.
    """
    later = ~earlier
    if not won[earlier].any() or won[earlier].all() or not won[later].any() or won[later].all():
        return Found()
    counts = np.count_nonzero(columns, axis=0)
    rate = float(won.mean())
    enough = (counts >= FEWEST_LEADS) & (len(won) - counts >= FEWEST_LEADS) & (counts * rate >= FEWEST_WINS)
    open_ = np.flatnonzero(enough if allowed is None else enough & allowed)
    chosen: list[Tested] = []
    close: dict[int, Tested] = {}
    rows_earlier, rows_later = (_some(np.flatnonzero(side), won) for side in (earlier, later))
    z_earlier = _Side(known[rows_earlier], won[rows_earlier])
    z_later = _Side(known[rows_later], won[rows_later])
    asked = len(open_)
    while len(open_) and len(chosen) < most:
        first = z_earlier.of(columns, rows_earlier, open_)
        passed = _discovered(first, asked)
        if not passed.any():
            break
        # What says little now will hardly say much once another rule is there.
        best = np.argsort(-np.abs(first))[:_MOST_AGAIN]
        open_, first, passed = open_[best], first[best], passed[best]
        order = [place for place in np.argsort(-np.abs(first)).tolist() if passed[place]]
        taken = None
        for place in order:
            number = int(open_[place])
            second = float(z_later.of(columns, rows_later, np.array([number]))[0])
            tested = _tested(
                columns[:, number], won, earlier, number, first=float(first[place]), second=second
            )
            if tested.reason:
                close.setdefault(number, tested)
            else:
                taken = tested
                break
        if taken is None:
            break
        chosen.append(taken)
        column = columns[:, taken.number].astype(np.float64)
        z_earlier = z_earlier.with_column(column[rows_earlier])
        z_later = z_later.with_column(column[rows_later])
        same = np.array([same_leads(columns[:, taken.number], columns[:, one]) for one in open_.tolist()])
        open_ = open_[~same]
    taken_numbers = {one.number for one in chosen}
    return Found(chosen, [one for number, one in close.items() if number not in taken_numbers][:MOST])


def same_leads(one: Flags | Floats, other: Flags | Floats) -> bool:
    """Whether two conditions, each 1 or 0 of every lead, match all but the same leads."""
    both = float(np.minimum(one, other).sum())
    either = float(np.maximum(one, other).sum())
    return both > 0.9 * either


def _tested(
    column: Flags | Floats, won: Bools, earlier: Bools, number: int, *, first: float, second: float
) -> Tested:
    has = column > 0
    later = ~earlier
    lift = float(won[has].mean()) - float(won[~has].mean())
    reason = ""
    if second * first < 0:
        reason = "turned"
    elif abs(second) < CONFIRMED:
        reason = "not confirmed"
    elif lift * first < 0:
        reason = "against the plain rate"
    return Tested(
        number,
        first,
        second,
        int((has & earlier).sum()),
        int((has & earlier & won).sum()),
        int((has & later).sum()),
        int((has & later & won).sum()),
        reason,
    )


def _some(rows: Ints, won: Bools) -> Ints:
    """These rows, or a draw of either kind where there are many: that leaves what is tested as it is."""
    return rows[np.sort(drawn(won[rows])[0])]


def _discovered(z: Floats, asked: int) -> Bools:
    """Benjamini and Hochberg's choice among so many two-sided tests, of which these are the best."""
    normal = NormalDist()
    p = np.array([2 * normal.cdf(-abs(one)) for one in z.tolist()])
    order = np.argsort(p)
    passes = p[order] <= FALSE_SHARE * np.arange(1, len(p) + 1) / asked
    chosen = np.zeros(len(p), np.bool_)
    if passes.any():
        chosen[order[: int(np.flatnonzero(passes)[-1]) + 1]] = True
    return chosen


class _Side:
    """The earlier or the later leads, and the fit of what is known to them."""

    def __init__(self, known: Floats, won: Bools) -> None:
        self.design = np.column_stack([np.ones(len(known)), known])
        self.won = won
        p = _plain_fit(self.design, won.astype(np.float64))
        self.residual = won - p
        self.weight = p * (1 - p)
        weighted = self.design * self.weight[:, None]
        self.weighted = weighted
        self.inverse = np.linalg.pinv(curvature_of(self.design, self.weight))

    def with_column(self, column: Floats) -> _Side:
        """The same with one column more."""
        return _Side(np.column_stack([self.design[:, 1:], column]), self.won)

    def of(self, columns: Floats | Flags, rows: Ints, numbers: Ints) -> Floats:
        """The score test of some candidates, each 0 or 1 and so its own square."""
        z = np.zeros(len(numbers))
        summed = np.column_stack([self.residual, self.weight, self.weighted]).astype(np.float32)
        for first in range(0, len(numbers), _AT_ONCE):
            some = numbers[first : first + _AT_ONCE]
            found = _summed(summed, columns[np.ix_(rows, some)].astype(np.float32))
            u, own, cross = found[0], found[1], found[2:]
            v = own - (cross * (self.inverse @ cross)).sum(axis=0)
            with np.errstate(divide="ignore", invalid="ignore"):
                z[first : first + len(some)] = np.where(v > 1e-6, u / np.sqrt(np.maximum(v, 1e-12)), 0.0)
        return z


def _summed(weights: NDArray[np.float32], columns: NDArray[np.float32]) -> Floats:
    """The sums of each weight over each column, in pieces that need no threads; see `curvature_of`."""
    step = max(8, PIECE // (weights.shape[1] * max(1, columns.shape[1])))
    found = np.zeros((weights.shape[1], columns.shape[1]))
    for first in range(0, len(weights), step):
        found += weights[first : first + step].T @ columns[first : first + step]
    return found


def _plain_fit(design: Floats, y: Floats) -> Floats:
    """The probabilities of a logistic regression with a ridge too weak to matter."""
    found = np.zeros(design.shape[1])
    rate = min(max(float(y.mean()), 1e-6), 1 - 1e-6)
    found[0] = math.log(rate / (1 - rate))
    scale = np.maximum(design.std(axis=0), 1e-9)
    # A rule that fires for none of these leads, or for all, tells nothing: there the ridge alone decides.
    ridge = np.where(np.arange(len(found)) == 0, 1e-9, np.maximum(1e-3 * scale**2, 1e-6))
    for _ in range(30):
        p = sigmoid(design @ found)
        spread = np.maximum(p * (1 - p), 1e-9)
        hessian = curvature_of(design, spread) + np.diag(ridge)
        step = np.linalg.solve(hessian, design.T @ (y - p) - ridge * found)
        step *= min(1.0, 5.0 / max(1e-12, float(np.abs(design @ step).max())))
        found = found + step
        if float(np.abs(step * scale).max()) < 1e-7:
            break
    return sigmoid(design @ found)
