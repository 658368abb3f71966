"""What a value may be: sets of numbers as intervals, known or unknown."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from ....grammar.frozen import frozen
from ....grammar.syntax.nodes import Kind
from .texts import PatternSet, TextSet

End = tuple[float, int]


class Interval(NamedTuple):
    """All numbers between two ends; empty where low > high."""

    low: End
    high: End


Numbers = tuple[Interval, ...]
"""Intervals that are not empty, do not meet, and ascend."""

NO_NUMBER: Numbers = ()
ANY_NUMBER: Numbers = (Interval((-math.inf, 0), (math.inf, 0)),)


def span(low: float, high: float) -> Numbers:
    """low <= x <= high."""
    return (Interval((low, 0), (high, 0)),) if low <= high else NO_NUMBER


def before(low: float, high: float) -> Numbers:
    """low <= x < high."""
    return (Interval((low, 0), (high, -1)),) if low < high else NO_NUMBER


def compared(operator: str, number: float) -> Numbers:
    """All x with `x operator number`, the operator one of = != < <= > >=."""
    match operator:
        case "=":
            return span(number, number)
        case "!=":
            return complement(span(number, number))
        case "<":
            return (Interval((-math.inf, 0), (number, -1)),)
        case "<=":
            return span(-math.inf, number)
        case ">":
            return (Interval((number, 1), (math.inf, 0)),)
    return span(number, math.inf)


def union(parts: Iterable[Numbers]) -> Numbers:
    """All numbers in any of them."""
    joined: list[Interval] = []
    for interval in sorted(interval for part in parts for interval in part):
        if joined and interval.low <= joined[-1].high:
            joined[-1] = Interval(joined[-1].low, max(joined[-1].high, interval.high))
        else:
            joined.append(interval)
    return tuple(joined)


def meet(left: Numbers, right: Numbers) -> Numbers:
    """All numbers in both, in time linear in their intervals."""
    if len(left) == len(right) == 1:
        low, high = max(left[0].low, right[0].low), min(left[0].high, right[0].high)
        return (Interval(low, high),) if low <= high else NO_NUMBER
    met: list[Interval] = []
    i = j = 0
    while i < len(left) and j < len(right):
        low, high = max(left[i].low, right[j].low), min(left[i].high, right[j].high)
        if low <= high:
            met.append(Interval(low, high))
        if left[i].high < right[j].high:
            i += 1
        else:
            j += 1
    return tuple(met)


def complement(numbers: Numbers) -> Numbers:
    """All other numbers."""
    gaps: list[Interval] = []
    low: End = (-math.inf, 0)
    for interval in numbers:
        gaps.append(Interval(low, (interval.low[0], interval.low[1] - 1)))
        low = (interval.high[0], interval.high[1] + 1)
    gaps.append(Interval(low, (math.inf, 0)))
    return tuple(gap for gap in gaps if gap.low <= gap.high)


def whole(numbers: Numbers) -> Numbers:
    """The whole numbers among them, as intervals whose ends are whole and included."""
    rounded = (Interval((_ceiling(low), 0), (_floor(high), 0)) for low, high in numbers)
    return tuple(interval for interval in rounded if interval.low <= interval.high)


def _ceiling(end: End) -> float:
    number, side = end
    if math.isinf(number):
        return number
    return math.ceil(number) if side < 1 else math.floor(number) + 1


def _floor(end: End) -> float:
    number, side = end
    if math.isinf(number):
        return number
    return math.floor(number) if side > -1 else math.ceil(number) - 1


def lowest(numbers: Numbers) -> float:
    """A number that none of them is below; infinite where there is none."""
    return numbers[0].low[0] if numbers else math.inf


def highest(numbers: Numbers) -> float:
    """A number that none of them is above; infinite where there is none."""
    return numbers[-1].high[0] if numbers else -math.inf


Values = Numbers | TextSet


@frozen
class ValueSet:
    """The known values, and whether the value may be unknown. Yes is 1 and no is 0."""

    values: Values
    unknown: bool

    @property
    def is_empty(self) -> bool:
        """Whether the value surely cannot be at all."""
        return not (self.unknown or self.values)

    @property
    def is_known(self) -> bool:
        """Whether the value is surely known."""
        return not self.unknown

    @property
    def is_blank(self) -> bool:
        """Whether the value is surely unknown."""
        return not self.values

    def meet(self, other: ValueSet) -> ValueSet:
        """What is in both."""
        mine, theirs = self.values, other.values
        values: Values
        if isinstance(mine, TextSet):
            assert isinstance(theirs, TextSet)
            values = mine.meet(theirs)
        else:
            assert not isinstance(theirs, TextSet)
            values = meet(mine, theirs)
        return ValueSet(values, self.unknown and other.unknown)


ZERO = ValueSet(span(0, 0), False)
SOME = ValueSet(span(1, float("inf")), False)
COUNT = ValueSet(span(0, float("inf")), False)
YES_OR_NO = ValueSet(span(0, 1), False)
KNOWN_NUMBER = ValueSet(ANY_NUMBER, False)
UNKNOWN_NUMBER = ValueSet(NO_NUMBER, True)


def of_kind(kind: Kind, *, unknown: bool) -> ValueSet:
    """Any value of a kind."""
    if kind in (Kind.TEXT, Kind.TEXTS):
        return ValueSet(TextSet(several=kind is Kind.TEXTS), unknown)
    return ValueSet(span(0, 1) if kind is Kind.YES_NO else ANY_NUMBER, unknown)


def nothing_like(values: Values) -> Values:
    """No value, in the form of these."""
    return TextSet((PatternSet(()),), (), values.several) if isinstance(values, TextSet) else NO_NUMBER


def everything_like(values: Values) -> Values:
    """Any value, in the form of these."""
    return TextSet(several=values.several) if isinstance(values, TextSet) else ANY_NUMBER
