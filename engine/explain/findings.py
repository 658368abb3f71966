"""The conditions of a plan as they were found on one lead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ...grammar.frozen import frozen
from ...grammar.syntax.nodes import Kind
from ..plan import (
    Aggregation,
    All,
    Any,
    Calculation,
    Clause,
    Condition,
    Constant,
    DaysBetween,
    DefineValue,
    Domain,
    FieldValue,
    Holds,
    Not,
    Plan,
    ScoreValue,
    SignalValue,
    SureValue,
    Value,
)
from ..plan.walk import operands
from ..score_one.facts import MEMO_LIMIT, Facts
from ..values import DAY, Prepared, date_of
from . import words
from .decision import Finding
from .plan_index import Moments, PlanIndex

SHOWN = 10
"""How many instants a finding tells, the latest."""

Truth = bool | None

Tell = Callable[["Found"], str]
"""Says in words what was found of a value."""


@dataclass(slots=True)
class Found:
    """What the generated functions found on one lead: all that an explanation is made from."""

    parts: PlanIndex
    facts: Facts
    now: int
    total: int
    scores: tuple[int, ...]
    truths: tuple[Truth, ...]
    values: tuple[Prepared, ...]
    instants: tuple[list[int], ...]

    @property
    def moments(self) -> Moments:
        """The datetimes of instants, by the clocks of the plan's zone."""
        return self.parts.moments

    @property
    def plan(self) -> Plan:
        """The plan that was evaluated."""
        return self.parts.plan

    def truth(self, condition: Condition) -> Truth:
        """Whether a condition is true, false or (None) unknown."""
        match condition:
            case All(items=items):
                return conjunction([self.truth(item) for item in items])
            case Any(items=items):
                return negated(conjunction([negated(self.truth(item)) for item in items]))
            case Not(item=item):
                return negated(self.truth(item))
            case Holds(define=define):
                body = self.plan.definitions[define].condition
                assert body is not None
                return self.truth(body)
            case _:
                return self.truths[self.parts.places[id(condition)]]

    def value(self, value: Value) -> Prepared:
        """A value as it was found."""
        match value:
            case Constant(value=constant):
                return constant
            case FieldValue(field=number):
                return self.facts.fields[number]
            case ScoreValue(score=score):
                return self.total if score is None else self.scores[score]
            case _:
                return self.values[self.parts.values[value]]

    def latest(self, selections: tuple[int, ...]) -> tuple[dt.datetime, ...]:
        """The latest instants of the events of some selections."""
        if not selections:
            return ()
        if len(selections) == 1:
            return self.shown(self.instants[selections[0]])
        return self.shown(sorted(at for selection in selections for at in self.instants[selection]))

    def shown(self, instants: Sequence[int]) -> tuple[dt.datetime, ...]:
        """The latest of instants in ascending order, as datetimes."""
        return tuple(map(self.moments.__getitem__, instants[-SHOWN:])) if instants else ()


def conjunction(truths: Sequence[Truth]) -> Truth:
    """Kleene's and."""
    if any(truth is False for truth in truths):
        return False
    return None if any(truth is None for truth in truths) else True


def negated(truth: Truth) -> Truth:
    """Kleene's not."""
    return None if truth is None else not truth


_new = tuple.__new__
_NONE = words.times(0)

TRUTHS = {True: "yes", False: "no", None: words.UNKNOWN}
"""A truth in words."""


def clause_words(parts: PlanIndex, clause: Clause) -> Callable[[Found], str]:
    """A function that says in words what was found of all that a clause compares, constants left out."""
    compared = [value for value in operands(clause) if not isinstance(value, Constant)]
    if not compared:
        place = parts.places[id(clause)]
        return lambda found: TRUTHS[found.truths[place]]
    if len(compared) == 1:
        return found_value_words(parts, compared[0])
    each = [found_value_words(parts, value) for value in compared]
    return lambda found: " against ".join([tell(found) for tell in each])


def found_value_words(parts: PlanIndex, value: Value) -> Callable[[Found], str]:
    """A function that says in words what was found of a value, text as it was written."""
    kind = value.kind
    match value:
        case FieldValue(field=number):
            return _field_words(parts, number, kind)
        case Domain(of=FieldValue(field=number)):
            place, default = parts.values[value], parts.plan.fields[number].written
            return lambda found: words.domain_words(_given(found, number) or default, found.values[place])
        case SignalValue(signal=number):
            return _signal_words(parts, number, parts.values[value])
        case ScoreValue(score=None):
            return lambda found: words.number_words(found.total)
        case ScoreValue(score=int(score)):
            return lambda found: words.number_words(found.scores[score])
        case SureValue():
            place = parts.values[value]
            return lambda found: str(found.values[place])
        case DaysBetween(of=SignalValue()):
            place = parts.values[value]
            return lambda found: "never" if found.values[place] is None else _days(found.values[place], kind)
        case DaysBetween():
            place = parts.values[value]
            return lambda found: _days(found.values[place], kind)
        case _:
            return lambda found: words.prepared_words(kind, found.value(value))


