"""Months of the Gregorian calendar as numbers, and when a window opens or closes."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator
from functools import lru_cache

from ...grammar.syntax.nodes import Unit
from ..values import DAY, MICROSECONDS, date_of, instant_of, shift
from ..zone import UTC, Zone

EARLIEST = instant_of(dt.date.min)
LATEST = instant_of(dt.date.max) + DAY - 1
"""The first and last instant that can be written."""

BEGINNING = EARLIEST + 2 * DAY
"""Before all that can have happened; the first of January of year 1 has begun in every zone."""


@lru_cache(maxsize=4096)
def month_number(day: int) -> int:
    """Months since year 0 of a day number."""
    date = date_of(day)
    return date.year * 12 + date.month - 1


def crossings(target: int, amount: int, unit: Unit, zone: Zone = UTC) -> Iterator[int]:
    """Every instant t at which `zone.shift(t, amount, unit) >= target` turns, up to the end of time.

    There can be several, since the days that a shorter month lacks are all taken as its last: where the
    target lies on the last day of its month, a window's end passes it once on each of those days.
    Where clocks
    change near such an instant, there are also some at which nothing turns.
    """
    if unit in MICROSECONDS:
        yield target - amount * MICROSECONDS[unit]
    elif zone.is_utc:
        yield from _by_calendar(target, amount, unit)
    else:
        for wall in _by_calendar(target + zone.offset(target), amount, unit):
            at = zone.instant(wall)
            near = zone.changes_near(at)
            again = (wall - zone.offset(edge) for change in near for edge in (change - 1, change))
            yield from sorted({at, *near, *again})


def _by_calendar(target: int, amount: int, unit: Unit) -> Iterator[int]:
    day, time = divmod(shift(target, -amount, unit), DAY)
    month_ends = _month_end(day)
    if shift(day * DAY + time, amount, unit) < target:
        yield (month_ends + 1) * DAY
        return
    yield day * DAY + time
    if target // DAY == _month_end(target // DAY):
        for later in range(day + 1, month_ends + 1):
            yield later * DAY
            yield later * DAY + time


def _month_end(day: int) -> int:
    """The number of the last day of a day's month."""
    date = date_of(day)
    return day - date.day + calendar.monthrange(date.year, date.month)[1]
