"""The parts of a plan that findings tell of, in the order in which they do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..plan import (
    Clause,
    Compare,
    Constant,
    FieldValue,
    Matches,
    Measure,
    OneOf,
    Plan,
    ScoreValue,
    Selection,
    SignalValue,
    Value,
    Within,
)
from ..plan.walk import clauses, condition_values, conditions, holds, operands, parts, selections
from .draft import Uses
from .gauges import Gauge, of_each
from .meaning import Meanings

_ANY = {(">=", 1.0), (">", 0.0), ("<", 1.0), ("<=", 0.0), ("=", 0.0), ("!=", 0.0)}


@dataclass(frozen=True)
class Parts:
    """What one plan is made of, found once."""

    plan: Plan

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        """Every clause on leads."""
        return tuple(clause for condition in conditions(self.plan) for clause in clauses(condition))

    @cached_property
    def places(self) -> dict[int, int]:
        """Where a clause, by its `id`, stands among the truths."""
        return {id(clause): place for place, clause in enumerate(self.clauses)}

    @cached_property
    def values(self) -> dict[Value, int]:
        """Every value that has to be computed, and where it stands among the values found."""
        found = dict.fromkeys(v for c in conditions(self.plan) for v in condition_values(c))
        for definition in self.plan.definitions:
            if definition.value is not None:
                found |= dict.fromkeys(parts(definition.value))
        computed = [v for v in found if not isinstance(v, Constant | FieldValue | ScoreValue)]
        return {value: place for place, value in enumerate(computed)}

    @cached_property
    def paid(self) -> tuple[Gauge | None, ...]:
        """For each rule the gauge of the instants that it pays for, None for a rule without events."""
        return tuple(None if r.each is None else of_each(r.each, decays=True) for r in self.plan.rules)

    @cached_property
    def selections(self) -> dict[Selection, int]:
        """Every selection of events, and where its instants stand."""
        return {s: place for place, s in enumerate(dict.fromkeys(selections(self.plan)))}

    @cached_property
    def asking(self) -> dict[int, Callable[..., list[Any]]]:
        """Functions that give the truth of a clause, by its `id`, for many leads; filled as they are made."""
        return {}

    @cached_property
    def meanings(self) -> Meanings:
        """The keys of what the plan is made of."""
        return Meanings(self.plan)

    @cached_property
    def uses(self) -> Uses:
        """What is used how often."""
        return Uses(*_uses(self.plan, self.clauses))


def _uses(
    plan: Plan, clauses: tuple[Clause, ...]
) -> tuple[dict[int, int], frozenset[int], frozenset[int], frozenset[Hashable]]:
    asked = Counter(define for condition in conditions(plan) for define in holds(condition))
    counted: set[int] = set()
    seen: set[int] = set()
    fields: Counter[int] = Counter()
    questions: Counter[Hashable] = Counter()
    for clause in clauses:
        for value in (part for operand in operands(clause) for part in parts(operand)):
            if isinstance(value, FieldValue):
                fields[value.field] += 1
            elif isinstance(value, SignalValue):
                (seen if asks_for_any(clause) else counted).add(value.signal)
        question = question_of(clause)
        if question is not None:
            questions[question] += 1
    for definition in plan.definitions:
        if definition.value is not None:
            counted |= {v.signal for v in parts(definition.value) if isinstance(v, SignalValue)}
    any_of = {number for number in seen - counted if plan.signals[number].measure is Measure.COUNT}
    common = {field for field, times in fields.items() if times > 2}
    repeated = {question for question, times in questions.items() if times > 1}
    return dict(asked), frozenset(any_of), frozenset(common), frozenset(repeated)


def asks_for_any(clause: Clause) -> bool:
    """Whether a clause compares a signal so that one event is as good as many."""
    return (
        isinstance(clause, Compare)
        and isinstance(clause.left, SignalValue)
        and isinstance(clause.right, Constant)
        and (clause.operator, clause.right.value) in _ANY
    )


def question_of(clause: Clause) -> Hashable:
    """What is asked by a clause that takes more than a comparison to answer, None of any other clause."""
    match clause:
        case OneOf(value=value, list=str(name)):
            return (value, name)
        case OneOf(value=value, patterns=patterns) if patterns:
            return (value, patterns)
        case Matches(value=value, pattern=pattern):
            return (value, pattern)
        case Within(value=value, window=window):
            return (value, window)
        case _:
            return None
