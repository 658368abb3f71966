"""Numbers, durations and moments: digits into values, within their limits."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator

from ..messages.syntax_problem import Trouble
from .nodes import Duration, Lexeme, Moment, Number, Span, Unit

MOST_DIGITS = 15
"""A double tells numbers apart up to this many digits."""


def _checked(lexeme: Lexeme) -> str:
    digits = len(lexeme.text) - lexeme.text.count(".")
    if digits > MOST_DIGITS:
        raise Trouble(
            "number-too-long",
            f"this number has {digits} digits",
            lexeme.span,
            f"write it with at most {MOST_DIGITS}",
        )
    return lexeme.text


def whole_number(lexeme: Lexeme, what: str, example: str) -> int:
    """The value of a number that must have no decimals."""
    written = _checked(lexeme)
    if "." in written:
        raise Trouble(
            "whole-number",
            f"{what} is a whole number",
            lexeme.span,
            f"write it without decimals, e.g. {example}",
        )
    return int(written)


def number(span: Span, lexeme: Lexeme) -> Number:
    """A number without a sign."""
    return Number(float(_checked(lexeme)), lexeme.text, span=span)


def sign(span: Span, lexeme: Lexeme) -> int:
    """1 or -1."""
    return 1 if lexeme.text == "+" else -1


def whole(span: Span, factor: int | None, lexeme: Lexeme) -> int:
    """A whole number with or without a sign."""
    return (factor or 1) * whole_number(lexeme, "this", "40")


def unit(span: Span, lexeme: Lexeme) -> Unit:
    """`day` or `days`."""
    return Unit(lexeme.word.removesuffix("s"))


def duration(span: Span, lexeme: Lexeme, of: Unit) -> Duration:
    """`30 days`."""
    amount = whole_number(lexeme, "a length of time", f"30 {of.value}s")
    if amount == 0:
        raise Trouble("zero-amount", "a length of time cannot be 0", lexeme.span, f"write e.g. 1 {of.value}")
    return Duration(amount, of, span=span)


def moment(span: Span, lexeme: Lexeme) -> Moment:
    """`2026-01-15`, or `2026-01-15T12:00Z` as an instant in UTC."""
    written = lexeme.text.upper().replace("−", "-")
    try:
        if "T" not in written:
            return Moment(dt.date.fromisoformat(written), span=span)
        return Moment(dt.datetime.fromisoformat(written).astimezone(dt.UTC), span=span)
    except (ValueError, OverflowError):
        message = f"there is no such date as {lexeme.text}"
        hint = "write year, month and day, e.g. 2026-01-31, or with a time 2026-01-31T12:00Z"
        raise Trouble("no-such-date", message, span, hint) from None


_LIKE_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{2}0")


def thousands_points(lexemes: Iterable[Lexeme]) -> Iterator[Trouble]:
    """Numbers such as 1.000 and 1.250, which many read as thousands; nobody else writes that last zero."""
    for lexeme in lexemes:
        if lexeme.kind == "NUMERAL" and _LIKE_THOUSANDS.fullmatch(lexeme.text):
            whole_part, decimals = lexeme.text.split(".")
            short = lexeme.text.rstrip("0").rstrip(".")
            message = f"{lexeme.text} is read as {short}, not as {whole_part}{decimals}"
            hint = f"write {whole_part}{decimals} or {short}"
            yield Trouble("thousands-point", message, lexeme.span, hint)
