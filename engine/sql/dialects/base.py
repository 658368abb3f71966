"""What all engines have in common, each difference between them being one method.

Every method gives the same answer in every engine, to the last bit of a number and the last byte of a
text; where an engine cannot, it refuses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from string import ascii_lowercase, ascii_uppercase

from sqlglot import exp

from ....grammar.syntax.nodes import Kind
from ...values import DOMAIN_ENDS
from ..terms import Term, any_of, bracketed, call, column, compared, computed, over, text, when, whole

LARGEST = "1.7976931348623157e308"
WHITE_SPACE = tuple(code for code in range(0x3001) if chr(code).isspace())
"""The code points that Python's `str.strip` takes away."""

YEAR_ONE = 62_135_596_800_000_000
"""Microseconds from the beginning of year 1, a Monday, to 1970; added, no instant is negative."""


class Dialect:
    """An engine, in what most engines have in common."""

    name = ""
    label = ""
    sqlglot = ""
    columns = 100_000
    """How many columns a result may have."""

    keeps_steps = False
    """Whether a step must be told to be computed once, lest it be repeated where it is used."""

    sums_in_steps = False
    """Whether numbers are added one by one by recursion, for want of an aggregate that keeps the order."""

    nulls_are_small = False
    """Whether NULL sorts before all values; only so that nothing needless is printed."""

    settings: Mapping[str, int] = {}
    """What the statement sets for itself, so that it means the same whatever the engine is set to."""

    # --- numbers --------------------------------------------------------------------------------

    def real(self, number: float) -> Term:
        """A number as exactly this double, or as a whole number of the same value."""
        if number.is_integer() and abs(number) < 2**53:
            return whole(int(number))
        literal = self.fraction(abs(number))
        return exp.Neg(this=literal) if number < 0 else literal

    def fraction(self, number: float) -> Term:
        """A positive number that is not a small whole one. The exponent makes it a double."""
        written = repr(number).replace("e+", "e")
        return exp.Literal.number(written if "e" in written else written + "e0")

    def double(self, term: Term) -> Term:
        """A whole number as a double."""
        return exp.cast(term, "double")

    def bigint(self, term: Term) -> Term:
        """As a whole number of 64 bits; a double without its fraction."""
        return exp.cast(term, "bigint")

    def truncated(self, term: Term) -> Term:
        """A double that is not negative, without its fraction, as a whole number of 64 bits."""
        return self.bigint(call("FLOOR", term))

    def finite(self, term: Term) -> Term:
        """The double where it is finite."""
        return when((compared("<=", call("ABS", term), exp.Literal.number(LARGEST)), term.copy()))

    def arithmetic(self, sign: str, left: Term, right: Term) -> Term:
        """`left sign right` on doubles; NULL at division by zero and where the result is not finite."""
        divisor = call("NULLIF", right, whole(0)) if sign == "/" else right
        return self.finite(computed(sign, left, divisor))

    def divided(self, term: Term, by: int) -> Term:
        """A whole number that is not negative, divided without remainder."""
        return exp.IntDiv(this=bracketed(term), expression=whole(by))

    def least(self, one: Term, other: Term) -> Term:
        """The smaller of two numbers."""
        return call("LEAST", one, other)

    def greatest(self, one: Term, other: Term) -> Term:
        """The greater of two numbers."""
        return call("GREATEST", one, other)

    # --- time -----------------------------------------------------------------------------------

    def clock(self) -> Term:
        """The engine's now, in microseconds since 1970, the same throughout a statement."""
        return call("UNIX_MICROS", call("CURRENT_TIMESTAMP"))

    def month(self, day: Term) -> Term:
        """Something that is the same for all days of one month; `day` counts from the first of year 1."""
        return call("DATE_TRUNC", text("month"), self.date(day))

    def date(self, day: Term) -> Term:
        """The date of a day that counts from the first of year 1."""
        return computed("+", exp.cast(text("0001-01-01"), "date"), exp.cast(day, "int"))

    def others_before(self, taken: Term, lead: Sequence[Term], at: Term, within: int) -> Term:
        """More than 0 where another event that is taken happened then, or at most so long before."""
        count = call("COUNT", when((taken, whole(1))))
        near = over(count, lead, [at], preceding=within)
        itself = when((taken.copy(), whole(1)), otherwise=whole(0))
        return computed("-", near, itself)

    # --- texts ----------------------------------------------------------------------------------

    def like(self, term: Term, parts: Sequence[str]) -> Term:
        """Whether the whole text is these parts with anything between them."""
        joined = "\0".join(parts)
        if any(sign in joined for sign in "%_!\\"):
            for sign in "!%_":
                joined = joined.replace(sign, "!" + sign)
            asked = exp.Like(this=term, expression=text(joined.replace("\0", "%")))
            return exp.Escape(this=asked, expression=text("!"))
        return exp.Like(this=term, expression=text(joined.replace("\0", "%")))

    def white_space(self) -> Term:
        """All white space as one text."""
        signs = [call("CHR", whole(code)) for code in WHITE_SPACE]
        joined: Term = signs[0]
        for sign in signs[1:]:
            joined = exp.DPipe(this=joined, expression=sign)
        return joined

    def domain(self, term: Term, white_space: Term) -> Term:
        """What `values.domain_of` gives; NULL where that is nothing."""
        behind = self.trimmed(self.behind_last_at(term), white_space, leading=True)
        for sign in DOMAIN_ENDS[1:]:
            behind = call("REPLACE", behind, text(sign), text(DOMAIN_ENDS[0]))
        named = self.trimmed(self.up_to(behind, DOMAIN_ENDS[0]), text("."), leading=False)
        return when((self.like(term.copy(), ("", "@", "")), call("NULLIF", named, text(""))))

    def trimmed(self, term: Term, signs: Term, *, leading: bool) -> Term:
        """A text without any of the signs at its beginning, or at its end."""
        return exp.Trim(this=term, expression=signs, position="LEADING" if leading else "TRAILING")

    def up_to(self, term: Term, sign: str) -> Term:
        """A text before the first such sign, whole where it has none."""
        return call("SPLIT_PART", term, text(sign), whole(1))

    def behind_last_at(self, term: Term) -> Term:
        """What follows the last @ of a text that has one."""
        return call("SPLIT_PART", term, text("@"), whole(-1))

    def has_outer_space(self, term: Term) -> Term:
        """Whether a text begins or ends with white space."""
        ends = (self.trimmed(term.copy(), self.white_space(), leading=leading) for leading in (True, False))
        return any_of([compared("!=", end, term.copy()) for end in ends])

    def has_capitals(self, term: Term) -> Term:
        """Whether a text has a letter from A to Z."""
        letters = call("TRANSLATE", term, text(ascii_uppercase), text(ascii_lowercase))
        return compared("!=", letters, term.copy())

    # --- lists of text ------------------------------------------------------------------------

    def list_column(self, term: Term) -> Term:
        """A column of lists as all else reads it: NULL where it is unknown."""
        return term

    def some_entry(self, entries: Term, asked: Term) -> Term:
        """Whether one of the entries, called `entry` in `asked`, is as asked. `entries` is not NULL."""
        alias = exp.TableAlias(this=exp.to_identifier("entries"), columns=[exp.to_identifier("entry")])
        source = exp.Table(this=call("UNNEST", entries), alias=alias)
        return exp.Exists(this=exp.select("1").from_(source).where(asked))

    def entry(self) -> Term:
        """An entry in `some_entry`."""
        return column("entry")

    def entries(self, keys: Sequence[str]) -> Term:
        """A list of text to compare a list with."""
        return exp.Array(expressions=[text(key) for key in keys])

    # --- aggregates -----------------------------------------------------------------------------

    def sum_in_order(self, amount: Term, counts: Term, order: Sequence[Term]) -> Term:
        """The sum of those that count, added in this order to 0; NULL of none."""
        raise NotImplementedError

    def any_true(self, test: Term) -> Term:
        """Whether the test is true of any row; as 1 or 0, NULL of no row."""
        return call("MAX", when((test, whole(1)), otherwise=whole(0)))

    def descending(self, term: Term) -> Term:
        """An order from the greatest down, for terms that are never NULL."""
        return exp.Ordered(this=term, desc=True, nulls_first=not self.nulls_are_small)

    # --- the layout -----------------------------------------------------------------------------

    types: Mapping[Kind, str] = {
        Kind.TEXT: "VARCHAR",
        Kind.NUMBER: "DOUBLE",
        Kind.YES_NO: "BOOLEAN",
        Kind.DATE: "INTEGER",
        Kind.DATETIME: "BIGINT",
        Kind.TEXTS: "VARCHAR[]",
    }
    """The types of columns by the kinds of what they hold."""

    table_end = ""
    """What follows the columns where a table is created."""

    def texts_value(self, keys: tuple[str, ...]) -> list[str] | str:
        """A list of text as a parameter."""
        return list(keys)


def addition() -> Term:
    """A function that adds an amount to a total."""
    names = [exp.to_identifier("total"), exp.to_identifier("amount")]
    return exp.Lambda(this=computed("+", column("total"), column("amount")), expressions=names)
