"""The instants at which something can have differed because of an event or of time: a lead's past.

The clocks are those of `next_change`. As there, an instant too many does no harm.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ...grammar.frozen import frozen
from ...grammar.syntax.nodes import Kind, Unit
from ..plan import Constant, FieldValue, PropertyValue
from ..plan.calendar import BEGINNING, crossings
from ..plan.lower import Comparison, Edge, Term
from ..score_one.event_classes import EventClasses
from ..score_one.facts import EventRow
from ..values import DAY, MICROSECONDS, Prepared
from .clocks import Age, Clocks, days_turning, flips, property_of, selector_of

_Months = tuple[int, Unit, int]

BEFORE = 366 * DAY
"""How long before a moment the days until it are looked at, where they are calculated with."""


@frozen
class After:
    """When something can differ after an event: so long after it, so many months after it (or after the
    microsecond that follows it: 1), on every whole day after it; and what filters ask of its properties."""

    lengths: tuple[int, ...]
    months: tuple[_Months, ...]
    daily: bool
    filters: tuple[tuple[PropertyValue, Comparison | Age], ...]


class Timeline:
    """The past of one plan's leads. Learns the classes of events as they come up; safe in threads.

    `read` are the selectors of the events that make a difference.
    """

    def __init__(self, clocks: Clocks, classes: EventClasses, read: frozenset[int]) -> None:
        self._clocks = clocks
        self._classes = classes
        self.read = read
        self._after: dict[int, After | None] = {}
        moments: list[Comparison | Age] = [*clocks.edges, *clocks.ages]
        self.of_fields = [one for one in moments if isinstance(moment_of(one), FieldValue)]
        self.of_constants = [one for one in moments if isinstance(moment_of(one), Constant)]
        self._of_events = [
            (selector_of(clocks.plan, of), one)
            for one in moments
            if not isinstance(of := moment_of(one), FieldValue | Constant)
        ]
        """Each with the selector of the events that it is about, None for any."""

    @property
    def fields_turn(self) -> bool:
        """Whether something can differ without any event."""
        return bool(self.of_fields or self.of_constants)

    def reads(self, code: int) -> bool:
        """Whether events of a class make a difference."""
        return self._of_class(code) is not None

    def lengths(self, code: int) -> tuple[int, ...] | None:
        """So long after events of a class something can differ; none where they make no difference.

        None where it can differ at other instants too.
        """
        if self.fields_turn:
            return None
        after = self._of_class(code)
        if after is None:
            return ()
        return None if after.months or after.daily or after.filters else after.lengths

    def rows(self, rows: Sequence[EventRow], now: int) -> list[EventRow]:
        """The events, none after now, that make a difference."""
        return [row for row in rows if row[0] <= now and self._of_class(row[1]) is not None]

    def instants(self, fields: Sequence[Prepared], rows: Sequence[EventRow], now: int) -> list[int]:
        """The instants up to now at which something can have differed from just before, in order.

        `rows` are those of `rows`.
        """
        found: set[int] = set()
        for row in rows:
            after = self._of_class(row[1])
            if after is not None:
                at = row[0]
                found.update([at + length for length in after.lengths])
                if after.months or after.daily or after.filters:
                    found.update(self._slowly(row, after, now))
        for clock in self.of_fields:
            moment = moment_of(clock)
            assert isinstance(moment, FieldValue)
            found.update(self.turnings(clock, fields[moment.field], now))
        for clock in self.of_constants:
            moment = moment_of(clock)
            assert isinstance(moment, Constant)
            found.update(self.turnings(clock, moment.value, now))
        return sorted([at for at in found if BEGINNING < at <= now])

    def _slowly(self, row: EventRow, after: After, now: int) -> Iterator[int]:
        """What does not come a fixed time after an event."""
        at = row[0]
        for amount, unit, later in after.months:
            yield from crossings(at + later, -amount, unit, self._clocks.zone)
        if after.daily:
            yield from range(at, now + 1, DAY)
        for of, clock in after.filters:
            yield from self.turnings(clock, property_of(row, self._classes.known[row[1]], of), now)

    def turnings(self, clock: Comparison | Age, value: Prepared, now: int) -> Iterable[int]:
        """When a moment passes a clock, where days are counted without a limit on each of them."""
        if value is None:
            return ()
        zone = self._clocks.zone
        if isinstance(clock, Comparison):
            return flips(clock, value, zone)
        if clock.limits is not None:
            return days_turning(clock, value, now, zone)
        assert isinstance(value, int)
        start = zone.start(value) if clock.of.kind is Kind.DATE else value
        begun = max(start - BEFORE, BEGINNING) if clock.until else start
        if clock.of.kind is Kind.DATE:
            return map(zone.start, range(zone.day(begun), zone.day(now) + 1))
        days = range(start - (start - begun) // DAY * DAY, now + 1, DAY)
        return (at + later for at in days for later in (0, 1))

    # --- what passes after events ---------------------------------------------------------------

    def _of_class(self, code: int) -> After | None:
        """What passes after events of a class, None where they make no difference."""
        try:
            return self._after[code]
        except KeyError:
            read = self._classes.known[code].selectors & self.read
            found = self._after[code] = self.after(read) if read else None
            return found

    def after(self, read: frozenset[int]) -> After:
        """What passes after an event that satisfies these selectors."""
        clocks = self._clocks
        lengths, months, daily = {0}, set[_Months](), False
        filters: list[tuple[PropertyValue, Comparison | Age]] = []
        for selector in read:
            for window in clocks.windows.get(selector, ()):
                _add(lengths, months, window.amount, window.unit)
            for every, steps in clocks.decays.get(selector, ()):
                lengths.update(every * step for step in range(1, steps + 1))
            filters += clocks.filters.get(selector, ())
        for of, clock in self._of_events:
            if of is not None and of not in read:
                continue
            if isinstance(clock, Comparison):
                edge = clock.right
                assert isinstance(edge, Edge)
                if edge.amount <= 0:
                    # A moment is at an edge, and past it one microsecond later.
                    for later in (0, 1):
                        _add(lengths, months, -edge.amount, edge.unit, later)
            elif clock.until:
                lengths.add(1)
            elif clock.limits is None:
                daily = True
            else:
                lengths.update(days * DAY for days in clock.limits if days >= 0)
        return After(tuple(lengths), tuple(months), daily, tuple(filters))


def moment_of(clock: Comparison | Age) -> Term:
    """What a clock is held against."""
    return clock.left if isinstance(clock, Comparison) else clock.of


def _add(lengths: set[int], months: set[_Months], amount: int, unit: Unit, later: int = 0) -> None:
    if unit in MICROSECONDS:
        lengths.add(amount * MICROSECONDS[unit] + later)
    else:
        months.add((amount, unit, later))
