"""Time zones: which day an instant lies in, when a day begins, and months and years by the clock on the wall.

Instants are microseconds since 1970-01-01T00:00Z, days are counted from 1970-01-01 of the zone. The rules are
those of Python's `zoneinfo` for the years 1900 to 2100; before and after them clocks do not change, so that a
zone is a finite table which every back end can hold.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from ..grammar.syntax.nodes import Unit
from .values import DAY, MICROSECONDS, instant_of, moment_of, shift

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FIRST, LAST = instant_of(dt.date(1900, 1, 1)), instant_of(dt.date(2101, 1, 1))
"""Between these instants clocks may change."""

_STRIDE = 7 * DAY
"""No zone changes its clocks to and fro within this."""


class Offsets(NamedTuple):
    """How far clocks are ahead of UTC: `offsets[k]` from `changes[k - 1]` on.

    `walls` are those changes by the clock on the wall, written as if it were UTC: from which time on the next
    offset tells the instant. A time that a change skips moves on by the gap; one that comes twice is the
    earlier.
    """

    changes: tuple[int, ...]
    offsets: tuple[int, ...]
    walls: tuple[int, ...]


class Zone:
    """A time zone. Equal to another of the same name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"Zone({self.name!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Zone) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)

    @property
    def is_utc(self) -> bool:
        """Whether its days are those of UTC, so that there is nothing to look up."""
        return self.name == "UTC"

    @property
    def table(self) -> Offsets:
        """Its offsets."""
        return _offsets(self.name)

    # --- one instant ------------------------------------------------------------------------------

    def offset(self, instant: int) -> int:
        """How far the clocks of the zone are ahead of UTC at an instant."""
        table = self.table
        return table.offsets[bisect_right(table.changes, instant)]

    def day(self, instant: int) -> int:
        """The day that an instant lies in."""
        return (instant + self.offset(instant)) // DAY

    def instant(self, wall: int) -> int:
        """The instant at which clocks show a time, written as if it were UTC."""
        table = self.table
        return wall - table.offsets[bisect_right(table.walls, wall)]

    def start(self, day: int) -> int:
        """The instant at which a day begins."""
        return self.instant(day * DAY)

    def first_day(self, instant: int) -> int:
        """The first day that begins at an instant or after it."""
        day = self.day(instant)
        return day if self.start(day) >= instant else day + 1

    def shift(self, instant: int, amount: int, unit: Unit) -> int:
        """`values.shift`; months and years move the clock on the wall."""
        if self.is_utc or unit in MICROSECONDS:
            return shift(instant, amount, unit)
        return self.instant(shift(instant + self.offset(instant), amount, unit))

    def changes_near(self, instant: int) -> tuple[int, ...]:
        """The instants no more than two days away at which clocks change."""
        changes = self.table.changes
        low, high = bisect_right(changes, instant - 2 * DAY), bisect_right(changes, instant + 2 * DAY)
        return changes[low:high]

    def moment(self, instant: int) -> dt.datetime:
        """An instant as clocks of the zone show it."""
        at = moment_of(instant)
        offset = dt.timedelta(microseconds=self.offset(instant))
        try:
            return at.astimezone(dt.timezone(offset)) if offset else at
        except OverflowError:  # at the very ends of the years that can be written
            return at

    # --- many instants ----------------------------------------------------------------------------

    def days(self, instants: NDArray[np.int64]) -> NDArray[np.int64]:
        """The days that instants lie in."""
        if self.is_utc:
            return instants // DAY
        table = self.table
        import numpy as np  # one lead needs none of it

        places = np.searchsorted(np.array(table.changes, np.int64), instants, "right")
        return (instants + np.array(table.offsets, np.int64)[places]) // DAY


@lru_cache(maxsize=64)
def _offsets(name: str) -> Offsets:
    if name == "UTC":
        return Offsets((), (0,), ())
    info = ZoneInfo(name)

    def offset(instant: int) -> int:
        found = moment_of(instant).astimezone(info).utcoffset()
        assert found is not None
        return (found.days * 86_400 + found.seconds) * 1_000_000 + found.microseconds

    changes: list[int] = []
    offsets = [offset(FIRST)]
    for start in range(FIRST, LAST, _STRIDE):
        stop = min(start + _STRIDE, LAST)
        after = offset(stop)
        if after != offsets[-1]:
            low, high = start, stop
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(middle) == offsets[-1] else (low, middle)
            changes.append(high)
            offsets.append(after)
    walls = [at + max(offsets[k], offsets[k + 1]) for k, at in enumerate(changes)]
    return Offsets(tuple(changes), tuple(offsets), tuple(walls))


UTC = Zone("UTC")


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """The names of all zones that this computer knows."""
    return frozenset(available_timezones()) | {"UTC"}
