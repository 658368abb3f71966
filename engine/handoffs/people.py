"""People who get leads: when they are there, how many leads a day they take, and which hours they work."""

from __future__ import annotations

import datetime as dt
import unicodedata
from functools import lru_cache

from ...grammar.frozen import frozen
from ..values import DAY
from ..zone import Zone

_MINUTE = 60_000_000
_MOST_DAYS = 3_700
"""So many days are looked at for working time: whoever works in none of them has no hours at all."""

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NINE, FIVE = 9 * 60, 17 * 60


@lru_cache(maxsize=4096)
def folded(address: str) -> str:
    """An address as it is looked up: without regard to case and blanks around it."""
    return unicodedata.normalize("NFC", address).strip().casefold()


@frozen
class WorkingHours:
    """From which minute of a day to which somebody works, on which weekdays (0 is Monday), on no holiday."""

    begin: int = NINE
    end: int = FIVE
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    holidays: frozenset[dt.date] = frozenset()


@frozen
class Person:
    """Somebody who gets leads, known by an address.

    Away from the day `away_from` to the day `away_to`, both included; either end may be open. `daily` is how
    many leads a day they take at most. Days are those of `zone`; without one, of the ruleset's.
    """

    address: str
    name: str
    away_from: dt.date | None = None
    away_to: dt.date | None = None
    daily: int | None = None
    zone: str | None = None
    hours: WorkingHours = WorkingHours()

    def zone_of(self, otherwise: Zone) -> Zone:
        """Whose days are this person's days."""
        return otherwise if self.zone is None else Zone(self.zone)

    def is_away(self, at: int, otherwise: Zone) -> bool:
        """Whether they are away at an instant."""
        if self.away_from is None and self.away_to is None:
            return False
        today = _date(self.zone_of(otherwise).day(at))
        begun = self.away_from is None or self.away_from <= today
        return begun and (self.away_to is None or today <= self.away_to)

    def day_began(self, at: int, otherwise: Zone) -> int:
        """When the day of an instant began for them: leads since then count toward the limit."""
        zone = self.zone_of(otherwise)
        return zone.start(zone.day(at))

    def after_work(self, at: int, amount: int, otherwise: Zone) -> int:
        """The instant at which they will have worked so many microseconds, counted from `at`."""
        zone, hours = self.zone_of(otherwise), self.hours
        day, left = zone.day(at), amount
        for number in range(day, day + _MOST_DAYS):
            date = _date(number)
            if date.weekday() not in hours.weekdays or date in hours.holidays:
                continue
            begin = zone.instant(number * DAY + hours.begin * _MINUTE)
            end = zone.instant(number * DAY + hours.end * _MINUTE)
            begin = max(begin, at)
            if end - begin >= left:
                return begin + left
            left -= max(end - begin, 0)
        return at + amount


def _date(day: int) -> dt.date:
    return dt.date(1970, 1, 1) + dt.timedelta(days=day)
