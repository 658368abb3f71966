"""Spark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp

from ....grammar.syntax.nodes import Kind
from ..terms import Term, call, column, compared, computed, text, when, whole
from .base import WHITE_SPACE, Dialect


class Spark(Dialect):
    """Spark SQL 3.4 and later."""

    name, label, sqlglot = "spark", "Spark", "spark"
    nulls_are_small = True

    def month(self, day: Term) -> Term:
        return call("TRUNC", self.date(day), text("MM"))

    def date(self, day: Term) -> Term:
        return call("DATE_ADD", exp.cast(text("0001-01-01"), "date"), exp.cast(day, "int"))

    def white_space(self) -> Term:
        coded = "".join(map(chr, WHITE_SPACE)).encode().hex()
        return call("DECODE", call("UNHEX", text(coded)), text("UTF-8"))

    def behind_last_at(self, term: Term) -> Term:
        return call("SUBSTRING_INDEX", term, text("@"), whole(-1))

    def some_entry(self, entries: Term, asked: Term) -> Term:
        return call("EXISTS", entries, exp.Lambda(this=asked, expressions=[exp.to_identifier("entry")]))

    def sum_in_order(self, amount: Term, counts: Term, order: Sequence[Term]) -> Term:
        named = exp.alias_(amount, "amount")
        one = when((counts, call("STRUCT", *order, named)))
        ordered = call("ARRAY_SORT", call("COLLECT_LIST", one))
        names = [exp.to_identifier("total"), exp.to_identifier("one")]
        adding = exp.Lambda(this=computed("+", column("total"), column("amount", "one")), expressions=names)
        folded = call("AGGREGATE", ordered, self.double(whole(0)), adding)
        return when((compared(">", call("COUNT", one.copy()), whole(0)), folded))

    types: Mapping[Kind, str] = {
        **Dialect.types,
        Kind.TEXT: "STRING",
        Kind.TEXTS: "ARRAY<STRING>",
    }


class Databricks(Spark):
    """Databricks, which gets the statement of Spark, to the letter."""

    name, label = "databricks", "Databricks"
