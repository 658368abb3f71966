"""What would let a proposal cheat: fields and events that are known only because somebody bought.

Each finding is a sentence with counts. What is `refused` is left out unless it is overruled by name; what is
`asked` is left out too until somebody who knows has answered, but never without being named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from ...grammar.frozen import frozen
from ..score_many.block import Block, EventKinds
from ..score_many.block_measures import LATE
from ..values import DAY
from .arrays import Bools, Floats, Ints
from .intervals import wilson
from .learn.conditions import FieldValues
from .ranking import auc
from .rows import Rows

KNOWN_BY = 0.65
"""A field whose being known tells winners from others so well is asked about."""

REFUSED = 0.85
"""One that tells them apart so well, by being known or by its value, is refused."""

BY_CHANCE = 1e-6
"""A field is refused that only winners have, where that would come by chance so seldom."""

PURE = 0.95
FEWEST = 30
FILLED_AFTER = 0.05
AT_THE_WIN = 0.5
_OLDER_BY = 0.3


@frozen
class Leak:
    """A field or an event that is left out: `sort` is "refused", "asked" or "unproven"; what was found, as a
    sentence."""

    name: str
    sort: str
    found: str
    is_event: bool = False


def field_leaks(
    found: Sequence[FieldValues], rows: Rows, earlier: Bools, filled_after: Mapping[str, float]
) -> list[Leak]:
    """The fields that are refused or asked about. `filled_after` says of which share of the winners a field
    was filled only after the outcome."""
    leaks = []
    for one in found:
        leak = _of_field(one, rows, earlier, filled_after.get(one.field.name, 0.0))
        if leak is not None:
            leaks.append(leak)
    return leaks


def _of_field(one: FieldValues, rows: Rows, earlier: Bools, filled: float) -> Leak | None:
    name, won = one.field.name, rows.won
    if filled > FILLED_AFTER:
        return Leak(name, "refused", f"filled after the outcome for {percent(filled)} of the winners")
    known = one.codes > 0
    if not known.any():
        return None
    of_winners, of_others = float(known[won].mean()), float(known[~won].mean())
    auc_of_presence = 0.5 + (of_winners - of_others) / 2
    known_words = f"known for {percent(of_winners)} of the winners and {percent(of_others)} of the others"
    if auc_of_presence > REFUSED:
        return Leak(name, "refused", known_words)
    ever, leads = rows.lives.ever, int(known.sum())
    if not known[~ever].any() and float(ever.mean()) ** leads < BY_CHANCE:
        return Leak(name, "refused", f"known for {leads:,} leads, all of which win sooner or later")
    judged = coded_auc(one.codes, won, earlier)
    if judged > REFUSED:
        return Leak(name, "refused", f"alone it puts the winner first in {judged * 100:.0f} of 100 pairs")
    if auc_of_presence > KNOWN_BY:
        return Leak(name, "asked", known_words)
    return _pure(one, won) or _fills_up(one, rows)


def coded_auc(codes: Ints, won: Bools, earlier: Bools) -> float:
    """How well one field alone orders the later leads, each value standing for its rate among the earlier."""
    later = ~earlier
    if not won[later].any() or won[later].all() or not earlier.any():
        return 0.5
    size = int(codes.max()) + 1
    base = float(won[earlier].mean())
    leads = np.bincount(codes[earlier], minlength=size)
    wins = np.bincount(codes[earlier], weights=won[earlier], minlength=size)
    rate: Floats = (wins + 10 * base) / (leads + 10)
    found = auc(rate[codes[later]], won[later])
    return 0.5 if np.isnan(found) else found


def _pure(one: FieldValues, won: Bools) -> Leak | None:
    """A value of enough leads all of which, or all but all of which, end alike."""
    base = float(won.mean())
    leads = np.bincount(one.codes, minlength=len(one.values))
    wins = np.bincount(one.codes, weights=won, minlength=len(one.values))
    for place in np.flatnonzero(leads >= FEWEST).tolist():
        if place == 0:
            continue
        count, of = int(wins[place]), int(leads[place])
        surely = max(PURE, 1 - base / 2)
        if wilson(count, of)[0] > PURE:
            ends = f"{percent(count / of)} of {of:,} leads win"
        elif wilson(of - count, of)[0] > surely and wilson(of - count, of)[0] > 1 - base:
            ends = f"{percent(1 - count / of)} of {of:,} leads do not win"
        else:
            continue
        return Leak(one.field.name, "asked", f'with "{one.shown[place]}" {ends}')
    return None


def _fills_up(one: FieldValues, rows: Rows) -> Leak | None:
    """A field that is blank of young leads and filled of old ones."""
    third = len(rows) // 3
    if third < FEWEST:
        return None
    known = one.codes > 0
    old, young = float(known[:third].mean()), float(known[-third:].mean())
    if old - young > _OLDER_BY:
        return Leak(
            one.field.name,
            "asked",
            f"known for {percent(old)} of the oldest leads and {percent(young)} of the youngest",
        )
    return None


def event_leaks(
    blocks: Iterable[Block], rows: Rows, kinds: EventKinds, outcome_types: Sequence[str]
) -> list[Leak]:
    """The types of events that mostly come at or after the win."""
    first = _firsts(blocks, rows, kinds)
    winners = rows.lives.won != LATE
    leaks = []
    for type_, at in sorted(first.items()):
        if type_ in outcome_types:
            continue
        having = winners & (at != LATE)
        if int(having.sum()) < FEWEST // 3 or float(having.sum()) < 0.2 * float(winners.sum()):
            continue
        after = at[having] - rows.lives.won[having]
        late = float((after >= 0).mean())
        near = float((np.abs(after) < DAY / 24).mean())
        if near > 0.9:
            leaks.append(
                Leak(type_, "refused", f"comes with the outcome for {percent(near)} of the winners", True)
            )
        elif late > AT_THE_WIN:
            leaks.append(
                Leak(
                    type_, "asked", f"first seen at or after the win for {percent(late)} of the winners", True
                )
            )
    return leaks


def _firsts(blocks: Iterable[Block], rows: Rows, kinds: EventKinds) -> dict[str, Ints]:
    """When each row's lead first had an event of each type, `LATE` for never."""
    order = np.argsort(rows.lives.leads, kind="stable")
    numbers = rows.lives.leads[order]
    found: dict[str, Ints] = {}
    for block in blocks:
        places = np.minimum(np.searchsorted(numbers, block.leads), max(0, len(numbers) - 1))
        row = np.where(numbers[places] == block.leads, order[places], -1) if len(numbers) else places * 0 - 1
        events = block.events
        for place, number in enumerate(events.kinds):
            part = slice(int(events.starts[place]), int(events.starts[place + 1]))
            mine = row[events.lead[part]]
            kept = mine >= 0
            if kept.any():
                first = found.setdefault(kinds[number][0], np.full(len(rows), LATE))
                np.minimum.at(first, mine[kept], events.at[part][kept])
    return found


def percent(share: float) -> str:
    """A share in words: whole percents from ten up, one decimal below."""
    value = share * 100
    if value in (0.0, 100.0) or 9.95 <= value <= 99:
        return f"{value:.0f}%"
    return f"{value:.1f}%"
