"""When time alone can next change a clause or a line of points."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...grammar.syntax.nodes import Kind
from ..plan import (
    Compare,
    Condition,
    Constant,
    DaysBetween,
    DefineValue,
    FieldValue,
    Last,
    Next,
    Plan,
    PropertyValue,
    Range,
    Value,
    Within,
)
from ..plan.event_reads import Column
from ..plan.walk import clauses, conditions, operands, parts, selections
from ..values import DAY, Prepared
from .calendar import LATEST, crossings
from .classes import EventClass
from .draft import Detail
from .facts import Facts, Row
from .rules_source import decayed

if TYPE_CHECKING:
    from .evaluator import Evaluator

TRIES = 400
"""How many instants are looked at before the next one is given as it is."""


def next_change(evaluator: Evaluator, facts: Facts, now: int, tries: int = TRIES) -> int | None:
    """The first instant after now at which any clause's truth or any line of points differs, or None.

    Where that would take looking at more than `tries` instants, one before it.
    """
    clocks = evaluator.clocks
    if not clocks.any and not facts.events:
        return None
    fixed = sorted(at for at in set(clocks.instants(facts, evaluator.classes.known)) if now < at <= LATEST)
    before = evaluator.run(Detail.FINDINGS, facts, now)
    at, place, found = now, 0, before
    for _ in range(tries):
        place = bisect_right(fixed, at, place)
        candidates = [
            tick for tick in clocks.ticks(facts, evaluator.classes.known, found[9], at) if tick > at
        ]
        candidates += fixed[place : place + 1]
        at = min(candidates, default=LATEST + 1)
        if at > LATEST:
            return None
        found = evaluator.run(Detail.FINDINGS, facts, at)
        if (found[8], found[4], found[5]) != (before[8], before[4], before[5]):
            return at
    return at


@dataclass(frozen=True, slots=True)
class Age:
    """Whole days since or until a moment: after how many of them a truth can change, None for each."""

    of: Value
    until: bool
    limits: tuple[int, ...] | None


class Clocks:
    """What in a plan looks at the clock.

    `windows` and `decays` are of events, by selector; `fields` are moments that a window is held against,
    `ages` moments whose days are counted; `filters` are what selections' filters ask of properties.
    """

    def __init__(self, plan: Plan, values: dict[Value, int]) -> None:
        self._values = values
        self.windows = _event_windows(plan)
        self.decays = _decays(plan)
        self.fields = {
            (_defined(plan, clause.value), clause.window)
            for condition in conditions(plan)
            for clause in clauses(condition)
            if isinstance(clause, Within)
        }
        ages = set(_ages(condition for condition in conditions(plan)))
        ages |= {
            Age(part.of, part.until, None)
            for definition in plan.definitions
            if definition.value is not None
            for part in parts(definition.value)
            if isinstance(part, DaysBetween)
        }
        self.ages = {Age(_defined(plan, age.of), age.until, age.limits) for age in ages}
        self.filters = _filters(plan)
        self.any = bool(self.fields or self.ages)

    def instants(self, facts: Facts, known: list[EventClass]) -> Iterator[int]:
        """Instants, past ones too, at which events begin to be, windows open or close."""
        for value, window in self.fields:
            if isinstance(value, FieldValue):
                yield from edges(value.kind, facts.fields[value.field], window)
        for row in facts.events:
            at = row[0]
            yield at
            event_class = known[row[1]]
            for selector in event_class.selectors:
                for window in self.windows.get(selector, ()):
                    yield from crossings(at, -window.amount, window.unit)
                for property_, clock in self.filters.get(selector, ()):
                    if isinstance(clock, Within):
                        yield from edges(property_.kind, _property(row, event_class, property_), clock.window)

    def ticks(
        self, facts: Facts, known: list[EventClass], values: tuple[Prepared, ...], now: int
    ) -> Iterator[int]:
        """The next instants at which values that were found at `now` can make a difference."""
        for age in self.ages:
            of = facts.fields[age.of.field] if isinstance(age.of, FieldValue) else self._found(age.of, values)
            if of is not None:
                yield from days_turning(age, of, now)
        for value, window in self.fields:
            if not isinstance(value, FieldValue):
                yield from edges(value.kind, self._found(value, values), window)
        if self.decays or self.filters:
            for row in facts.events:
                yield from self._event_ticks(row, known[row[1]], now)

    def _event_ticks(self, row: Row, event_class: EventClass, now: int) -> Iterator[int]:
        for selector in event_class.selectors:
            for every, steps in self.decays.get(selector, ()):
                step = (now - row[0]) // every + 1
                if 0 < step <= steps:
                    yield row[0] + step * every
            for property_, clock in self.filters.get(selector, ()):
                value = _property(row, event_class, property_)
                if isinstance(clock, Age) and value is not None:
                    yield from days_turning(clock, value, now)

    def _found(self, value: Value, values: tuple[Prepared, ...]) -> Prepared:
        return value.value if isinstance(value, Constant) else values[self._values[value]]


def _defined(plan: Plan, value: Value) -> Value:
    """A value, or what stands behind its name."""
    while isinstance(value, DefineValue):
        body = plan.definitions[value.define].value
        assert body is not None
        value = body
    return value


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


def _ages(found: Iterable[Condition]) -> Iterator[Age]:
    for condition in found:
        for clause in clauses(condition):
            sides = operands(clause)
            for value in sides:
                for part in parts(value):
                    if isinstance(part, DaysBetween):
                        others = [side for side in sides if side is not value]
                        simple = part is value and isinstance(clause, Compare)
                        yield Age(part.of, part.until, _limits(others) if simple else None)


def _limits(others: list[Value]) -> tuple[int, ...] | None:
    """The numbers of days at which a comparison with a constant can turn."""
    if len(others) == 1 and isinstance(others[0], Constant):
        limit = others[0].value
        if isinstance(limit, int | float):
            if abs(limit) > 4_000_000:
                return ()
            below = int(limit // 1)
            return (below, below + 1)
    return None


def days_turning(age: Age, of: Prepared, now: int) -> Iterator[int]:
    """When the whole days since or until a moment are next another number, known or unknown."""
    assert isinstance(of, int)
    if age.of.kind is Kind.DATE:
        yield from _calendar_days(age, of, now)
        return
    if age.until:
        yield of + 1
        turns = _asked(age, max((of - now) // DAY, 0))
        yield from (of - days * DAY + 1 for days in turns if days >= 0)
    else:
        yield of
        yield from (of + days * DAY for days in _asked(age, max((now - of) // DAY + 1, 0)))


def _calendar_days(age: Age, day: int, now: int) -> Iterator[int]:
    today = now // DAY
    if age.until:
        yield (day + 1) * DAY
        yield from ((day - days) * DAY + DAY for days in _asked(age, day - today) if days >= 0)
    else:
        yield day * DAY
        yield from ((day + days) * DAY for days in _asked(age, max(today - day + 1, 0)))


def _asked(age: Age, here: int) -> Iterable[int]:
    return (here,) if age.limits is None else age.limits


def edges(kind: Kind, value: Prepared, window: Last | Next | Range) -> Iterator[int]:
    """When a date or datetime comes into a window around now, and when it leaves it."""
    if value is None or isinstance(window, Range):
        return
    assert isinstance(value, int)
    begins = value * DAY if kind is Kind.DATE else value
    amount = -window.amount if isinstance(window, Last) else window.amount
    yield from crossings(begins, amount, window.unit)
    yield begins + DAY if kind is Kind.DATE and isinstance(window, Next) else begins


def _filters(plan: Plan) -> dict[int, set[tuple[PropertyValue, Within | Age]]]:
    """By selector, what its filters ask of properties and the clock."""
    filters: dict[int, set[tuple[PropertyValue, Within | Age]]] = {}
    for selection in selections(plan):
        if selection.where is None:
            continue
        mine = filters.setdefault(selection.selector, set())
        for clause in clauses(selection.where):
            if isinstance(clause, Within) and isinstance(clause.value, PropertyValue):
                mine.add((clause.value, clause))
        for age in _ages([selection.where]):
            if isinstance(age.of, PropertyValue):
                mine.add((age.of, age))
    return filters


def _property(row: Row, event_class: EventClass, property_: PropertyValue) -> Prepared:
    """A date or datetime that was read of an event."""
    read = row[2] if len(row) == 3 else None
    if isinstance(read, tuple):
        return read[event_class.columns.index(Column(None, property_.name, property_.kind))]
    return read
