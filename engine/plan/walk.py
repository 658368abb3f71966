"""The one walk over the parts of a plan. Definitions are not entered."""

from __future__ import annotations

from collections.abc import Iterator

from .conditions import (
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
    Not,
    OneOf,
    Value,
)
from .events import Selection
from .model import Plan


def conditions(plan: Plan) -> Iterator[Condition]:
    """The conditions on leads: of definitions, rules, stages, disqualifications, outcomes, handoffs."""
    for definition in plan.definitions:
        if definition.condition is not None:
            yield definition.condition
    for rule in plan.rules:
        if rule.condition is not None:
            yield rule.condition
    for stage in plan.stages:
        yield stage.condition
        if stage.until is not None:
            yield stage.until
    for disqualification in plan.disqualifications:
        yield disqualification.condition
    for outcome in plan.outcomes:
        if outcome.condition is not None:
            yield outcome.condition
    for handoff in plan.handoffs:
        if handoff.condition is not None:
            yield handoff.condition


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


# --- conditions -------------------------------------------------------------------------------


def items_of(condition: Condition) -> tuple[Condition, ...]:
    """The conditions directly within one."""
    match condition:
        case All(items=items) | Any(items=items):
            return items
        case Not(item=item):
            return (item,)
    return ()


def nested(condition: Condition) -> Iterator[Condition]:
    """A condition and all conditions in it, in order."""
    waiting = [condition]
    while waiting:
        one = waiting.pop()
        yield one
        waiting.extend(items_of(one)[::-1])


def leaves(condition: Condition) -> Iterator[Clause | Holds]:
    """The clauses and uses of definitions in a condition, in order."""
    waiting = [condition]
    while waiting:
        one = waiting.pop()
        if isinstance(one, All | Any | Not):
            waiting.extend(items_of(one)[::-1])
        else:
            yield one


def clauses(condition: Condition) -> Iterator[Clause]:
    """The clauses in a condition, in order."""
    return (leaf for leaf in leaves(condition) if not isinstance(leaf, Holds))


def holds(condition: Condition) -> Iterator[int]:
    """The definitions that a condition asks for, once per time it does."""
    return (leaf.define for leaf in leaves(condition) if isinstance(leaf, Holds))


# --- values -----------------------------------------------------------------------------------


def subject(clause: Clause) -> Value:
    """What a clause asks about."""
    return clause.left if isinstance(clause, Compare) else clause.value


def operands(clause: Clause) -> tuple[Value, ...]:
    """What a clause asks about, and what it is compared with."""
    match clause:
        case Compare(left=left, right=right):
            return (left, right)
        case Between(value=value, low=low, high=high):
            return (value, low, high)
        case OneOf(value=value, constants=constants):
            return (value, *constants)
    return (clause.value,)


def parts(value: Value) -> Iterator[Value]:
    """A value and all that it is computed from."""
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
