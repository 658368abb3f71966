"""When a lead must be looked at again because time has passed, found cheaply enough to do it for every lead.

The clocks are those of `next_change`, but nothing is evaluated to see whether anything really differs: what
is found is the first instant at which something could. That is never later than the first real change.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ...grammar.syntax.nodes import Unit
from ..plan import FieldValue, Plan
from ..plan.calendar import LATEST, crossings
from ..plan.lower import Comparison, Edge, Term
from ..score_one.facts import MEMO_LIMIT, EventRow, Facts
from ..score_one.scorer import Scorer
from ..values import DAY, MICROSECONDS, Prepared
from ..zone import Zone
from .clocks import Age, Clocks, days_turning, flips, selector_of

NEVER = LATEST + 1
"""Later than any instant: nothing can differ by time alone."""

MONTH_ENDS = 4 * DAY
"""More than the days that a shorter month lacks: how far apart a window of months can be crossed."""

Months = tuple[int, Unit]


@dataclass(slots=True)
class Timers:
    """What passes after events, each with the selectors or, once made so, the classes of those events.

    `lengths`: something can differ a fixed time after an event; `months`: so many months or years after;
    `steps`: whenever an event's age is a multiple of a length, up to so many times (None: for ever).
    """

    lengths: dict[int, set[int]] = field(default_factory=dict)
    months: dict[Months, set[int]] = field(default_factory=dict)
    steps: dict[tuple[int, int | None], set[int]] = field(default_factory=dict)

    def add_window(self, selector: int, amount: int, unit: Unit) -> None:
        """Notes when events leave a window around now."""
        if unit in MICROSECONDS:
            self.lengths.setdefault(amount * MICROSECONDS[unit], set()).add(selector)
        else:
            self.months.setdefault((amount, unit), set()).add(selector)

    def add_age(self, selector: int, age: Age) -> None:
        """Notes when days since events turn; days until what is past turn once, at once."""
        if age.until:
            self.lengths.setdefault(1, set()).add(selector)
        elif age.limits is None:
            self.steps.setdefault((DAY, None), set()).add(selector)
        else:
            for days in age.limits:
                if days > 0:
                    self.lengths.setdefault(days * DAY, set()).add(selector)


class DueTimes:
    """The due times of one plan's leads. Learns the classes of events as they come up; safe in threads."""

    def __init__(self, scorer: Scorer) -> None:
        self.scorer = scorer
        self._clocks = scorer.clocks
        self._learned = (0, Timers())
        self._selected = timers_of(scorer.plan, scorer.clocks)
        self._edges: dict[tuple[int, Prepared], tuple[int, ...]] = {}
        self._fields = [
            (place, edge.left.field, edge)
            for place, edge in enumerate(self._clocks.edges)
            if isinstance(edge.left, FieldValue)
        ]
        self._ages = [(age, age.of.field) for age in self._clocks.ages if isinstance(age.of, FieldValue)]

    @property
    def tells(self) -> bool:
        """Whether `of` need not evaluate, which it has to for clocks that look at what only that finds."""
        return self._selected is not None

    def of(self, fields: Sequence[Prepared], rows: Sequence[EventRow], now: int) -> int:
        """The first instant after `now` at which a clause or a line could differ, or `NEVER`.

        `rows` are the lead's events made ready, those after `now` too, in ascending time.
        """
        if self._selected is None:
            return self._looked_at(fields, rows, now)
        return next(self.turns(fields, rows, now))

    def turns(self, fields: Sequence[Prepared], rows: Sequence[EventRow], now: int) -> Iterator[int]:
        """Each instant after `now` at which a clause or a line could differ, in ascending order, `NEVER` the
        last. Only for a plan that `tells`."""
        timers, zone = self._timers(), self._clocks.zone
        once = self._of_fields(fields, now) if self._fields else []
        steps: list[tuple[int, int, list[int]]] = []
        instants: list[int] = []
        if rows:
            if rows[-1][0] > now:
                once += [row[0] for row in rows if row[0] > now]
            for length, codes in timers.lengths.items():
                gone = now - length
                once += [row[0] + length for row in rows if row[0] > gone and row[1] in codes]
            for (every, most), codes in timers.steps.items():
                of_these = [row[0] for row in rows if row[1] in codes]
                if of_these:
                    steps.append((every, NEVER if most is None else every * most, of_these))
            if timers.months:
                instants = [row[0] for row in rows]
        once.sort()
        place, count = 0, len(once)
        while True:
            while place < count and once[place] <= now:
                place += 1
            first = once[place] if place < count else NEVER
            for every, end, of_these in steps:
                past = [(now - at) % every for at in of_these if at <= now < at + end]
                if past:
                    first = min(first, now + every - max(past))
            for months, codes in timers.months.items():
                first = min(first, _leaving(months, codes, rows, instants, now, zone=zone))
            for age, number in self._ages:
                if fields[number] is not None:
                    turning = days_turning(age, fields[number], now, zone)
                    first = min([first, *[at for at in turning if at > now]])
            now = min(first, NEVER)
            yield now
            if now == NEVER:
                return

    def _looked_at(self, fields: Sequence[Prepared], rows: Sequence[EventRow], now: int) -> int:
        """The same by evaluating once, for clocks that look at what only this finds."""
        known = self.scorer.classes.known
        facts = Facts(tuple(fields), rows, len(known))
        values = self.scorer.clauses_at(facts, now)[10]
        found = [*self._clocks.instants(facts, known), *self._clocks.ticks(facts, known, values, now)]
        return min((at for at in found if at > now), default=NEVER)

    def _of_fields(self, fields: Sequence[Prepared], now: int) -> list[int]:
        """When comparisons of fields with edges flip after now."""
        turns: list[int] = []
        for place, number, edge in self._fields:
            given = fields[number]
            if given is None:
                continue
            key = (place, given)
            found = self._edges.get(key)
            if found is None:
                if len(self._edges) >= MEMO_LIMIT:
                    self._edges.clear()
                found = self._edges[key] = tuple(flips(edge, given, self._clocks.zone))
            turns += [at for at in found if at > now]
        return turns

    def _timers(self) -> Timers:
        """The timers, each with the classes of the events that it is about."""
        count, timers = self._learned
        if count == len(self.scorer.classes.known):
            return timers
        assert self._selected is not None
        known = list(self.scorer.classes.known)

        def codes(selectors: set[int]) -> set[int]:
            return {each.code for each in known if not each.selectors.isdisjoint(selectors)}

        timers = Timers(
            {length: found for length, of in self._selected.lengths.items() if (found := codes(of))},
            {months: found for months, of in self._selected.months.items() if (found := codes(of))},
            {steps: found for steps, of in self._selected.steps.items() if (found := codes(of))},
        )
        self._learned = len(known), timers
        return timers


