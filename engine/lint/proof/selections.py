"""Which selections of events lie within which."""

from __future__ import annotations

import math

from ....grammar.frozen import frozen
from ....grammar.syntax.nodes import Unit
from ...plan import Feed, Last, Next, Pattern, Range
from ...values import DAY, MICROSECONDS
from .texts import within

_MONTHS = {Unit.MONTH: 1, Unit.YEAR: 12}


@frozen
class Chosen:
    """A selection by what it asks; `where` is the number of its filter, alike for alike filters."""

    feeds: frozenset[Feed]
    object: Pattern | None
    where: int | None
    window: Last | Range | None

    @property
    def ever(self) -> Chosen:
        """The same events at any time."""
        return self if self.window is None else Chosen(self.feeds, self.object, self.where, None)

    def is_within(self, other: Chosen) -> bool:
        """Whether each of its events is surely one of the other's."""
        if other.where is not None and self.where != other.where:
            return False
        return self._asks_no_less(other) and window_within(self.window, other.window)

    def _asks_no_less(self, other: Chosen) -> bool:
        if other.object is None:
            return {feed.type for feed in self.feeds} <= {feed.type for feed in other.feeds}
        return self.feeds <= other.feeds and self.object is not None and within(self.object, other.object)


def months(window: Last | Next) -> int | None:
    """The length of a window that is measured in months; None where it is not."""
    return window.amount * _MONTHS[window.unit] if window.unit in _MONTHS else None


CLOCKS = 3 * MICROSECONDS[Unit.HOUR]
"""More than clocks are put on or back by."""


def shortest(window: Last | Next) -> int:
    """Microseconds that a window has at least, whatever the calendar and the clocks of a zone."""
    if window.unit is Unit.YEAR:
        return window.amount * 365 * DAY - CLOCKS
    return (
        window.amount * 28 * DAY - CLOCKS
        if window.unit is Unit.MONTH
        else window.amount * MICROSECONDS[window.unit]
    )


def longest(window: Last | Next) -> int:
    """Microseconds that a window has at most, whatever the calendar and the clocks of a zone."""
    if window.unit is Unit.YEAR:
        return window.amount * 366 * DAY + CLOCKS
    return (
        window.amount * 31 * DAY + CLOCKS
        if window.unit is Unit.MONTH
        else window.amount * MICROSECONDS[window.unit]
    )


def window_within(inner: Last | Range | None, outer: Last | Range | None) -> bool:
    """Whether an instant in the one window is surely in the other."""
    match inner, outer:
        case _, None:
            return True
        case Last(), Last():
            mine, its = months(inner), months(outer)
            if mine is not None and its is not None:
                return mine <= its
            return longest(inner) <= shortest(outer)
        case Range(start, end), Range(first, last):
            return (first is None or (start is not None and start >= first)) and (
                last is None or (end is not None and end <= last)
            )
    return False


def days_in(window: Last | Range | None) -> float:
    """On how many calendar days the instants of a window can lie, at most."""
    match window:
        case Last():
            return -(-longest(window) // DAY) + 1
        case Range(int(start), int(end)):
            # By the days of a zone, a stretch may begin and end on a day more.
            return -(-end // DAY) - start // DAY + (1 if start % DAY or end % DAY else 0)
    return math.inf
