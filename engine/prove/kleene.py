"""Truths of three values and values that may be unknown, as formulas of the solver."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any, NamedTuple

import z3

from .budget import look_at_clock

Formula = Any
"""A term of the solver."""

TRUE = z3.BoolVal(True)
FALSE = z3.BoolVal(False)

_CONTEXT = z3.main_ctx()
_REFERENCE = _CONTEXT.ref()
_TRUE, _FALSE = TRUE.ast.value, FALSE.ast.value
# Equal terms are one term, so an address tells them apart. To ask the solver's package takes several calls a
# term, which was most of what it took to make a formula.


class Truth(NamedTuple):
    """When a condition is true, and when it is false; unknown where it is neither."""

    yes: Formula
    no: Formula


class Known(NamedTuple):
    """A value, and when it is known."""

    value: Formula
    known: Formula


def all_of(items: Iterable[Formula]) -> Formula:
    """Their conjunction, without what is constant."""
    look_at_clock()
    left = [one for one in items if one.ast.value != _TRUE]
    if any(one.ast.value == _FALSE for one in left):
        return FALSE
    return TRUE if not left else left[0] if len(left) == 1 else z3.BoolRef(_made(z3.Z3_mk_and, left))


def any_of(items: Iterable[Formula]) -> Formula:
    """Their disjunction, without what is constant."""
    look_at_clock()
    left = [one for one in items if one.ast.value != _FALSE]
    if any(one.ast.value == _TRUE for one in left):
        return TRUE
    return FALSE if not left else left[0] if len(left) == 1 else z3.BoolRef(_made(z3.Z3_mk_or, left))


def _made(make: Any, items: list[Formula]) -> Any:
    """A term of some others, made without asking of what kind each of them is."""
    terms = (z3.Ast * len(items))(*[one.ast for one in items])
    return make(_REFERENCE, len(items), terms)


def none_of(item: Formula) -> Formula:
    """Its negation."""
    term = item.ast.value
    return FALSE if term == _TRUE else TRUE if term == _FALSE else z3.Not(item)


def chosen(condition: Formula, one: Formula, other: Formula) -> Formula:
    """One term or another."""
    term = condition.ast.value
    return one if term == _TRUE else other if term == _FALSE else z3.If(condition, one, other)


def total_of(items: Iterable[Formula]) -> Formula:
    """The sum of whole numbers."""
    look_at_clock()
    left = list(items)
    # The solver's own Sum cuts fractions beside whole numbers; these are all whole.
    return z3.IntVal(0) if not left else left[0] if len(left) == 1 else z3.ArithRef(_made(z3.Z3_mk_add, left))


def exact(number: float) -> Formula:
    """A double, to the last bit."""
    fraction = Fraction(number)
    return z3.Q(fraction.numerator, fraction.denominator)


def both(items: Iterable[Truth]) -> Truth:
    """Kleene's and."""
    left = list(items)
    return Truth(all_of(one.yes for one in left), any_of(one.no for one in left))


def either(items: Iterable[Truth]) -> Truth:
    """Kleene's or."""
    left = list(items)
    return Truth(any_of(one.yes for one in left), all_of(one.no for one in left))


def opposite(item: Truth) -> Truth:
    """Kleene's not."""
    return Truth(item.no, item.yes)


def asked(condition: Formula, known: Formula) -> Truth:
    """A condition on values that may be unknown."""
    return Truth(all_of((known, condition)), all_of((known, none_of(condition))))


def compared(operator: str, left: Formula, right: Formula) -> Formula:
    """`left operator right`."""
    match operator:
        case "=":
            return left == right
        case "!=":
            return left != right
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
    return left >= right
