"""Time, as the solver sees it: now, and the instants that windows, ages and days are told by.

Either everything happens at one instant, at which all others are plain numbers; or now is any instant between
two years, a month as long as months can be, and all that is known is in which order instants can stand.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import NamedTuple

import z3

from ...grammar.syntax.nodes import Unit
from ..plan.lower import Edge
from ..values import DAY, MICROSECONDS, instant_of, shift
from ..zone import Zone
from .kleene import Formula

FIRST_YEAR, LAST_YEAR = 1970, 2200
"""The years between which now is taken to lie."""

_STARTS = [
    instant_of(dt.date(year, month, day))
    for year in (*range(1895, 1906), *range(1995, 2006))
    for month in range(1, 13)
    for day in (1, 15, 28, 29, 30, 31)
    if day
    <= (
        29
        if month == 2 and year % 4 == 0 and year != 1900
        else 28
        if month == 2
        else 30
        if month in (4, 6, 9, 11)
        else 31
    )
]


class Mark(NamedTuple):
    """An instant that events are told apart by.

    `chain` is "fixed" (microseconds from now), "calendar" (months from now) or "absolute" (microseconds since
    1970-01-01). Within a chain, marks stand in the order of `at`.
    """

    chain: str
    at: int


CHAINS = ("fixed", "calendar", "absolute")


def mark_of(edge: Edge) -> Mark:
    """An instant so far from now."""
    if edge.unit in MICROSECONDS:
        return Mark("fixed", edge.amount * MICROSECONDS[edge.unit])
    return Mark("calendar", edge.amount * (12 if edge.unit is Unit.YEAR else 1))


HARD_INSTANTS = tuple(
    instant_of(dt.datetime(year, month, day, 12, tzinfo=dt.UTC))
    for year, month, day in (
        *((2026, 3, 1), (2026, 5, 1), (2026, 5, 31), (2026, 8, 31), (2026, 12, 31)),
        *((2028, 2, 29), (2028, 3, 1), (2028, 5, 31)),
    )
)
"""Instants from which months back are as short or as long as they can be."""


class Clock:
    """Now and all marks. With `now` None it is any instant."""

    def __init__(self, now: int | None, zone: Zone) -> None:
        self.fixed_now = now
        self.zone = zone
        self.rules: list[Formula] = []
        self.asked = False
        """Whether anything but an event was held against now, so that another now may give other answers."""
        self._months: dict[int, Formula] = {}
        self._days: dict[Mark, Formula] = {}
        if now is not None:
            self.now: Formula = z3.IntVal(now)
            return
        self.now = z3.Int("now")
        first, last = instant_of(dt.date(FIRST_YEAR, 1, 1)), instant_of(dt.date(LAST_YEAR, 1, 1))
        self.rules += [self.now >= first, self.now <= last]

    @property
    def has_months(self) -> bool:
        """Whether instants lie months or years from now, which are as long as the calendar has them."""
        return bool(self._months)

    def number(self, mark: Mark) -> int | None:
        """The instant of a mark, where that is a number."""
        if mark.chain == "absolute":
            return mark.at
        return None if self.fixed_now is None else self.number_at(self.fixed_now, mark)

    def number_at(self, now: int, mark: Mark) -> int:
        """The instant of a mark at some now, as the calendar has it."""
        if mark.chain == "absolute":
            return mark.at
        return now + mark.at if mark.chain == "fixed" else self.zone.shift(now, mark.at, Unit.MONTH)

    def instant(self, mark: Mark) -> Formula:
        """The instant of a mark."""
        self.asked = True
        number = self.number(mark)
        if number is not None:
            return z3.IntVal(number)
        if mark.chain == "fixed":
            return self.now + mark.at if mark.at else self.now
        return self._month(mark.at)

    def _month(self, months: int) -> Formula:
        found = self._months.get(months)
        if found is not None:
            return found
        found = z3.Int(f"months{months}")
        shortest, longest = span_of_months(months)
        slack = 0 if self.zone.is_utc else DAY
        self.rules += [found - self.now >= shortest - slack, found - self.now <= longest + slack]
        for other, instant in self._months.items():
            self.rules.append(instant <= found if other < months else found <= instant)
        self._months[months] = found
        return found

    def day(self, mark: Mark) -> Formula:
        """The day that the instant of a mark lies in."""
        self.asked = True
        number = self.number(mark)
        if number is not None:
            return z3.IntVal(self.zone.day(number))
        found = self._days.get(mark)
        if found is None:
            found = self._days[mark] = z3.Int(f"day{len(self._days)}")
            self.rules += self.is_day_of(found, self.instant(mark))
            for other, day in list(self._days.items())[:-1]:
                earlier = self.instant(other) <= self.instant(mark)
                self.rules.append(z3.If(earlier, day <= found, found <= day))
        return found

    def is_day_of(self, day: Formula, instant: Formula) -> list[Formula]:
        """That a day is the one in which an instant lies; in other zones than UTC, nearly so."""
        slack = 0 if self.zone.is_utc else DAY
        return [day * DAY <= instant + slack, instant < (day + 1) * DAY + slack]

    def bounds(self, mark: Mark) -> tuple[int | None, int | None]:
        """How far from now a mark lies at least and at most, in microseconds; None where that is open."""
        if mark.chain == "fixed":
            return mark.at, mark.at
        if mark.chain == "absolute":
            return None, None
        shortest, longest = span_of_months(mark.at)
        slack = 0 if self.zone.is_utc else DAY
        return shortest - slack, longest + slack


@lru_cache(maxsize=512)
def span_of_months(months: int) -> tuple[int, int]:
    """The shortest and the longest that so many months from now can be, in microseconds, signed.

    Looked up over years with and without leap days, among them 1900, whose like is the year 2100.
    """
    spans = [shift(start, months, Unit.MONTH) - start for start in _STARTS]
    return min(spans), max(spans)
