"""SQLite."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

from sqlglot import exp

from ....grammar.syntax.nodes import Kind
from ..terms import Term, bracketed, call, column, compared, computed, text, when, whole
from .base import WHITE_SPACE, Dialect


class Sqlite(Dialect):
    """SQLite 3.37 and later: no booleans, no lists, no LIKE that minds case."""

    name, label, sqlglot = "sqlite", "SQLite", "sqlite"
    columns = 2_000
    keeps_steps = True
    sums_in_steps = True
    nulls_are_small = True

    def fraction(self, number: float) -> Term:
        written = repr(number)
        if _reads_exactly(written):
            return exp.Literal.number(written if set(written) & set(".e") else written + ".0")
        # Whole numbers below 2**53 read exactly, and so do powers of two that are not too large.
        mantissa, power = math.frexp(number)
        left, power = int(mantissa * 2**53), power - 53
        odd = (left & -left).bit_length() - 1
        term, power = whole(left >> odd), power + odd
        sign, step = ("*", 1) if power > 0 else ("/", -1)
        while power:
            some = min(abs(power), 60)
            term = computed(sign, term, exp.Literal.number(f"{2**some}.0"))
            power -= step * some
        return exp.Paren(this=term)

    def truncated(self, term: Term) -> Term:
        return self.bigint(term)

    def finite(self, term: Term) -> Term:
        # An infinite number less itself is NULL; a literal for the largest number may not read as it.
        nothing = computed("-", exp.Paren(this=term), exp.Paren(this=term.copy()))
        return when((compared("=", nothing, whole(0)), term.copy()))

    def divided(self, term: Term, by: int) -> Term:
        return computed("/", term, whole(by))

    def least(self, one: Term, other: Term) -> Term:
        return call("MIN", one, other)

    def greatest(self, one: Term, other: Term) -> Term:
        return call("MAX", one, other)

    def clock(self) -> Term:
        # Its clock shows milliseconds.
        seconds = self.bigint(call("STRFTIME", text("%s"), text("now")))
        millis = self.bigint(call("SUBSTR", call("STRFTIME", text("%f"), text("now")), whole(4)))
        micros = [computed("*", seconds, whole(1_000_000)), computed("*", millis, whole(1_000))]
        return computed("+", *micros)

    def month(self, day: Term) -> Term:
        days = exp.DPipe(this=bracketed(day), expression=text(" days"))
        return call("STRFTIME", text("%Y-%m"), text("0001-01-01"), days)

    def like(self, term: Term, parts: Sequence[str]) -> Term:
        closed = ["".join(f"[{sign}]" if sign in "*?[" else sign for sign in part) for part in parts]
        return exp.Glob(this=term, expression=text("*".join(closed)))

    def white_space(self) -> Term:
        return call("JSON_EXTRACT", text(json.dumps("".join(map(chr, WHITE_SPACE)))), text("$"))

    def trimmed(self, term: Term, signs: Term, *, leading: bool) -> Term:
        return call("LTRIM" if leading else "RTRIM", term, signs)

    def has_capitals(self, term: Term) -> Term:
        # It has no TRANSLATE, and its LOWER knows no letters but these.
        return compared("!=", call("LOWER", term), term.copy())

    def up_to(self, term: Term, sign: str) -> Term:
        stop = call("INSTR", exp.DPipe(this=term.copy(), expression=text(sign)), text(sign))
        return call("SUBSTR", term, whole(1), computed("-", stop, whole(1)))

    def behind_last_at(self, term: Term) -> Term:
        # All letters but @ are trimmed from the right: what is left ends with the last @.
        others = call("REPLACE", term.copy(), text("@"), text(""))
        start = call("LENGTH", call("RTRIM", term.copy(), others))
        return call("SUBSTR", term, computed("+", start, whole(1)))

    def some_entry(self, entries: Term, asked: Term) -> Term:
        source = exp.Table(
            this=call("JSON_EACH", entries), alias=exp.TableAlias(this=exp.to_identifier("entry"))
        )
        return exp.Exists(this=exp.select("1").from_(source).where(asked))

    def entry(self) -> Term:
        return column("value", "entry")

    def entries(self, keys: Sequence[str]) -> Term:
        return text(str(self.texts_value(tuple(keys))))

    types: Mapping[Kind, str] = {
        Kind.TEXT: "TEXT",
        Kind.NUMBER: "REAL",
        Kind.YES_NO: "INTEGER",
        Kind.DATE: "INTEGER",
        Kind.DATETIME: "INTEGER",
        Kind.TEXTS: "TEXT",
    }

    def texts_value(self, keys: tuple[str, ...]) -> list[str] | str:
        return json.dumps(keys, ensure_ascii=False, separators=(",", ":"))


def _reads_exactly(written: str) -> bool:
    """Whether SQLite reads a literal as this double also with the 80-bit steps of its older versions."""
    value = Fraction(written)
    mantissa, _, exponent = written.partition("e")
    digits = mantissa.replace(".", "").strip("0")
    if len(digits) > 15 or abs(int(exponent or 0)) > 22:
        return False
    wide = _rounded(value, 64)
    return float(_rounded(wide, 53)) == float(written) == float(_rounded(value, 53))


def _rounded(value: Fraction, bits: int) -> Fraction:
    shift = bits - (value.numerator.bit_length() - value.denominator.bit_length())
    scaled = value * Fraction(2) ** shift
    return Fraction(round(scaled)) / Fraction(2) ** shift
