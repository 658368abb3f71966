"""What parts of a plan mean, whatever plan they stand in: keys under which answers can be kept.

Two parts with one key give every lead the same, at the same instant. The place in the text does not count,
nor how a plan numbers its fields and signals.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import fields, is_dataclass
from enum import Enum

from ..plan import (
    Clause,
    DefineValue,
    FieldValue,
    Holds,
    OneOf,
    Origin,
    Plan,
    Rule,
    ScoreValue,
    Selection,
    SignalValue,
    Value,
)
from .gauges import Gauge, of_signal
from .walk import operands, parts

Input = FieldValue | SignalValue | ScoreValue
"""What a clause reads that differs from lead to lead."""


def field_key(plan: Plan, number: int) -> Hashable:
    """The meaning of a field."""
    field = plan.fields[number]
    return ("field", field.column, field.kind, field.default)


def gauge_key(plan: Plan, gauge: Gauge) -> Hashable:
    """The meaning of a gauge."""
    selections = tuple(_selection(plan, one) for one in (gauge.events, gauge.then))
    return ("gauge", gauge.what, selections, gauge.of, gauge.within, gauge.per, gauge.left)


def clause_key(plan: Plan, clause: Clause) -> Hashable:
    """The meaning of a clause that reads no score."""
    return _bare(plan, clause)


def rule_key(plan: Plan, rule: Rule) -> Hashable:
    """The meaning of a rule that is called what it is."""
    each = (
        None if rule.each is None else (_selection(plan, rule.each.events), rule.each.which, rule.each.once)
    )
    return (rule.identity, _bare(plan, rule.condition), each, _bare(plan, rule.contributions))


def inputs_of(plan: Plan, clause: Clause) -> tuple[Input, ...]:
    """What a clause reads of a lead, each once, definitions entered."""
    found: dict[Input, None] = {}
    for operand in operands(clause):
        _gather(plan, operand, found)
    return tuple(found)


def _gather(plan: Plan, value: Value, found: dict[Input, None]) -> None:
    for part in parts(value):
        if isinstance(part, DefineValue):
            body = plan.definitions[part.define].value
            assert body is not None
            _gather(plan, body, found)
        elif isinstance(part, FieldValue | SignalValue | ScoreValue):
            found[part] = None


def _selection(plan: Plan, selection: Selection | None) -> Hashable:
    if selection is None:
        return None
    return (_bare(plan, plan.selectors[selection.selector]), _bare(plan, selection.where), selection.window)


def _bare(plan: Plan, part: object) -> Hashable:
    """A part of a plan without the place where it was written and without the plan's numbers."""
    match part:
        case Origin():
            return None
        case FieldValue(field=number):
            return field_key(plan, number)
        case SignalValue(signal=number):
            return gauge_key(plan, of_signal(plan.signals[number]))
        case DefineValue(define=number):
            return _bare(plan, plan.definitions[number].value)
        case Holds(define=number):
            return _bare(plan, plan.definitions[number].condition)
        case ScoreValue():
            raise AssertionError("scores differ with every rule")
        case OneOf():
            # The name of a list says nothing that its patterns do not.
            return ("OneOf", _bare(plan, part.value), part.patterns, _bare(plan, part.constants))
        case tuple():
            return tuple(_bare(plan, item) for item in part)
    if is_dataclass(part) and not isinstance(part, type | Enum):
        return (type(part).__name__, *(_bare(plan, getattr(part, each.name)) for each in fields(part)))
    if isinstance(part, int | float):
        # 1, 1.0 and True are equal, and are not the same.
        return (type(part).__name__, part)
    assert isinstance(part, Hashable)
    return part
