"""PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from ....grammar.nodes import Kind
from ..terms import (
    Term,
    all_of,
    any_of,
    call,
    compared,
    computed,
    is_null,
    text,
    when,
    whole,
)
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
        result = computed(sign, left, right)
        if sign in "+-":
            return self._added(sign, result)
        return (self._multiplied if sign == "*" else self._divided)(result)

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
        return when(
            (compared("=", result.expression.copy(), whole(0)), exp.Null()),
            (
                all_of([compared("<", below, whole(1)), compared(">", above, self.power(-51))]),
                when((compared("<", large, self.power(-50)), result.copy())),
            ),
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

    def month(self, day: Term) -> Term:
        return call("TO_CHAR", self.date(day), text("YYYY-MM"))

    types: Mapping[Kind, str] = {
        **Dialect.types,
        Kind.TEXT: "TEXT",
        Kind.NUMBER: "DOUBLE PRECISION",
        Kind.TEXTS: "TEXT[]",
    }


def _sign_of(term: Term) -> Term:
    return exp.Paren(this=compared("<", term.copy(), whole(0)))
