"""What would have to become known of a lead, or happen, for a condition to be as it is wanted.

A field that is known is never changed, and what has happened is not undone: such a condition has
no answer. Where any of several will do, the answer is the one with the fewest changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from ...grammar.frozen import frozen
from ...grammar.spec.operators import CONTRARY
from ...grammar.syntax.nodes import Kind
from ..explain import words
from ..explain.findings import Found
from ..plan import (
    Aggregation,
    All,
    Any,
    Clause,
    Compare,
    Condition,
    Constant,
    DefineValue,
    Domain,
    FieldValue,
    Given,
    Holds,
    IsKnown,
    IsYes,
    Matches,
    Measure,
    Not,
    OneOf,
    Pattern,
    PropertyValue,
    ScoreValue,
    Selection,
    SignalValue,
    Value,
)
from ..score_one.facts import Event
from ..values import moment_of
from .case import Case

_MOST_EVENTS = 20
_ANYTHING = {Kind.TEXT: "something", Kind.NUMBER: 1, Kind.YES_NO: True}


@frozen
class Happening:
    """An event that would happen, so many minutes ago."""

    type: str
    object: str | None
    properties: tuple[tuple[str, Given], ...]
    minutes_ago: int = 0


@frozen
class Change:
    """One thing that would become known or happen, in words: fields by their names in the data, or events.
    `loose`: any other value of the field would do as well."""

    words: str
    fields: tuple[tuple[str, object], ...] = ()
    events: tuple[Happening, ...] = ()
    loose: bool = False


Changes = tuple[Change, ...]


def changed(case: Case, changes: Iterable[Change]) -> Case:
    """A lead with changes made to it."""
    told, now = list(changes), moment_of(case.now)
    fields = {name: value for change in told for name, value in change.fields}
    events = [
        Event(one.type, now - timedelta(minutes=one.minutes_ago), one.object, dict(one.properties))
        for change in told
        for one in change.events
    ]
    return Case({**case.fields, **fields}, (*case.events, *events), case.now)


def joined(several: Iterable[Changes]) -> Changes | None:
    """All changes at once, each of them once; None where two would make one field different."""
    by_field: dict[tuple[str, ...], Change] = {}
    found: dict[Change, None] = {}
    for change in (one for changes in several for one in changes):
        names = tuple(name for name, _ in change.fields)
        before = by_field.get(names) if names else None
        if before is None or before.loose:
            if before is not None:
                del found[before]
            found[change] = None
            by_field[names] = change
        elif not change.loose and change.fields != before.fields:
            return None
    return tuple(found)


def changes_to(found: Found, condition: Condition, wanted: bool = True) -> Changes | None:
    """What would make a condition true (or false) on a lead; None where nothing would. What it asks of scores
    is left to the rules that give them."""
    if found.truth(condition) is wanted:
        return ()
    match condition:
        case Not(item=item):
            return changes_to(found, item, not wanted)
        case Holds(define=define):
            body = found.plan.definitions[define].condition
            return None if body is None else changes_to(found, body, wanted)
        case All(items=items) | Any(items=items):
            several = [changes_to(found, item, wanted) for item in items]
            possible = [one for one in several if one is not None]
            if isinstance(condition, All) is not wanted:
                return min(possible, key=len, default=None)
            return joined(possible) if len(possible) == len(several) else None
        case _:
            return _of_clause(found, condition, wanted)


def _of_clause(found: Found, clause: Clause, wanted: bool) -> Changes | None:
    subject = _entered(found, clause.left if isinstance(clause, Compare) else clause.value)
    match subject:
        case ScoreValue():
            return ()
        case FieldValue(field=number, kind=kind) if found.facts.fields[number] is None:
            value = _value_for(clause, kind, wanted)
        case Domain(of=FieldValue(field=number)) if found.facts.fields[number] is None:
            text = _value_for(clause, Kind.TEXT, wanted)
            value = None if text is None else f"someone@{text}"
        case SignalValue(signal=number) if wanted:
            return _of_signal(found, found.plan.signals[number], clause)
        case _:
            return None
    if value is None:
        return None
    field, loose = found.plan.fields[number], isinstance(clause, IsKnown)
    said = clause.origin.text if wanted else f"not {clause.origin.text}"
    return (Change(said, ((field.column, value),), loose=loose),)


def _entered(found: Found, value: Value) -> Value:
    """A value, or what a definition of it is."""
    while isinstance(value, DefineValue):
        body = found.plan.definitions[value.define].value
        assert body is not None
        value = body
    return value


def _value_for(clause: Clause, kind: Kind, wanted: bool) -> object:
    """A value of a blank field or property for which a clause is as wanted; None where none is known."""
    match clause:
        case Compare(operator=operator, right=Constant(value=int() | float() as limit)) if (
            kind is Kind.NUMBER
        ):
            operator = operator if wanted else CONTRARY[operator]
            return limit + {">": 1, "!=": 1, "<": -1}.get(operator, 0)
        case Compare(operator=operator, right=Constant(value=str() as text)) if kind is Kind.TEXT:
            return text if (operator == "=") is wanted else f"other than {text}"
        case OneOf(patterns=(first, *_)) if wanted and kind is Kind.TEXT:
            return _text_of(first)
        case OneOf(constants=(Constant(value=int() | float() as number), *_)) if (
            wanted and kind is Kind.NUMBER
        ):
            return number
        case Matches(pattern=pattern) if wanted and kind is Kind.TEXT:
            return _text_of(pattern)
        case IsKnown(known=known) if known is wanted:
            return _ANYTHING.get(kind)
        case IsYes():
            return wanted
    return None


def _text_of(pattern: Pattern) -> str:
    return pattern.exact or "x".join(pattern.parts) or "x"


# --- events -----------------------------------------------------------------------------------------


def _of_signal(found: Found, signal: Measure, clause: Clause) -> Changes | None:
    plan = found.plan
    event = happening(found, signal.events)
    if event is None:
        return None
    match clause:
        case IsYes() if signal.aggregation is Aggregation.FOLLOWED and signal.then is not None:
            then = happening(found, signal.then)
            if then is None:
                return None
            first = Happening(event.type, event.object, event.properties, 1)
            return (Change(words.signal_words(plan, signal), events=(first, then)),)
        case Compare(operator=">=" | ">" | "=" as operator, right=Constant(value=int() | float() as limit)):
            if signal.aggregation not in (Aggregation.COUNT, Aggregation.SEEN):
                return None
            now = found.value(clause.left)
            short = int(limit) + (operator == ">") - (int(now) if isinstance(now, int | float) else 0)
            if 0 < short <= _MOST_EVENTS:
                return (of_event(found, signal.events, event, short),)
        case IsKnown(known=True):
            return (of_event(found, signal.events, event, 1),)
    return None


def of_event(found: Found, selection: Selection, event: Happening, times: int) -> Change:
    """An event that happens so many times now."""
    before = bool(found.instants[found.parts.selections[selection]]) if _is_known(found, selection) else False
    said = words.event_words(found.plan, selection)
    often = f"{said}, {times} times" if times > 1 else said
    return Change(
        f"{often} more" if before and times > 1 else f"{often} again" if before else often,
        (),
        (event,) * times,
    )


def _is_known(found: Found, selection: Selection) -> bool:
    return selection in found.parts.selections


def happening(found: Found, selection: Selection) -> Happening | None:
    """An event that a selection takes, if it happens now; None where none is known."""
    plan = found.plan
    selector = plan.selectors[selection.selector]
    if not selector.feeds:
        return None
    feed = selector.feeds[0]
    object_ = (
        None
        if selector.object is None
        else selector.written
        if selector.object.exact
        else _text_of(selector.object)
    )
    properties = {} if selection.where is None else _properties(selection.where)
    if properties is None:
        return None
    if feed.by is not None and object_ is not None:
        return Happening(feed.type, None, tuple({**properties, feed.by: object_}.items()))
    return Happening(feed.type, object_, tuple(properties.items()))


def _properties(where: Condition) -> dict[str, object] | None:
    """Properties with which an event passes a filter."""
    match where:
        case All(items=items):
            several = [_properties(item) for item in items]
            return (
                None
                if None in several
                else {name: value for one in several for name, value in (one or {}).items()}
            )
        case Any(items=items):
            return next((one for item in items if (one := _properties(item)) is not None), None)
        case Not() | Holds():
            return None
        case _:
            subject = where.left if isinstance(where, Compare) else where.value
            if not isinstance(subject, PropertyValue):
                return None
            value = _value_for(where, subject.kind, True)
            return None if value is None else {subject.name: value}
