"""ClickHouse."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sqlglot import exp

from ....grammar.syntax.nodes import Kind
from ...values import DOMAIN_ENDS
from ..terms import Term, bracketed, call, column, compared, computed, over, sum_of, text, when, whole
from .base import WHITE_SPACE, Dialect

_TO_MARCH_0 = 306
"""Days from the first of March of year 0 to the first of year 1."""

_SPACES = "".join(f"\\x{{{code:x}}}" for code in WHITE_SPACE)
"""All white space, between the brackets of a regular expression."""


class ClickHouse(Dialect):
    """ClickHouse 24.8 and later: no NULL for lists, so an empty one is unknown; dates from 1900 only."""

    name, label, sqlglot = "clickhouse", "ClickHouse", "clickhouse"
    settings: Mapping[str, int] = {"join_use_nulls": 1, "prefer_column_name_to_alias": 1}

    # --- numbers --------------------------------------------------------------------------------

    def truncated(self, term: Term) -> Term:
        # What has no whole number would end the statement, also in rows whose result is not asked for.
        return call("accurateCastOrNull", call("floor", term), text("Int64"))

    def divided(self, term: Term, by: int) -> Term:
        return call("intDiv", term, whole(by))

    # --- time -----------------------------------------------------------------------------------

    def clock(self) -> Term:
        return call("toUnixTimestamp64Micro", call("now64", whole(6)))

    def month(self, day: Term) -> Term:
        """Months since March of year 0, counted as `live` does."""
        return _let("day", computed("+", bracketed(day), whole(_TO_MARCH_0)), self._month)

    def _month(self, day: Term) -> Term:
        era = self.divided(day, 146_097)
        of_era = computed("-", day.copy(), computed("*", era, whole(146_097)))

        def counted(of_era: Term) -> Term:
            leap_days = [self.divided(of_era.copy(), days) for days in (1_460, 36_524, 146_096)]
            common = sum_of([of_era.copy(), leap_days[1]])
            common = computed("-", computed("-", common, leap_days[0]), leap_days[2])
            return _let("year", self.divided(common, 365), lambda year: within(of_era, year))

        def within(of_era: Term, year: Term) -> Term:
            before = sum_of([computed("*", whole(365), year.copy()), self.divided(year.copy(), 4)])
            before = computed("-", before, self.divided(year.copy(), 100))
            of_year = computed("-", of_era.copy(), bracketed(before))
            month = self.divided(computed("+", computed("*", whole(5), of_year), whole(2)), 153)
            return sum_of([computed("*", year.copy(), whole(12)), month])

        return sum_of([computed("*", era.copy(), whole(4_800)), _let("of_era", of_era, counted)])

    def others_before(self, taken: Term, lead: Sequence[Term], at: Term, within: int) -> Term:
        # A frame reaches no further back than 2**31 - 2, so it is asked for the last one before.
        one = when((taken, whole(1)))
        together = over(call("COUNT", one), [*lead, at], [at.copy()])
        itself = when((taken.copy(), whole(1)), otherwise=whole(0))
        last = over(call("MAX", when((taken.copy(), at.copy()))), [one.copy() for one in lead], [at.copy()])
        last.set(
            "spec",
            exp.WindowSpec(
                kind="RANGE",
                start="UNBOUNDED",
                start_side="PRECEDING",
                end=whole(1),
                end_side="PRECEDING",
            ),
        )
        near = compared(">=", last, computed("-", at.copy(), whole(within)))
        return computed("+", computed("-", together, itself), when((near, whole(1)), otherwise=whole(0)))

    # --- texts ----------------------------------------------------------------------------------

    def like(self, term: Term, parts: Sequence[str]) -> Term:
        joined = "\0".join(parts)
        for sign in "\\%_":
            joined = joined.replace(sign, "\\" + sign)
        return exp.Like(this=term, expression=text(joined.replace("\0", "%")))

    def white_space(self) -> Term:
        return call("unhex", text("".join(map(chr, WHITE_SPACE)).encode().hex()))

    def domain(self, term: Term, white_space: Term) -> Term:
        # Its TRIM takes away bytes, not letters.
        found = call("arrayElement", call("splitByChar", text("@"), call("assumeNotNull", term)), whole(-1))
        for pattern in (f"^[{_SPACES}]+", f"(?s)[{DOMAIN_ENDS}].*$", r"\.+$"):
            found = call("replaceRegexpOne", found, text(pattern), text(""))
        return when((self.like(term.copy(), ("", "@", "")), call("NULLIF", found, text(""))))

    def has_outer_space(self, term: Term) -> Term:
        return call("match", term, text(rf"^[{_SPACES}]|[{_SPACES}]\z"))

    def has_capitals(self, term: Term) -> Term:
        return call("match", term, text("[A-Z]"))

    # --- lists of text ------------------------------------------------------------------------

    def list_column(self, term: Term) -> Term:
        return call("NULLIF", call("toJSONString", term), text("[]"))

    def entries(self, keys: Sequence[str]) -> Term:
        return call("toJSONString", super().entries(keys))

    def some_entry(self, entries: Term, asked: Term) -> Term:
        listed = call("JSONExtract", call("assumeNotNull", entries), text("Array(String)"))
        return call("arrayExists", exp.Lambda(this=asked, expressions=[exp.to_identifier("entry")]), listed)

    # --- aggregates -----------------------------------------------------------------------------

    def sum_in_order(self, amount: Term, counts: Term, order: Sequence[Term]) -> Term:
        one = call("tuple", *order, call("assumeNotNull", amount))
        listed = call("arraySort", call("groupArrayIf", one, counts))
        names = [exp.to_identifier("total"), exp.to_identifier("one")]
        third = call("tupleElement", column("one"), whole(len(order) + 1))
        adding = exp.Lambda(this=computed("+", column("total"), third), expressions=names)
        folded = call("arrayFold", adding, listed, call("toFloat64", whole(0)))
        some = compared(">", call("COUNT", when((counts.copy(), whole(1)))), whole(0))
        return when((some, folded))

    def descending(self, term: Term) -> Term:
        return exp.Ordered(this=term, desc=True, nulls_first=False)

    # --- the layout -----------------------------------------------------------------------------

    table_end = " ENGINE = MergeTree ORDER BY tuple()"

    types: Mapping[Kind, str] = {
        Kind.TEXT: "Nullable(String)",
        Kind.NUMBER: "Nullable(Float64)",
        Kind.YES_NO: "Nullable(Bool)",
        Kind.DATE: "Nullable(Int32)",
        Kind.DATETIME: "Nullable(Int64)",
        Kind.TEXTS: "Array(String)",
    }


def _let(name: str, value: Term, body: Callable[[Term], Term]) -> Term:
    """The body with a value that is worked out once."""
    made = exp.Lambda(this=body(column(name)), expressions=[exp.to_identifier(name)])
    return call("arrayElement", call("arrayMap", made, exp.Array(expressions=[value])), whole(1))
