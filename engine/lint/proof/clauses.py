"""What one clause asks of its variables: the values for which it is true, those for which it is false."""

from __future__ import annotations

import math

from ....grammar.frozen import frozen
from ....grammar.spec.operators import MIRROR
from ....grammar.syntax.nodes import Kind
from ... import plan as p
from ...values import DAY
from . import domains
from . import domains as intervals
from .domains import Numbers, Values, before, compared, complement, union
from .selections import CLOCKS, longest, months, shortest
from .texts import PatternSet, TextSet
from .variables import Variables

"""Clauses that compare: all but `is known`."""


@frozen
class VariableRange:
    """One variable of a clause. Where the clause is true, the variable is known and in `true`; where it is
    false, it is known and in `false`; where it is unknown, so is the variable.

    Both sets may be too wide where a clause has several variables, of which each narrows the others. With
    `needed`, the variable only has to be known for the clause to be known.
    """

    variable: int
    true: Values
    false: Values
    needed: bool = False


class Clauses:
    """Reads the clauses of one plan."""

    def __init__(self, variables: Variables) -> None:
        self.variables = variables
        self._lists: dict[str, PatternSet] = {}

    def asked(self, clause: p.Clause) -> list[VariableRange]:
        """What a clause asks; a `Between` of values that are not fixed is not for here."""
        match clause:
            case p.Compare(operator, left, right):
                return self.compared(operator, left, right)
            case p.Between(value, low, high):
                least, most = (self.variables.resolve(end) for end in (low, high))
                assert isinstance(least, p.Constant)
                assert isinstance(most, p.Constant)
                return self._numeric(
                    value,
                    intervals.meet(self._fixed(value, ">=", least), self._fixed(value, "<=", most)),
                )
            case p.OneOf(value, patterns, constants, name):
                if constants:
                    equal = union(self._fixed(value, "=", constant) for constant in constants)
                    return self._numeric(value, equal)
                return self._textual(value, self._patterns(patterns, name))
            case p.Matches(value, pattern):
                return self._textual(value, PatternSet([pattern]))
            case p.IsYes(value):
                return self._numeric(value, intervals.span(1, 1))
            case p.Within(value, window):
                return self._within(value, window)
            case _:
                return self._either(clause.value)

    def _either(self, value: p.Value) -> list[VariableRange]:
        """What a clause asks of which nothing can be concluded: any value may make it true, or false."""
        variable = self.variables.of(value)
        every = domains.everything_like(self.variables[variable].base.values)
        return [VariableRange(variable, every, every)]

    def _patterns(self, patterns: tuple[p.Pattern, ...], name: str | None) -> PatternSet:
        if name is None:
            return PatternSet(patterns)
        if name not in self._lists:
            self._lists[name] = PatternSet(patterns)
        return self._lists[name]

    def _textual(self, value: p.Value, patterns: PatternSet) -> list[VariableRange]:
        several = value.kind is Kind.TEXTS
        return [
            VariableRange(
                self.variables.of(value),
                TextSet((patterns,), (), several),
                TextSet((), (patterns,) if patterns else (), several),
            )
        ]

    def _numeric(self, value: p.Value, true: Numbers) -> list[VariableRange]:
        return [VariableRange(self.variables.of(value), true, complement(true))]

    # --- comparisons ----------------------------------------------------------------------------

    def compared(self, operator: str, left: p.Value, right: p.Value) -> list[VariableRange]:
        """What `left operator right` asks."""
        left, right = self.variables.resolve(left), self.variables.resolve(right)
        if isinstance(left, p.Constant) and not isinstance(right, p.Constant):
            operator, left, right = MIRROR[operator], right, left
        if not isinstance(right, p.Constant):
            return self._relation(operator, self.variables.of(left), self.variables.of(right))
        if right.value is None:
            nothing = domains.nothing_like(domains.of_kind(left.kind, unknown=True).values)
            return [VariableRange(self.variables.of(left), nothing, nothing)]
        if isinstance(right.value, tuple):
            return self._either(left)
        if isinstance(right.value, str):
            asked = self._textual(left, PatternSet([p.Pattern((right.value,))]))
            return (
                asked if operator == "=" else [VariableRange(it.variable, it.false, it.true) for it in asked]
            )
        return self._numeric(left, self._fixed(left, operator, right))

    def _fixed(self, value: p.Value, operator: str, constant: p.Constant) -> Numbers:
        """The values for which a comparison with a fixed number or moment is true."""
        number = constant.value
        if isinstance(number, str | tuple) or number is None:
            return intervals.NO_NUMBER
        if (value.kind, constant.kind) == (Kind.DATETIME, Kind.DATE):
            days = intervals.whole(compared(operator, number))
            return union(before(self._start(low[0]), self._start(high[0] + 1)) for low, high in days)
        if (value.kind, constant.kind) == (Kind.DATE, Kind.DATETIME):
            number = self.variables.plan.zone.day(int(number))
        return compared(operator, number)

    def _start(self, day: float) -> float:
        """Where a day begins, which may be infinitely far away."""
        return self.variables.plan.zone.start(int(day)) if math.isfinite(day) else day

    def _relation(self, operator: str, left: int, right: int) -> list[VariableRange]:
        if left == right:
            values = self.variables[left].base.values
            every, none = domains.everything_like(values), domains.nothing_like(values)
            alike = operator in ("=", "<=", ">=")
            return [VariableRange(left, every, none) if alike else VariableRange(left, none, every)]
        if left > right:
            operator, left, right = MIRROR[operator], right, left
        true = compared(operator, 0)
        asked = [VariableRange(self.variables.relation(left, right), true, complement(true))]
        for side in (left, right):
            every = domains.everything_like(self.variables[side].base.values)
            asked.append(VariableRange(side, every, every, needed=True))
        return asked

    # --- windows of dates -----------------------------------------------------------------------

    def _within(self, value: p.Value, window: p.Window) -> list[VariableRange]:
        if isinstance(window, p.Range):
            start, end = window.start, window.end
            if value.kind is Kind.DATE:
                first = self.variables.plan.zone.first_day
                start, end = (None if edge is None else first(edge) for edge in (start, end))
            low = -float("inf") if start is None else start
            return self._numeric(value, before(low, float("inf") if end is None else end))
        of = self.variables.of(value)
        every = intervals.ANY_NUMBER
        whole_day = value.kind is Kind.DATE
        # A day on which clocks change is shorter or longer.
        clocks = CLOCKS if whole_day and not self.variables.plan.zone.is_utc else 0
        asked = [
            VariableRange(
                self.variables.age(of, "microseconds"),
                _ages(window, longest(window) + clocks, DAY + clocks if whole_day else 0),
                complement(_ages(window, shortest(window) - clocks, DAY - clocks if whole_day else 0)),
            ),
            VariableRange(of, every, every, needed=True),
        ]
        length = months(window)
        if length is not None:
            today = intervals.span(0, 0) if whole_day and isinstance(window, p.Next) else ()
            held = union((_ages(window, length, 0), today))
            asked.append(VariableRange(self.variables.age(of, "months"), held, complement(held)))
        return asked


def _ages(window: p.Last | p.Next, length: int, day: int) -> Numbers:
    """How long ago what is in a window can have begun. What lasts for a day is still ahead while it lasts."""
    return before(0, length) if isinstance(window, p.Last) else before(-length, day)
