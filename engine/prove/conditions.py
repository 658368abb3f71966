"""Conditions of a plan as formulas, through the kernel: comparisons, sets of texts, what is known."""

from __future__ import annotations

from abc import ABC, abstractmethod

import z3

from ...grammar.syntax.nodes import Kind
from ..plan import (
    All,
    Any,
    Condition,
    Constant,
    DefineValue,
    Holds,
    Not,
    Plan,
    Value,
)
from ..plan.lower import (
    Both,
    Comparison,
    Edge,
    Either,
    InSet,
    Opposite,
    Predicate,
    Rounded,
    Term,
    Test,
    is_reasoned_about,
    lowered,
    terms,
)
from ..plan.lower import (
    Known as IsKnown,
)
from .clock import Clock, Mark, mark_of
from .entities import TextEntity
from .kleene import FALSE, TRUE, Formula, Known, Truth, all_of, asked, both, compared, either, exact, opposite
from .loose import Loose

_DAYS = (Kind.DATE, Kind.DATETIME)


class Conditions(ABC):
    """Reads conditions of one plan about one lead or one event."""

    def __init__(self, plan: Plan, clock: Clock, loose: Loose, exactly: bool) -> None:
        self.plan = plan
        self.clock = clock
        self.loose = loose
        self.exactly = exactly
        self._defined: dict[int, Truth] = {}

    @abstractmethod
    def value(self, term: Value) -> Known:
        """A value that is not text."""

    @abstractmethod
    def text(self, term: Value) -> TextEntity:
        """A value that is text, or several texts."""

    # --- truth ------------------------------------------------------------------------------------

    def truth(self, condition: Condition) -> Truth:
        """When a condition is true, and when false."""
        match condition:
            case All(items=items):
                return both(map(self.truth, items))
            case Any(items=items):
                return either(map(self.truth, items))
            case Not(item=item):
                return opposite(self.truth(item))
            case Holds(define=number):
                if number not in self._defined:
                    body = self.plan.definitions[number].condition
                    assert body is not None
                    self._defined[number] = self.truth(body)
                return self._defined[number]
        return self._test(lowered(self.plan, condition))

    def _test(self, test: Test) -> Truth:
        match test:
            case Both(items=items):
                return both(map(self._test, items))
            case Either(items=items):
                return either(map(self._test, items))
            case Opposite(item=item):
                return opposite(self._test(item))
        return self.predicate(test)

    def predicate(self, one: Predicate) -> Truth:
        """When a predicate is true, and when false."""
        if not is_reasoned_about(one):
            return self._open(one)
        match one:
            case InSet(value=value, patterns=patterns):
                return self.text(self.body(value)).is_in(patterns)
            case IsKnown(value=value):
                known = self.known(value)
                return Truth(known, z3.Not(known) if not z3.is_true(known) else FALSE)
        return self._comparison(one)

    def _open(self, one: Predicate) -> Truth:
        """A predicate that no formula says: either may be, where the values that it reads are known."""
        read = [self.body(value) for value in terms(one)]
        texts = [self.text(value).name for value in read if value.kind in (Kind.TEXT, Kind.TEXTS)]
        # The number of a field is another field in another version: only texts have a name that both share.
        plan = None if len(texts) == len(read) else id(self.plan)
        asks = [getattr(one, name) for name in one.__match_args__ if name != "value"]
        self.loose.say("a condition is asked that is not reasoned about")
        return asked(self.loose.truth((type(one), *texts, *asks, plan)), all_of(map(self.known, read)))

    def known(self, value: Value) -> Formula:
        """When a value is known."""
        value = self.body(value)
        if isinstance(value, Constant):
            return TRUE
        if value.kind in (Kind.TEXT, Kind.TEXTS):
            return self.text(value).known
        return self.value(value).known

    def body(self, value: Value) -> Value:
        """A value, or what a define says that it is."""
        while isinstance(value, DefineValue):
            found = self.plan.definitions[value.define].value
            assert found is not None
            value = found
        return value

    def _comparison(self, one: Comparison) -> Truth:
        left, right = one.left, one.right
        if left.kind in (Kind.TEXT, Kind.TEXTS):
            return self._two_texts(one)
        if left.kind in _DAYS and right.kind in _DAYS and (Kind.DATE in (left.kind, right.kind)):
            left_side, right_side = self.as_day(left), self.as_day(right)
        else:
            left_side, right_side = self.side(left), self.side(right)
        holds = compared(one.operator, left_side.value, right_side.value)
        return asked(holds, all_of((left_side.known, right_side.known)))

    def _two_texts(self, one: Comparison) -> Truth:
        known: list[Formula] = []
        names: list[object] = []
        for side in (one.left, one.right):
            assert not isinstance(side, Edge | Rounded)
            known.append(self.known(side))
            value = self.body(side)
            # The number of a field is another field in another version: the entity is what both share.
            names.append(value.value if isinstance(value, Constant) else self.text(value).name)
        self.loose.say("two texts are compared with each other")
        return asked(self.loose.truth(("texts", one.operator, *names)), all_of(known))

    def side(self, term: Term) -> Known:
        """One side of a comparison."""
        match term:
            case Rounded(of=of):
                return self._rounded(of)
            case Edge():
                return Known(self.clock.instant(mark_of(term)), TRUE)
            case Constant(value=value, kind=kind):
                return Known(constant(kind, value), TRUE)
        return self.value(self.body(term))

    def _rounded(self, of: Value) -> Known:
        found = self.value(self.body(of))
        if self.exactly:
            self.loose.narrowed = True
            return found
        self.loose.say("a number that is worked out is compared with another")
        rounded = self.loose.real(("rounded", found.value.sexpr()))
        off = rounded - found.value
        size = z3.If(found.value >= 0, found.value, -found.value)
        slack = exact(6e-7) + size * exact(1e-12)
        self.loose.rules += [off <= slack, off >= -slack]
        return Known(rounded, found.known)

    def as_day(self, term: Term) -> Known:
        """A moment as the day that it lies in."""
        if isinstance(term, Edge):
            return Known(self.clock.day(mark_of(term)), TRUE)
        if isinstance(term, Constant):
            value = term.value
            assert isinstance(value, int)
            if term.kind is Kind.DATETIME:
                value = self.plan.zone.day(value)
            return Known(z3.IntVal(value), TRUE)
        assert not isinstance(term, Rounded)
        found = self.value(self.body(term))
        if term.kind is Kind.DATE:
            return found
        day = self.loose.whole(("day", found.value.sexpr()))
        self.loose.rules += self.clock.is_day_of(day, found.value)
        if not self.plan.zone.is_utc:
            self.loose.say("the days of a time zone are compared with instants")
        return Known(day, found.known)


def constant(kind: Kind, value: object) -> Formula:
    """A prepared constant."""
    if kind is Kind.YES_NO:
        return z3.BoolVal(bool(value))
    assert isinstance(value, int | float)
    return exact(float(value)) if kind is Kind.NUMBER else z3.IntVal(int(value))


NOW = Mark("fixed", 0)
