"""From event phrases and windows to the signals a plan measures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from ...grammar.syntax import nodes as n
from ...grammar.syntax.nodes import Kind, Unit
from ..plan import (
    Aggregation,
    Condition,
    DaysBetween,
    Feed,
    Last,
    Measure,
    Range,
    Selection,
    Selector,
    SignalValue,
    Value,
)
from ..values import MICROSECONDS, day_of, instant_of, text_key
from ..zone import Zone
from .names import Names
from .patterns import glob
from .problems import Problems

LONGEST_YEARS = 100
_PER_YEAR = {
    Unit.MINUTE: 527_040,
    Unit.HOUR: 8_784,
    Unit.DAY: 366,
    Unit.WEEK: 53,
    Unit.MONTH: 12,
    Unit.YEAR: 1,
}
_MEASURES = {measure.value: measure for measure in Aggregation}

PhraseNode = n.Reference | n.EventPhrase
EventNode = PhraseNode | n.Aggregate | n.Sequence | n.DaysSince
Resolved = tuple[type, int | None, Any, Any]
"""What was asked of the plan in the making, as the plan speaks of it: `FieldValue` with its number, name and
kind; `Selection` with its selector; `SignalValue` with its measure; `DefineValue` with its reference and what
it stands for, without a number where it is wrong."""
FilterReader = Callable[[n.Expression, tuple[Feed, ...]], Condition | None]


class Signals:
    """The selectors and signals of one plan, each once.

    `read_filter` reads a filter over the properties of the events of some feeds; the checker sets it.
    """

    def __init__(self, problems: Problems, names: Names, asked: list[Resolved]) -> None:
        self.problems = problems
        self.names = names
        self._asked = asked
        self.read_filter: FilterReader = lambda *_: None
        self._selectors: dict[Selector, int] = {}
        self._signals: dict[Measure, int] = {}
        self._counts: set[int] = set()

    @property
    def selectors(self) -> tuple[Selector, ...]:
        """All selectors, by index."""
        return tuple(self._selectors)

    @property
    def signals(self) -> tuple[Measure, ...]:
        """All signals, by index."""
        return tuple(self._signals)

    def is_count(self, value: object) -> bool:
        """Whether a value is the count of an event phrase."""
        return isinstance(value, SignalValue) and value.signal in self._counts

    def value(self, signal: Measure) -> SignalValue:
        """The value of a signal, measured once however often it is asked for."""
        index = self._signals.setdefault(signal, len(self._signals))
        if signal.aggregation is Aggregation.COUNT:
            self._counts.add(index)
        self._asked.append((SignalValue, index, signal, None))
        return SignalValue(index, signal.kind)

    def selector(self, selector: Selector) -> int:
        """The number of a selector."""
        index = self._selectors.setdefault(selector, len(self._selectors))
        self._asked.append((Selection, index, selector, None))
        return index

    # --- selections -----------------------------------------------------------------------------

    def selection(self, node: PhraseNode, window: n.Window | None) -> Selection | None:
        """The events a phrase speaks of, or None where it is wrong, now reported."""
        name = node.name if isinstance(node, n.Reference) else node.type
        feeds = self.names.event(name)
        held = self.window(window) if window is not None else None
        if feeds is None or (window is not None and held is None):
            return None
        object_ = node.object if isinstance(node, n.EventPhrase) else None
        pattern = glob(object_.value) if object_ is not None else None
        if object_ is not None and pattern is not None:
            self.names.check_object(name, object_, feeds, self._seen(feeds, pattern.matches))
        where = None
        if isinstance(node, n.EventPhrase) and node.where is not None:
            where = self.read_filter(node.where, feeds)
            if where is None:
                return None
        selector = Selector(name.text, feeds, pattern, object_.value if object_ is not None else None)
        return Selection(self.selector(selector), where, held)

    def _seen(self, feeds: tuple[Feed, ...], matches: Callable[[str], bool]) -> bool:
        catalogue = self.names.catalogue
        if catalogue is None:
            return True
        facts = [catalogue.events[feed.type] for feed in feeds if feed.type in catalogue.events]
        return any(matches(text_key(key)) for item in facts for key in item.objects)

    def read(self, node: EventNode, window: n.Window | None) -> Value | None:
        """What is measured of events, or None where it is wrong, now reported."""
        match node:
            case n.Aggregate():
                return self._aggregate(node, window)
            case n.Sequence():
                return self._sequence(node, window)
            case n.DaysSince(of, first):
                events = self.selection(of, window)
                signal = events and Measure(Aggregation.FIRST if first else Aggregation.LAST, events)
                return DaysBetween(self.value(signal), until=False) if signal else None
        events = self.selection(node, window)
        return None if events is None else self.value(Measure(Aggregation.COUNT, events))

    def _aggregate(self, node: n.Aggregate, window: n.Window | None) -> Value | None:
        events = self.selection(node.event, window)
        if events is None:
            return None
        measure = _MEASURES[node.function]
        if node.property is not None and not self._is_number(node, node.property):
            return None
        return self.value(Measure(measure, events, node.property.text if node.property else None))

    def _is_number(self, node: n.Aggregate, property_: n.Name) -> bool:
        catalogue = self.names.catalogue
        if catalogue is None:
            return True
        name = node.event.name if isinstance(node.event, n.Reference) else node.event.type
        for feed in self.names.event(name) or ():
            facts = catalogue.events.get(feed.type)
            kind = facts.properties.get(property_.text) if facts else None
            if kind is not None and kind is not Kind.NUMBER:
                self.problems.not_for_kind(
                    property_, node.function, f'"{property_.text}"', kind, "name a property that is a number"
                )
                return False
        return True

    def _sequence(self, node: n.Sequence, window: n.Window | None) -> Value | None:
        first, second = self.selection(node.first, window), self.selection(node.second, window)
        within = self.fixed(node.within, "within")
        if first is None or second is None or within is None:
            return None
        return self.value(Measure(Aggregation.FOLLOWED, first, then=second, within=within))

    # --- time -----------------------------------------------------------------------------------

    def window(self, node: n.Window) -> Last | Range | None:
        """A window over events."""
        if isinstance(node, n.InNext):
            self.problems.error(
                "window-ahead",
                node,
                "events ahead of now have not happened yet, so none can be counted",
                "use in last, or ask a date field, e.g. trial_ends in next 7 days",
            )
            return None
        if isinstance(node, n.InLast):
            return Last(node.duration.amount, node.duration.unit) if self.is_sound(node.duration) else None
        return self.range(node)

    def range(self, node: n.Since | n.Before | n.BetweenMoments, *, whole_days: bool = False) -> Range | None:
        """A fixed range; a day without a time is whole, so both ends of `between` are included.

        With `whole_days` it is one for days, beside which an instant stands for the day that it lies in.
        """

        zone = self.names.zone

        def start_of(moment: n.Moment) -> int:
            start = instant_in(zone, moment.value)
            return zone.start(zone.day(start)) if whole_days else start

        def end_of(moment: n.Moment) -> int:
            """The first instant after a moment: a day's end, or just past an instant."""
            start = instant_in(zone, moment.value)
            is_instant = isinstance(moment.value, dt.datetime)
            return start + 1 if is_instant and not whole_days else zone.start(zone.day(start) + 1)

        match node:
            case n.Since(start):
                return Range(start_of(start), None)
            case n.Before(end):
                return Range(None, start_of(end))
            case n.BetweenMoments(start, end):
                first, last = start_of(start), end_of(end)
                if first >= last:
                    self.problems.error(
                        "backwards", node, "this ends before it begins", "put the earlier date first"
                    )
                    return None
                return Range(first, last)

    def is_sound(self, duration: n.Duration) -> bool:
        """Whether a duration is no longer than 100 years."""
        if duration.amount <= LONGEST_YEARS * _PER_YEAR[duration.unit]:
            return True
        self.problems.error(
            "duration-limit",
            duration,
            "a stretch of time is at most 100 years long",
            "leave the window out to look at everything",
        )
        return False

    def fixed(self, duration: n.Duration, word: str) -> int | None:
        """The microseconds of a duration of fixed length: minutes to weeks."""
        if duration.unit not in MICROSECONDS:
            self.problems.error(
                "fixed-duration",
                duration,
                f'"{word}" counts in minutes, hours, days or weeks, since months and years differ in length',
                f"write {duration.amount * (365 if duration.unit is Unit.YEAR else 30)} days",
            )
            return None
        return duration.amount * MICROSECONDS[duration.unit] if self.is_sound(duration) else None


def instant_in(zone: Zone, moment: dt.date | dt.datetime) -> int:
    """The instant of a moment; a day is its beginning in the zone."""
    return instant_of(moment) if isinstance(moment, dt.datetime) else zone.start(day_of(moment))
