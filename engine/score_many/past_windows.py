"""How far back a part of the past looks: windows, and the places on a line where events count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from ...grammar.syntax.nodes import Kind
from ..plan import Aggregation, Constant, FieldValue, Last, Measure, Plan, Range, Selection, SignalValue
from ..plan.lower import Comparison
from ..plan.walk import clauses, conditions, operands, selections
from ..score_one.scorer import Scorer
from ..values import MICROSECONDS
from .block import MOST
from .columns import Ints
from .steps import TimeSpan

_MOST_EVENTS = 1 << 19
"""About how many moved events are looked at together."""


def events_needed(evaluator: Scorer, clause: Any) -> int:
    """At least so many events it takes for a clause to be answered as without any but otherwise."""
    test = evaluator.parts.kernel.test(clause)
    if not isinstance(test, Comparison) or not isinstance(test.left, SignalValue):
        return 1
    counts = evaluator.plan.signals[test.left.signal].aggregation in (Aggregation.COUNT, Aggregation.DISTINCT)
    if not counts or not isinstance(test.right, Constant) or not isinstance(test.right.value, int | float):
        return 1
    least = test.right.value
    if test.operator not in (">=", ">") or least <= 0:
        return 1
    return max(1, int(np.ceil(least)))


def can_be_moved(plan: Plan) -> bool:
    """Whether all that a plan reads of events is what they are and how long ago they were."""
    if any(signal.aggregation is Aggregation.PERIODS for signal in plan.signals):
        return False
    if any(rule.each is not None and rule.each.once is not None for rule in plan.rules):
        return False
    if any(isinstance(selection.window, Range) for selection in selections(plan)):
        return False
    asked = (operand for one in conditions(plan) for clause in clauses(one) for operand in operands(clause))
    return not any(
        operand.kind in (Kind.DATE, Kind.DATETIME) and not isinstance(operand, Constant | FieldValue)
        for operand in asked
    )


def longest_window(measures: Iterable[Measure]) -> int | None:
    """How far back from an instant events count, None for without end."""
    read = (one for measure in measures for one in (measure.events, measure.then) if one is not None)
    lengths = [window_length(one) for one in read]
    known = [length for length in lengths if length is not None]
    return max(known, default=0) if len(known) == len(lengths) else None


def window_length(selection: Selection) -> int | None:
    window = selection.window
    if isinstance(window, Last) and window.unit in MICROSECONDS:
        return window.amount * MICROSECONDS[window.unit]
    return None


def window_starts(line: TimeSpan, of: Ints, places: Ints, length: int | None) -> Ints:
    """The places after which events count, for leads at places of a line."""
    begins: Ints = of * line.span
    return begins if length is None else np.maximum(places - length, begins)


def places_from(begin: Ints, counts: Ints) -> Ints:
    """All places from each beginning on, so many of each."""
    found: Ints = np.arange(int(counts.sum())) + np.repeat(begin - (np.cumsum(counts) - counts), counts)
    return found


def portions(counts: Ints) -> Iterator[slice]:
    """Rows with so many events each, in portions that are not too large."""
    total = np.cumsum(counts)
    start = 0
    while start < len(counts):
        before = int(total[start - 1]) if start else 0
        stop = int(np.searchsorted(total, before + _MOST_EVENTS, "right"))
        stop = min(max(stop, start + 1), start + MOST)
        yield slice(start, stop)
        start = stop
