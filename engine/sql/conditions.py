"""Conditions of the plan as truths of SQL, which has the same three: TRUE, FALSE and NULL."""

from __future__ import annotations

import math
from typing import assert_never

from ...grammar.spec.operators import MIRROR
from ...grammar.syntax.nodes import Kind
from ..evaluate.thresholds import DECIMALS, smallest
from ..plan import (
    All,
    Any,
    Between,
    Compare,
    Condition,
    Constant,
    Holds,
    IsKnown,
    IsYes,
    Last,
    Matches,
    Next,
    Not,
    OneOf,
    Range,
    Value,
    Within,
)
from ..values import DAY
from .scope import SqlScope
from .terms import (
    Term,
    all_of,
    any_of,
    compared,
    computed,
    is_known,
    is_null,
    negated,
    said,
    truth,
    when,
    whole,
)
from .texts import matching, some_matching
from .values import is_computed, rounded, term_of


def truth_of(scope: SqlScope, condition: Condition) -> Term:
    """The truth of a condition."""
    match condition:
        case All(items=items):
            return all_of([truth_of(scope, item) for item in items])
        case Any(items=items):
            return any_of([truth_of(scope, item) for item in items])
        case Not(item=item):
            return negated(truth_of(scope, item))
        case Holds(define=define):
            return scope.holds(define)
        case Compare(operator=operator, left=left, right=right):
            return _comparison(scope, operator, left, right)
        case Between(value=value, low=low, high=high):
            return all_of([_comparison(scope, ">=", value, low), _comparison(scope, "<=", value, high)])
        case OneOf(value=value, constants=constants, patterns=()) if constants:
            return any_of([_comparison(scope, "=", value, one) for one in constants])
        case OneOf(value=value, patterns=patterns):
            ask = some_matching if value.kind is Kind.TEXTS else matching
            return ask(scope.dialect, term_of(scope, value), patterns, condition.origin)
        case Matches(value=value, pattern=pattern):
            ask = some_matching if value.kind is Kind.TEXTS else matching
            return ask(scope.dialect, term_of(scope, value), (pattern,), condition.origin)
        case IsKnown(value=value, known=known):
            term = term_of(scope, value)
            return is_known(term) if known else is_null(term)
        case IsYes(value=value):
            return term_of(scope, value)
        case Within(value=value, window=window):
            return _within(scope, value, window)
        case _:
            assert_never(condition)


# --- comparisons ------------------------------------------------------------------------------


def _comparison(scope: SqlScope, operator: str, left: Value, right: Value) -> Term:
    kinds = (left.kind, right.kind)
    if kinds == (Kind.DATETIME, Kind.DATE):
        ends = (_beginning(scope, right, later) for later in (0, 1))
        return _by_day(operator, term_of(scope, left), *ends)
    constant_first = isinstance(left, Constant) and not isinstance(right, Constant)
    if kinds == (Kind.DATE, Kind.DATETIME) or constant_first:
        return _comparison(scope, MIRROR[operator], right, left)
    if is_computed(scope, left) and isinstance(right, Constant) and isinstance(right.value, int | float):
        return _unrounded(scope, operator, term_of(scope, left), float(right.value))
    sides = [
        rounded(scope, term_of(scope, side)) if is_computed(scope, side) else term_of(scope, side)
        for side in (left, right)
    ]
    return compared(operator, *sides)


def _beginning(scope: SqlScope, day: Value, later: int) -> Term:
    """The first instant of a day, or of the one after it."""
    if isinstance(day, Constant) and isinstance(day.value, int):
        return whole((day.value + later) * DAY)
    term = term_of(scope, day)
    return computed("*", scope.dialect.bigint(computed("+", term, whole(1)) if later else term), whole(DAY))


def _by_day(operator: str, at: Term, begins: Term, ends: Term) -> Term:
    """An instant compared with a day: `=` is within it, `>` after its end."""
    match operator:
        case "<":
            return compared("<", at, begins)
        case "<=":
            return compared("<", at, ends)
        case ">":
            return compared(">=", at, ends)
        case ">=":
            return compared(">=", at, begins)
    inside = all_of([compared(">=", at, begins), compared("<", at.copy(), ends)])
    return inside if operator == "=" else negated(inside)


def _unrounded(scope: SqlScope, operator: str, term: Term, constant: float) -> Term:
    """A rounded number compared with a constant: the number itself, with the doubles that round to it."""
    half = 0.5 * 10.0**-DECIMALS
    least = smallest(lambda number: number >= constant, constant - half)
    above = smallest(lambda number: number > constant, constant + half)
    from_least = _edge(scope, ">=", term, least, constant)
    below = _edge(scope, "<", term.copy(), above, constant)
    match operator:
        case ">=":
            return from_least
        case "<":
            return _edge(scope, "<", term, least, constant)
        case ">":
            return _edge(scope, ">=", term, above, constant)
        case "<=":
            return below
    inside = all_of([from_least, below])
    return inside if operator == "=" else negated(inside)


def _edge(scope: SqlScope, sign: str, term: Term, edge: float, constant: float) -> Term:
    if math.isinf(edge):
        return when((is_known(term.copy()), truth((sign == "<") is (edge > 0))))
    asked = compared(sign, term.copy(), scope.dialect.real(edge))
    return said(asked, f"{constant:.17g}, rounded to {DECIMALS} decimals")


# --- windows ------------------------------------------------------------------------------------


def _within(scope: SqlScope, value: Value, window: Last | Next | Range) -> Term:
    moment = term_of(scope, value)
    if isinstance(window, Range):
        edges = (window.start, window.end)
        if value.kind is Kind.DATE:
            edges = tuple(None if edge is None else -(-edge // DAY) for edge in edges)  # type: ignore[assignment]
        return in_range(moment, *edges)
    instants, by_day = scope.instants, value.kind is Kind.DATE
    here = instants.today() if by_day else instants.now()
    edge = instants.edge_day(window) if by_day else instants.edge(window)
    if isinstance(window, Last):
        return all_of([compared(">", moment, edge), compared("<=", moment.copy(), here)])
    sign = ">=" if by_day else ">"
    return all_of([compared(sign, moment, here), compared("<=", moment.copy(), edge)])


def in_range(moment: Term, start: int | None, end: int | None) -> Term:
    """Whether a moment is in a fixed range, `end` not included."""
    asked = []
    if start is not None:
        asked.append(compared(">=", moment.copy(), whole(start)))
    if end is not None:
        asked.append(compared("<", moment.copy(), whole(end)))
    return all_of(asked) if asked else when((is_known(moment.copy()), truth(True)))
