"""Nodes for names, literals and operands, made from the parts that the parser gives."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator

from ..messages.diagnostics import SyntaxProblem
from . import nodes as n
from .nodes import Duration, Lexeme, Moment, Number, Span, Unit

Event = n.Reference | n.EventPhrase


def name(span: Span, lexeme: Lexeme) -> n.Name:
    """A name, out of its square brackets."""
    text = lexeme.text
    if lexeme.kind == "BRACKETED":
        text = text[1:-1].strip()
        if not text:
            raise SyntaxProblem(
                "empty-name",
                "these square brackets hold no name",
                span,
                "write the name in them, e.g. [Lead Source]",
            )
    return n.Name(text, span=span)


def label(span: Span, lexeme: Lexeme) -> n.Name:
    """A name or a quoted text as a name, such as the grade "A+"."""
    if lexeme.kind != "QUOTED":
        return name(span, lexeme)
    return n.Name(unquoted(lexeme.text), span=span)


def unquoted(written: str) -> str:
    """What stands between quotes, doubled quotes undone."""
    inner = written[1:-1]
    return inner.replace('""', '"') if written[0] == '"' else inner


def text(span: Span, lexeme: Lexeme) -> n.Text:
    """A quoted text."""
    return n.Text(unquoted(lexeme.text), span=span)


def thing(span: Span, lexeme: Lexeme) -> n.Text:
    """The object of an event: a word, a path or a quoted text."""
    return n.Text(unquoted(lexeme.text) if lexeme.kind == "QUOTED" else lexeme.text, span=span)


def yes_no(span: Span, lexeme: Lexeme) -> n.YesNo:
    """`yes`, `no`, `true`, `false`."""
    return n.YesNo(lexeme.word in ("yes", "true"), span=span)


# --- operands ---------------------------------------------------------------------------------------


def event_phrase(span: Span, type_: n.Name, object_: n.Text | None) -> Event:
    """An event type with its object; alone it is a mere reference."""
    if object_ is None:
        return n.Reference(type_, span=span)
    return n.EventPhrase(type_, object_, None, span=span)


def total_score(span: Span) -> n.TotalScore:
    """The word `score`."""
    return n.TotalScore(span=span)


def brackets(span: Span, inner: n.Expression) -> n.Brackets:
    """An expression in round brackets."""
    return n.Brackets(inner, span=span)


def negative(span: Span, operand: n.Expression) -> n.Negative:
    """`-operand`."""
    return n.Negative(operand, span=span)


def plus(span: Span, left: n.Expression, right: n.Expression) -> n.Arithmetic:
    """A sum."""
    return n.Arithmetic("+", left, right, span=span)


def minus(span: Span, left: n.Expression, right: n.Expression) -> n.Arithmetic:
    """A difference."""
    return n.Arithmetic("-", left, right, span=span)


def times(span: Span, left: n.Expression, right: n.Expression) -> n.Arithmetic:
    """A product."""
    return n.Arithmetic("*", left, right, span=span)


def divided(span: Span, left: n.Expression, right: n.Expression) -> n.Arithmetic:
    """A quotient."""
    return n.Arithmetic("/", left, right, span=span)


def days_since(span: Span, first: Lexeme | None, of: Event) -> n.DaysSince:
    """`days since visited docs`, `days since first visited docs`."""
    return n.DaysSince(of, first is not None, span=span)


def days_since_named_first(span: Span, lexeme: Lexeme) -> n.DaysSince:
    """`days since first`, where `first` is what is counted from."""
    named = n.Name(lexeme.text, span=lexeme.span)
    return n.DaysSince(n.Reference(named, span=lexeme.span), first=False, span=span)


def days_until(span: Span, of: n.Name) -> n.DaysUntil:
    """`days until trial_ends`."""
    return n.DaysUntil(n.Reference(of, span=of.span), span=span)


MOST_DIGITS = 15
"""A double tells numbers apart up to this many digits."""


def _checked(lexeme: Lexeme) -> str:
    digits = len(lexeme.text) - lexeme.text.count(".")
    if digits > MOST_DIGITS:
        raise SyntaxProblem(
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
        raise SyntaxProblem(
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
        raise SyntaxProblem(
            "zero-amount", "a length of time cannot be 0", lexeme.span, f"write e.g. 1 {of.value}"
        )
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
        raise SyntaxProblem("no-such-date", message, span, hint) from None


_LIKE_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{2}0")


def thousands_points(lexemes: Iterable[Lexeme]) -> Iterator[SyntaxProblem]:
    """Numbers such as 1.000 and 1.250, which many read as thousands; nobody else writes that last zero."""
    for lexeme in lexemes:
        if lexeme.kind == "NUMERAL" and _LIKE_THOUSANDS.fullmatch(lexeme.text):
            whole_part, decimals = lexeme.text.split(".")
            short = lexeme.text.rstrip("0").rstrip(".")
            message = f"{lexeme.text} is read as {short}, not as {whole_part}{decimals}"
            hint = f"write {whole_part}{decimals} or {short}"
            yield SyntaxProblem("thousands-point", message, lexeme.span, hint)
