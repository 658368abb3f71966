"""The instants that a statement looks from and to: now, the edges of windows, each by its name."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import reduce

from sqlglot import exp

from ...grammar.syntax.nodes import Unit
from ..plan.lower import Edge
from ..zone import Zone
from .dialects import Dialect
from .steps import INSTANTS, SqlStep
from .terms import Term, column, whole


class SqlInstants(ABC):
    """The one row of instants, in microseconds and days since 1970, seen from now."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._columns: dict[str, Term] = {"now": self._now()}

    def now(self) -> Term:
        """The instant of evaluation."""
        return column("now", INSTANTS)

    def today(self) -> Term:
        """Its day."""
        return self._add("today", self._today)

    def edge(self, edge: Edge) -> Term:
        """Where a window around now begins or ends."""
        side = "begin" if edge.amount < 0 else "end"
        return self._add(f"{side}_{edge_name(edge)}", lambda: self._edge(edge))

    def edge_day(self, edge: Edge) -> Term:
        """The day of that edge."""
        return self._add(f"day_of_{edge_name(edge)}", lambda: self._edge_day(edge))

    def earliest(self, edges: list[Edge]) -> Term:
        """The earliest of some edges, which are at least one."""
        # Of those of one unit, the one furthest back is first, whatever the instant.
        first: dict[Unit, Edge] = {}
        for edge in edges:
            if edge.unit not in first or edge.amount < first[edge.unit].amount:
                first[edge.unit] = edge
        return self._first_of(list(first.values()))

    def white_space(self) -> Term:
        """All white space as one text; no instant, but as constant as they are."""
        return self._add("white_space", self._dialect.white_space)

    @abstractmethod
    def steps(self) -> list[SqlStep]:
        """The row as the last of these steps."""

    @abstractmethod
    def _now(self) -> Term: ...

    @abstractmethod
    def _today(self) -> Term: ...

    @abstractmethod
    def _edge(self, edge: Edge) -> Term: ...

    @abstractmethod
    def _edge_day(self, edge: Edge) -> Term: ...

    def _first_of(self, edges: list[Edge]) -> Term:
        if len(edges) == 1:
            return self.edge(edges[0])
        made = [self._edge(edge) for edge in edges]
        return self._add("begin_of_all_windows", lambda: reduce(self._dialect.least, made))

    def _add(self, name: str, make: Callable[[], Term]) -> Term:
        if name not in self._columns:
            self._columns[name] = make()
        return column(name, INSTANTS)

    def _row(self) -> exp.Select:
        return exp.select(*(exp.alias_(term, name) for name, term in self._columns.items()))


class FixedInstants(SqlInstants):
    """Instants seen from one that is known. Calendar months are counted here, in Python."""

    def __init__(self, now: int, dialect: Dialect, zone: Zone) -> None:
        self._instant = now
        self._zone = zone
        super().__init__(dialect)

    def steps(self) -> list[SqlStep]:
        return [SqlStep(INSTANTS, self._row())]

    def _now(self) -> Term:
        return self._whole(self._instant)

    def _today(self) -> Term:
        return self._whole(self._zone.day(self._instant))

    def _edge(self, edge: Edge) -> Term:
        return self._whole(self._shifted(edge))

    def _edge_day(self, edge: Edge) -> Term:
        return self._whole(self._zone.day(self._shifted(edge)))

    def _first_of(self, edges: list[Edge]) -> Term:
        return self.edge(min(edges, key=self._shifted))

    def _shifted(self, edge: Edge) -> int:
        return self._zone.shift(self._instant, edge.amount, edge.unit)

    def _whole(self, number: int) -> Term:
        return self._dialect.bigint(whole(number))


def edge_name(edge: Edge) -> str:
    """An edge in words: `last_30_days`."""
    amount = abs(edge.amount)
    plural = "" if amount == 1 else "s"
    direction = "last" if edge.amount < 0 else "next"
    return f"{direction}_{amount}_{edge.unit.value}{plural}"
