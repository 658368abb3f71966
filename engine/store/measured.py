"""What rules read of the leads of a store, as columns: a field or a gauge of all leads each."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import replace

from ..evaluate import Evaluator
from ..evaluate.columns import Column, Gathering, Instants, Ints, Numbering
from ..evaluate.gauges import Gauge, Gauging
from ..evaluate.measuring import measuring, reading_only
from ..plan import Plan
from .opening import Store
from .timelines import Span, Timelines

PORTION = 10_000
"""How many leads are read at a time."""

Tell = Callable[[str, float], None]
_GATHERED = (Gauging.INSTANTS, Gauging.LATEST)


def read_columns(
    store: Store,
    plan: Plan,
    leads: Ints,
    now: int,
    *,
    fields: Mapping[Hashable, int],
    gauges: Mapping[Hashable, Gauge],
    tell: Tell,
) -> dict[Hashable, Column | Instants]:
    """The columns of some fields and gauges of a plan at an instant, in one pass over what they read.

    `leads` are the numbers of all leads, in order. `tell` is told how far the reading is, and may raise.
    """
    only, measured = reading_only(plan, gauges.values())
    evaluator = Evaluator(replace(only, fields=tuple(plan.fields[number] for number in fields.values())))
    timelines = Timelines(store, evaluator, now)
    found = {key: Numbering() for key in fields}
    if fields:
        for span, _ in _portions(leads, "reading fields", tell):
            rows = list(timelines.fields(span))
            for numbering, values in zip(found.values(), zip(*rows, strict=True), strict=True):
                numbering.add(values)
    columns: dict[Hashable, Column | Instants] = {key: one.column() for key, one in found.items()}
    if gauges:
        columns |= zip(gauges, _measured(timelines, evaluator, measured, leads, tell), strict=True)
    return columns


def _measured(
    timelines: Timelines, evaluator: Evaluator, gauges: Sequence[Gauge], leads: Ints, tell: Tell
) -> list[Column | Instants]:
    measure, now = measuring(evaluator, gauges), timelines.now
    nothing = measure([], now)
    found = [Gathering() if gauge.what in _GATHERED else Numbering() for gauge in gauges]
    for span, numbers in _portions(leads, "reading events", tell):
        measured = {lead: measure(events, now) for lead, events in timelines.events(span)}
        rows = [measured.get(lead, nothing) for lead in numbers]
        for gathering, values in zip(found, zip(*rows, strict=True), strict=True):
            gathering.add(values)
    return [one.column() for one in found]


def _portions(leads: Ints, what: str, tell: Tell) -> Iterator[tuple[Span, list[int]]]:
    for first in range(0, len(leads), PORTION):
        tell(what, first / len(leads))
        numbers = leads[first : first + PORTION].tolist()
        yield Span(numbers[0], numbers[-1]), numbers
