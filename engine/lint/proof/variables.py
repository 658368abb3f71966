"""What conditions speak of: each field, signal, score or calculation as one number, however it is written."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from ....grammar.frozen import frozen
from ....grammar.syntax.nodes import Kind
from ... import plan as p
from . import domains
from . import domains as intervals
from .domains import ValueSet
from .selections import Chosen, days_in
from .texts import PatternSet, TextSet

Topic = tuple[str, Hashable]
"""Something that conditions can have in common: a field, a type of event, a score, a property."""

SIZES = (p.Aggregation.COUNT, p.Aggregation.PERIODS, p.Aggregation.DISTINCT)


@frozen
class Variable:
    """Something with a value: what it may be, and what it hangs on.

    `chosen` and `measure` are set where it is measured of events; `age` marks the days since such an
    instant. Where it is known, each of `parents` is; with `twin`, it is known where its parent is.
    """

    base: ValueSet
    topics: frozenset[Topic]
    whole: bool = False
    measure: p.Aggregation | None = None
    chosen: tuple[Chosen, ...] = ()
    age: bool = False
    parents: tuple[int, ...] = ()
    twin: bool = False


class Variables:
    """The variables of one plan.

    `filter_number` numbers the filters of selections, alike for alike ones.
    """

    def __init__(self, plan: p.Plan, filter_number: Callable[[p.Condition], int]) -> None:
        self.plan = plan
        self.filter_number = filter_number
        self.all: list[Variable] = []
        self.scores: dict[int | None, ValueSet] = {}
        self.linked: dict[tuple[int, int], bool] = {}
        self._numbers: dict[Hashable, int] = {}
        self._signals: dict[int, int] = {}
        self._defines: dict[int, int] = {}

    def __getitem__(self, number: int) -> Variable:
        return self.all[number]

    def _enter(self, key: Hashable, make: Callable[[], Variable]) -> int:
        number = self._numbers.get(key)
        if number is None:
            variable = make()
            number = self._numbers[key] = len(self.all)
            self.all.append(variable)
        return number

    def resolve(self, value: p.Value) -> p.Value:
        """What stands behind the name of a define."""
        while isinstance(value, p.DefineValue):
            body = self.plan.definitions[value.define].value
            assert body is not None
            value = body
        return value

    def of(self, value: p.Value) -> int:
        """The variable of a value."""
        match value:
            case p.SignalValue(signal=index):
                if index not in self._signals:
                    self._signals[index] = self.signal(self.plan.signals[index])
                return self._signals[index]
            case p.DefineValue(define=index):
                if index not in self._defines:
                    self._defines[index] = self.of(self.resolve(value))
                return self._defines[index]
            case p.FieldValue(field=index, kind=kind):
                return self._enter(("field", index), lambda: self._field(index, kind))
            case p.PropertyValue(name=name, kind=kind):
                base = domains.of_kind(kind, unknown=True)
                return self._enter(
                    ("property", name, kind), lambda: Variable(base, frozenset([("property", name)]))
                )
            case p.ScoreValue(score=score):
                return self._enter(("score", score), lambda: self._score(score))
            case p.SureValue(of=wanted):
                base = domains.of_kind(Kind.YES_NO, unknown=False)
                return self._enter(("sure", wanted), lambda: Variable(base, frozenset(), whole=True))
            case p.Constant(kind=kind, value=constant):
                return self._enter(("constant", kind, constant), lambda: _constant(kind, constant))
            case p.Calculation(operator=operator, left=left, right=right):
                return self._made_of(("calculation", operator), Kind.NUMBER, (left, right))
            case p.DaysBetween(of=of, until=until):
                return self._days(of, until)
            case p.Domain(of=of):
                return self._made_of(("domain",), Kind.TEXT, (of,))

    # --- of leads -------------------------------------------------------------------------------

    def _field(self, index: int, kind: Kind) -> Variable:
        base = domains.of_kind(kind, unknown=self.plan.fields[index].default is None)
        return Variable(base, frozenset([("field", index)]), whole=kind is Kind.YES_NO)

    def _score(self, score: int | None) -> Variable:
        base = self.scores.get(score, domains.KNOWN_NUMBER)
        return Variable(base, frozenset([("score", score)]), whole=True)

    def _made_of(self, key: tuple[Hashable, ...], kind: Kind, values: tuple[p.Value, ...]) -> int:
        parents = tuple(self.of(value) for value in values)
        return self._enter(
            (*key, *parents),
            lambda: Variable(domains.of_kind(kind, unknown=True), self._topics(parents), parents=parents),
        )

    def _topics(self, parents: tuple[int, ...]) -> frozenset[Topic]:
        return frozenset().union(*(self.all[parent].topics for parent in parents))

    def _days(self, of: p.Value, until: bool) -> int:
        parent = self.of(of)
        source = self.all[parent]
        return self._enter(
            ("days", until, parent),
            lambda: Variable(
                ValueSet(domains.COUNT.values, True),
                source.topics,
                whole=True,
                measure=source.measure if not until else None,
                chosen=source.chosen if not until else (),
                age=source.measure is p.Aggregation.LAST and not until,
                parents=(parent,),
            ),
        )

    def age(self, of: int, unit: str) -> int:
        """How long ago a date or datetime of a lead began, less than 0 where it lies ahead; in microseconds
        or, where stretches of calendar months are asked for, in months."""
        return self._enter(
            ("age", unit, of),
            lambda: Variable(
                ValueSet(intervals.ANY_NUMBER, True), self.all[of].topics, parents=(of,), twin=True
            ),
        )

    def relation(self, left: int, right: int) -> int:
        """-1, 0 or 1 as the one value is less than, equal to or more than the other."""
        base = ValueSet(intervals.span(-1, 1), True)
        return self._enter(
            ("relation", left, right),
            lambda: Variable(base, self._topics((left, right)), whole=True, parents=(left, right)),
        )

    # --- of events ------------------------------------------------------------------------------

    def chosen(self, selection: p.Selection) -> Chosen:
        """A selection by what it asks."""
        selector = self.plan.selectors[selection.selector]
        where = None if selection.where is None else self.filter_number(selection.where)
        return Chosen(frozenset(selector.feeds), selector.object, where, selection.window)

    def count(self, selection: p.Selection) -> int:
        """How many events there are in a selection."""
        return self.signal(p.Measure(p.Aggregation.COUNT, selection))

    def signal(self, signal: p.Measure) -> int:
        """What is measured of some events."""
        chosen = [self.chosen(signal.events)]
        if signal.then is not None:
            chosen.append(self.chosen(signal.then))
        key = ("signal", signal.aggregation, tuple(chosen), signal.of, signal.within)
        return self._enter(key, lambda: self._signal(signal, tuple(chosen)))

    def _signal(self, signal: p.Measure, chosen: tuple[Chosen, ...]) -> Variable:
        return Variable(
            _base(signal, chosen[0]),
            frozenset(("event", feed.type) for one in chosen for feed in one.feeds),
            whole=signal.aggregation in SIZES or signal.aggregation is p.Aggregation.FOLLOWED,
            measure=signal.aggregation,
            chosen=chosen,
        )


def _constant(kind: Kind, value: object) -> Variable:
    if isinstance(value, str):
        return Variable(ValueSet(TextSet((PatternSet([p.Pattern((value,))]),)), False), frozenset())
    if isinstance(value, int | float):
        return Variable(ValueSet(intervals.span(value, value), False), frozenset())
    return Variable(domains.of_kind(kind, unknown=True), frozenset())


def _base(signal: p.Measure, chosen: Chosen) -> ValueSet:
    match signal.aggregation:
        case p.Aggregation.COUNT:
            return domains.COUNT
        case p.Aggregation.DISTINCT if chosen.object is not None and chosen.object.exact is not None:
            return domains.YES_OR_NO
        case p.Aggregation.DISTINCT:
            return domains.COUNT
        case p.Aggregation.PERIODS:
            return ValueSet(intervals.span(0, days_in(chosen.window)), False)
        case p.Aggregation.FOLLOWED:
            return domains.YES_OR_NO
    return ValueSet(intervals.ANY_NUMBER, True)


def when_absent(measure: p.Aggregation) -> ValueSet:
    """What is measured of no events."""
    if measure in SIZES or measure in (p.Aggregation.FOLLOWED, p.Aggregation.SUM):
        return domains.ZERO
    return domains.UNKNOWN_NUMBER
