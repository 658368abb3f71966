"""Nodes for conditions, made from the parts that the parser gives.

A subject's test, window and filter may be written in any order. The parser gives them as they
stand, and `clause` puts them in order.
"""

from __future__ import annotations

from collections.abc import Sequence as Parts
from dataclasses import replace

from ..frozen import frozen
from ..messages.diagnostics import SyntaxProblem
from ..spec.operators import MATCHES
from . import nodes as n
from .build_values import Event, event_phrase
from .nodes import Lexeme, Span
from .scan import PLAIN_SIGNS, scan


@frozen
class Where:
    """A filter as read, before it is known what it belongs to: its test may follow it."""

    span: Span
    negated: Lexeme | None
    operand: n.Expression


@frozen
class NotIn:
    """`not in last 30 days`, which says two things at once."""

    window: n.InLast | n.InNext


@frozen
class Followed:
    """`followed by requested demo within 7 days`, before what it follows is known."""

    span: Span
    second: Event
    within: n.Duration


Test = n.Compare | n.Between | n.In | n.Match | n.Known
Tail = Test | n.InLast | n.InNext | n.Since | n.Before | NotIn | Where | Followed


# --- tests and windows ------------------------------------------------------------------------------


def operator(span: Span, lexeme: Lexeme) -> str:
    """The sign of a comparison, in its plain spelling."""
    return PLAIN_SIGNS.get(lexeme.text, lexeme.text)


def compare(span: Span, sign: str, right: n.Expression) -> n.Compare:
    """`>= 2`."""
    return n.Compare(sign, right, span=span)


def between(span: Span, negated: Lexeme | None, low: n.Expression, high: n.Expression) -> n.Between:
    """`between 50 and 200`; whether two moments are a window depends on what stands before."""
    return n.Between(low, high, negated is not None, span=span)


def in_list(span: Span, negated: Lexeme | None, among: n.Name) -> n.In:
    """`in ICP`."""
    return n.In(among, negated is not None, span=span)


def in_values(span: Span, negated: Lexeme | None, *among: n.Expression) -> n.In:
    """`in ("DE", "AT")`."""
    return n.In(among, negated is not None, span=span)


def match(span: Span, negated: Lexeme | None, how: Lexeme, wanted: n.Text) -> n.Match:
    """`contains "x"`, `starts with "x"`, `ends with "x"`, `like "x*"`."""
    return n.Match(MATCHES[how.word], wanted, negated is not None, span=span)


def known(span: Span, _is: Lexeme, word: Lexeme) -> n.Known:
    """`is known`, `is unknown`."""
    return n.Known(word.word == "known", span=span)


def in_last(span: Span, negated: Lexeme | None, length: n.Duration) -> n.InLast | NotIn:
    """`in last 30 days`."""
    window = n.InLast(length, span=span)
    return NotIn(window) if negated else window


def in_next(span: Span, negated: Lexeme | None, length: n.Duration) -> n.InNext | NotIn:
    """`in next 7 days`."""
    window = n.InNext(length, span=span)
    return NotIn(window) if negated else window


def since(span: Span, start: n.Moment) -> n.Since:
    """`since 2026-01-01`."""
    return n.Since(start, span=span)


def before(span: Span, end: n.Moment) -> n.Before:
    """`before 2026-01-01`."""
    return n.Before(end, span=span)


def where(span: Span, negated: Lexeme | None, operand: n.Expression) -> Where:
    """`where device`, to which a test may still come."""
    return Where(span, negated, operand)


def followed(
    span: Span, type_: n.Name, object_: n.Text | None, condition: n.Expression | None, within: n.Duration
) -> Followed:
    """`followed by requested demo within 7 days`."""
    place = span.covering(type_.span.start, (condition or object_ or type_).span.end)
    second = event_phrase(place, type_, object_)
    if condition is not None:
        second = n.EventPhrase(type_, object_, condition, span=place)
    return Followed(span, second, within)


def followed_where(
    span: Span, negated: Lexeme | None, operand: n.Expression, test: Test | None = None
) -> n.Expression:
    """The filter of the event that follows."""
    return _filter(Where(span, negated, operand), test)


# --- conditions ---------------------------------------------------------------------------------------


def negation(span: Span, operand: n.Expression) -> n.Not:
    """`not operand`."""
    return n.Not(operand, span=span)


def surely(span: Span, of: n.Expect) -> n.Surely:
    """`surely score >= 80`."""
    return n.Surely(of, span=span)


