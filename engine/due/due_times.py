"""When a lead must be looked at again because time has passed, found cheaply enough to do it for every lead.

The clocks are those of `next_change`, but nothing is evaluated to see whether anything really differs: what
is found is the first instant at which something could. That is never later than the first real change.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ...grammar.syntax.nodes import Unit
from ..plan import Aggregation, FieldValue, Plan, SignalValue
from ..plan.calendar import LATEST, crossings
from ..plan.lower import Comparison, Edge, Term
from ..score_one.codegen import Detail
from ..score_one.facts import MEMO_LIMIT, Facts, Row
from ..score_one.scorer import Scorer
from ..values import DAY, MICROSECONDS, Prepared
from ..zone import Zone
from .clocks import Age, Clocks, days_turning, flips

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

    def of(self, fields: Sequence[Prepared], rows: Sequence[Row], now: int) -> int:
        """The first instant after `now` at which a clause or a line could differ, or `NEVER`.

        `rows` are the lead's events made ready, those after `now` too, in ascending time.
        """
        if self._selected is None:
            return self._looked_at(fields, rows, now)
        first = NEVER
        if self._fields or self._ages:
            first = min(self._of_fields(fields, now), default=NEVER)
        if rows:
            first = min(first, self._of_events(rows, now))
        return min(first, NEVER)

    def _looked_at(self, fields: Sequence[Prepared], rows: Sequence[Row], now: int) -> int:
        """The same by evaluating once, for clocks that look at what only this finds."""
        known = self.scorer.classes.known
        facts = Facts(tuple(fields), rows, len(known))
        values = self.scorer.run(Detail.EXPLAIN, facts, now)[10]
        found = [*self._clocks.instants(facts, known), *self._clocks.ticks(facts, known, values, now)]
        return min((at for at in found if at > now), default=NEVER)

    def _of_fields(self, fields: Sequence[Prepared], now: int) -> Iterator[int]:
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
            yield from (at for at in found if at > now)
        for age, number in self._ages:
            if fields[number] is not None:
                yield from (
                    at for at in days_turning(age, fields[number], now, self._clocks.zone) if at > now
                )

    def _of_events(self, rows: Sequence[Row], now: int) -> int:
        timers = self._timers()
        instants = [row[0] for row in rows]
        count, first = len(rows), NEVER
        if instants[-1] > now:
            first = instants[bisect_right(instants, now)]
        for length, codes in timers.lengths.items():
            place = bisect_right(instants, now - length)
            while place < count:
                if rows[place][1] in codes:
                    first = min(first, instants[place] + length)
                    break
                place += 1
        for (every, most), codes in timers.steps.items():
            place = 0 if most is None else bisect_right(instants, now - every * most)
            past = [now - row[0] for row in rows[place:] if row[1] in codes and row[0] <= now]
            if past:
                first = min(first, now + every - max([age % every for age in past]))
        for months, codes in timers.months.items():
            first = min(first, _leaving(months, codes, rows, instants, now, zone=self._clocks.zone))
        return first

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
            {length: codes(of) for length, of in self._selected.lengths.items()},
            {months: codes(of) for months, of in self._selected.months.items()},
            {steps: codes(of) for steps, of in self._selected.steps.items()},
        )
        self._learned = len(known), timers
        return timers


def _leaving(
    months: Months, codes: set[int], rows: Sequence[Row], instants: list[int], now: int, *, zone: Zone
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
        selector_or_none = _selector(plan, value)
        if selector_or_none is None:
            return None
        if isinstance(clock, Age):
            timers.add_age(selector_or_none, clock)
        elif isinstance(clock.right, Edge) and clock.right.amount < 0:
            # Events are never after now: of edges there they always lie on the same side.
            timers.add_window(selector_or_none, -clock.right.amount, clock.right.unit)
    return None if any(clocks.filters.values()) else timers


def _selector(plan: Plan, value: Term) -> int | None:
    """Whose first or last instant a value is."""
    if isinstance(value, SignalValue):
        signal = plan.signals[value.signal]
        if signal.aggregation in (Aggregation.FIRST, Aggregation.LAST):
            return signal.events.selector
    return None
