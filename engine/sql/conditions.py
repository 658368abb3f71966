"""Conditions of the plan as truths of SQL, which has the same three: TRUE, FALSE and NULL."""

from __future__ import annotations

import math
from typing import assert_never

from ...grammar.spec.operators import MIRROR
from ...grammar.syntax.nodes import Kind
from ..plan import All, Any, Condition, Constant, Holds, Not, Origin
from ..plan.lower import NOW, Both, Comparison, Edge, Either, InSet, Known, Opposite, Term, Test
from ..plan.thresholds import DECIMALS
from ..values import DAY
from . import terms
from .scope import SqlScope
from .terms import all_of, any_of, compared, computed, is_known, negated, said, truth, when, whole
from .texts import matching, some_matching
from .values import term_of


def truth_of(scope: SqlScope, condition: Condition) -> terms.Term:
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
    return _truth_of_test(scope, scope.kernel.test(condition), condition.origin)


def _truth_of_test(scope: SqlScope, test: Test, origin: Origin) -> terms.Term:
    match test:
        case Both(items=items):
            return all_of([_truth_of_test(scope, item, origin) for item in items])
        case Either(items=items):
            return any_of([_truth_of_test(scope, item, origin) for item in items])
        case Opposite(item=item):
            return negated(_truth_of_test(scope, item, origin))
        case Comparison():
            return _comparison(scope, test)
        case InSet(value=value, patterns=patterns):
            ask = some_matching if value.kind is Kind.TEXTS else matching
            return ask(scope.dialect, term_of(scope, value), patterns, origin)
        case Known(value=value):
            return is_known(term_of(scope, value))
        case _:
            assert_never(test)


# --- comparisons ------------------------------------------------------------------------------


def _comparison(scope: SqlScope, test: Comparison) -> terms.Term:
    operator, left, right = test.operator, test.left, test.right
    if isinstance(right, Constant) and right.value is True and operator == "=":
        return term_of(scope, left)
    kinds = (left.kind, right.kind)
    if kinds == (Kind.DATE, Kind.DATETIME):
        if isinstance(right, Edge):
            return compared(operator, term_of(scope, left), _day_of(scope, right))
        operator, left, right, kinds = MIRROR[operator], right, left, (kinds[1], kinds[0])
    if kinds == (Kind.DATETIME, Kind.DATE) and not scope.plan.zone.is_utc:
        return compared(operator, scope.day_of(term_of(scope, left)), term_of(scope, right))
    if kinds == (Kind.DATETIME, Kind.DATE):
        ends = (_beginning(scope, right, later) for later in (0, 1))
        return _by_day(operator, term_of(scope, left), *ends)
    if test.rounds_to is not None and isinstance(right, Constant) and isinstance(right.value, float):
        return _unrounded(scope, test, test.rounds_to, right.value)
    return compared(operator, term_of(scope, left), term_of(scope, right))


def _day_of(scope: SqlScope, edge: Edge) -> terms.Term:
    return scope.instants.today() if edge == NOW else scope.instants.edge_day(edge)


def _beginning(scope: SqlScope, day: Term, later: int) -> terms.Term:
    """The first instant of a day, or of the one after it."""
    if isinstance(day, Constant) and isinstance(day.value, int):
        return whole((day.value + later) * DAY)
    term = term_of(scope, day)
    return computed("*", scope.dialect.bigint(computed("+", term, whole(1)) if later else term), whole(DAY))


def _by_day(operator: str, at: terms.Term, begins: terms.Term, ends: terms.Term) -> terms.Term:
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


def _unrounded(scope: SqlScope, test: Comparison, rounds_to: float, edge: float) -> terms.Term:
    """A number beside the double that rounds to what is asked, which may lie beyond all of them."""
    term = term_of(scope, test.left)
    if math.isinf(edge):
        return when((is_known(term), truth((test.operator == "<") is (edge > 0))))
    asked = compared(test.operator, term, scope.dialect.real(edge))
    return said(asked, f"{rounds_to:.17g}, rounded to {DECIMALS} decimals")


def in_range(moment: terms.Term, start: int | None, end: int | None) -> terms.Term:
    """Whether a moment is in a fixed range, `end` not included."""
    asked = []
    if start is not None:
        asked.append(compared(">=", moment.copy(), whole(start)))
    if end is not None:
        asked.append(compared("<", moment.copy(), whole(end)))
    return all_of(asked) if asked else when((is_known(moment.copy()), truth(True)))
