"""What rules read of the leads of a store, as columns: a field or a measure of all leads each."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ...plan import Aggregation, Measure, Plan
from ...progress import Progress
from ...score_many.columns import Column, Gathering, InstantLists, Ints, Numbered, Numbering
from ...score_one.measuring import measuring, reading_only
from ...score_one.scorer import Scorer
from ..database import Store
from ..records.events import event_kinds
from ..records.leads import stored_fields
from .lead_reader import LeadReader, Span, all_ready

if TYPE_CHECKING:
    from ..mirror.sync import Mirror

PORTION = 10_000
"""How many leads are read at a time."""

_GATHERED = (Aggregation.INSTANTS, Aggregation.LATEST)


def read_columns(
    store: Store,
    plan: Plan,
    leads: Ints,
    now: int,
    *,
    fields: Mapping[Hashable, int],
    measures: Mapping[Hashable, Measure],
    tell: Progress,
    mirror: Mirror | None = None,
) -> dict[Hashable, Column | InstantLists]:
    """The columns of some fields and measures of a plan at an instant, in one pass over what they read.

    `leads` are the numbers of all leads with a name, in order. They are read from the mirror, where one is
    given, which must be of the same data; `Damaged` is raised where it is not what was written. `tell` is
    told how far the reading is, and may raise.
    """
    only, measured = reading_only(plan, measures.values())
    evaluator = Scorer(replace(only, fields=tuple(plan.fields[number] for number in fields.values())))
    if mirror is not None:
        read = _from_mirror(mirror, store, evaluator, measured, leads, now=now, tell=tell)
        return dict(zip((*fields, *measures), read, strict=True))
    lead_reader = LeadReader(store, evaluator, now, anonymous=False)
    found = {key: Numbering() for key in fields}
    if fields:
        for span, _ in _portions(leads, "reading fields", tell):
            rows = list(lead_reader.fields(span))
            for numbering, values in zip(found.values(), zip(*rows, strict=True), strict=True):
                numbering.add(values)
    columns: dict[Hashable, Column | InstantLists] = {key: one.column() for key, one in found.items()}
    if measures:
        columns |= zip(measures, _measured(lead_reader, evaluator, measured, leads, tell), strict=True)
    return columns


def _measured(
    lead_reader: LeadReader, evaluator: Scorer, measures: Sequence[Measure], leads: Ints, tell: Progress
) -> list[Column | InstantLists]:
    run, now = measuring(evaluator, measures), lead_reader.now
    nothing = run([], now)
    found = [Gathering() if measure.aggregation in _GATHERED else Numbering() for measure in measures]
    for span, numbers in _portions(leads, "reading events", tell):
        measured = {lead: run(events, now) for lead, events in lead_reader.events(span)}
        rows = [measured.get(lead, nothing) for lead in numbers]
        for gathering, values in zip(found, zip(*rows, strict=True), strict=True):
            gathering.add(values)
    return [one.column() for one in found]


def _from_mirror(
    mirror: Mirror,
    store: Store,
    evaluator: Scorer,
    measures: Sequence[Measure],
    leads: Ints,
    *,
    now: int,
    tell: Progress,
) -> list[Column | InstantLists]:
    """The same from the pieces of the mirror: the fields of the evaluator's plan, then the measures."""
    from ...score_many.block_events import BlockEvents, Filters
    from ...score_many.block_measures import Measured

    kinds, stored = event_kinds(store), stored_fields(store)
    fields = [(stored.get(f.column), all_ready(f, stored.get(f.column))) for f in evaluator.plan.fields]
    filters: Filters = {}
    numberings = [Numbering() for _ in fields]
    gatherings = [Gathering() if measure.aggregation in _GATHERED else Numbering() for measure in measures]
    numbers: list[Ints] = []
    for done, unit in enumerate(mirror.units):
        tell("reading", done / len(mirror.units))
        block = unit.block(kinds)
        live = None if unit.live is None else np.flatnonzero(unit.live)
        measured = Measured(BlockEvents(evaluator, block, now, filters))
        for numbering, (field, made) in zip(numberings, fields, strict=True):
            kept = None if field is None else block.fields.get(field.column)
            if kept is None:
                column = Numbered(np.zeros(len(block), np.uint8), made([None]))
            else:
                column = Numbered(kept.codes, made(kept.values))
            numbering.add_column(column if live is None else column.taken(live))
        for gathering, measure in zip(gatherings, measures, strict=True):
            found = measured.column(measure)
            gathering.add_column(found if live is None else found.taken(live))  # type: ignore[arg-type]
        numbers.append(unit.leads)
    return _in_order([*numberings, *gatherings], numbers, leads)


def _in_order(
    made: Sequence[Numbering | Gathering], numbers: Sequence[Ints], leads: Ints
) -> list[Column | InstantLists]:
    """The columns, with what supplements of the mirror say of leads where these stand among all."""
    placed = np.concatenate([np.empty(0, np.int64), *numbers])
    columns = [one.column() for one in made]
    if np.array_equal(placed, leads):
        return columns
    order = np.argsort(placed, kind="stable")
    if len(placed) > len(leads):
        # The mirror has the anonymous leads, too, which are not asked about.
        order = order[np.isin(placed[order], leads, kind="sort")]
    if not np.array_equal(placed[order], leads):
        from ..mirror.files import Damaged

        raise Damaged
    return [column.taken(order) for column in columns]


def _portions(leads: Ints, what: str, tell: Progress) -> Iterator[tuple[Span, list[int]]]:
    for first in range(0, len(leads), PORTION):
        tell(what, first / len(leads))
        numbers = leads[first : first + PORTION].tolist()
        yield Span(numbers[0], numbers[-1]), numbers
