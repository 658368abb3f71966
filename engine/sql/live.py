"""Instants seen from whatever the engine's clock shows, so that a statement stays right from day to day."""

from __future__ import annotations

from sqlglot import exp

from ..plan.lower import Edge
from ..result_columns import SqlNames
from ..values import DAY, MICROSECONDS
from .dialects import YEAR_ONE, Dialect
from .instants import SqlInstants
from .months import Months
from .steps import INSTANTS, SqlStep, Steps
from .terms import Term, bracketed, column, plus

_SAFE = 12 * 1_900
"""From a clock of our age, so many months do not reach the end of time."""


class LiveInstants(SqlInstants):
    """Instants seen from the engine's own now."""

    def __init__(self, dialect: Dialect, names: SqlNames) -> None:
        self._clock = names.fresh("clock")
        self._steps = Steps(dialect, names, self._clock, ("calendar",))
        self._months = Months(dialect, self._steps, column("now"), _SAFE)
        super().__init__(dialect)

    def steps(self) -> list[SqlStep]:
        first = SqlStep(self._clock, exp.select(exp.alias_(self._dialect.clock(), "now")))
        steps, last = self._steps.finish()
        return [first, *steps, SqlStep(INSTANTS, self._row().from_(last))]

    def _now(self) -> Term:
        return column("now")

    def _today(self) -> Term:
        return self._day_of(column("now"))

    def _edge(self, edge: Edge) -> Term:
        if edge.unit in MICROSECONDS:
            return plus(column("now"), edge.amount * MICROSECONDS[edge.unit])
        return self._months.edge(edge)

    def _edge_day(self, edge: Edge) -> Term:
        return self._day_of(bracketed(self._edge(edge)))

    def _day_of(self, instant: Term) -> Term:
        """The day of an instant, counted from 1970, also before it."""
        day = self._dialect.divided(bracketed(plus(instant, YEAR_ONE)), DAY)
        return plus(day, -(YEAR_ONE // DAY))
