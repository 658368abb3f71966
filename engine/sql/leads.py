"""Leads with their fields and what was measured of their events: where conditions are asked."""

from __future__ import annotations

from sqlglot import exp

from ...grammar.syntax.nodes import Kind
from ..plan import Constant, Each, Plan
from ..result_columns import SqlNames
from .conditions import truth_of
from .dialects import Dialect
from .instants import SqlInstants
from .measures import Measures
from .scope import SqlScope
from .steps import SqlStep, Steps, with_instants
from .tables import TableMapping, column_of, field_column, mapped_column, table
from .terms import Term, coalesce, column
from .values import constant

LEAD = "lead_id"
SOURCE = "l"
PHASES = ("worked_out", "ruled", "grouped", "scored", "totalled", "held", "decided")
"""In this order: values and defines, which rules fire, groups, scores, the total, what now decides of stages
that hold, what is decided."""


class Leads(SqlScope):
    """The leads of one plan, seen from an instant. `scores` are the columns of the scores, once there."""

    def __init__(
        self,
        plan: Plan,
        dialect: Dialect,
        instants: SqlInstants,
        *,
        mapping: TableMapping,
        names: SqlNames,
        measures: Measures,
    ) -> None:
        self.base = names.fresh("facts")
        super().__init__(plan, dialect, Steps(dialect, names, self.base, PHASES), instants)
        self.measures = measures
        self.scores: dict[int | None, exp.Column] = {}
        self.mapping = mapping
        self._names = names
        self._facts: dict[str, tuple[str, Term]] = {}
        self._defines: dict[int, exp.Column] = {}

    def field(self, number: int) -> Term:
        """A field, with its default."""
        field = self.plan.fields[number]
        return self.fact(column_of(field.name, field.kind), self.read(number))

    def read(self, number: int) -> Term:
        """A field as it is read from the table of leads, with its default."""
        field = self.plan.fields[number]
        term: Term = mapped_column(field_column(self.mapping, field), SOURCE)
        if field.kind is Kind.TEXTS:
            term = self.dialect.list_column(term)
        if field.default is not None:
            term = coalesce(term, constant(self, Constant(field.kind, field.default)))
        return term

    def property_of(self, name: str, kind: Kind) -> Term:
        """Never asked: only filters read properties."""
        raise AssertionError(name, kind)

    def signal(self, number: int) -> Term:
        """A signal over the lead's events."""
        signal = self.plan.signals[number]
        return self.fact(
            self.measures.preferred(signal.aggregation.value, signal.events), self.measures.signal(signal)
        )

    def score(self, number: int | None) -> Term:
        """A score after its range, None for the total."""
        return self.scores[number].copy()

    def holds(self, define: int) -> Term:
        """Whether a define that is a condition holds."""
        if define not in self._defines:
            definition = self.plan.definitions[define]
            assert definition.condition is not None
            comment = f"{definition.name}, line {definition.origin.line}"
            asked = truth_of(self, definition.condition)
            self._defines[define] = self.steps.add(f"is_{definition.name}", asked, comment)
        return self._defines[define].copy()

    def paid(self, each: Each) -> Term:
        """How many events a rule pays for, or the instant of the one."""
        return self.fact(self.measures.preferred("paid", each.events), self.measures.paid(each))

    def fact(self, preferred: str, term: Term) -> Term:
        """A column of the leads' table or a measure, under a name of its own."""
        written = term.sql()
        if written not in self._facts:
            self._facts[written] = (self._names.fresh(preferred), term)
        return column(self._facts[written][0])

    @property
    def width(self) -> int:
        """How many columns the last step has."""
        return len(self._facts) + self.steps.width + 1

    def finish(self) -> tuple[list[SqlStep], str]:
        """The steps, and the name of the last."""
        steps, last = self.steps.finish()
        return [SqlStep(self.base, with_instants(self._first())), *steps], last

    def _first(self) -> exp.Select:
        key = mapped_column(self.mapping.lead_id, SOURCE)
        query = exp.select(exp.alias_(key, LEAD), *self.facts(), copy=False)
        query.from_(table(self.mapping.leads, SOURCE), copy=False)
        return self.measures.join(query, [key.copy()])

    def facts(self) -> list[Term]:
        """The columns of the leads' table and the measures that are read."""
        return [exp.alias_(term, name, copy=False) for name, term in self._facts.values()]
