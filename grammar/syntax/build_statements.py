"""Nodes for statements, made from the parts that the parser gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..frozen import frozen
from ..messages.diagnostics import SyntaxProblem
from . import nodes as n
from .build_conditions import Tail, Test, clause
from .build_values import Event, duration, whole_number
from .nodes import Lexeme, Span


@frozen
class Most:
    """`at most +10`."""

    span: Span
    value: int


@frozen
class Least:
    """`at least -20`."""

    span: Span
    value: int


@frozen
class GroupOpen:
    """A group's header, up to its opening brace."""

    span: Span
    name: n.Text
    bounds: n.Bounds | None


@frozen
class Once:
    """`once per day`."""

    span: Span
    unit: n.Unit


@frozen
class ForWhen:
    """The `when` of a `for`."""

    span: Span
    condition: n.Expression


@frozen
class Otherwise:
    """`D otherwise`."""

    span: Span
    label: n.Name


@frozen
class Keeping:
    """`keeping domain(email)`."""

    span: Span
    value: n.Expression


@frozen
class ElseTo:
    """`else to "lead-desk@acme.example"`."""

    span: Span
    whom: n.Whom


@frozen
class Again:
    """`not again within 60 days`."""

    span: Span
    length: n.Duration


# --- declarations -----------------------------------------------------------------------------------


def kind(span: Span, lexeme: Lexeme) -> n.Kind:
    """The kind of a field."""
    return n.Kind(lexeme.word)


def list_of_texts(span: Span, name: n.Name, *entries: n.Text) -> n.ListDeclaration:
    """`list ICP: "VP *", "CTO"`."""
    return n.ListDeclaration(name, entries, span=span)


def list_file(span: Span, name: n.Name, path: n.Text, column: n.Name | None) -> n.ListFile:
    """`list competitors from "competitors.csv" column domain`."""
    return n.ListFile(name, path, column, span=span)


def total(span: Span, low: int, high: int | None) -> n.ScoreDeclaration:
    """`score from 0 to 100`."""
    return n.ScoreDeclaration(None, low, high, span=span)


def total_to(span: Span, high: int) -> n.ScoreDeclaration:
    """`score to 100`."""
    return n.ScoreDeclaration(None, None, high, span=span)


# --- rules --------------------------------------------------------------------------------------------


def rule_name(span: Span, name: n.Text, off: Lexeme | None) -> tuple[n.Text, bool]:
    """`rule "Pricing interest" off`."""
    return name, off is not None


def rule(
    span: Span, named: tuple[n.Text, bool] | None, body: n.When | n.ForEvents, *awards: n.Award
) -> n.Rule:
    """A whole rule."""
    name, off = named or (None, False)
    return n.Rule(name, off, body, awards, span=span)


def when(span: Span, condition: n.Expression) -> n.When:
    """`when CONDITION`."""
    return n.When(condition, span=span)


def word(span: Span, lexeme: Lexeme) -> str:
    """A keyword that the node keeps, in lower case."""
    return lexeme.word


def for_when(span: Span, condition: n.Expression) -> ForWhen:
    """`when CONDITION`, in a rule about events."""
    return ForWhen(span, condition)


def for_once(span: Span, unit: n.Unit) -> Once:
    """`once per day`."""
    return Once(span, unit)


def period(span: Span, lexeme: Lexeme) -> n.Unit:
    """`day`, `week`, `month`."""
    return n.Unit(lexeme.word)


def for_events(span: Span, which: str, event: Event, *rest: Tail | ForWhen | Once) -> n.ForEvents:
    """`for each visited blog in last 90 days when enterprise once per day`."""
    condition: n.Expression | None = None
    once: n.Unit | None = None
    tails: list[Tail] = []
    for part in rest:
        if isinstance(part, ForWhen):
            if condition is not None:
                raise twice(part.span, '"when"', "join the conditions with and")
            condition = part.condition
        elif isinstance(part, Once):
            if once is not None:
                raise twice(part.span, '"once per"', "keep one of them")
            once = part.unit
        else:
            tails.append(part)
    phrase, window = events_alone(event, tails, _counted)
    return n.ForEvents(which, phrase, window, condition, once, span=span)


