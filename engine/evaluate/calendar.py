"""Months of the Gregorian calendar as numbers, and when a calendar window opens or closes."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from ...grammar.nodes import Unit
from ..values import DAY, MICROSECONDS, date_of, day_of, instant_of, shift

EARLIEST = instant_of(dt.date.min)
LATEST = instant_of(dt.date.max) + DAY - 1
"""The first and last instant that can be written."""


@lru_cache(maxsize=4096)
def month_number(day: int) -> int:
    """Months since year 0 of a day number."""
    date = date_of(day)
    return date.year * 12 + date.month - 1


def first_reaching(target: int, amount: int, unit: Unit) -> int | None:
    """The first instant t for which `shift(t, amount, unit)` is `target` or later; None past the end of time.

    Where the target's day is missing in the month of t, that month ends before and the next one begins after.
    """
    if unit in MICROSECONDS:
        found = target - amount * MICROSECONDS[unit]
    else:
        found = shift(target, -amount, unit)
        if shift(found, amount, unit) < target:
            date = date_of(found // DAY)
            if (date.year, date.month) == (9999, 12):
                return None
            found = day_of(dt.date(date.year + date.month // 12, date.month % 12 + 1, 1)) * DAY
    return found if found <= LATEST else None
