"""The conditions of a plan as they were found on one lead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..explain.decision import Finding
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
    Each,
    FieldValue,
    Holds,
    Not,
    Plan,
    PropertyValue,
    ScoreValue,
    SignalValue,
    Value,
)
from ..plan.walk import operands
from ..plan.walk import parts as inner
from ..values import Prepared
from . import words
from .facts import Facts
from .parts import Parts

SHOWN = 10
"""How many instants a finding tells, the latest."""

Truth = bool | None


@dataclass(slots=True)
class Found:
    """What the generated functions found on one lead: all that an explanation is made from."""

    parts: Parts
    facts: Facts
    total: int
    scores: tuple[int, ...]
    truths: tuple[Truth, ...]
    values: tuple[Prepared, ...]
    instants: tuple[list[int], ...]
    defined: dict[int, Finding] = field(default_factory=dict)

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
                return self.defined_as(define).truth
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

    def defined_as(self, define: int) -> Finding:
        """The finding of a define that is a condition, made once."""
        found = self.defined.get(define)
        if found is None:
            definition = self.plan.definitions[define]
            assert definition.condition is not None
            found = finding(self, definition.condition)
            self.defined[define] = found
        return found


def conjunction(truths: Sequence[Truth]) -> Truth:
    """Kleene's and."""
    if any(truth is False for truth in truths):
        return False
    return None if any(truth is None for truth in truths) else True


def negated(truth: Truth) -> Truth:
    """Kleene's not."""
    return None if truth is None else not truth


_TRUTHS = {True: "yes", False: "no", None: words.UNKNOWN}


def finding(found: Found, condition: Condition) -> Finding:
    """A condition as it was found, with its parts."""
    match condition:
        case All(items=items):
            parts = tuple(finding(found, item) for item in items)
            return _joined(condition, "all", parts, conjunction([part.truth for part in parts]))
        case Any(items=items):
            parts = tuple(finding(found, item) for item in items)
            truth = negated(conjunction([negated(part.truth) for part in parts]))
            return _joined(condition, "any", parts, truth)
        case Not(item=item):
            part = finding(found, item)
            return _joined(condition, "not", (part,), negated(part.truth))
        case Holds(define=define):
            body = found.defined_as(define)
            return _joined(condition, "define", (body,), body.truth)
        case _:
            return _clause(found, condition)


def _joined(condition: Condition, joined: str, parts: tuple[Finding, ...], truth: Truth) -> Finding:
    unknown = next((part.unknown for part in parts if part.truth is None), None) if truth is None else None
    return Finding(condition.origin.text, _TRUTHS[truth], truth, unknown, (), joined, parts)


def _clause(found: Found, clause: Clause) -> Finding:
    truth = found.truth(clause)
    asked = operands(clause)
    unknown = None
    if truth is None:
        unknown = next((name for value in asked if (name := unknown_in(found, value))), None)
    return Finding(
        clause.origin.text, found_words(found, clause), truth, unknown, words.utc(_instants(found, asked))
    )


def found_words(found: Found, clause: Clause) -> str:
    """What was found of the values that a clause compares, constants left out."""
    told = [_told(found, value) for value in operands(clause) if not isinstance(value, Constant)]
    return " against ".join(told) if told else _TRUTHS[found.truth(clause)]


def _told(found: Found, value: Value) -> str:
    prepared = found.value(value)
    match value:
        case FieldValue(field=number):
            given = found.facts.given[number] if found.facts.given else None
            return words.given_words(value.kind, given, prepared)
        case SignalValue(signal=number):
            return _signal(found, number, prepared)
        case DaysBetween(of=SignalValue()) if prepared is None:
            return "never"
        case DaysBetween() if isinstance(prepared, int | float):
            return words.plural(int(prepared), "day")
        case _:
            return words.prepared_words(value.kind, prepared)


def _signal(found: Found, number: int, value: Prepared) -> str:
    signal = found.plan.signals[number]
    if not isinstance(value, int | float) or isinstance(value, bool):
        return words.prepared_words(signal.kind, value)
    match signal.aggregation:
        case Aggregation.COUNT:
            return counted(int(value), found.instants[found.parts.selections[signal.events]])
        case Aggregation.DISTINCT:
            return f"{int(value)} different"
        case Aggregation.PERIODS:
            return words.plural(int(value), "day")
        case _:
            return words.prepared_words(signal.kind, value)


def counted(count: int, instants: Sequence[int]) -> str:
    """How often, and when last."""
    if not count or not instants:
        return words.times(count)
    return f"{words.times(count)}, {'on' if count == 1 else 'last on'} {words.day_words(instants[-1])}"


def _instants(found: Found, asked: Sequence[Value]) -> list[int]:
    """The latest instants of the events that values were measured from."""
    instants: list[int] = []
    for value in asked:
        for part in inner(value):
            if isinstance(part, SignalValue):
                signal = found.plan.signals[part.signal]
                for selection in (signal.events, signal.then):
                    if selection is not None:
                        instants += found.instants[found.parts.selections[selection]]
    return sorted(instants)[-SHOWN:]


def events_finding(found: Found, each: Each, paid: Sequence[int]) -> Finding:
    """The events that a rule pays for."""
    return Finding(
        words.each_words(found.plan, each),
        counted(len(paid), paid),
        bool(paid),
        None,
        words.utc(list(paid[-SHOWN:])),
    )


def unknown_in(found: Found, value: Value) -> str | None:
    """What made a value unknown: the field, or what was measured; None for a known value."""
    if found.value(value) is not None:
        return None
    within: tuple[Value, ...] = ()
    match value:
        case Calculation(left=left, right=right):
            within = (left, right)
        case DaysBetween(of=of) | Domain(of=of):
            within = (of,)
        case DefineValue(define=define):
            body = found.plan.definitions[define].value
            within = () if body is None else (body,)
        case PropertyValue():
            return value.name
    deeper = next((name for part in within if (name := unknown_in(found, part))), None)
    return deeper or words.value_words(found.plan, value)
