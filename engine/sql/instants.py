"""The instants that a statement looks from and to: now, the edges of windows, each by its name."""

from __future__ import annotations

from sqlglot import exp

from ...grammar.nodes import Unit
from ..plan import Last, Next
from ..values import DAY, shift
from .dialects import Dialect
from .steps import INSTANTS, Step
from .terms import Term, column, whole

_EDGES = {Last: "begin", Next: "end"}


class Instants:
    """The one row of instants, in microseconds and days since 1970, seen from `now`.

    Calendar months are counted here, in Python, so that all engines see the same edges.
    """

    def __init__(self, now: int, dialect: Dialect) -> None:
        self.now_is = now
        self._dialect = dialect
        self._columns: dict[str, Term] = {"now": dialect.bigint(whole(now))}

    def now(self) -> Term:
        """The instant of evaluation."""
        return column("now", INSTANTS)

    def today(self) -> Term:
        """Its day."""
        return self._add("today", self.now_is // DAY)

    def edge(self, window: Last | Next) -> Term:
        """Where a window around now begins or ends."""
        return self._add(f"{_EDGES[type(window)]}_{window_name(window)}", self._edge(window))

    def edge_day(self, window: Last | Next) -> Term:
        """The day of that edge."""
        return self._add(f"day_of_{window_name(window)}", self._edge(window) // DAY)

    def earliest(self, windows: list[Last]) -> Term:
        """The earliest of the edges of some windows."""
        return self.edge(min(windows, key=self._edge))

    def white_space(self) -> Term:
        """All white space as one text; no instant, but as constant as they are."""
        self._columns.setdefault("white_space", self._dialect.white_space())
        return column("white_space", INSTANTS)

    def _edge(self, window: Last | Next) -> int:
        amount = -window.amount if isinstance(window, Last) else window.amount
        return shift(self.now_is, amount, window.unit)

    def _add(self, name: str, value: int) -> Term:
        self._columns.setdefault(name, self._dialect.bigint(whole(value)))
        return column(name, INSTANTS)

    def step(self) -> Step:
        """The row as a step."""
        return Step(INSTANTS, exp.select(*(exp.alias_(term, name) for name, term in self._columns.items())))


def window_name(window: Last | Next) -> str:
    """A window in words: `last_30_days`."""
    unit: Unit = window.unit
    plural = "" if window.amount == 1 else "s"
    direction = "last" if isinstance(window, Last) else "next"
    return f"{direction}_{window.amount}_{unit.value}{plural}"
