"""The kernel: clauses lowered, once, to three predicates, which is all that a back end has to know.

A value compared with another, a text in a set of patterns, a value that is known; `Both`, `Either` and
`Opposite` join them by Kleene's logic. A window around now is a comparison with an `Edge`; a rounded number
is compared, without rounding it, with the doubles that round to what is asked.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import field

from ...grammar.frozen import frozen
from ...grammar.spec.operators import MIRROR
from ...grammar.syntax.nodes import Kind, Unit
from .adding_up import Pay, steps
from .conditions import (
    Between,
    Calculation,
    Clause,
    Compare,
    Constant,
    DaysBetween,
    DefineValue,
    IsKnown,
    IsYes,
    Matches,
    OneOf,
    ScoreValue,
    SignalValue,
    Value,
    Within,
)
from .events import Aggregation
from .inputs import Last, Next, Pattern, Range, Window
from .model import Plan
from .thresholds import DECIMALS, smallest
from .walk import parts

_WHOLE = {Aggregation.COUNT, Aggregation.DISTINCT, Aggregation.PERIODS, Aggregation.FIRST, Aggregation.LAST}
MOST_DAYS = 4_000_000
"""More than there are between the first and the last day that can be written."""


@frozen
class Edge:
    """The instant so far after now, before it where negative; months and years are calendar-true."""

    amount: int
    unit: Unit

    @property
    def kind(self) -> Kind:
        """Always an instant."""
        return Kind.DATETIME


NOW = Edge(0, Unit.MINUTE)


def begin_of(window: Last) -> Edge:
    """The edge after which events are in a window."""
    return Edge(-window.amount, window.unit)


@frozen
class Rounded:
    """A number rounded to 6 decimals, half to even."""

    of: Value

    @property
    def kind(self) -> Kind:
        """Always a number."""
        return Kind.NUMBER


Term = Value | Edge | Rounded


@frozen
class Comparison:
    """`left operator right`, unknown where either side is; of two sides a constant or an edge is the right.

    A datetime beside a date is compared by its day. `rounds_to` is what the double on the right stands for.
    """

    operator: str
    left: Value | Rounded
    right: Term
    rounds_to: float | None = field(default=None, compare=False)


@frozen
class InSet:
    """A text that matches a pattern, or texts one of which does; unknown where it is.

    `key` tells sets apart: the name of a list, or the patterns themselves.
    """

    value: Value
    key: str | tuple[Pattern, ...]
    patterns: tuple[Pattern, ...] = field(compare=False)


@frozen
class Known:
    """Whether a value is known; itself never unknown."""

    value: Value


@frozen
class Both:
    """Kleene's and."""

    items: tuple[Test, ...]


@frozen
class Either:
    """Kleene's or."""

    items: tuple[Test, ...]


@frozen
class Opposite:
    """Kleene's not."""

    item: Test


Predicate = Comparison | InSet | Known
_REASONED_ABOUT = (Comparison, InSet, Known)
Test = Predicate | Both | Either | Opposite