def both(span: Span, *operands: n.Expression) -> n.And:
    """Operands joined by `and`."""
    return n.And(operands, span=span)


def either(span: Span, *operands: n.Expression) -> n.Or:
    """Operands joined by `or`; none of them may be a bare `and`."""
    if any(isinstance(operand, n.And) for operand in operands):
        raise mixed(span, operands)
    return n.Or(operands, span=span)


def mixed(span: Span, operands: Parts[n.Expression]) -> SyntaxProblem:
    """`a and b or c`, which has two readings."""
    runs = [operand.operands if isinstance(operand, n.And) else (operand,) for operand in operands]

    def hint(source: str) -> str:
        written = [[excerpt(source, part.span) for part in run] for run in runs]
        ands = " or ".join(f"({' and '.join(run)})" if len(run) > 1 else run[0] for run in written)
        groups = [[written[0][0]]]
        for at, run in enumerate(written):
            if at:
                groups[-1].append(run[0])
            groups += [[part] for part in run[1:]]
        ors = " and ".join(f"({' or '.join(group)})" if len(group) > 1 else group[0] for group in groups)
        return f"say which is meant:  {ands}  or  {ors}"

    return SyntaxProblem("mixed-and-or", '"and" and "or" stand side by side without brackets', span, hint)


def excerpt(source: str, span: Span) -> str:
    """A piece of the text on one line, without the comments in it."""
    piece = source[span.start : span.end]
    for comment in reversed(scan(piece).comments):
        piece = piece[: comment.span.start] + piece[comment.span.end :]
    return " ".join(piece.split())


def clause(span: Span, subject: n.Expression, *tails: Tail) -> n.Expression:
    """A subject with what is said about it, put in order: filter, test, window."""
    test: Test | None = None
    window: n.Window | None = None
    filtering: Where | None = None
    for tail in tails:
        if filtering is not None:
            takes = isinstance(tail, Test) and not _ends_filter(filtering.operand, tail)
            subject = _with_filter(subject, _filter(filtering, tail if takes else None), filtering.span)
            filtering = None
            if takes:
                continue
        if isinstance(tail, Where):
            filtering = tail
        elif isinstance(tail, Followed):
            subject = _sequence(subject, tail, test or window)
        elif isinstance(tail, NotIn):
            raise _not_in(subject, test, tail)
        elif not isinstance(tail, Test):
            window = _one_window(window, tail)
        elif test is None:
            test = tail
        else:
            test, other = _one_test(test, tail)
            window = _one_window(window, other)
    if filtering is not None:
        subject = _with_filter(subject, _filter(filtering, None), filtering.span)
    if test is None and window is None:
        return replace(subject, span=subject.span.covering(span.start, span.end))
    return n.Clause(subject, test, window, span=span)


def _ends_filter(operand: n.Expression, test: Test) -> bool:
    """Whether a filter is whole without the test behind it, which then belongs to its event.

    So it is with a name or a condition in brackets, and before two moments, which are a window of the event
    as behind any other event. A date among the properties is compared with them in brackets.
    """
    if isinstance(test, n.Between) and _are_moments(test):
        return True
    if not isinstance(operand, n.Brackets):
        return False
    inner = operand.inner
    return isinstance(inner, n.Clause | n.And | n.Or | n.Not | n.Reference) or _ends_filter(inner, test)


def _are_moments(test: n.Between) -> bool:
    return isinstance(test.low, n.Moment) and isinstance(test.high, n.Moment)


def _filter(tail: Where, test: Tail | None) -> n.Expression:
    condition = tail.operand
    if isinstance(test, Test):
        span = Span(condition.span.start, test.span.end)
        condition = n.Clause(condition, test, None, span=span)
    if tail.negated is None:
        return condition
    return n.Not(condition, span=Span(tail.negated.start, condition.span.end))


def _with_filter(subject: n.Expression, condition: n.Expression, at: Span) -> n.Expression:
    """The subject with a filter on the event in it; the event's span then ends with the filter."""
    if isinstance(subject, n.Aggregate):
        return replace(subject, event=_filtered(subject.event, condition, at))
    if isinstance(subject, n.DaysSince):
        return replace(subject, of=_filtered(subject.of, condition, at))
    if isinstance(subject, Event):
        return _filtered(subject, condition, at)
    raise SyntaxProblem(
        "where-without-event",
        '"where" filters an event, and none stands before it',
        at,
        'put it right after the event that it belongs to, e.g. visited pricing where device = "phone"',
    )


