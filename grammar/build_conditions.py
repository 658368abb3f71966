"""Nodes for conditions and values, made from the parts that the machine hands over."""

from __future__ import annotations

from collections.abc import Sequence as Parts
from dataclasses import dataclass, replace

from . import nodes as n
from .nodes import Span
from .scan import PLAIN_SIGNS, Lexeme
from .trouble import Trouble

Event = n.Reference | n.EventPhrase


@dataclass(frozen=True, slots=True)
class Where:
    """A filter as read, before it is known what it belongs to: its test may follow it."""

    span: Span
    negated: bool
    operand: n.Expression


@dataclass(frozen=True, slots=True)
class NotIn:
    """`not in last 30 days`, which says two things at once."""

    window: n.InLast | n.InNext


@dataclass(frozen=True, slots=True)
class Followed:
    """`followed by requested demo within 7 days`, before what it follows is known."""

    span: Span
    second: Event
    within: n.Duration


Test = n.Compare | n.Between | n.In | n.Match | n.Known
Tail = Test | n.InLast | n.InNext | n.Since | n.Before | NotIn | Where | Followed


# --- names and literals ---------------------------------------------------------------------------


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


def call(span: Span, function: n.Name | Lexeme, argument: n.Expression) -> n.Aggregate | n.Call:
    """`distinct(visited docs)`, `days(visited)`, `domain(email)`."""
    word = function.text.lower()
    if word in ("distinct", "days"):
        if not isinstance(argument, Event):
            raise Trouble(
                "aggregate-argument",
                f"{word} counts events, and these brackets hold something else",
                argument.span,
                f"write the event alone, e.g. {word}(visited); a window or a comparison goes after the brackets",
            )
        return n.Aggregate(word, argument, None, span=span)
    if word in ("sum", "avg", "min", "max"):
        raise Trouble(
            "aggregate-argument",
            f"{word} needs a property of an event",
            argument.span,
            f"write the event type, a dot and the property, e.g. {word}(purchased.amount)",
        )
    return n.Call(n.Name(word, span=function.span), argument, span=span)


def call_property(
    span: Span, function: n.Name, type_: n.Name, property_: n.Name, *tails: Tail
) -> n.Aggregate:
    """`sum(purchased.amount)`, perhaps with its filter inside the brackets."""
    word = function.text.lower()
    if word not in ("sum", "avg", "min", "max"):
        raise Trouble(
            "aggregate-argument",
            f"{word} takes no property of an event",
            Span(type_.span.start, property_.span.end),
            "only sum, avg, min and max do, e.g. sum(purchased.amount)",
        )
    event: Event = n.Reference(type_, span=type_.span)
    if tails:
        event = filtered_event(event, tails, 'the brackets take an event and its "where"')
    return n.Aggregate(word, event, property_, span=span)


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
    return n.Match(how.word, wanted, negated is not None, span=span)


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
    return Where(span, negated is not None, operand)


def followed(
    span: Span, type_: n.Name, object_: n.Text | None, condition: n.Expression | None, within: n.Duration
) -> Followed:
    """`followed by requested demo within 7 days`."""
    place = Span(type_.span.start, (condition or object_ or type_).span.end)
    second = event_phrase(place, type_, object_)
    if condition is not None:
        second = n.EventPhrase(type_, object_, condition, span=place)
    return Followed(span, second, within)


def followed_where(
    span: Span, negated: Lexeme | None, operand: n.Expression, test: Test | None = None
) -> n.Expression:
    """The filter of the event that follows."""
    return _filter(Where(span, negated is not None, operand), test)


# --- conditions ---------------------------------------------------------------------------------------


def negation(span: Span, operand: n.Expression) -> n.Not:
    """`not operand`."""
    return n.Not(operand, span=span)


def both(span: Span, *operands: n.Expression) -> n.And:
    """Operands joined by `and`."""
    return n.And(operands, span=span)


def either(span: Span, *operands: n.Expression) -> n.Or:
    """Operands joined by `or`; none of them may be a bare `and`."""
    if any(isinstance(operand, n.And) for operand in operands):
        raise mixed(span, operands)
    return n.Or(operands, span=span)


def mixed(span: Span, operands: Parts[n.Expression]) -> Trouble:
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

    return Trouble("mixed-and-or", '"and" and "or" stand side by side without brackets', span, hint)


def excerpt(source: str, span: Span) -> str:
    """A piece of the text on one line, without the comments in it."""
    from .scan import scan

    piece = source[span.start : span.end]
    for comment in reversed(scan(piece).comments):
        piece = piece[: comment.span.start] + piece[comment.span.end :]
    return " ".join(piece.split())


