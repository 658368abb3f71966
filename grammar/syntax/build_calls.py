"""Nodes for what is written name(...), made from the parts that the machine hands over."""

from __future__ import annotations

from ..messages.syntax_problem import Trouble
from . import nodes as n
from .build_conditions import Tail, clause
from .build_values import Event
from .nodes import Lexeme, Span

_OF_EVENTS = ("distinct", "days")
_OF_PROPERTIES = ("sum", "avg", "min", "max")


def call(span: Span, function: n.Name | Lexeme, argument: n.Expression) -> n.Aggregate | n.Call:
    """`distinct(visited docs)`, `days(visited)`, `domain(email)`."""
    word = function.text.lower()
    if word in _OF_PROPERTIES:
        message = f'"{word}" needs a property of an event'
        hint = f"write the event type, a dot and the property, e.g. {word}(purchased.amount)"
        raise Trouble("aggregate-argument", message, argument.span, hint)
    if word not in _OF_EVENTS:
        return n.Call(n.Name(word, span=function.span), argument, span=span)
    if isinstance(argument, Event):
        return n.Aggregate(word, argument, None, span=span)
    message = f'"{word}" counts events, and these brackets hold something else'
    hint = f"write the event alone, e.g. {word}(visited); windows and comparisons go after the brackets"
    raise Trouble("aggregate-argument", message, argument.span, hint)


def call_property(
    span: Span, function: n.Name, type_: n.Name, property_: n.Name, *tails: Tail
) -> n.Aggregate:
    """`sum(purchased.amount)`, perhaps with its filter inside the brackets."""
    word = function.text.lower()
    inside = Span(type_.span.start, property_.span.end)
    if word not in _OF_PROPERTIES:
        message = f'"{word}" takes no property of an event'
        hint = "only sum, avg, min and max do, e.g. sum(purchased.amount)"
        raise Trouble("aggregate-argument", message, inside, hint)
    event = clause(type_.span, n.Reference(type_, span=type_.span), *tails)
    if isinstance(event, Event):
        return n.Aggregate(word, event, property_, span=span)
    message = f'the brackets of "{word}" take a property and its "where", nothing else'
    hint = f"put windows and comparisons after them, e.g. {word}(purchased.amount) >= 100 in last 30 days"
    raise Trouble("aggregate-argument", message, inside, hint)