def _filtered(event: Event, condition: n.Expression, at: Span) -> n.EventPhrase:
    span = at.covering(event.span.start, condition.span.end)
    if isinstance(event, n.Reference):
        return n.EventPhrase(event.name, None, condition, span=span)
    if event.where is None:
        return replace(event, where=condition, span=span)
    raise SyntaxProblem(
        "said-twice",
        'this event has a "where" already',
        at,
        'join the two in brackets, e.g. where (device = "phone" and locale = "de")',
    )


def _sequence(subject: n.Expression, tail: Followed, between_them: n.Node | None) -> n.Sequence:
    if between_them is not None or not isinstance(subject, Event):
        raise SyntaxProblem(
            "followed-by-needs-events",
            '"followed by" stands between two events',
            between_them.span if between_them else subject.span,
            "write e.g. visited pricing followed by requested demo within 7 days, a window at the end",
        )
    return n.Sequence(
        subject, tail.second, tail.within, span=tail.span.covering(subject.span.start, tail.span.end)
    )


def _one_test(test: Test, other: Test) -> tuple[Test, n.BetweenMoments]:
    """Of two tests, one may be a window: `>= 2 between 2026-01-01 and 2026-01-31`."""
    for kept, window in ((test, other), (other, test)):
        if isinstance(window, n.Between) and _are_moments(window):
            if window.negated:
                break
            assert isinstance(window.low, n.Moment)
            assert isinstance(window.high, n.Moment)
            return kept, n.BetweenMoments(window.low, window.high, span=window.span)
    raise SyntaxProblem(
        "two-tests",
        "two comparisons stand side by side",
        other.span,
        "join them with and, each with its own subject; for a range write e.g. between 5 and 10",
    )


def _one_window(window: n.Window | None, other: n.Window) -> n.Window:
    if window is None:
        return other
    raise SyntaxProblem(
        "two-windows",
        "this has a window of time already",
        other.span,
        "keep one of them, or write between 2026-01-01 and 2026-01-31",
    )


def _not_in(subject: n.Expression, test: Test | None, tail: NotIn) -> SyntaxProblem:
    counted = Span(subject.span.start, test.span.end if test else subject.span.end)

    def hint(source: str) -> str:
        said = excerpt(source, counted)
        window = excerpt(source, tail.window.span).split(None, 1)[1]
        return f"say which is meant:  not {said} {window}  or  {said} and not {said} {window}"

    return SyntaxProblem(
        "not-in-window", 'a window with "not" can be read in two ways', tail.window.span, hint
    )


_OF_EVENTS = ("distinct", "days")
_OF_PROPERTIES = ("sum", "avg", "min", "max")


def call(span: Span, function: n.Name | Lexeme, argument: n.Expression) -> n.Aggregate | n.Call:
    """`distinct(visited docs)`, `days(visited)`, `domain(email)`."""
    word = function.text.lower()
    if word in _OF_PROPERTIES:
        message = f'"{word}" needs a property of an event'
        hint = f"write the event type, a dot and the property, e.g. {word}(purchased.amount)"
        raise SyntaxProblem("aggregate-argument", message, argument.span, hint)
    if word not in _OF_EVENTS:
        return n.Call(n.Name(word, span=function.span), argument, span=span)
    if isinstance(argument, Event):
        return n.Aggregate(word, argument, None, span=span)
    message = f'"{word}" counts events, and these brackets hold something else'
    hint = f"write the event alone, e.g. {word}(visited); windows and comparisons go after the brackets"
    raise SyntaxProblem("aggregate-argument", message, argument.span, hint)


def call_property(
    span: Span, function: n.Name, type_: n.Name, property_: n.Name, *tails: Tail
) -> n.Aggregate:
    """`sum(purchased.amount)`, perhaps with its filter inside the brackets."""
    word = function.text.lower()
    inside = Span(type_.span.start, property_.span.end)
    if word not in _OF_PROPERTIES:
        message = f'"{word}" takes no property of an event'
        hint = "only sum, avg, min and max do, e.g. sum(purchased.amount)"
        raise SyntaxProblem("aggregate-argument", message, inside, hint)
    event = clause(type_.span, n.Reference(type_, span=type_.span), *tails)
    if isinstance(event, Event):
        return n.Aggregate(word, event, property_, span=span)
    message = f'the brackets of "{word}" take a property and its "where", nothing else'
    hint = f"put windows and comparisons after them, e.g. {word}(purchased.amount) >= 100 in last 30 days"
    raise SyntaxProblem("aggregate-argument", message, inside, hint)