class Kernel:
    """The clauses of one plan as tests, each lowered once."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._tests: dict[int, tuple[Clause, Test]] = {}
        self.steps = steps(plan)
        """How the points of rules add up to scores."""
        self.payments = {(step.number, step.place): step for step in self.steps if isinstance(step, Pay)}
        """What contributions give, by the number of the rule and the place of the contribution."""

    def test(self, clause: Clause) -> Test:
        """What a clause of the plan comes to."""
        found = self._tests.get(id(clause))
        if found is None:
            found = self._tests[id(clause)] = (clause, lowered(self.plan, clause))
        return found[1]

    def predicates(self, clause: Clause) -> Iterator[Predicate]:
        """The predicates that a clause comes to, in order."""
        return predicates(self.test(clause))


def predicates(test: Test) -> Iterator[Predicate]:
    """The predicates that a test is made of, in order."""
    match test:
        case Both(items=items) | Either(items=items):
            for item in items:
                yield from predicates(item)
        case Opposite(item=item):
            yield from predicates(item)
        case _:
            yield test


def is_reasoned_about(predicate: Predicate) -> bool:
    """Whether proofs and bounds know when a predicate can be true; of any other they leave it open."""
    return isinstance(predicate, _REASONED_ABOUT)


def terms(predicate: Predicate) -> Iterator[Value]:
    """Every value that a predicate reads, with those that it is computed from."""
    sides: tuple[Term, ...]
    sides = (predicate.left, predicate.right) if isinstance(predicate, Comparison) else (predicate.value,)
    for side in sides:
        if not isinstance(side, Edge):
            yield from parts(side.of if isinstance(side, Rounded) else side)


def is_rounded(plan: Plan, value: Value) -> bool:
    """Whether a number is rounded before it is compared: one that was calculated or read of events."""
    match value:
        case Calculation():
            return True
        case SignalValue(signal=number):
            return plan.signals[number].of is not None
        case DefineValue(define=number):
            body = plan.definitions[number].value
            return body is not None and is_rounded(plan, body)
    return False


def is_whole(plan: Plan, value: Value) -> bool:
    """Whether a value is a whole number by its nature, not a double."""
    match value:
        case SignalValue(signal=number):
            return plan.signals[number].aggregation in _WHOLE
        case DefineValue(define=number):
            body = plan.definitions[number].value
            return body is not None and is_whole(plan, body)
        case DaysBetween() | ScoreValue():
            return True
    return False


# --- lowering -----------------------------------------------------------------------------------


def lowered(plan: Plan, clause: Clause) -> Test:
    """What a clause comes to."""
    match clause:
        case Compare(operator=operator, left=left, right=right):
            return _compared(plan, operator, left, right)
        case Between(value=value, low=low, high=high):
            return Both((_compared(plan, ">=", value, low), _compared(plan, "<=", value, high)))
        case OneOf(value=value, constants=constants, patterns=()) if constants:
            return Either(tuple(_compared(plan, "=", value, one) for one in constants))
        case OneOf(value=value, patterns=patterns, list=name):
            return InSet(value, patterns if name is None else name, patterns)
        case Matches(value=value, pattern=pattern):
            return InSet(value, (pattern,), (pattern,))
        case IsKnown(value=value, known=known):
            return Known(value) if known else Opposite(Known(value))
        case IsYes(value=value):
            return Comparison("=", value, Constant(Kind.YES_NO, True))
        case Within(value=value, window=window):
            return _within(plan, value, window)


def _compared(plan: Plan, operator: str, left: Value, right: Value) -> Test:
    if isinstance(left, Constant) and not isinstance(right, Constant):
        return _compared(plan, MIRROR[operator], right, left)
    if isinstance(right, Constant):
        limit = right.value
        if left.kind is Kind.TEXT and isinstance(limit, str) and operator in ("=", "!="):
            among = (Pattern((limit,)),)
            return InSet(left, among, among) if operator == "=" else Opposite(InSet(left, among, among))
        if isinstance(limit, int | float) and left.kind is Kind.NUMBER:
            if is_rounded(plan, left):
                return _unrounded(operator, left, float(limit))
            if isinstance(left, DaysBetween) and isinstance(left.of, SignalValue) and not left.until:
                return _ago(operator, left, right, limit)
    if is_rounded(plan, left) or is_rounded(plan, right):
        return Comparison(operator, _rounded(plan, left), _rounded(plan, right))
    return Comparison(operator, left, right)


def _rounded(plan: Plan, side: Value) -> Value | Rounded:
    """A side of a comparison, one side of which was calculated or read of events."""
    if isinstance(side, Constant) and isinstance(side.value, int | float):
        return Constant(side.kind, round(side.value, DECIMALS))
    return side if is_whole(plan, side) else Rounded(side)


def _unrounded(operator: str, left: Value, limit: float) -> Test:
    """A rounded number compared with a constant: the number itself, with the doubles that round to it."""

    def beyond(holds: Callable[[float], bool], half: float) -> Constant:
        return Constant(Kind.NUMBER, smallest(holds, limit + half))

    limit = round(limit, DECIMALS)
    half = 0.5 * 10.0**-DECIMALS
    least = beyond(lambda number: number >= limit, -half)
    above = beyond(lambda number: number > limit, half)
    match operator:
        case ">=" | "<":
            return Comparison(operator, left, least, limit)
        case ">":
            return Comparison(">=", left, above, limit)
        case "<=":
            return Comparison("<", left, above, limit)
    inside = Both((Comparison(">=", left, least, limit), Comparison("<", left, above, limit)))
    return inside if operator == "=" else Opposite(inside)


def _ago(operator: str, left: DaysBetween, right: Constant, days: float) -> Test:
    """Whole days since an event, which is never after now, compared with a number of them."""
    if operator in ("=", "!=") or abs(days) > MOST_DAYS:
        return Comparison(operator, left, right)
    limit = math.ceil(days) if operator in (">=", "<") else math.floor(days) + 1
    return Comparison(
        ">" if operator in ("<", "<=") else "<=", left.of, Edge(-limit, Unit.DAY) if limit else NOW
    )


def _within(plan: Plan, value: Value, window: Window) -> Test:
    by_day = value.kind is Kind.DATE
    match window:
        case Last():
            return Both((Comparison(">", value, begin_of(window)), Comparison("<=", value, NOW)))
        case Next(amount=amount, unit=unit):
            # A day is still to come as long as it has not ended.
            after = Comparison(">=" if by_day else ">", value, NOW)
            return Both((after, Comparison("<=", value, Edge(amount, unit))))
        case Range(start=start, end=end):
            asked = [
                Comparison(operator, value, Constant(value.kind, plan.zone.first_day(at) if by_day else at))
                for operator, at in ((">=", start), ("<", end))
                if at is not None
            ]
            # Without an end on either side: true of what is known.
            return (asked or [Comparison("=", value, value)])[0] if len(asked) < 2 else Both(tuple(asked))
