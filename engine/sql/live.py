"""Instants seen from whatever the engine's clock shows, so that a statement stays right from day to day.

Months are counted in whole numbers alone, which all engines divide alike. Years begin in March here: the
leap day is then the last of its year, and a month begins so many days into its year as `(153 * m + 2) / 5`
says.
"""

from __future__ import annotations

from functools import reduce

from sqlglot import exp

from ...grammar.syntax.nodes import Unit
from ..plan.calendar import EARLIEST, LATEST
from ..plan.lower import Edge
from ..result_columns import SqlNames
from ..values import DAY, MICROSECONDS
from .dialects import YEAR_ONE, Dialect
from .instants import SqlInstants
from .steps import INSTANTS, SqlStep, Steps
from .terms import Term, bracketed, column, compared, computed, sum_of, when, whole

_TO_MARCH_0 = 719_468
"""Days from the first of March of year 0 to 1970."""

_CENTURIES, _FAR = 146_097, 12 * 1_900
"""The days of 400 years; so many months may reach the end of time from a clock of our age."""

_FIRST_MONTH, _LAST_MONTH = 10, 9_999 * 12 + 9
"""January of year 1 and December of year 9999, counted from March of year 0."""


class LiveInstants(SqlInstants):
    """Instants seen from the engine's own now."""

    def __init__(self, dialect: Dialect, names: SqlNames) -> None:
        self._clock = names.fresh("clock")
        self._steps = Steps(dialect, names, self._clock, ("calendar",))
        self._made: dict[str, Term] = {}
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
            return _plus(column("now"), edge.amount * MICROSECONDS[edge.unit])
        return self._months_on(edge.amount * (12 if edge.unit is Unit.YEAR else 1))

    def _edge_day(self, edge: Edge) -> Term:
        return self._day_of(bracketed(self._edge(edge)))

    def _first_of(self, edges: list[Edge]) -> Term:
        if len(edges) == 1:
            return self.edge(edges[0])
        made = [self._edge(edge) for edge in edges]
        return self._add("begin_of_all_windows", lambda: reduce(self._dialect.least, made))

    # --- whole numbers --------------------------------------------------------------------------

    def _day_of(self, instant: Term) -> Term:
        """The day of an instant, counted from 1970, also before it."""
        day = self._divided(_plus(instant, YEAR_ONE), DAY)
        return _plus(day, -(YEAR_ONE // DAY))

    def _divided(self, term: Term, by: int) -> Term:
        return self._dialect.divided(bracketed(term), by)

    def _named(self, name: str, term: Term) -> Term:
        """A column of its own, for what is read more than once."""
        if name not in self._made:
            self._made[name] = self._steps.add(name, term)
        return self._made[name].copy()

    # --- the calendar ---------------------------------------------------------------------------

    def _months_on(self, amount: int) -> Term:
        """The instant so many months on: the same day of the month and time, or else the month's last day."""
        day_of_month, month = self._today_in_month()
        name = f"months_{'back' if amount < 0 else 'on'}_{abs(amount)}"
        wanted = self._named(name, _plus(month, amount))
        begins = self._named(f"begins_{wanted.name}", self._begin_of(wanted))
        following = self._begin_of(bracketed(_plus(wanted.copy(), 1)))
        last = computed("-", computed("-", following, begins.copy()), whole(1))
        day = sum_of([begins.copy(), self._dialect.least(day_of_month, last), whole(-_TO_MARCH_0)])
        time = computed("-", column("now"), computed("*", self._march_day(-_TO_MARCH_0), whole(DAY)))
        instant = computed("+", computed("*", day, whole(DAY)), bracketed(time))
        if abs(amount) < _FAR:
            return instant
        return when(
            (compared("<", wanted.copy(), whole(_FIRST_MONTH)), whole(EARLIEST)),
            (compared(">", wanted.copy(), whole(_LAST_MONTH)), whole(LATEST)),
            otherwise=instant,
        )

    def _march_day(self, less: int = 0) -> Term:
        """Days since the first of March of year 0."""
        day = self._named("day", self._divided(_plus(column("now"), _TO_MARCH_0 * DAY), DAY))
        return _plus(day, less) if less else day

    def _today_in_month(self) -> tuple[Term, Term]:
        """The day of the month, from 0, and the months since March of year 0."""
        day = self._march_day()
        era = self._named("era", self._divided(day, _CENTURIES))
        of_era = self._named("day_of_era", computed("-", day.copy(), computed("*", era, whole(_CENTURIES))))
        # Less the leap days before it, a day is in the year of its 365th part.
        leap_days = [self._divided(of_era.copy(), days) for days in (1_460, 36_524, 146_096)]
        common = computed("-", of_era.copy(), _leap_days(leap_days))
        year = self._named("year_of_era", self._divided(common, 365))
        before = [computed("*", whole(365), year), self._divided(year.copy(), 4)]
        since = computed("-", sum_of(before), self._divided(year.copy(), 100))
        of_year = self._named("day_of_year", computed("-", of_era.copy(), since))
        fifths = _plus(computed("*", whole(5), of_year), 2)
        month = self._named("month_of_year", self._divided(fifths, 153))
        of_month = computed("-", of_year.copy(), self._days_before(month))
        years = sum_of([computed("*", era.copy(), whole(400)), year.copy()])
        months = computed("+", computed("*", years, whole(12)), month.copy())
        return self._named("day_of_month", of_month), self._named("month", months)

    def _begin_of(self, month: Term) -> Term:
        """The first day of a month that is counted from March of year 0."""
        year = self._divided(month, 12)
        of_year = computed("-", month.copy(), computed("*", year, whole(12)))
        leap_days = [self._divided(year.copy(), years) for years in (4, 100, 400)]
        common = computed("*", whole(365), year.copy())
        return sum_of([common, _leap_days(leap_days), self._days_before(of_year)])

    def _days_before(self, month: Term) -> Term:
        """How many days of its year lie before a month."""
        return self._divided(_plus(computed("*", whole(153), month.copy()), 2), 5)


def _plus(term: Term, number: int) -> Term:
    return computed("+" if number >= 0 else "-", term, whole(abs(number)))


def _leap_days(divided: list[Term]) -> Term:
    """Those every 4 years, but every 100, but every 400."""
    fourth, hundredth, four_hundredth = divided
    return computed("+", computed("-", fourth, hundredth), four_hundredth)
