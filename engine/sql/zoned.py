"""Days of a time zone, from the zone's finite table of offsets: no engine has to know the zone itself."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from ..values import DAY
from ..zone import Zone
from .dialects import Dialect
from .dialects.base import YEAR_ONE
from .terms import Term, compared, computed, when, whole


def since_year_one(zone: Zone, instant: Term) -> Term:
    """Microseconds since the beginning of year 1, as clocks of the zone show an instant; never negative."""
    return computed("+", shown(zone, instant), whole(YEAR_ONE))


def shown(zone: Zone, instant: Term) -> Term:
    """What clocks of the zone show at an instant, written as if it were UTC."""
    table = zone.table
    return _shown(table.changes, table.offsets, instant)


def day_of(zone: Zone, dialect: Dialect, instant: Term) -> Term:
    """The day of an instant, since 1970."""
    days = dialect.divided(exp.Paren(this=since_year_one(zone, instant)), DAY)
    return computed("-", days, whole(YEAR_ONE // DAY))


def start_of(zone: Zone, dialect: Dialect, day: Term) -> Term:
    """The instant at which a day begins."""
    wall = exp.Paren(this=computed("*", dialect.bigint(day), whole(DAY)))
    return instant_of(zone, wall)


def instant_of(zone: Zone, wall: Term) -> Term:
    """The instant at which clocks of the zone show a time, written as if it were UTC."""
    table = zone.table
    return _shown(table.walls, tuple(-offset for offset in table.offsets), wall)


def _shown(edges: Sequence[int], offsets: Sequence[int], term: Term) -> Term:
    """A term plus the offset of the stretch between edges that it lies in."""
    if not any(offsets):
        return term
    return computed("+", term, exp.Paren(this=chosen(edges, offsets, term)))


def chosen(edges: Sequence[int], numbers: Sequence[int], term: Term) -> Term:
    """The number of the stretch between edges that a term lies in, of which there is one more than edges."""
    if not edges:
        return whole(numbers[0])
    middle = len(edges) // 2
    earlier = chosen(edges[:middle], numbers[: middle + 1], term)
    later = chosen(edges[middle + 1 :], numbers[middle + 1 :], term)
    return when((compared("<", term.copy(), whole(edges[middle])), earlier), otherwise=later)
