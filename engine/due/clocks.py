"""What in a plan looks at the clock, and when it turns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeGuard

from ...grammar.frozen import frozen
from ...grammar.syntax.nodes import Kind
from ..plan import (
    Aggregation,
    Condition,
    Constant,
    DaysBetween,
    DefineValue,
    FieldValue,
    Last,
    Plan,
    PropertyValue,
    SignalValue,
    Value,
)
from ..plan.adding_up import decayed
from ..plan.calendar import crossings
from ..plan.event_reads import ReadColumn
from ..plan.lower import MOST_DAYS, Comparison, Edge, Kernel, Predicate, Rounded, Term, terms
from ..plan.walk import clauses, conditions, parts, selections
from ..score_one.event_classes import EventClass
from ..score_one.facts import EventRow, Facts
from ..values import DAY, Prepared
from ..zone import Zone


@frozen
class Age:
    """Whole days since or until a moment: after how many of them a truth can change, None for each."""

    of: Value
    until: bool
    limits: tuple[int, ...] | None


class Clocks:
    """What in a plan looks at the clock.

    `windows` and `decays` are of events, by selector; `edges` compare moments with an instant around now,
    `ages` are moments whose days are counted; `filters` are what selections' filters ask of properties.
    """

    def __init__(self, kernel: Kernel, values: dict[Value, int]) -> None:
        plan = self.plan = kernel.plan
        self.zone = plan.zone
        self._values = values
        self.windows = _event_windows(plan)
        self.decays = _decays(plan)
        asked = [each for condition in conditions(plan) for each in _predicates(kernel, condition)]
        self.edges = {
            replace(one, left=_defined(plan, one.left))
            for one in asked
            if _is_clock(one) and not isinstance(one.left, Rounded)
        }
        ages = {age for predicate in asked for age in _ages(predicate)}
        ages |= {
            Age(part.of, part.until, None)
            for definition in plan.definitions
            if definition.value is not None
            for part in parts(definition.value)
            if isinstance(part, DaysBetween)
        }
        self.ages = {Age(_defined(plan, age.of), age.until, age.limits) for age in ages}
        self.filters = _filters(kernel)
        self.any = bool(self.edges or self.ages)

    def instants(self, facts: Facts, known: list[EventClass]) -> Iterator[int]:
        """Instants, past ones too, at which events begin to be, windows open or close."""
        for edge in self.edges:
            if isinstance(edge.left, FieldValue):
                yield from flips(edge, facts.fields[edge.left.field], self.zone)
        for row in facts.events:
            at = row[0]
            yield at
            event_class = known[row[1]]
            for selector in event_class.selectors:
                for window in self.windows.get(selector, ()):
                    yield from crossings(at, -window.amount, window.unit, self.zone)
                for property_, clock in self.filters.get(selector, ()):
                    if isinstance(clock, Comparison):
                        yield from flips(clock, property_of(row, event_class, property_), self.zone)

    def ticks(
        self, facts: Facts, known: list[EventClass], values: tuple[Prepared, ...], now: int
    ) -> Iterator[int]:
        """The next instants at which values that were found at `now` can make a difference."""
        for age in self.ages:
            of = facts.fields[age.of.field] if isinstance(age.of, FieldValue) else self._found(age.of, values)
            if of is not None:
                yield from days_turning(age, of, now, self.zone)
        for edge in self.edges:
            if not isinstance(edge.left, FieldValue):
                yield from flips(edge, self._found(edge.left, values), self.zone)
        if self.decays or self.filters:
            for row in facts.events:
                yield from self._event_ticks(row, known[row[1]], now)

    def _event_ticks(self, row: EventRow, event_class: EventClass, now: int) -> Iterator[int]:
        for selector in event_class.selectors:
            for every, steps in self.decays.get(selector, ()):
                step = (now - row[0]) // every + 1
                if 0 < step <= steps:
                    yield row[0] + step * every
            for property_, clock in self.filters.get(selector, ()):
                value = property_of(row, event_class, property_)
                if isinstance(clock, Age) and value is not None:
                    yield from days_turning(clock, value, now, self.zone)

    def _found(self, value: Term, values: tuple[Prepared, ...]) -> Prepared:
        if isinstance(value, Constant):
            return value.value
        assert not isinstance(value, Edge | Rounded)
        return values[self._values[value]]


def _defined(plan: Plan, value: Value) -> Value:
    """A value, or what stands behind its name."""
    while isinstance(value, DefineValue):
        body = plan.definitions[value.define].value
        assert body is not None
        value = body
    return value


def selector_of(plan: Plan, value: Term) -> int | None:
    """Of which events a value is the first or last instant; None where it is something else."""
    if isinstance(value, SignalValue):
        signal = plan.signals[value.signal]
        if signal.aggregation in (Aggregation.FIRST, Aggregation.LAST):
            return signal.events.selector
    return None


def _event_windows(plan: Plan) -> dict[int, set[Last]]:
    windows: dict[int, set[Last]] = {}
    for selection in selections(plan):
        if isinstance(selection.window, Last):
            windows.setdefault(selection.selector, set()).add(selection.window)
    return windows


def _decays(plan: Plan) -> dict[int, set[tuple[int, int]]]:
    """By selector, how long each step takes and after how many nothing is left."""
    decays: dict[int, set[tuple[int, int]]] = {}
    for rule in plan.rules:
        for contribution in rule.contributions:
            decay = contribution.decay
            if rule.each is not None and decay is not None:
                steps = len(decayed(contribution.points, decay))
                decays.setdefault(rule.each.events.selector, set()).add((decay.every, steps))
    return decays


def _predicates(kernel: Kernel, condition: Condition) -> Iterator[Predicate]:
    for clause in clauses(condition):
        yield from kernel.predicates(clause)


def _is_clock(predicate: Predicate) -> TypeGuard[Comparison]:
    """Whether a moment is compared with an instant around now."""
    return isinstance(predicate, Comparison) and isinstance(predicate.right, Edge)


def _ages(predicate: Predicate) -> Iterator[Age]:
    for part in terms(predicate):
        if isinstance(part, DaysBetween):
            beside = predicate.right if isinstance(predicate, Comparison) and part is predicate.left else None
            yield Age(part.of, part.until, _limits(beside))


def _limits(beside: Term | None) -> tuple[int, ...] | None:
    """The numbers of days at which a comparison with a constant can turn."""
    if isinstance(beside, Constant) and isinstance(beside.value, int | float):
        if abs(beside.value) > MOST_DAYS:
            return ()
        below = int(beside.value // 1)
        return (below, below + 1)
    return None


def days_turning(age: Age, of: Prepared, now: int, zone: Zone) -> Iterator[int]:
    """When the whole days since or until a moment are next another number, known or unknown."""
    assert isinstance(of, int)
    if age.of.kind is Kind.DATE:
        yield from map(zone.start, _calendar_days(age, of, zone.day(now)))
        return
    if age.until:
        yield of + 1
        turns = _asked(age, max((of - now) // DAY, 0))
        yield from (of - days * DAY + 1 for days in turns if days >= 0)
    else:
        yield of
        yield from (of + days * DAY for days in _asked(age, max((now - of) // DAY + 1, 0)))


def _calendar_days(age: Age, day: int, today: int) -> Iterator[int]:
    """With the beginning of which days it is another number."""
    if age.until:
        yield day + 1
        yield from (day - days + 1 for days in _asked(age, day - today) if days >= 0)
    else:
        yield day
        yield from (day + days for days in _asked(age, max(today - day + 1, 0)))


def _asked(age: Age, here: int) -> Iterable[int]:
    return (here,) if age.limits is None else age.limits


def flips(comparison: Comparison, value: Prepared, zone: Zone) -> Iterator[int]:
    """When a moment that is compared with an instant around now comes to lie on its other side."""
    edge = comparison.right
    assert isinstance(edge, Edge)
    if value is None:
        return
    assert isinstance(value, int)
    # What is after the edge stays so until the edge gets to its beginning; what is not before it, to its end.
    past = value if comparison.operator in (">", "<=") else value + 1
    if comparison.left.kind is Kind.DATE:
        past = zone.start(past)
    yield from crossings(past, edge.amount, edge.unit, zone)


def _filters(kernel: Kernel) -> dict[int, set[tuple[PropertyValue, Comparison | Age]]]:
    """By selector, what its filters ask of properties and the clock."""
    filters: dict[int, set[tuple[PropertyValue, Comparison | Age]]] = {}
    for selection in selections(kernel.plan):
        if selection.where is None:
            continue
        mine = filters.setdefault(selection.selector, set())
        for predicate in _predicates(kernel, selection.where):
            if _is_clock(predicate) and isinstance(predicate.left, PropertyValue):
                mine.add((predicate.left, predicate))
            mine.update((age.of, age) for age in _ages(predicate) if isinstance(age.of, PropertyValue))
    return filters


def property_of(row: EventRow, event_class: EventClass, property_: PropertyValue) -> Prepared:
    """A date or datetime that was read of an event."""
    read = row[2] if len(row) == 3 else None
    if isinstance(read, tuple):
        return read[event_class.columns.index(ReadColumn(None, property_.name, property_.kind))]
    return read
