"""What each kind of measure does at the start, for an event of its selection, and at the end, as Python."""

from __future__ import annotations

from collections.abc import Sequence

from ...grammar.syntax.nodes import Kind, Unit
from ..plan import Aggregation, Last, Measure
from ..plan.event_reads import ReadColumn, object_column
from ..values import MICROSECONDS
from .codegen import CodegenContext, CodegenScope
from .conditions_source import holds, in_selection
from .event_classes import EventClass
from .values_source import column, day_text

NEVER = -(1 << 62)
"""Before every instant, by more than any window."""

_FEW = 4
COLUMNLESS = {
    Aggregation.COUNT,
    Aggregation.SEEN,
    Aggregation.PERIODS,
    Aggregation.FIRST,
    Aggregation.LAST,
    Aggregation.FIRST_PERIOD,
    Aggregation.INSTANTS,
    Aggregation.LATEST,
    Aggregation.FADED,
}
START = {
    Aggregation.PERIODS: "{g} = 0; {g}d = None",
    Aggregation.SUM: "{g} = 0.0",
    Aggregation.AVG: "{g} = 0.0; {g}n = 0",
    Aggregation.MIN: "{g} = INF",
    Aggregation.MAX: "{g} = -INF",
    Aggregation.DISTINCT: "{g} = set()",
    Aggregation.FIRST: "{g} = None",
    Aggregation.LAST: "{g} = None",
    Aggregation.FIRST_PERIOD: "{g} = {g}d = None",
    Aggregation.INSTANTS: "{g} = []",
    Aggregation.LATEST: "{g} = []; {g}d = None",
    Aggregation.FOLLOWED: "{g} = False; {g}a = {g}b = NEVER",
}
END = {
    Aggregation.SUM: "if {g} - {g} != 0.0: {g} = None",
    Aggregation.AVG: "{g} = {g} / {g}n if {g}n and {g} - {g} == 0.0 else None",
    Aggregation.MIN: "if {g} == INF: {g} = None",
    Aggregation.MAX: "if {g} == -INF: {g} = None",
    Aggregation.DISTINCT: "{g} = len({g}) - (None in {g})",
}


def updates(
    context: CodegenContext, measure: Measure, name: str, columns: Sequence[ReadColumn | None]
) -> list[str]:
    match measure.aggregation:
        case Aggregation.COUNT:
            return [f"{name} += 1"]
        case Aggregation.FIRST:
            return [f"if {name} is None: {name} = at"]
        case Aggregation.LAST:
            return [f"{name} = at"]
        case Aggregation.INSTANTS:
            return [f"{name}.append(at)"]
        case Aggregation.DISTINCT:
            return [f"{name}.add({column(context, columns.index(object_column(measure.events)))})"]
        case Aggregation.SEEN:
            return [f"{name} = 1"]
        case Aggregation.FADED:
            return _faded(context, measure, name)
        case Aggregation.PERIODS:
            return [f"d = {period(context, measure.per)}", f"if d != {name}d: {name} += 1; {name}d = d"]
        case Aggregation.LATEST:
            return [
                f"d = {period(context, measure.per)}",
                f"if d == {name}d: {name}[-1] = at",
                f"else: {name}.append(at); {name}d = d",
            ]
        case Aggregation.FIRST_PERIOD:
            return [
                f"d = {period(context, measure.per)}",
                f"if {name}d is None or d == {name}d: {name} = at; {name}d = d",
            ]
        case _:
            place = columns.index(ReadColumn(None, measure.of, Kind.NUMBER))
            number = [" " + line for line in _number(measure, name)]
            return [f"x = {column(context, place)}", "if x is not None:", *number]


def _faded(context: CodegenContext, measure: Measure, name: str) -> list[str]:
    """Adds what is left at the event's age: by comparing with a few edges, or by division and a table."""
    left, window = measure.left, measure.events.window
    if isinstance(window, Last) and window.unit in MICROSECONDS:
        left = left[: -(-window.amount * MICROSECONDS[window.unit] // measure.within)]
    if len(left) > _FEW:
        table = context.constant(("decay", left), lambda: left)
        return [f"k = (now - at) // {measure.within}", f"if k < {len(left)}: {name} += {table}[k]"]
    if not left:
        return ["pass"]
    worth = [
        f"{points} if at > {context.moment(-step * measure.within)}" for step, points in enumerate(left, 1)
    ]
    return [f"{name} += {' else '.join(worth)} else 0"]


def _number(measure: Measure, name: str) -> list[str]:
    match measure.aggregation:
        case Aggregation.SUM:
            return [f"{name} += x"]
        case Aggregation.AVG:
            return [f"{name} += x; {name}n += 1"]
        case Aggregation.MIN:
            return [f"if x < {name}: {name} = x"]
        case _:
            return [f"if x > {name}: {name} = x"]


def period(context: CodegenContext, unit: Unit | None) -> str:
    """The number of the day, ISO week (1970 began on a Thursday) or month of the event in hand."""
    day = day_text(context, "at")
    match unit:
        case Unit.WEEK:
            return f"({day} + 3) // 7"
        case Unit.MONTH:
            return f"month_number({day})"
        case _:
            return day


def followed(context: CodegenContext, measure: Measure, name: str, event_class: EventClass) -> list[str]:
    """Looks back at the latest first event, and at a second one of the same instant.

    Both are looked for before this event is remembered, since the two are different events.
    """
    assert measure.then is not None
    lines: list[str] = []
    scope = CodegenScope("", lines, columns=event_class.columns)
    asks: list[str] = []
    keeps: list[str] = []
    roles = (
        (measure.events, f"{name}b == at", "a"),
        (measure.then, f"at - {name}a <= {measure.within}", "b"),
    )
    for selection, ask, role in roles:
        if selection.selector not in event_class.selectors:
            continue
        tests = [test] if (test := in_selection(context, selection.window)) else []
        if selection.where is not None:
            filter_ = holds(context, scope, selection.where, True)
            tests.append(f"({filter_.text})" if filter_.loose > 1 else filter_.text)
        if tests:
            scope.add(f"{name}{role}x = {' and '.join(tests)}")
            asks.append(f"{name}{role}x and {ask}")
            keeps.append(f"if {name}{role}x: {name}{role} = at")
        else:
            asks.append(ask)
            keeps.append(f"{name}{role} = at")
    scope.add(f"if {' or '.join(asks)}: {name} = True")
    lines += keeps
    return lines
