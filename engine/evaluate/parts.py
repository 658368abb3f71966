"""The parts of a plan that findings tell of, in the order in which they do."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ..plan import Clause, Constant, FieldValue, Plan, ScoreValue, Selection, Value
from .gauges import Gauge, of_each
from .walk import clauses, condition_values, conditions, holds, parts, selections


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
    def asked(self) -> dict[int, int]:
        """How often each definition is asked for."""
        times: dict[int, int] = {}
        for condition in conditions(self.plan):
            for define in holds(condition):
                times[define] = times.get(define, 0) + 1
        return times
