"""The instants at which windows of months and years open or close, as rows; see `plan.calendar.crossings`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from sqlglot import exp

from ...grammar.syntax.nodes import Kind
from ..plan.calendar import BEGINNING
from ..result_columns import SqlNames
from ..values import DAY
from ..zone import Zone
from .dialects import YEAR_ONE, Dialect
from .events import LEAD
from .literal_rows import steps_of_rows
from .months import Months
from .steps import SqlStep, Steps
from .terms import all_of, bracketed, column, compared, computed, passed_on, plus, when, whole
from .zoned import chosen, instant_of, shown

FROM, MONTHS = "from_at", "months"
"""The columns of what is moved: an instant, and by how many months."""

_NEAR = 2 * DAY


class ClocksChangeOften(Exception):
    """Calendar months are counted in a zone whose clocks change twice within four days."""


def months_after(
    dialect: Dialect, names: SqlNames, zone: Zone, moved: Sequence[exp.Select], moment: str
) -> tuple[list[SqlStep], exp.Select]:
    """Months after instants, by the clock on the wall: steps, and what reads a lead and an instant of them.

    Since a shorter month ends sooner, a window can turn on up to three days more, as they begin and at the
    same time of day. `moved` gives a lead, `FROM` and `MONTHS`. Raises `ClocksChangeOften`.
    """
    base = names.fresh("moved")
    chain = Steps(dialect, names, base, ("calendar",))
    wall = chain.add("wall", shown(zone, column(FROM)))
    there = chain.add("there", Months(dialect, chain, wall, 0).on(column(MONTHS)))
    days = dialect.divided(bracketed(plus(there.copy(), YEAR_ONE)), DAY)
    begins = chain.add("day_begins", plus(computed("*", days, whole(DAY)), -YEAR_ONE))
    steps, last = chain.finish()
    rows = [(day * DAY, kept) for day in range(4) for kept in (1, 0) if day or kept]
    later = rows_of_numbers(names, dialect, "days", ("later", "kept"), rows)
    time = exp.Paren(this=computed("-", column(there.name, last), column(begins.name, last)))
    day = computed("+", column(begins.name, last), column("later", later[-1].name))
    at = computed("+", day, computed("*", column("kept", later[-1].name), time))
    query = exp.select(passed_on(LEAD, last), exp.alias_(at, moment)).from_(last)
    query.join(exp.to_table(later[-1].name), join_type="cross", copy=False)
    before = [SqlStep(base, all_rows(moved)), *steps, *later]
    if zone.is_utc:
        return before, query
    walls = names.fresh("walls")
    made, of_zone = _in_zone(dialect, names, zone, walls, moment)
    return [*before, SqlStep(walls, query), *made], of_zone


def _in_zone(
    dialect: Dialect, names: SqlNames, zone: Zone, walls: str, moment: str
) -> tuple[list[SqlStep], exp.Select]:
    """When clocks show a time; where they change within two days, that instant too, and when they would show
    the time by another offset."""
    changes, offsets, _ = zone.table
    if any(later - earlier <= 2 * _NEAR for earlier, later in pairwise(changes)):
        raise ClocksChangeOften
    chain = Steps(dialect, names, walls, ("calendar",))
    at = chain.add("at", instant_of(zone, column(moment)))
    soon = chain.add("soon", plus(at.copy(), _NEAR))
    change = chain.add("change", chosen(changes, (BEGINNING - 2 * _NEAR, *changes), soon))
    steps, last = chain.finish()
    moves = {sign * (later - earlier) for earlier, later in pairwise(offsets) for sign in (1, -1)}
    ways = [(0, 0), (1, 0), *((2, move) for move in sorted(moves))]
    made = rows_of_numbers(names, dialect, "ways", ("way", "move"), ways)
    way = column("way", made[-1].name)
    near = compared(">", change, plus(at.copy(), -_NEAR))
    term = when(
        (compared("=", way, whole(0)), at.copy()),
        (all_of([compared("=", way.copy(), whole(1)), near]), change.copy()),
        (near.copy(), computed("+", at.copy(), column("move", made[-1].name))),
    )
    query = exp.select(column(LEAD), exp.alias_(term, moment)).from_(last)
    return [*steps, *made], query.join(exp.to_table(made[-1].name), join_type="cross", copy=False)


def all_rows(queries: Sequence[exp.Select]) -> exp.Query:
    """The rows of several queries."""
    found: exp.Query = queries[0]
    for one in queries[1:]:
        found = exp.Union(this=found, expression=one, distinct=False)
    return found


def rows_of_numbers(
    names: SqlNames, dialect: Dialect, preferred: str, columns: Sequence[str], rows: Sequence[tuple[int, ...]]
) -> list[SqlStep]:
    """Whole numbers as a table, the last of the steps."""
    named = [(name, Kind.DATETIME) for name in columns]
    return steps_of_rows(names.fresh(preferred), named, rows, dialect, names)
