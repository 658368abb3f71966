"""A case to try rules on: a lead of the store, the facts of a test, or a lead that somebody typed in."""

from __future__ import annotations

from collections.abc import Mapping

from ...grammar.frozen import frozen
from ..evaluator import Evaluator
from ..plan import Plan, RuleTest
from ..score_one.facts import Event, Facts
from ..values import moment_of


@frozen
class Case:
    """Fields by their names in the data, events, and the instant from which to look."""

    fields: Mapping[str, object]
    events: tuple[Event, ...]
    now: int

    def facts(self, evaluator: Evaluator) -> Facts:
        """As a plan reads it. Raises FactsError for an event without a readable instant."""
        return evaluator.facts(self.fields, self.events)


def case_of_test(plan: Plan, test: RuleTest) -> Case:
    """The facts that a test gives."""
    columns = {field.name: field.column for field in plan.fields}
    fields = {columns.get(name, name): value for name, value in test.fields.items()}
    events = tuple(
        Event(given.type, moment_of(given.at), given.object, given.properties)
        for given in test.events
        for _ in range(given.times)
    )
    return Case(fields, events, test.now)
