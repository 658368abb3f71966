"""The instants that a statement looks from and to: now, the edges of windows, each by its name."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

from sqlglot import exp

from ...grammar.syntax.nodes import Unit
from ..plan import Last, Next
from ..values import DAY, shift
from .dialects import Dialect
from .steps import INSTANTS, SqlStep
from .terms import Term, column, whole

_EDGES = {Last: "begin", Next: "end"}


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

    def edge(self, window: Last | Next) -> Term:
        """Where a window around now begins or ends."""
        return self._add(f"{_EDGES[type(window)]}_{window_name(window)}", lambda: self._edge(window))

    def edge_day(self, window: Last | Next) -> Term:
        """The day of that edge."""
        return self._add(f"day_of_{window_name(window)}", lambda: self._edge_day(window))

    def earliest(self, windows: list[Last]) -> Term:
        """The earliest of the edges of some windows, which are at least one."""
        # Of those of one unit, the longest begins first, whatever the instant.
        longest: dict[Unit, Last] = {}
        for window in windows:
            if window.unit not in longest or longest[window.unit].amount < window.amount:
                longest[window.unit] = window
        return self._first_of(list(longest.values()))

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
    def _edge(self, window: Last | Next) -> Term: ...

    @abstractmethod
    def _edge_day(self, window: Last | Next) -> Term: ...

    @abstractmethod
    def _first_of(self, windows: list[Last]) -> Term: ...

    def _add(self, name: str, make: Callable[[], Term]) -> Term:
        if name not in self._columns:
            self._columns[name] = make()
        return column(name, INSTANTS)

    def _row(self) -> exp.Select:
        return exp.select(*(exp.alias_(term, name) for name, term in self._columns.items()))


class FixedInstants(SqlInstants):
    """Instants seen from one that is known. Calendar months are counted here, in Python."""

    def __init__(self, now: int, dialect: Dialect) -> None:
        self._instant = now
        super().__init__(dialect)

    def steps(self) -> list[SqlStep]:
        return [SqlStep(INSTANTS, self._row())]

    def _now(self) -> Term:
        return self._whole(self._instant)

    def _today(self) -> Term:
        return self._whole(self._instant // DAY)

    def _edge(self, window: Last | Next) -> Term:
        return self._whole(self._shifted(window))

    def _edge_day(self, window: Last | Next) -> Term:
        return self._whole(self._shifted(window) // DAY)

    def _first_of(self, windows: list[Last]) -> Term:
        return self.edge(min(windows, key=self._shifted))

    def _shifted(self, window: Last | Next) -> int:
        return shift(self._instant, reach(window), window.unit)

    def _whole(self, number: int) -> Term:
        return self._dialect.bigint(whole(number))


def reach(window: Last | Next) -> int:
    """How many units a window reaches from now, negative for back."""
    return -window.amount if isinstance(window, Last) else window.amount


def window_name(window: Last | Next) -> str:
    """A window in words: `last_30_days`."""
    unit: Unit = window.unit
    plural = "" if window.amount == 1 else "s"
    direction = "last" if isinstance(window, Last) else "next"
    return f"{direction}_{window.amount}_{unit.value}{plural}"
