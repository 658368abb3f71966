"""Calendar months from an instant, in whole numbers alone, which all engines divide alike.

Years begin in March here: the leap day is then the last of its year, and a month begins so many days into its
year as `(153 * m + 2) / 5` says.
"""

from __future__ import annotations

from sqlglot import exp

from ...grammar.syntax.nodes import Unit
from ..plan.calendar import EARLIEST, LATEST
from ..plan.lower import Edge
from ..values import DAY
from .dialects import Dialect
from .steps import Steps
from .terms import Term, bracketed, compared, computed, plus, sum_of, when, whole

_TO_MARCH_0 = 719_468
"""Days from the first of March of year 0 to 1970."""

_CENTURIES = 146_097
"""The days of 400 years."""

_FIRST_MONTH, _LAST_MONTH = 10, 9_999 * 12 + 9
"""January of year 1 and December of year 9999, counted from March of year 0."""


class Months:
    """Months before and after the instant in a column of steps, which get what is worked out on the way.

    The instant is in the years 1 to 9999. Up to `safe` months no result can leave them.
    """

    def __init__(self, dialect: Dialect, steps: Steps, at: exp.Column, safe: int) -> None:
        self._dialect = dialect
        self._steps = steps
        self._at = at
        self._safe = safe
        self._made: dict[str, Term] = {}

    def edge(self, edge: Edge) -> Term:
        """Where a window around the instant begins or ends."""
        amount = edge.amount * (12 if edge.unit is Unit.YEAR else 1)
        name = f"months_{'back' if amount < 0 else 'on'}_{abs(amount)}"
        return self._on(name, plus(self._in_month()[1], amount), clamped=abs(amount) >= self._safe)

    def on(self, months: exp.Column) -> Term:
        """The instant as many months on as a column says."""
        return self._on("month_there", computed("+", self._in_month()[1], months), clamped=True)

    def _on(self, name: str, there: Term, *, clamped: bool) -> Term:
        """The same day and time in the month that is `there`, or else its last day."""
        day_of_month, _ = self._in_month()
        wanted = self._named(name, there)
        begins = self._named(f"begins_{wanted.name}", self._begin_of(wanted))
        following = self._begin_of(bracketed(plus(wanted.copy(), 1)))
        last = computed("-", computed("-", following, begins.copy()), whole(1))
        day = sum_of([begins.copy(), self._dialect.least(day_of_month, last), whole(-_TO_MARCH_0)])
        time = computed("-", self._at.copy(), computed("*", self._march_day(-_TO_MARCH_0), whole(DAY)))
        instant = computed("+", computed("*", day, whole(DAY)), bracketed(time))
        if not clamped:
            return instant
        return when(
            (compared("<", wanted.copy(), whole(_FIRST_MONTH)), whole(EARLIEST)),
            (compared(">", wanted.copy(), whole(_LAST_MONTH)), whole(LATEST)),
            otherwise=instant,
        )

    def _divided(self, term: Term, by: int) -> Term:
        return self._dialect.divided(bracketed(term), by)

    def _named(self, name: str, term: Term) -> Term:
        """A column of its own, for what is read more than once."""
        if name not in self._made:
            self._made[name] = self._steps.add(name, term)
        return self._made[name].copy()

    def _march_day(self, less: int = 0) -> Term:
        """Days since the first of March of year 0."""
        day = self._named("day", self._divided(plus(self._at.copy(), _TO_MARCH_0 * DAY), DAY))
        return plus(day, less) if less else day

    def _in_month(self) -> tuple[Term, Term]:
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
        fifths = plus(computed("*", whole(5), of_year), 2)
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
        return self._divided(plus(computed("*", whole(153), month.copy()), 2), 5)


def _leap_days(divided: list[Term]) -> Term:
    """Those every 4 years, but every 100, but every 400."""
    fourth, hundredth, four_hundredth = divided
    return computed("+", computed("-", fourth, hundredth), four_hundredth)
