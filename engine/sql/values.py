"""Values of the plan as terms; what takes working out becomes a column, once."""

from __future__ import annotations

import math
from typing import assert_never

from sqlglot import exp

from ...grammar.syntax.nodes import Kind
from ..plan import (
    Calculation,
    Constant,
    DaysBetween,
    DefineValue,
    Domain,
    FieldValue,
    PropertyValue,
    ScoreValue,
    SignalValue,
    SureValue,
    Value,
)
from ..plan.lower import NOW, Edge, Rounded, is_whole
from ..values import DAY
from .scope import SqlScope
from .terms import Term, all_of, call, compared, computed, sum_of, truth, unknown, when, whole
from .texts import literal


def term_of(scope: SqlScope, value: Value | Edge | Rounded) -> Term:
    """The value as a term of its own."""
    match value:
        case Constant():
            return constant(scope, value)
        case FieldValue(field=number):
            return scope.field(number)
        case PropertyValue(name=name, kind=kind):
            return scope.property_of(name, kind)
        case SignalValue(signal=number):
            return scope.signal(number)
        case ScoreValue(score=score):
            return scope.score(score)
        case DefineValue(define=number):
            return term_of(scope, _body(scope, number))
        case Edge():
            return scope.instants.now() if value == NOW else scope.instants.edge(value)
        case Rounded(of=of):
            return rounded(scope, term_of(scope, of))
        case Calculation() if _is_fixed(value):
            return constant(scope, Constant(Kind.NUMBER, _fixed(value)))
        case Calculation() | DaysBetween() | Domain():
            if value not in scope.known:
                scope.known[value] = _worked_out(scope, value)
            return scope.known[value].copy()
        case SureValue():
            raise AssertionError("handoffs are not asked in SQL")
        case _:
            assert_never(value)


def _body(scope: SqlScope, define: int) -> Value:
    body = scope.plan.definitions[define].value
    assert body is not None
    return body


def constant(scope: SqlScope, value: Constant) -> Term:
    """A constant as a literal."""
    given = value.value
    match value.kind:
        case Kind.NUMBER if given is None:
            # Without a kind of its own, an engine may take it for text.
            return scope.dialect.double(unknown())
        case _ if given is None:
            return unknown()
        case Kind.TEXTS:
            assert isinstance(given, tuple)
            for key in given:
                literal(key)
            return scope.dialect.entries(given)
        case Kind.TEXT:
            return literal(str(given))
        case Kind.YES_NO:
            return truth(bool(given))
        case Kind.NUMBER:
            assert isinstance(given, int | float)
            return scope.dialect.real(float(given))
        case _:
            assert isinstance(given, int)
            return whole(given)


def _worked_out(scope: SqlScope, value: Calculation | DaysBetween | Domain) -> exp.Column:
    match value:
        case Calculation(operator=operator, left=left, right=right):
            sides = [_double(scope, side) for side in (left, right)]
            return scope.steps.add("result", scope.dialect.arithmetic(operator, *sides))
        case DaysBetween(of=of, until=until):
            return scope.steps.add("days_until" if until else "days_since", _days(scope, of, until))
        case Domain(of=of):
            domain = scope.dialect.domain(term_of(scope, of), scope.instants.white_space())
            return scope.steps.add("domain", domain)


def _is_fixed(value: Value) -> bool:
    """Whether a value is worked out of constants alone."""
    if isinstance(value, Calculation):
        return _is_fixed(value.left) and _is_fixed(value.right)
    return isinstance(value, Constant) and isinstance(value.value, int | float)


def _fixed(value: Value) -> float | None:
    """What constants come to; None is unknown."""
    if not isinstance(value, Calculation):
        assert isinstance(value, Constant)
        assert isinstance(value.value, int | float)
        return float(value.value)
    left, right = _fixed(value.left), _fixed(value.right)
    if left is None or right is None or (value.operator == "/" and right == 0):
        return None
    match value.operator:
        case "+":
            result = left + right
        case "-":
            result = left - right
        case "*":
            result = left * right
        case _:
            result = left / right
    return result if math.isfinite(result) else None


def _double(scope: SqlScope, value: Value) -> Term:
    term = term_of(scope, value)
    return scope.dialect.double(term) if is_whole(scope.plan, value) else term


def _days(scope: SqlScope, of: Value, until: bool) -> Term:
    """Whole days from a moment to now, or from now to it; NULL on the wrong side of now."""
    moment = term_of(scope, of)
    here = scope.instants.today() if of.kind is Kind.DATE else scope.instants.now()
    late, early = (moment, here) if until else (here, moment)
    length = computed("-", late, early)
    days = length if of.kind is Kind.DATE else scope.dialect.divided(exp.Paren(this=length), DAY)
    return when((compared(">=", late.copy(), early.copy()), days))


def rounded(scope: SqlScope, term: Term) -> Term:
    """A double rounded to 6 decimals, half to even, exactly as it is; the engines' own rounding is not.

    The number times a million is 15,625 times its 64ths, which are split so that each part of the product is
    exact: `whole_64ths` before the point, `fine` and `finer` behind it.
    """
    key = term.sql()
    if key not in scope.rounded:
        scope.rounded[key] = _rounded(scope, term)
    return scope.rounded[key].copy()


_SCALE = 15_625
_FINE = 2**32


def _rounded(scope: SqlScope, term: Term) -> exp.Column:
    add, dialect = scope.steps.add, scope.dialect
    size = call("ABS", term.copy())
    # What is smaller rounds to 0, what is larger has no more than 6 decimals.
    tiny, large = dialect.real(4.0e-7), whole(2**33)
    asked = all_of([compared(">=", size.copy(), tiny.copy()), compared("<", size.copy(), large.copy())])
    scaled = add("scaled", when((asked, computed("*", size.copy(), whole(64)))))
    whole_64ths = add("whole_64ths", dialect.truncated(scaled.copy()))
    rest = computed("-", scaled.copy(), dialect.double(whole_64ths.copy()))
    parts = add("parts", computed("*", exp.Paren(this=rest), whole(_FINE)))
    fine = add("fine", dialect.truncated(parts.copy()))
    finer = computed("-", parts.copy(), dialect.double(fine.copy()))
    product = computed("*", fine.copy(), whole(_SCALE))
    up_to = add("millionths", dialect.divided(exp.Paren(this=product), _FINE))
    left = computed("-", product.copy(), computed("*", up_to.copy(), whole(_FINE)))
    above_half = computed(
        "+",
        dialect.double(computed("-", exp.Paren(this=left), whole(_FINE // 2))),
        computed("*", exp.Paren(this=finer), whole(_SCALE)),
    )
    half = add("above_half", above_half)
    down = add("rounded_down", sum_of([computed("*", whole_64ths.copy(), whole(_SCALE)), up_to.copy()]))
    odd = computed("-", down.copy(), computed("*", dialect.divided(down.copy(), 2), whole(2)))
    step = when(
        (compared(">", half.copy(), whole(0)), whole(1)),
        (compared("<", half.copy(), whole(0)), whole(0)),
        otherwise=exp.Paren(this=odd),
    )
    millionths = dialect.double(computed("+", down.copy(), step))
    result = computed("/", millionths, dialect.double(whole(1_000_000)))
    below = exp.Neg(this=exp.Paren(this=result.copy()))
    signed = when((compared("<", term.copy(), whole(0)), below), otherwise=result)
    nothing = (compared("<", size.copy(), tiny), dialect.double(whole(0)))
    same = (compared(">=", size.copy(), large), term)
    return add("rounded", when(nothing, same, otherwise=signed))