def _counted(span: Span) -> SyntaxProblem:
    return SyntaxProblem(
        "for-takes-no-count",
        '"for" looks at one event at a time, so there is nothing to count here',
        span,
        'filter with where, e.g. where device = "phone"; to count events write when ... >= 2',
    )


def events_alone(
    event: Event, tails: list[Tail], counted: Callable[[Span], SyntaxProblem]
) -> tuple[Event, n.Window | None]:
    """Events and their window; `counted` says what is wrong where more is asked of them."""
    made = clause(event.span, event, *tails)
    if isinstance(made, Event):
        return made, None
    if isinstance(made, n.Clause) and isinstance(made.subject, Event):
        test, window = made.test, made.window
        if window is None and _is_window(test):
            assert isinstance(test, n.Between)
            assert isinstance(test.low, n.Moment)
            assert isinstance(test.high, n.Moment)
            return made.subject, n.BetweenMoments(test.low, test.high, span=test.span)
        if test is None:
            return made.subject, window
        raise counted(test.span)
    raise counted(made.span)


def _is_window(test: Test | None) -> bool:
    return (
        isinstance(test, n.Between)
        and not test.negated
        and isinstance(test.low, n.Moment)
        and isinstance(test.high, n.Moment)
    )


def twice(span: Span, what: str, hint: str) -> SyntaxProblem:
    """Something that may stand once stands twice."""
    return SyntaxProblem("said-twice", f"{what} stands here a second time", span, hint)


def points(
    span: Span, factor: int, amount: Lexeme, target: n.Name | None, *rest: Most | Least | n.Decay
) -> n.Points:
    """`+2 engagement at most +10`."""
    value = factor * whole_number(amount, "what a rule gives", "+10")
    decay: n.Decay | None = None
    bounds: list[Most | Least] = []
    for part in rest:
        if isinstance(part, n.Decay):
            if decay is not None:
                raise twice(part.span, "what the points lose in time", "keep one of fading and halving")
            decay = part
        else:
            bounds.append(part)
    return n.Points(value, target, bounds_of(bounds), decay, span=span)


def bounds_of(parts: list[Most | Least]) -> n.Bounds | None:
    """The bounds said, each at most once."""
    if not parts:
        return None
    most: int | None = None
    least: int | None = None
    for part in parts:
        if isinstance(part, Most):
            if most is not None:
                raise twice(part.span, '"at most"', "keep one of them")
            most = part.value
        else:
            if least is not None:
                raise twice(part.span, '"at least"', "keep one of them")
            least = part.value
    return n.Bounds(most, least, span=Span(parts[0].span.start, parts[-1].span.end))


def most(span: Span, value: int) -> Most:
    """`at most +10`."""
    return Most(span, value)


def least(span: Span, value: int) -> Least:
    """`at least -20`."""
    return Least(span, value)


def fading(span: Span, percent: Lexeme, every: n.Duration) -> n.Decay:
    """`fading 25% every 30 days`."""
    return n.Decay(whole_number(percent, "a percentage", "25%"), every, span=span)


def halving(span: Span, every: n.Duration) -> n.Decay:
    """`halving every 14 days`."""
    return n.Decay(None, every, span=span)


def tag(span: Span, text: n.Text) -> n.Tag:
    """`tag "german-speaking"`."""
    return n.Tag(text, span=span)


def group_open(span: Span, name: n.Text, *bounds: Most | Least) -> GroupOpen:
    """`group "Website" at most 30 {`."""
    return GroupOpen(span, name, bounds_of(list(bounds)))


# --- decisions ------------------------------------------------------------------------------------------


