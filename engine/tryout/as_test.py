"""A case as a test of the ruleset: what the rules read of it, and what they say of it today."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace

from ...grammar.frozen import frozen
from ...grammar.messages.diagnostics import Source
from ...grammar.syntax import nodes as n
from ...grammar.syntax.build_values import MOST_DIGITS
from ...grammar.syntax.nodes import Kind, Span, Unit
from ...grammar.syntax.parse import parse
from ...grammar.text.printer import text_of
from ..check.decisions import MAIN_TRACK
from ..check.expectations import TEST_NOW
from ..evaluator import Evaluator
from ..explain.decision import Decision
from ..personal import impersonal
from ..plan import Feed, Field, Plan
from ..score_one.facts import Event, instant_from, ready
from ..values import DAY, MICROSECONDS, date_of, moment_of
from .case import Case

_NOWHERE = Span(0, 0)
_MOST_TIMES = 10_000
_HOUR, _MINUTE = MICROSECONDS[Unit.HOUR], MICROSECONDS[Unit.MINUTE]

_Value = str | float | bool | dt.date | list[str]
_Age = Callable[[int], tuple[int, Unit]]
"""How old an event is said to be, from its age in microseconds."""


def as_test(evaluator: Evaluator, case: Case, name: str, ids: Collection[str] = ()) -> str | None:
    """The canonical text of a `test` that gives what the plan reads of a case and expects what comes of it.

    What tells who somebody is stays out: names, email addresses but for their domain, and `ids`. Ages of
    events are told in days, hours or minutes, as roughly as nothing of the decision changes by it, else the
    instants themselves. None where no test can say it, as with an event that has no name in rules, or where
    what the rules make of the case depends on who somebody is.
    """
    decision = evaluator.decide(case.facts(evaluator), case.now)
    described = _rough_facts(evaluator, _without_person(case, ids), decision)
    if described is None:
        return None
    at = None if case.now == TEST_NOW else n.Moment(moment_of(case.now), span=_NOWHERE)
    named = n.Text(" ".join(name.split()), span=_NOWHERE)
    expected = tuple(_expected(evaluator.plan, decision))
    text = text_of(n.Test(named, at, described, expected, span=_NOWHERE))
    return None if parse(Source(text)).diagnostics else text


def _without_person(case: Case, ids: Collection[str]) -> Case:
    """A case in which nothing tells who somebody is."""

    def without(name: str, value: object) -> object:
        if isinstance(value, list | tuple):
            return [without(name, entry) for entry in value]
        return impersonal(name, value, ids) if isinstance(value, str) else value

    events = tuple(
        replace(
            event,
            object=None if event.object is None else impersonal("", event.object, ids),
            properties={name: without(name, value) for name, value in event.properties.items()},
        )
        for event in case.events
    )
    return Case({name: without(name, value) for name, value in case.fields.items()}, events, case.now)


def _rough_facts(evaluator: Evaluator, case: Case, decision: Decision) -> tuple[n.Given, ...] | None:
    """The facts as roughly as can be; None where they cannot be told so that the same comes of them."""
    fields = {
        field.name: value for field in evaluator.plan.fields if (value := _field(field, case)) is not None
    }
    happened = tuple(_writable(event) for event in case.events if _instant(event) <= case.now)
    for age in (_in_days, _in_hours, _in_minutes, None):
        events = happened if age is None else tuple(_aged(event, case.now, age) for event in happened)
        rough = Case(fields, events, case.now)
        if _same(evaluator.decide(rough.facts(evaluator), case.now), decision):
            given = _events(evaluator, rough, age)
            return None if given is None else (*map(_given_field, fields.items()), *given)
    return None


def _same(one: Decision, other: Decision) -> bool:
    """Whether two decisions say the same, whatever was found on the way."""
    fired = [[(rule.identity, rule.fired) for rule in decision.rules] for decision in (one, other)]
    return fired[0] == fired[1] and all(
        getattr(one, what) == getattr(other, what)
        for what in ("total", "scores", "stages", "grades", "tags", "disqualified", "lines")
    )


# --- values -----------------------------------------------------------------------------------


def _field(field: Field, case: Case) -> _Value | None:
    """What a field holds, as a test can write it; None where it is unknown."""
    given = case.fields.get(field.column)
    prepared = ready(field.kind, given)
    if prepared is None:
        return None
    match field.kind:
        case Kind.TEXT:
            return str(given).strip()
        case Kind.TEXTS:
            entries = given if isinstance(given, list | tuple) else [given]
            return [entry.strip() for entry in entries if isinstance(entry, str) and entry.strip()]
        case Kind.DATE:
            return date_of(int(prepared))  # type: ignore[arg-type]
        case Kind.DATETIME:
            return moment_of(int(prepared))  # type: ignore[arg-type]
        case Kind.NUMBER:
            return _rounded(float(prepared))  # type: ignore[arg-type]
        case Kind.YES_NO:
            return bool(prepared)


def _given_field(named: tuple[str, _Value]) -> n.GivenField:
    name, value = named
    made = tuple(map(_literal, value)) if isinstance(value, list) else _literal(value)
    return n.GivenField(n.Name(name, span=_NOWHERE), made, span=_NOWHERE)


def _literal(value: str | float | bool | dt.date) -> n.Expression:
    match value:
        case bool():
            return n.YesNo(value, span=_NOWHERE)
        case str():
            return n.Text(value, span=_NOWHERE)
        case dt.date():
            return n.Moment(value, span=_NOWHERE)
    number = n.Number(abs(value), _written(abs(value)), span=_NOWHERE)
    return n.Negative(number, span=_NOWHERE) if value < 0 else number


def _rounded(value: float) -> float:
    """A number as near as the digits allow that a test may write; the largest where it is larger."""
    unreal = isinstance(value, float) and math.isnan(value)
    size = 0 if unreal else min(abs(value), 10**MOST_DIGITS - 1)
    return math.copysign(float(_written(float(size))), 1 if value > 0 else -1)


def _written(size: float) -> str:
    decimals = MOST_DIGITS - len(str(int(size)))
    whole, _, fraction = f"{size:.{decimals}f}".partition(".")
    fraction = fraction.rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole


# --- events -----------------------------------------------------------------------------------


def _in_days(age: int) -> tuple[int, Unit]:
    return (age // DAY, Unit.DAY) if age >= 2 * DAY else _in_hours(age)


def _in_hours(age: int) -> tuple[int, Unit]:
    return (age // _HOUR, Unit.HOUR) if age >= 2 * _HOUR else _in_minutes(age)


def _in_minutes(age: int) -> tuple[int, Unit]:
    return age // _MINUTE, Unit.MINUTE


def _writable(event: Event) -> Event:
    """The event with its properties as a test can write them; others say nothing to rules."""
    described = {
        key: value if isinstance(value, str | bool) else _rounded(value)
        for key, value in event.properties.items()
        if isinstance(value, str | bool | int | float)
    }
    return replace(event, properties=described)


def _aged(event: Event, now: int, age: _Age) -> Event:
    """The event as old as it would be said to be."""
    amount, unit = age(now - instant_from(event.at))
    return replace(event, at=moment_of(now - amount * MICROSECONDS[unit]))


@frozen
class _Happened:
    """An event as a test would give it; equal ones are given together."""

    name: str
    object: str | None
    properties: tuple[tuple[str, _Value], ...]
    at: int


def _events(evaluator: Evaluator, case: Case, age: _Age | None) -> list[n.GivenEvent] | None:
    """What the plan reads of the events, the latest first; None where one of them cannot be told."""
    counts: Counter[_Happened] = Counter()
    for event in sorted(case.events, key=_instant, reverse=True):
        if evaluator.classes.code(event.type, event.object, event.properties):
            described = _happened(evaluator, event)
            if described is None:
                return None
            counts[described] += 1
    return [
        _given(described, part, case.now, age)
        for described, times in counts.items()
        for part in _portions(times)
    ]


def _portions(times: int) -> Iterator[int]:
    while times > _MOST_TIMES:
        yield _MOST_TIMES
        times -= _MOST_TIMES
    yield times


def _instant(event: Event) -> int:
    return instant_from(event.at)


def _happened(evaluator: Evaluator, event: Event) -> _Happened | None:
    named = _name_of(evaluator.plan, event.type)
    if named is None:
        return None
    name, feed = named
    object_ = event.object if feed.by is None else event.properties.get(feed.by)
    code = evaluator.classes.code(event.type, event.object, event.properties)
    columns = evaluator.classes.known[code].columns
    read = {column.name for column in columns if column is not None and column.name is not None}
    properties = tuple(
        (key, event.properties[key])
        for key in sorted(read - {feed.by})
        if event.properties.get(key) not in (None, "")
    )
    thing = object_.strip() or None if isinstance(object_, str) else None
    return _Happened(name, thing, properties, _instant(event))


def _name_of(plan: Plan, type_: str) -> tuple[str, Feed] | None:
    """What rules call events of a type: a test means the first feed of a name."""
    for selector in plan.selectors:
        if selector.feeds[0].type == type_:
            return selector.name, selector.feeds[0]
    return None


def _given(described: _Happened, times: int, now: int, age: _Age | None) -> n.GivenEvent:
    ago, on = None, None
    if age is None:
        on = n.Moment(moment_of(described.at), span=_NOWHERE)
    elif described.at != now:
        ago = n.Duration(*age(now - described.at), span=_NOWHERE)
    return n.GivenEvent(
        n.Name(described.name, span=_NOWHERE),
        None if described.object is None else n.Text(described.object, span=_NOWHERE),
        times,
        ago,
        on,
        tuple(map(_given_field, described.properties)),
        span=_NOWHERE,
    )


# --- what is expected -------------------------------------------------------------------------


def _expected(plan: Plan, decision: Decision) -> Iterator[n.Expect]:
    for name, value in decision.scores.items():
        yield n.ExpectScore(n.Name(name, span=_NOWHERE), "=", value, negated=False, span=_NOWHERE)
    yield n.ExpectScore(None, "=", decision.total, negated=False, span=_NOWHERE)
    if decision.disqualified:
        yield n.ExpectDisqualified(negated=False, span=_NOWHERE)
    elif plan.stages:
        for track, stage in decision.stages.items():
            among = None if track == MAIN_TRACK else n.Name(track, span=_NOWHERE)
            named = None if stage is None else n.Name(stage, span=_NOWHERE)
            yield n.ExpectStage(among, named, negated=False, span=_NOWHERE)
    for score, label in decision.grades.items():
        graded = n.Name(score, span=_NOWHERE) if score else None
        yield n.ExpectGrade(graded, n.Name(label, span=_NOWHERE), negated=False, span=_NOWHERE)
    for tag in decision.tags:
        yield n.ExpectTag(n.Text(tag, span=_NOWHERE), negated=False, span=_NOWHERE)
