"""Walks over the parts of a plan."""

from __future__ import annotations

from collections.abc import Iterator

from ..plan import (
    All,
    Any,
    Between,
    Calculation,
    Clause,
    Compare,
    Condition,
    DaysBetween,
    Domain,
    Holds,
    Matches,
    Not,
    OneOf,
    Plan,
    Selection,
    Value,
)


def conditions(plan: Plan) -> Iterator[Condition]:
    """The conditions on leads: of definitions, rules, stages, disqualifications and outcomes, in this order."""
    for definition in plan.definitions:
        if definition.condition is not None:
            yield definition.condition
    for rule in plan.rules:
        if rule.condition is not None:
            yield rule.condition
    for stage in plan.stages:
        yield stage.condition
    for disqualification in plan.disqualifications:
        yield disqualification.condition
    for outcome in plan.outcomes:
        if outcome.condition is not None:
            yield outcome.condition


def clauses(condition: Condition) -> Iterator[Clause]:
    """The single clauses of a condition, in order; definitions are not entered."""
    match condition:
        case All(items=items) | Any(items=items):
            for item in items:
                yield from clauses(item)
        case Not(item=item):
            yield from clauses(item)
        case Holds():
            return
        case _:
            yield condition


def nested(condition: Condition) -> Iterator[Condition]:
    """A condition and all conditions in it; definitions are not entered."""
    yield condition
    match condition:
        case All(items=items) | Any(items=items):
            for item in items:
                yield from nested(item)
        case Not(item=item):
            yield from nested(item)


def holds(condition: Condition) -> Iterator[int]:
    """The definitions that a condition asks for, once per time it does."""
    match condition:
        case All(items=items) | Any(items=items):
            for item in items:
                yield from holds(item)
        case Not(item=item):
            yield from holds(item)
        case Holds(define=define):
            yield define
        case _:
            return


def operands(clause: Clause) -> tuple[Value, ...]:
    """The values that a clause compares, its subject first."""
    match clause:
        case Compare(left=left, right=right):
            return (left, right)
        case Between(value=value, low=low, high=high):
            return (value, low, high)
        case OneOf(value=value, constants=constants):
            return (value, *constants)
        case Matches(value=value):
            return (value,)
        case _:
            return (clause.value,)


def parts(value: Value) -> Iterator[Value]:
    """A value and those that it is computed from; definitions are not entered."""
    yield value
    match value:
        case Calculation(left=left, right=right):
            yield from parts(left)
            yield from parts(right)
        case DaysBetween(of=of) | Domain(of=of):
            yield from parts(of)


def condition_values(condition: Condition) -> Iterator[Value]:
    """Every value that a condition reads."""
    for clause in clauses(condition):
        for operand in operands(clause):
            yield from parts(operand)


def selections(plan: Plan) -> Iterator[Selection]:
    """Every selection of events that signals, rules and outcomes measure."""
    for signal in plan.signals:
        yield signal.events
        if signal.then is not None:
            yield signal.then
    for rule in plan.rules:
        if rule.each is not None:
            yield rule.each.events
    for outcome in plan.outcomes:
        if outcome.events is not None:
            yield outcome.events
