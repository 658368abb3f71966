"""Nodes for names, literals and operands, made from the parts that the machine hands over."""

from __future__ import annotations

from ..messages.syntax_problem import Trouble
from . import nodes as n
from .nodes import Lexeme, Span

Event = n.Reference | n.EventPhrase


def name(span: Span, lexeme: Lexeme) -> n.Name:
    """A name, out of its square brackets."""
    text = lexeme.text
    if lexeme.kind == "BRACKETED":
        text = text[1:-1].strip()
        if not text:
            raise Trouble(
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
