"""Snowflake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp

from ....grammar.syntax.nodes import Kind
from ..terms import Term, call, column, compared, computed, text, when, whole
from .base import Dialect, addition


class Snowflake(Dialect):
    """Snowflake."""

    name, label, sqlglot = "snowflake", "Snowflake", "snowflake"

    def fraction(self, number: float) -> Term:
        return exp.cast(text(repr(number)), "double")

    def divided(self, term: Term, by: int) -> Term:
        # Division rounds to some decimals here, so only what divides evenly is divided.
        rest = call("MOD", term.copy(), whole(by))
        return computed("/", exp.Paren(this=computed("-", term, rest)), whole(by))

    def truncated(self, term: Term) -> Term:
        return self.bigint(call("FLOOR", term))

    def clock(self) -> Term:
        return call("DATE_PART", exp.var("EPOCH_MICROSECOND"), call("CURRENT_TIMESTAMP"))

    def date(self, day: Term) -> Term:
        return call("DATEADD", exp.var("day"), day, exp.cast(text("0001-01-01"), "date"))

    def trimmed(self, term: Term, signs: Term, *, leading: bool) -> Term:
        return call("LTRIM" if leading else "RTRIM", term, signs)

    def some_entry(self, entries: Term, asked: Term) -> Term:
        kept = call("FILTER", entries, exp.Lambda(this=asked, expressions=[exp.to_identifier("entry")]))
        return compared(">", call("ARRAY_SIZE", kept), whole(0))

    def entry(self) -> Term:
        return exp.cast(column("entry"), "varchar")

    def sum_in_order(self, amount: Term, counts: Term, order: Sequence[Term]) -> Term:
        listed = exp.WithinGroup(
            this=call("ARRAY_AGG", when((counts, amount))),
            expression=exp.Order(expressions=list(order)),
        )
        folded = call("REDUCE", listed, self.double(whole(0)), addition())
        return when((compared(">", call("COUNT", when((counts.copy(), whole(1)))), whole(0)), folded))

    types: Mapping[Kind, str] = {**Dialect.types, Kind.TEXTS: "ARRAY"}
