"""What each rule is worth: how much more often its leads win, plainly and given the others."""

from __future__ import annotations

import numpy as np

from ...grammar.frozen import frozen
from ..plan import Plan
from .arrays import Bools, Ints, Singles
from .caps import Caps
from .intervals import Rate, Ratio, katz
from .learn.fit import Fit, fitted
from .scored_leads import ScoredLeads, contributions


@frozen
class Lift:
    """A rule's leads against the others.

    `gives` is what it gives now, `worth` what the fit would have it give, in the same points, given all
    others (None for a rule without points, or where there are too few outcomes). `idle` says in words why a
    rule does nothing: it fires for none, for all alike, or what it gives is always cut off.
    """

    rule: str
    line: int
    fired: Rate
    others: Rate
    ratio: Ratio | None
    gives: int | None
    worth: float | None
    idle: str = ""


def lifts(plan: Plan, look: ScoredLeads, won: Bools, fit: Fit | None) -> list[Lift]:
    """The lift of each rule: those that do nothing first, then by how often their leads win."""
    points = points_of(plan)
    scale = scale_of(fit, points)
    columns = {pair: n for n, pair in enumerate(contributions(plan))}
    cut_off = Caps(plan).cut_off(look.given, points, look.total)
    found = []
    for number, rule in enumerate(plan.rules):
        fires = look.fires[:, number]
        leads, wins = int(fires.sum()), int(won[fires].sum())
        fired, others = Rate(wins, leads), Rate(int(won.sum()) - wins, len(won) - leads)
        column = columns.get((number, 0))
        idle = _idle(leads, len(won), look, columns, number)
        if not idle and number in cut_off:
            idle = "its points are always cut off by a cap or a range"
        worth = None
        if column is not None and fit is not None and scale and points[column] and not idle:
            worth = float(fit.theta[column]) / scale
        found.append(
            Lift(
                rule.identity,
                rule.origin.line,
                fired,
                others,
                katz(fired.count, fired.of, others.count, others.of),
                None if column is None else int(points[column]),
                worth,
                idle,
            )
        )
    return sorted(found, key=_order)


def _order(lift: Lift) -> tuple[bool, float]:
    return not lift.idle, -(lift.ratio.value if lift.ratio is not None else 0.0)


def _idle(
    leads: int, all_leads: int, look: ScoredLeads, columns: dict[tuple[int, int], int], number: int
) -> str:
    if not leads:
        return "matches no lead"
    if leads == all_leads:
        column = columns.get((number, 0))
        if column is None or len(np.unique(look.given[:, column])) <= 1:
            return "matches every lead"
    return ""


def points_of(plan: Plan) -> Ints:
    """The points of each contribution."""
    return np.array([plan.rules[n].contributions[place].points for n, place in contributions(plan)], np.int64)


def scale_of(fit: Fit | None, points: Ints) -> float:
    """How many log odds a point stands for, so that present points keep their size; 0 where they say
    nothing."""
    if fit is None or not points.any():
        return 0.0
    present = points.astype(np.float64)
    curvature = np.linalg.inv(fit.covariance + 1e-10 * np.eye(len(present)))
    own = float(present @ curvature @ fit.theta) / float(present @ curvature @ present)
    return max(0.0, own)


def fit_of(plan: Plan, given: Singles, won: Bools) -> Fit | None:
    """The fit of what rules are worth, None where there are too few outcomes of either kind."""
    points = points_of(plan)
    if int(won.sum()) < FEWEST_OUTCOMES or int((~won).sum()) < FEWEST_OUTCOMES or not len(points):
        return None
    return fitted(given.astype(np.float64), won, points.astype(np.float64))


FEWEST_OUTCOMES = 10
"""With fewer winners, or fewer others, nothing is fitted."""
