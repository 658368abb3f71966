"""What speaks for a change: rates with a rule and without it, in figures and in a sentence."""

from __future__ import annotations

import math

import numpy as np

from ..arrays import Bools, Floats
from ..intervals import Rate, Ratio, katz
from .candidates import Found, Tested
from .conditions import Conditions
from .fit import Fit
from .proposal import Change, Close


def compared(fires: Bools, won: Bools) -> tuple[Rate, Rate, Ratio | None]:
    """The rate where a rule fires, where it does not, and how many times as often."""
    leads, wins = int(fires.sum()), int(won[fires].sum())
    fired, others = Rate(wins, leads), Rate(int(won.sum()) - wins, len(won) - leads)
    return fired, others, katz(fired.count, fired.of, others.count, others.of)


def plain_lifts(given: Floats, won: Bools) -> tuple[Floats, Bools]:
    """The logarithm of the plain lift of each column, and whether its interval leaves 1 out."""
    ratios = [compared(column > 0, won)[2] for column in given.T]
    lift = np.array([0.0 if one is None else math.log(one.value) for one in ratios])
    return lift, np.array([one is not None and one.sure for one in ratios], np.bool_)


def why(old: int, new: int, ratio: Ratio | None, fit: Fit, column: int) -> str:
    """Why points change, in one sentence."""
    if new == 0:
        if ratio is not None and ratio.sure and (ratio.value > 1) != (old > 0):
            return "Its leads do the opposite of what the points say; the other rules tell the rest."
        return "No evidence for points."
    if old and (new > 0) != (old > 0):
        return "Its leads do the opposite of what the points say, so the sign turns."
    unsure = abs(float(fit.theta[column])) < 2 * float(fit.error[column])
    if abs(new) > abs(old):
        return "Worth more than it gives, also given all other rules."
    if unsure:
        return "Worth less than it gives, as far as these leads can tell."
    return "Worth less than it gives: other rules give the same leads points already."


def close_ones(found: Found, conditions: Conditions) -> list[Close]:
    """The conditions that were nearly proposed, with why they were not."""
    words = {
        "turned": "The sign turned on later leads.",
        "not confirmed": "Not sure enough on later leads, given what the other rules say.",
        "against the plain rate": "The rate of its leads says the opposite.",
    }

    def of(one: Tested) -> Close:
        return Close(
            conditions.texts[one.number],
            Rate(one.won, one.leads),
            Rate(one.later_won, one.later_leads),
            words[one.reason],
        )

    return [of(one) for one in found.close]


def at_most(
    changes: list[Change], new_rules: list[Change], most: int | None
) -> tuple[list[Change], list[Change]]:
    """The changes with most evidence, at most so many."""
    if most is None or len(changes) + len(new_rules) <= most:
        return changes, new_rules

    def weight(change: Change) -> float:
        return 0.0 if change.ratio is None else -abs(math.log(change.ratio.value)) * change.fired.of  # type: ignore[union-attr]

    kept = sorted([*changes, *new_rules], key=weight)[:most]
    return [one for one in changes if one in kept], [one for one in new_rules if one in kept]
