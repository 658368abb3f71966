"""Which leads of a store are in a stage that holds, where the instant itself decides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...progress import Progress
from ...score_many.columns import Bools, Ints
from ...score_many.past import BlocksPast
from ...score_one.scorer import Scorer
from ..database import Store
from ..records.events import event_kinds
from ..records.leads import stored_fields
from .lead_reader import LeadReader, Span, all_ready

if TYPE_CHECKING:
    from ..mirror.sync import Mirror


_PORTION = 10_000
"""How many leads are read at a time."""


def held_leads(
    store: Store,
    evaluator: Scorer,
    leads: Ints,
    now: int,
    stage: int,
    *,
    tell: Progress,
    mirror: Mirror | None = None,
) -> Bools:
    """Which of some leads, by their numbers in order, are in a stage, by its number.

    They are read from the mirror, where one is given, which must be of the same data; `Damaged` is raised
    where it is not what was written. `tell` is told how far the reading is, and may raise.
    """
    found = np.zeros(len(leads), np.bool_)
    if mirror is None:
        _read(store, evaluator, (leads, found), now, stage, tell=tell)
        return found
    past, kinds = _past(store, evaluator), event_kinds(store)
    for done, unit in enumerate(mirror.units):
        tell("looking back", done / len(mirror.units))
        asked = np.isin(unit.leads, leads)
        if asked.any():
            live = np.arange(len(unit.leads)) if unit.live is None else np.flatnonzero(unit.live)
            held = past.held(unit.block(kinds), now, stage, live[asked])
            found[np.searchsorted(leads, unit.leads[asked])] = held
    return found


def _read(
    store: Store, evaluator: Scorer, into: tuple[Ints, Bools], now: int, stage: int, *, tell: Progress
) -> None:
    """Finds it of leads that are read from the record."""
    (leads, found), holding, reader = into, evaluator.holdings[stage], LeadReader(store, evaluator, now)
    for first in range(0, len(leads), _PORTION):
        tell("looking back", first / len(leads))
        numbers = leads[first : first + _PORTION]
        places = dict(zip(numbers.tolist(), range(first, first + len(numbers)), strict=True))
        for number, fields, events in reader.leads(Span(int(numbers[0]), int(numbers[-1]))):
            if number in places:
                found[places[number]] = holding.holds(fields, events, now)


def _past(store: Store, evaluator: Scorer) -> BlocksPast:
    stored = stored_fields(store)
    kept = [stored.get(field.column) for field in evaluator.plan.fields]
    fields = [
        (None if one is None else one.column, all_ready(field, one))
        for field, one in zip(evaluator.plan.fields, kept, strict=True)
    ]
    return BlocksPast(evaluator, fields)
