"""Which fields and events of the data rules and outcomes read."""

from __future__ import annotations

from ...plan import Condition, DefineValue, FieldValue, Plan, Rule, SignalValue, Value
from ...plan.walk import condition_values, holds, parts
from ..definitions import Outcomes


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


def score_for(plan: Plan, is_event: bool) -> str | None:
    """The score that rules about fields, or about events, mostly feed; None for the total."""
    counts: dict[str | None, int] = {}
    for rule in plan.rules:
        of_events = rule.each is not None or reads_events(rule)
        if of_events == is_event:
            for one in rule.contributions:
                name = None if one.score is None else plan.scores[one.score].name
                counts[name] = counts.get(name, 0) + 1
    return max(counts, key=lambda name: counts[name]) if counts else None


def reads_events(rule: Rule) -> bool:
    """Whether the condition of a rule reads events."""
    if rule.condition is None:
        return True
    return any(isinstance(value, SignalValue) for value in condition_values(rule.condition))


def declared_events(plan: Plan) -> tuple[dict[str, str], set[str]]:
    """How rules call types of events, and the types that are only read by a property or with others."""
    declared: dict[str, str] = {}
    hidden: set[str] = set()
    for selector in plan.selectors:
        if len(selector.feeds) == 1 and selector.feeds[0].by is None:
            declared[selector.feeds[0].type] = selector.name
        else:
            hidden |= {feed.type for feed in selector.feeds}
    return declared, hidden - set(declared)


def outcome_types(plan: Plan, outcomes: Outcomes) -> list[str]:
    """The types of events that are outcomes."""
    return [feed.type for one in outcomes.selections for feed in plan.selectors[one.selector].feeds]