def _leaving(
    months: Months, codes: set[int], rows: Sequence[EventRow], instants: list[int], now: int, *, zone: Zone
) -> int:
    """When the first event crosses the edge of a window of months, which it can do more than once."""
    amount, unit = months
    shift = zone.shift
    first = NEVER
    for place in range(bisect_right(instants, shift(now, -amount, unit) - MONTH_ENDS), len(rows)):
        at = instants[place]
        if first < NEVER and at > shift(first, -amount, unit) + MONTH_ENDS:
            break
        if rows[place][1] in codes:
            first = min([first, *(turn for turn in crossings(at, -amount, unit, zone) if turn > now)])
    return first


def timers_of(plan: Plan, clocks: Clocks) -> Timers | None:
    """What passes after events; None where that depends on more than which events there are."""
    timers = Timers()
    for selector, windows in clocks.windows.items():
        for window in windows:
            timers.add_window(selector, window.amount, window.unit)
    for selector, decays in clocks.decays.items():
        for every, steps in decays:
            timers.steps.setdefault((every, steps), set()).add(selector)
    moments: list[tuple[Term, Age | Comparison]] = [(age.of, age) for age in clocks.ages]
    moments += [(comparison.left, comparison) for comparison in clocks.edges]
    for value, clock in moments:
        if isinstance(value, FieldValue):
            continue
        selector_or_none = selector_of(plan, value)
        if selector_or_none is None:
            return None
        if isinstance(clock, Age):
            timers.add_age(selector_or_none, clock)
        elif isinstance(clock.right, Edge) and clock.right.amount < 0:
            # Events are never after now: of edges there they always lie on the same side.
            timers.add_window(selector_or_none, -clock.right.amount, clock.right.unit)
    return None if any(clocks.filters.values()) else timers
