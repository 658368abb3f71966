"""PostgreSQL."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Mapping

from sqlglot import exp

from ....grammar.syntax.nodes import Kind
from ..terms import Term, all_of, any_of, call, compared, computed, is_null, text, when, whole
from .base import LARGEST, Dialect


class Postgres(Dialect):
    """PostgreSQL 14 and later, where a double too large or too small is an error, so none may arise."""

    name, label, sqlglot = "postgres", "PostgreSQL", "postgres"
    columns = 1_600
    keeps_steps = True
    sums_in_steps = True

    def finite(self, term: Term) -> Term:
        return term

    def arithmetic(self, sign: str, left: Term, right: Term) -> Term:
        constant = _constant(right)
        if sign == "/" and constant is None:
            right = call("NULLIF", right, whole(0))
        elif sign == "/" and constant == 0:
            return self.double(exp.Null())
        result = computed(sign, left, right)
        ordinary = [_is_whole(side) or _is_ordinary(_constant(side)) for side in (left, right)]
        if all(ordinary) or (any(ordinary) and sign in "+-"):
            return result
        if constant is not None and _is_ordinary(constant):
            return self._by_constant(sign, result, abs(constant))
        if sign in "+-":
            return self._added(sign, result)
        return self._multiplied(result) if sign == "*" else self._divided(result)

    def _by_constant(self, sign: str, result: Term, constant: float) -> Term:
        """A number times or over a constant of ordinary size: just one of too large and too small can be."""
        if constant in (0, 1):
            return result

        def outcome(number: float) -> float:
            return number * constant if sign == "*" else number / constant

        size = call("ABS", result.this.copy())
        if (constant > 1) is (sign == "*"):
            first_too_large = _first(lambda number: math.isinf(outcome(number)))
            return when((compared("<", size, self.double(self.real(first_too_large))), result))
        first_not_nothing = _first(lambda number: outcome(number) > 0)
        nothing = compared("<", size, self.double(self.real(first_not_nothing)))
        return when((nothing, self.double(whole(0))), otherwise=result)

    def _added(self, sign: str, result: Term) -> Term:
        # Too large where the smaller part fills what the larger leaves; up here both subtract exactly.
        left, right = result.this, result.expression
        one, other = call("ABS", left.copy()), call("ABS", right.copy())
        smaller, larger = self.least(one, other), self.greatest(one.copy(), other.copy())
        room = computed("-", exp.cast(exp.Literal.number(LARGEST), "double"), larger)
        apart = compared("!=" if sign == "+" else "=", _sign_of(left), _sign_of(right))
        return when(
            (compared("<", larger.copy(), self.power(1023)), result),
            (apart, result.copy()),
            (compared("<", smaller, computed("+", room, self.power(970))), result.copy()),
        )

    def _multiplied(self, result: Term) -> Term:
        # Scaled by a power of two, a product shows whether it would be too large or too small.
        left, right = result.this, result.expression
        one, other = call("ABS", left.copy()), call("ABS", right.copy())
        smaller, larger = self.least(one, other), self.greatest(one.copy(), other.copy())
        high, low = (
            computed("*", *(computed("*", part.copy(), self.power(by)) for part in (smaller, larger)))
            for by in (-512, 537)
        )
        tiny = when((compared("<=", low, self.power(-1)), self.double(whole(0))), otherwise=result.copy())
        nearly_nothing = all_of(
            [
                compared("<", smaller.copy(), self.power(-537)),
                compared("<", larger.copy(), self.power(400)),
            ]
        )
        return when(
            (any_of([is_null(left.copy()), is_null(right.copy())]), exp.Null()),
            (compared(">=", smaller, whole(1)), when((compared("<", high, whole(1)), result.copy()))),
            (nearly_nothing, tiny),
            otherwise=result,
        )

    def _divided(self, result: Term) -> Term:
        above, below = call("ABS", result.this.copy()), call("ABS", result.expression.copy())
        large = computed(
            "/", computed("*", above.copy(), self.power(-537)), computed("*", below.copy(), self.power(537))
        )
        small = computed(
            "/", computed("*", above.copy(), self.power(500)), computed("*", below.copy(), self.power(-537))
        )
        tiny = when((compared("<=", small, self.power(-38)), self.double(whole(0))), otherwise=result)
        may_be_large = all_of(
            [
                compared("<", below, whole(1)),
                compared(">", above, self.power(-51)),
                compared(">", above.copy(), below.copy()),
            ]
        )
        return when(
            (may_be_large, when((compared("<", large, self.power(-50)), result.copy()))),
            (
                all_of([compared(">", below.copy(), whole(1)), compared("<", above.copy(), self.power(-50))]),
                tiny,
            ),
            otherwise=result.copy(),
        )

    def power(self, exponent: int) -> Term:
        """A power of two."""
        return self.double(self.real(2.0**exponent))

    def divided(self, term: Term, by: int) -> Term:
        return computed("/", term, whole(by))

    def clock(self) -> Term:
        seconds = exp.Extract(this=exp.var("EPOCH"), expression=call("NOW"))
        return self.bigint(computed("*", seconds, whole(1_000_000)))

    def month(self, day: Term) -> Term:
        return call("TO_CHAR", self.date(day), text("YYYY-MM"))

    types: Mapping[Kind, str] = {
        **Dialect.types,
        Kind.TEXT: "TEXT",
        Kind.NUMBER: "DOUBLE PRECISION",
        Kind.TEXTS: "TEXT[]",
    }


def _constant(term: Term) -> float | None:
    """The number of a literal."""
    if isinstance(term, exp.Neg):
        inner = _constant(term.this)
        return None if inner is None else -inner
    return float(term.name) if isinstance(term, exp.Literal) else None


def _is_whole(term: Term) -> bool:
    """Whether it was a whole number, which then is no larger than 2**63."""
    return isinstance(term, exp.Cast) or (isinstance(term, exp.Anonymous) and _is_whole(term.expressions[0]))


def _is_ordinary(constant: float | None) -> bool:
    """Whether a constant is so far from the ends of doubles that adding it, or one like it, is harmless."""
    return constant is not None and (constant == 0 or 2.0**-60 <= abs(constant) <= 2.0**63)


def _first(holds: Callable[[float], bool]) -> float:
    """The smallest positive double for which something holds that holds for all greater ones."""
    low, high = 0, struct.unpack("<q", struct.pack("<d", math.inf))[0]
    while low < high:
        middle = (low + high) // 2
        if holds(struct.unpack("<d", struct.pack("<q", middle))[0]):
            high = middle
        else:
            low = middle + 1
    found: float = struct.unpack("<d", struct.pack("<q", low))[0]
    return found


def _sign_of(term: Term) -> Term:
    return exp.Paren(this=compared("<", term.copy(), whole(0)))
