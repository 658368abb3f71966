"""Nodes for tests, made from the parts that the parser gives."""

from __future__ import annotations

from dataclasses import replace

from ..frozen import frozen
from ..messages.diagnostics import SyntaxProblem
from . import nodes as n
from .build_conditions import Tail
from .build_statements import events_alone, twice
from .build_values import Event, whole_number
from .nodes import Lexeme, Span


@frozen
class Times:
    """`3 times`."""

    span: Span
    count: int


@frozen
class Ago:
    """`2 days ago`."""

    span: Span
    length: n.Duration


@frozen
class On:
    """`on 2026-01-10`."""

    span: Span
    moment: n.Moment


@frozen
class With:
    """`with a = 1 and b = 2`."""

    span: Span
    properties: tuple[n.GivenField, ...]


@frozen
class Facts:
    """One `given`."""

    facts: tuple[n.Given, ...]


@frozen
class Expectations:
    """One `expect`."""

    items: tuple[n.Expect, ...]


def test(span: Span, name: n.Text, at: n.Moment | None, *parts: Facts | Expectations) -> n.Test:
    """A whole test."""
    given = tuple(fact for part in parts if isinstance(part, Facts) for fact in part.facts)
    expect = tuple(item for part in parts if isinstance(part, Expectations) for item in part.items)
    return n.Test(name, at, given, expect, span=span)


def given(span: Span, *facts: n.Given) -> Facts:
    """`given title = "CTO", visited pricing`."""
    return Facts(facts)


def given_field(span: Span, name: n.Name, value: n.Expression) -> n.GivenField:
    """`title = "CTO"`."""
    return n.GivenField(name, value, span=span)


def given_texts(span: Span, name: n.Name, *values: n.Expression) -> n.GivenField:
    """`interests = ("a", "b")`."""
    return n.GivenField(name, values, span=span)


def given_unknown(span: Span, name: n.Name) -> n.GivenField:
    """`title is unknown`."""
    return n.GivenField(name, None, span=span)


def times_given(span: Span, count: Lexeme) -> Times:
    """`3 times`."""
    value = whole_number(count, "how often something happened", "3 times")
    if value == 0:
        raise SyntaxProblem(
            "zero-amount", "an event that never happened is no fact", span, "leave the event out"
        )
    return Times(span, value)


def ago(span: Span, length: n.Duration) -> Ago:
    """`2 days ago`."""
    return Ago(span, length)


def on(span: Span, moment: n.Moment) -> On:
    """`on 2026-01-10`."""
    return On(span, moment)


def with_properties(span: Span, *properties: n.GivenField) -> With:
    """`with a = 1 and b = 2`."""
    return With(span, properties)


def given_event(
    span: Span, type_: n.Name, object_: n.Text | None, *parts: Times | Ago | On | With
) -> n.GivenEvent:
    """`visited pricing 3 times 2 days ago with device = "phone"`, the parts in any order."""
    times = [part for part in parts if isinstance(part, Times)]
    ages = [part for part in parts if isinstance(part, Ago | On)]
    properties = [part for part in parts if isinstance(part, With)]
    for found, what in ((times, '"times"'), (ages, "the time of the event"), (properties, '"with"')):
        if len(found) > 1:
            raise twice(found[1].span, what, "keep one of them")
    age = ages[0] if ages else None
    return n.GivenEvent(
        type_,
        object_,
        times[0].count if times else 1,
        age.length if isinstance(age, Ago) else None,
        age.moment if isinstance(age, On) else None,
        properties[0].properties if properties else (),
        span=span,
    )


def expect(span: Span, *items: n.Expect) -> Expectations:
    """`expect fit = 25 and stage = SQL`."""
    return Expectations(items)


def expect_not(span: Span, item: n.Expect) -> n.Expect:
    """`not stage = SQL`."""
    whole = Span(span.start, span.end, span.tokens + item.span.tokens)
    return replace(item, negated=not item.negated, span=whole)


def expect_total(span: Span, operator: str, value: int) -> n.ExpectScore:
    """`score >= 80`."""
    return n.ExpectScore(None, operator, value, negated=False, span=span)


def expect_score(span: Span, name: n.Name, operator: str, value: int) -> n.ExpectScore:
    """`fit = 25`."""
    return n.ExpectScore(name, operator, value, negated=False, span=span)


def expect_stage(span: Span, track: n.Name | None, equal: Lexeme, stage: n.Name) -> n.ExpectStage:
    """`stage in product = PQL`; the bare word `none` is no stage."""
    bare = stage.span.end - stage.span.start == len("none")
    wanted = None if bare and stage.text.lower() == "none" else stage
    return n.ExpectStage(track, wanted, _is_unequal(equal), span=span)


def expect_grade(span: Span, score: n.Name | None, equal: Lexeme, label: n.Name) -> n.ExpectGrade:
    """`grade fit = A`."""
    return n.ExpectGrade(score, label, _is_unequal(equal), span=span)


def _is_unequal(sign: Lexeme) -> bool:
    return sign.kind == "UNEQUAL"


def expect_tag(span: Span, text: n.Text) -> n.ExpectTag:
    """`tag "german-speaking"`."""
    return n.ExpectTag(text, negated=False, span=span)


def expect_rule(span: Span, name: n.Text) -> n.ExpectRule:
    """`rule "Pricing interest" fires`."""
    return n.ExpectRule(name, negated=False, span=span)


def expect_handoff(span: Span, name: n.Text) -> n.ExpectHandoff:
    """`handoff "Enterprise"`."""
    return n.ExpectHandoff(name, negated=False, span=span)


def expect_disqualified(span: Span, *_word: Lexeme) -> n.ExpectDisqualified:
    """`disqualified`."""
    return n.ExpectDisqualified(negated=False, span=span)


# --- guarantees -----------------------------------------------------------------------------------------


def often(span: Span, lexeme: Lexeme) -> bool:
    """`always`, or `never`."""
    return lexeme.word == "always"


def promised(span: Span, always: bool, outcome: n.Expect) -> n.Promised:
    """`never stage = SQL`."""
    return n.Promised(always, outcome, span=span)


def total_of_trend(span: Span) -> None:
    """`score`, the total."""


def direction(span: Span, lexeme: Lexeme) -> bool:
    """`rises`, or `falls`."""
    return lexeme.word == "rises"


def trend(span: Span, score: n.Name | None, rises: bool, event: Event, *rest: Tail) -> n.Trend:
    """`score never falls with visited pricing in last 60 days`."""
    of, window = events_alone(event, list(rest), _counted)
    return n.Trend(score, rises, of, window, span=span)


def _counted(span: Span) -> SyntaxProblem:
    return SyntaxProblem(
        "trend-takes-no-count",
        "one more event, or a higher value, is compared with none here, so there is nothing to count",
        span,
        "name the event or the field alone, e.g. score never falls with visited pricing in last 60 days",
    )


def guarantee(span: Span, name: n.Text, promise: n.Promised, condition: n.Expression) -> n.Guarantee:
    """A guarantee about the leads of which a condition is true."""
    return n.Guarantee(name, promise, condition, span=span)


def guaranteed_trend(span: Span, name: n.Text, promise: n.Trend) -> n.Guarantee:
    """A guarantee about what one event more, or a higher value, does."""
    return n.Guarantee(name, promise, None, span=span)