def clause(span: Span, subject: n.Expression, *tails: Tail) -> n.Expression:
    """A subject with what is said about it, put in order: filter, test, window."""
    test: Test | None = None
    window: n.Window | None = None
    rest = list(reversed(tails))
    while rest:
        tail = rest.pop()
        if isinstance(tail, Where):
            follows = (
                rest.pop() if rest and isinstance(rest[-1], Test) and not _is_truth(tail.operand) else None
            )
            subject = with_filter(subject, _filter(tail, follows), tail.span)
        elif isinstance(tail, Followed):
            subject = _sequence(subject, tail, test or window)
        elif isinstance(tail, NotIn):
            raise _not_in(subject, test, tail)
        elif isinstance(tail, Test):
            if test is None:
                test = tail
                continue
            test, more = _one_test(test, tail)
            window = _one_window(window, more)
        else:
            window = _one_window(window, tail)
    if test is None and window is None:
        return replace(subject, span=span)
    return n.Clause(subject, test, window, span=span)


def _is_truth(operand: n.Expression) -> bool:
    return isinstance(operand, n.Brackets) and isinstance(operand.inner, n.Clause | n.And | n.Or | n.Not)


def _filter(tail: Where, test: Test | None) -> n.Expression:
    condition = tail.operand
    if test is not None:
        span = Span(condition.span.start, test.span.end)
        condition = n.Clause(condition, test, None, span=span)
    return n.Not(condition, span=Span(tail.span.start, condition.span.end)) if tail.negated else condition


def with_filter(subject: n.Expression, condition: n.Expression, at: Span) -> n.Expression:
    """The subject with a filter on the event in it."""
    if isinstance(subject, n.Reference):
        return n.EventPhrase(subject.name, None, condition, span=Span(subject.span.start, condition.span.end))
    if isinstance(subject, n.EventPhrase) and subject.where is None:
        return replace(subject, where=condition, span=Span(subject.span.start, condition.span.end))
    if isinstance(subject, n.Aggregate):
        return replace(subject, event=with_filter(subject.event, condition, at))
    if isinstance(subject, n.DaysSince):
        return replace(subject, of=with_filter(subject.of, condition, at))
    if isinstance(subject, n.EventPhrase):
        raise Trouble(
            "second-where",
            'this event has a "where" already',
            at,
            'join the two in brackets, e.g. where (device = "phone" and locale = "de")',
        )
    raise Trouble(
        "where-without-event",
        '"where" filters an event, and none stands before it',
        at,
        'put it right after the event that it belongs to, e.g. visited pricing where device = "phone"',
    )


def _sequence(subject: n.Expression, tail: Followed, between_them: n.Node | None) -> n.Sequence:
    if between_them is not None or not isinstance(subject, Event):
        raise Trouble(
            "followed-by-needs-events",
            '"followed by" stands between two events',
            between_them.span if between_them else subject.span,
            "write e.g. visited pricing followed by requested demo within 7 days, a window at the end",
        )
    return n.Sequence(subject, tail.second, tail.within, span=Span(subject.span.start, tail.span.end))


def _one_test(test: Test, other: Test) -> tuple[Test, n.BetweenMoments]:
    """Of two tests, one may be a window: `>= 2 between 2026-01-01 and 2026-01-31`."""
    for kept, window in ((test, other), (other, test)):
        if (
            isinstance(window, n.Between)
            and isinstance(window.low, n.Moment)
            and isinstance(window.high, n.Moment)
        ):
            if window.negated:
                break
            return kept, n.BetweenMoments(window.low, window.high, span=window.span)
    raise Trouble(
        "two-tests",
        "two comparisons stand side by side",
        other.span,
        "join them with and, each with its own subject; for a range write e.g. between 5 and 10",
    )


def _one_window(window: n.Window | None, other: n.Window) -> n.Window:
    if window is None:
        return other
    raise Trouble(
        "two-windows",
        "this has a window of time already",
        other.span,
        "keep one of them, or write between 2026-01-01 and 2026-01-31",
    )


def _not_in(subject: n.Expression, test: Test | None, tail: NotIn) -> Trouble:
    whole_subject = Span(subject.span.start, test.span.end if test else subject.span.end)

    def hint(source: str) -> str:
        subject_text = excerpt(source, whole_subject)
        window = excerpt(source, tail.window.span).split(None, 1)[1]
        return f"say which is meant:  not {subject_text} {window}  or  {subject_text} and not {subject_text} {window}"

    return Trouble("not-in-window", 'a window with "not" can be read in two ways', tail.window.span, hint)


def filtered_event(event: Event, tails: Parts[Tail], told: str) -> Event:
    """An event with the filter among the tails; anything else among them is a mistake."""
    made = clause(event.span, event, *tails)
    if isinstance(made, Event):
        return made
    raise Trouble(
        "aggregate-argument",
        told,
        tails[-1].span if not isinstance(tails[-1], NotIn) else tails[-1].window.span,
        "a window or a comparison goes after the brackets",
    )
