"""What values and conditions are read from: a lead, or one of its events."""

from __future__ import annotations

from abc import ABC, abstractmethod

from sqlglot import exp

from ...grammar.syntax.nodes import Kind
from ..plan import Plan, Value
from ..plan.lower import Kernel
from .dialects import Dialect
from .instants import SqlInstants
from .steps import Steps
from .terms import Term
from .zoned import day_of


class SqlScope(ABC):
    """Where columns are read and added. `known` holds the columns of values that were worked out before."""

    def __init__(self, plan: Plan, dialect: Dialect, steps: Steps, instants: SqlInstants) -> None:
        self.plan = plan
        self.kernel = Kernel(plan)
        self.dialect = dialect
        self.steps = steps
        self.instants = instants
        self.known: dict[Value, exp.Column] = {}
        self.rounded: dict[str, exp.Column] = {}
        self._days: dict[str, exp.Column] = {}

    def day_of(self, instant: Term) -> Term:
        """The day of the plan's zone that an instant lies in, worked out once."""
        key = instant.sql()
        if key not in self._days:
            self._days[key] = self.steps.add("day", day_of(self.plan.zone, self.dialect, instant))
        return self._days[key].copy()

    @abstractmethod
    def field(self, number: int) -> Term:
        """A field of the lead."""

    @abstractmethod
    def property_of(self, name: str, kind: Kind) -> Term:
        """A property of the event."""

    @abstractmethod
    def signal(self, number: int) -> Term:
        """A signal over the lead's events."""

    @abstractmethod
    def score(self, number: int | None) -> Term:
        """A score, None for the total."""

    @abstractmethod
    def holds(self, define: int) -> Term:
        """Whether a define that is a condition holds."""
