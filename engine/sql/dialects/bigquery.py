"""BigQuery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from sqlglot import exp

from ....grammar.syntax.nodes import Kind
from ..terms import Term, UnsupportedSql, call, computed, text, whole
from .base import WHITE_SPACE, Dialect


class BigQuery(Dialect):
    """BigQuery, where a backslash makes a sign of LIKE plain.

    Its sums have no order, so numbers are added by recursion; for a lead with more than 500 of them it gives
    up, with an error of its own.
    """

    name, label, sqlglot = "bigquery", "BigQuery", "bigquery"
    columns = 10_000
    nulls_are_small = True
    sums_in_steps = True

    _SAFE: ClassVar[dict[str, str]] = {
        "+": "SAFE_ADD",
        "-": "SAFE_SUBTRACT",
        "*": "SAFE_MULTIPLY",
        "/": "SAFE_DIVIDE",
    }

    def fraction(self, number: float) -> Term:
        return exp.Literal.number(repr(number).replace("e+", "e"))

    def arithmetic(self, sign: str, left: Term, right: Term) -> Term:
        return call(self._SAFE[sign], left, right)

    def divided(self, term: Term, by: int) -> Term:
        return call("DIV", term, whole(by))

    def month(self, day: Term) -> Term:
        return call("DATE_TRUNC", self.date(day), exp.var("MONTH"))

    def date(self, day: Term) -> Term:
        return call(
            "DATE_ADD",
            exp.cast(text("0001-01-01"), "date"),
            exp.Interval(this=exp.Paren(this=day), unit=exp.var("DAY")),
        )

    def like(self, term: Term, parts: Sequence[str]) -> Term:
        joined = "\0".join(parts)
        for sign in "\\%_":
            joined = joined.replace(sign, "\\" + sign)
        return exp.Like(this=term, expression=text(joined.replace("\0", "%")))

    def white_space(self) -> Term:
        return call("CODE_POINTS_TO_STRING", exp.Array(expressions=[whole(code) for code in WHITE_SPACE]))

    def trimmed(self, term: Term, signs: Term, *, leading: bool) -> Term:
        return call("LTRIM" if leading else "RTRIM", term, signs)

    def up_to(self, term: Term, sign: str) -> Term:
        return call("REGEXP_EXTRACT", term, text(f"^[^{sign}]*"))

    def behind_last_at(self, term: Term) -> Term:
        reversed_ = call("REVERSE", term.copy())
        length = computed("-", call("STRPOS", reversed_, text("@")), whole(1))
        return call("RIGHT", term, length)

    def some_entry(self, entries: Term, asked: Term) -> Term:
        source = exp.Table(
            this=call("UNNEST", entries), alias=exp.TableAlias(this=exp.to_identifier("entry"))
        )
        return exp.Exists(this=exp.select("1").from_(source).where(asked))

    def entries(self, keys: Sequence[str]) -> Term:
        raise UnsupportedSql(
            "BigQuery cannot ask whether two lists of text are equal",
            "ask what the list contains, or use another engine",
        )

    types: Mapping[Kind, str] = {
        Kind.TEXT: "STRING",
        Kind.NUMBER: "FLOAT64",
        Kind.YES_NO: "BOOL",
        Kind.DATE: "INT64",
        Kind.DATETIME: "INT64",
        Kind.TEXTS: "ARRAY<STRING>",
    }
