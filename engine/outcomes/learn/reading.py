"""Which fields and events of the data each rule reads."""

from __future__ import annotations

from ...plan import Condition, FieldValue, Plan, SignalValue, Value
from ...plan.walk import condition_values, holds, parts


def fields_of_rules(plan: Plan) -> list[set[str]]:
    """Of each rule the names, in the data, of the fields and types of events it reads."""
    found = []
    for rule in plan.rules:
        names: set[str] = set()
        if rule.condition is not None:
            _of_condition(plan, rule.condition, names)
        if rule.each is not None:
            names |= {feed.type for feed in plan.selectors[rule.each.events.selector].feeds}
        found.append(names)
    return found


def _of_condition(plan: Plan, condition: Condition, names: set[str]) -> None:
    for value in condition_values(condition):
        _of_value(plan, value, names)
    for define in holds(condition):
        definition = plan.definitions[define]
        if definition.condition is not None:
            _of_condition(plan, definition.condition, names)


def _of_value(plan: Plan, value: Value, names: set[str]) -> None:
    from ...plan import DefineValue

    match value:
        case FieldValue(field=number):
            names.add(plan.fields[number].column)
        case SignalValue(signal=number):
            names |= {feed.type for feed in plan.selectors[plan.signals[number].events.selector].feeds}
        case DefineValue(define=number):
            body = plan.definitions[number].value
            if body is not None:
                for part in parts(body):
                    _of_value(plan, part, names)
