"""What is measured of the events that a rule pays for."""

from __future__ import annotations

from .events import Aggregation, Measure
from .model import Each, Rule


def of_each(each: Each, decays: bool) -> Measure:
    """The measure of the events that a rule pays for; their instants only where they are needed.

    The latest of the latest per period is the latest of all.
    """
    if each.which == "latest":
        return Measure(Aggregation.LAST, each.events)
    if each.which == "first":
        aggregation = Aggregation.FIRST if each.once is None else Aggregation.FIRST_PERIOD
        return Measure(aggregation, each.events, per=each.once)
    if each.once is None:
        return Measure(Aggregation.INSTANTS if decays else Aggregation.COUNT, each.events)
    return Measure(Aggregation.LATEST if decays else Aggregation.PERIODS, each.events, per=each.once)


def of_rule(rule: Rule) -> Measure:
    """The measure of what a rule pays for; the instants only where points fade."""
    assert rule.each is not None
    return of_each(rule.each, decays=any(one.decay is not None for one in rule.contributions))