def _field_words(parts: PlanIndex, number: int, kind: Kind) -> Callable[[Found], str]:
    default = parts.plan.fields[number].written
    by_text: dict[str, str] = {}

    def words_of(found: Found) -> str:
        given, value = _given(found, number), found.facts.fields[number]
        if given.__class__ is not str:
            if value is None and given is None and default is None:
                return words.UNKNOWN
            return words.given_words(kind, given, value, default)
        # What a text comes to never differs, and most fields hold few distinct ones.
        text = by_text.get(given)
        if text is None:
            text = words.given_words(kind, given, value, default)
            if len(by_text) < MEMO_LIMIT:
                by_text[given] = text
        return text

    return words_of


def _given(found: Found, number: int) -> object:
    return found.facts.given[number] if found.facts.given else None


def _days(days: Prepared, kind: Kind) -> str:
    return (
        words.plural(int(days), "day") if isinstance(days, int | float) else words.prepared_words(kind, days)
    )


def _whole(value: Prepared) -> int:
    """A count, which is never unknown."""
    assert isinstance(value, int | float)
    return int(value)


def _signal_words(parts: PlanIndex, number: int, place: int) -> Callable[[Found], str]:
    signal = parts.plan.signals[number]
    kind = signal.kind
    match signal.aggregation:
        case Aggregation.COUNT:
            return CountWords(place, parts.selections[signal.events])
        case Aggregation.DISTINCT:
            return lambda found: f"{_whole(found.values[place])} different"
        case Aggregation.PERIODS:
            return lambda found: words.plural(_whole(found.values[place]), "day")
        case _:
            return lambda found: words.prepared_words(kind, found.values[place])


@frozen
class CountWords:
    """Says in words how often events came: the places of their number and of their instants."""

    value: int
    events: int

    def __call__(self, found: Found) -> str:
        """What was found on a lead."""
        return counts_words(found, [(self.value, self.events)])[0]


@lru_cache(maxsize=16_384)
def _counted(count: int, day: int) -> str:
    """How often, and on which day last."""
    return f"{words.times(count)}, {'on' if count == 1 else 'last on'} {date_of(day).isoformat()}"


def counts_words(found: Found, counts: Sequence[tuple[int, int]]) -> list[str]:
    """How often events came that are counted, each by the places of its number and of its instants."""
    values, instants, zone = found.values, found.instants, found.parts.plan.zone
    day_of = _utc_day if zone.is_utc else zone.day
    return [
        (_counted(count, day_of(at[-1])) if (at := instants[events]) else words.times(count))  # type: ignore[arg-type]
        if (count := values[value])
        else _NONE
        for value, events in counts
    ]


def _utc_day(instant: int) -> int:
    return instant // DAY


def events_findings(found: Found, asked: Sequence[tuple[str, Sequence[int]]]) -> list[Finding]:
    """The events that rules pay for: each in words, and their instants in ascending order."""
    zone, moment = found.plan.zone, found.moments.__getitem__
    is_utc = zone.is_utc
    made = []
    for text, paid in asked:
        if paid:
            last = paid[-1]
            said = _counted(len(paid), last // DAY if is_utc else zone.day(last))
            fields = (text, said, True, None, tuple(map(moment, paid[-SHOWN:])), None, ())
        else:
            fields = (text, _NONE, False, None, (), None, ())
        made.append(_new(Finding, fields))
    return made


def unknown_of(found: Found, clause: Clause) -> str | None:
    """The blank field for which a clause is neither true nor false; None where no field is to blame."""
    return next((name for value in operands(clause) if (name := blank_in(found, value))), None)


def blank_in(found: Found, value: Value) -> str | None:
    """The blank field that made a value unknown; None for a known value, and where no field is to blame."""
    if found.value(value) is not None:
        return None
    within: tuple[Value, ...] = ()
    match value:
        case FieldValue(field=number):
            return found.plan.fields[number].name
        case Calculation(left=left, right=right):
            within = (left, right)
        case DaysBetween(of=of) | Domain(of=of):
            within = (of,)
        case DefineValue(define=define):
            body = found.plan.definitions[define].value
            within = () if body is None else (body,)
    return next((name for part in within if (name := blank_in(found, part))), None)