def grade(span: Span, name: n.Name | None, *parts: n.Band | Otherwise) -> n.Grade:
    """`grade fit: A from 40, D otherwise`."""
    bands: list[n.Band] = []
    otherwise: n.Name | None = None
    for part in parts:
        if otherwise is not None:
            if isinstance(part, Otherwise):
                raise twice(part.span, '"otherwise"', "keep one of them")
            raise SyntaxProblem(
                "otherwise-last", '"otherwise" comes last', part.span, "put this grade before it"
            )
        if isinstance(part, n.Band):
            bands.append(part)
        else:
            otherwise = part.label
    return n.Grade(name, tuple(bands), otherwise, span=span)


def band(span: Span, label: n.Name, start: int) -> n.Band:
    """`A from 40`."""
    return n.Band(label, start, span=span)


def band_otherwise(span: Span, label: n.Name) -> Otherwise:
    """`D otherwise`."""
    return Otherwise(span, label)


# --- handoffs -------------------------------------------------------------------------------------------

HandoffPart = Keeping | n.Answer | ElseTo | Again


def handoff_head(
    span: Span, name: n.Text, stage: n.Name, track: n.Name | None
) -> tuple[n.Text, n.Name, n.Name | None]:
    """`handoff "Enterprise" of SQL`."""
    return name, stage, track


def handoff_to(span: Span, whom: n.Whom, turn: Lexeme | None) -> tuple[n.Whom, bool]:
    """`to emea in turn`."""
    return whom, turn is not None


def handoff(
    span: Span,
    head: tuple[n.Text, n.Name, n.Name | None],
    condition: n.Expression | None,
    to: tuple[n.Whom, bool],
    *rest: HandoffPart | tuple[n.Name, ...] | None,
) -> n.Handoff:
    """A whole handoff, what follows its `to` in any order."""
    *parts, tell_part = rest
    once: dict[type, HandoffPart] = {}
    for part in parts:
        assert isinstance(part, HandoffPart)
        if type(part) in once:
            raise twice(part.span, _SAID[type(part)], "keep one of them")
        once[type(part)] = part
    keeping, again = once.get(Keeping), once.get(Again)
    return n.Handoff(
        *head,
        condition,
        *to,
        keeping.value if isinstance(keeping, Keeping) else None,
        _answer(once.get(n.Answer), once.get(ElseTo)),
        again.length if isinstance(again, Again) else None,
        tell_part if isinstance(tell_part, tuple) else (),
        span=span,
    )


_SAID: dict[type, str] = {
    Keeping: '"keeping"', n.Answer: '"answered by"', ElseTo: '"else to"', Again: '"not again within"',
}  # fmt: skip


def _answer(answer: HandoffPart | None, otherwise: HandoffPart | None) -> n.Answer | None:
    if not isinstance(otherwise, ElseTo):
        return answer if isinstance(answer, n.Answer) else None
    if not isinstance(answer, n.Answer):
        raise SyntaxProblem(
            "else-without-answer",
            '"else to" says who gets a lead that nobody answered in time, and no time is said',
            otherwise.span,
            "say what answers it and when, e.g. answered by contacted within 4 hours, else to ...",
        )
    return replace(answer, otherwise=otherwise.whom)


def keeping(span: Span, value: n.Expression) -> Keeping:
    """`keeping domain(email)`."""
    return Keeping(span, value)


def answered(span: Span, event: Event, within: n.Duration) -> n.Answer:
    """`answered by contacted within 4 hours`."""
    return n.Answer(event, within, working=False, otherwise=None, span=span)


def answered_working(span: Span, event: Event, within: n.Duration) -> n.Answer:
    """`answered by contacted within 4 working hours`."""
    return n.Answer(event, within, working=True, otherwise=None, span=span)


def working_time(span: Span, amount: Lexeme, unit: n.Unit) -> n.Duration:
    """`4 working hours`."""
    return duration(span, amount, unit)


def otherwise_to(span: Span, whom: n.Whom) -> ElseTo:
    """`else to "lead-desk@acme.example"`."""
    return ElseTo(span, whom)


def again(span: Span, length: n.Duration) -> Again:
    """`not again within 60 days`."""
    return Again(span, length)


def tell(span: Span, *names: n.Name) -> tuple[n.Name, ...]:
    """`tell crm, chat`."""
    return names
