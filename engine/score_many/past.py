"""Which leads of a block are in stages that hold, where now decides nothing: their past, many at once.

A lead as it was at an instant is looked at as a lead of its own, its events moved so that all these instants
are one. Where a plan reads the calendar, which cannot be moved, each lead is asked for by itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ...grammar.syntax.nodes import Kind
from ..plan import Aggregation, Constant, FieldValue, Plan, Range
from ..plan.walk import clauses, conditions, operands, selections
from ..score_one import Evaluator
from ..score_one.holding import Holding
from ..values import DAY, Prepared
from .block import MOST, Block, Events, Places, Properties, StoredColumn
from .block_events import BlockEvents, Filters
from .block_measures import Measured
from .column_scorer import ColumnScorer
from .columns import Bools, Column, InstantLists, Ints, Numbered
from .lru import LruBytes

Made = Callable[[Sequence[Any]], list[Prepared]]
"""Values of an attribute as they are kept, made ready for a field of a plan."""

_MOST_EVENTS = 1 << 19
"""About how many moved events are looked at together."""

_SAME = 10_000 * DAY
"""The instant to which all are moved; any would do."""

_FIRST_SPAN = 16 * DAY
"""How far back is looked at first; then twice as far each time."""

_NO_LIMIT = 1 << 62

TypeAndObject = tuple[str, str | None]
"""Type and object of an event."""


class BlocksPast:
    """The past of leads in the eyes of one plan. `fields` say for each field of the plan which column of the
    record it is read from, None for none, and how what is kept there is made ready."""

    def __init__(self, evaluator: Evaluator, fields: Sequence[tuple[str | None, Made]]) -> None:
        self._evaluator = evaluator
        self._fields = fields
        self._stages: dict[int, _StagePast] = {}

    def held(self, block: Block, now: int, stage: int, places: Ints) -> Bools:
        """Which of the leads at some places of a block are in a stage, by its number."""
        past = self._stages.get(stage)
        if past is None:
            holding = self._evaluator.holdings[stage]
            past = self._stages[stage] = _StagePast(holding, self._fields)
        return past.held(block, now, places)


class _StagePast:
    """The past as one stage that holds asks about it."""

    def __init__(self, holding: Holding, fields: Sequence[tuple[str | None, Made]]) -> None:
        self._holding = holding
        self._asking = holding.asking
        self._fields = fields
        self._filters: Filters = {}
        self._rows: dict[tuple[TypeAndObject, str], tuple[Any, ...] | None] = {}
        self._moves = _can_be_moved(self._asking.plan)
        self._lengths: dict[TypeAndObject, Ints | None] = {}

    def held(self, block: Block, now: int, places: Ints) -> Bools:
        """Which of the leads at some places of a block are in the stage."""
        kinds = block.events.names
        if not self._moves or any(self._asking.classes.properties_decide(type_) for type_, _ in kinds):
            return self._one_by_one(block, now, places)
        lengths = [self._lengths_of(kind) for kind in kinds]
        if any(one is None for one in lengths):
            return self._one_by_one(block, now, places)
        return self._at_once(block, now, places, [one for one in lengths if one is not None])

    def _lengths_of(self, kind: TypeAndObject) -> Ints | None:
        """So long after events of a kind something can differ; none for events that make no difference.

        None where that is not all.
        """
        if kind not in self._lengths:
            code = self._asking.classes.code(*kind, {})
            found = self._holding.timeline.lengths(code)
            self._lengths[kind] = None if found is None else np.array(found, np.int64)
        return self._lengths[kind]

    # --- all at once ----------------------------------------------------------------------------

    def _at_once(self, block: Block, now: int, places: Ints, lengths: Sequence[Ints]) -> Bools:
        events = block.events
        waiting = np.zeros(len(block), np.bool_)
        waiting[places] = True
        read = np.array([len(one) > 0 for one in lengths], np.bool_)
        kept = np.flatnonzero(read[events.kind] & waiting[events.lead] & (events.at <= now))
        kept = kept[np.argsort(events.lead[kept], kind="stable")]
        lead, at, kind = events.lead[kept].astype(np.int64), events.at[kept], events.kind[kept]
        ends = np.cumsum(np.bincount(lead, minlength=len(block)))
        verdict = np.zeros(len(block), np.bool_)
        turned_lead, turned = _turns(lead, at, kind, lengths, now)
        earliest = int(turned.min()) if len(turned) else now
        high, span = now, _FIRST_SPAN
        while high >= earliest and waiting.any():
            low = high - span
            chosen = (turned > low) & (turned <= high) & waiting[turned_lead]
            pairs = _different(turned_lead[chosen], turned[chosen])
            for some in _portions(pairs[0], ends):
                of, instants = pairs[0][some], pairs[1][some]
                comes, out = self._asked(block, (kept, at, ends), of, instants)
                decided = np.flatnonzero(comes | out)
                # Of several instants of a lead the last one stays, which is the latest.
                verdict[of[decided]] = ~out[decided]
                waiting[of[decided]] = False
            high, span = low, span * 2
        rest = np.flatnonzero(waiting)
        for start in range(0, len(rest), MOST):
            of = rest[start : start + MOST]
            nothing = np.empty(0, np.int64)
            comes, out = self._asked(block, (nothing, nothing, np.zeros(len(block), np.int64)), of, of)
            verdict[of] = comes & ~out
        return verdict[places]

    def _asked(
        self, block: Block, own: tuple[Ints, Ints, Ints], leads: Ints, instants: Ints
    ) -> tuple[Bools, Bools]:
        """Of leads at instants, whether they come in and whether they go out. `own` are the places of the
        events, lead after lead, their instants, and where those of each lead end."""
        kept, at, ends = own
        begins = np.concatenate([[0], ends[:-1]])[leads]
        counts = ends[leads] - begins
        of = np.repeat(np.arange(len(leads)), counts)
        place = np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts) + begins[of]
        past = at[place] <= instants[of]
        of, place = of[past], place[past]
        moved = at[place] - instants[of] + _SAME
        events = block.events
        kind = events.kind[kept[place]]
        order = np.lexsort((moved, kind))
        source = kept[place[order]]
        told = None if events.told is None else events.told[source]
        starts = np.searchsorted(kind[order], np.arange(len(events.kinds) + 1)).astype(np.int64)
        lead = of[order].astype(np.uint16)
        then = Block(
            np.arange(len(leads)),
            {name: StoredColumn(one.codes[leads], one.values) for name, one in self._read(block).items()},
            Events(events.kinds, events.named, starts, moved[order], lead, told, events.properties),
        )
        judging = self._judging(then)
        comes_in, goes_out = self._asking.plan.stages
        return judging.holds(comes_in.condition), judging.holds(goes_out.condition)

    def _read(self, block: Block) -> Mapping[str, StoredColumn]:
        """The attributes that the conditions come to look at."""
        fields, _ = self._asking.parts.meanings.needs
        names = {self._fields[number][0] for number in fields.values()}
        return {name: column for name, column in block.fields.items() if name in names}

    def _judging(self, block: Block) -> ColumnScorer:
        asking = self._asking
        measured = Measured(BlockEvents(asking, block, _SAME, self._filters))
        fields, gauges = asking.parts.meanings.needs
        columns: dict[Hashable, Column | InstantLists] = {}
        for key, number in fields.items():
            name, made = self._fields[number]
            stored = None if name is None else block.fields.get(name)
            columns[key] = (
                Numbered(np.zeros(len(block), np.uint8), made([None]))
                if stored is None
                else Numbered(stored.codes, made(stored.values))
            )
        for key, gauge in gauges.items():
            columns[key] = measured.column(gauge)
        return ColumnScorer(
            asking,
            asking.parts.meanings,
            len(block),
            _SAME,
            columns=columns,
            kept=LruBytes(_NO_LIMIT),
            tell=_silent,
        )

    # --- one by one -----------------------------------------------------------------------------

    def _one_by_one(self, block: Block, now: int, places: Ints) -> Bools:
        columns = []
        for name, made in self._fields:
            stored = None if name is None else block.fields.get(name)
            if stored is None:
                columns.append(made([None]) * len(places))
            else:
                columns.append(list(map(made(stored.values).__getitem__, stored.codes[places].tolist())))
        fields = list(zip(*columns, strict=True)) if columns else [()] * len(places)
        rows = self._rows_of(block, places)
        holds = self._holding.holds
        found = [holds(values, events, now) for values, events in zip(fields, rows, strict=True)]
        return np.array(found, np.bool_)

    def _rows_of(self, block: Block, places: Ints) -> list[list[Any]]:
        """The events of the leads at some places, in the order of time."""
        events = block.events
        at_place = np.full(len(block), -1, np.int64)
        at_place[places] = np.arange(len(places))
        of = at_place[events.lead]
        numbers = np.array(events.kinds, np.int64)[events.kind]
        order = np.lexsort((numbers, events.at, of))
        order = order[of[order] >= 0]
        told = np.full(len(of), -1) if events.told is None else events.told
        found: list[list[Any]] = [[] for _ in range(len(places))]
        columns = (of, events.at, events.kind, told)
        for lead, at, kind, number in zip(*(one[order].tolist() for one in columns), strict=True):
            rest = self._row(events.names[kind], events.properties[number] if number >= 0 else "")
            if rest is not None:
                found[lead].append((at, *rest))
        return found

    def _row(self, kind: TypeAndObject, properties: Properties) -> tuple[Any, ...] | None:
        """The row of an event but for its instant, None where it is not read."""
        if not isinstance(properties, str):
            return self._new_row(kind, properties)
        key = (kind, properties)
        if key not in self._rows:
            self._rows[key] = self._new_row(kind, json.loads(properties) if properties else {})
        return self._rows[key]

    def _new_row(self, kind: TypeAndObject, given: Mapping[str, Any]) -> tuple[Any, ...] | None:
        row = self._asking.classes.row(0, *kind, given)
        return None if row is None else row[1:]


def _turns(lead: Ints, at: Ints, kind: Places, lengths: Sequence[Ints], now: int) -> tuple[Ints, Ints]:
    """The leads and the instants, none after now, at which something can have differed."""
    leads, instants = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for number, after in enumerate(lengths):
        mine = np.flatnonzero(kind == number) if len(after) else ()
        for length in after.tolist() if len(mine) else ():
            turned = at[mine] + length
            past = turned <= now
            leads.append(lead[mine[past]])
            instants.append(turned[past])
    return np.concatenate(leads), np.concatenate(instants)


def _different(lead: Ints, instants: Ints) -> tuple[Ints, Ints]:
    """Each pair once, by lead and time."""
    order = np.lexsort((instants, lead))
    lead, instants = lead[order], instants[order]
    new = np.ones(len(lead), np.bool_)
    new[1:] = (lead[1:] != lead[:-1]) | (instants[1:] != instants[:-1])
    return lead[new], instants[new]


def _portions(leads: Ints, ends: Ints) -> Iterator[slice]:
    """Pairs in portions that are not too large, those of a lead in the order of time."""
    counts = np.diff(ends, prepend=0)[leads]
    total = np.cumsum(counts)
    start = 0
    while start < len(leads):
        before = int(total[start - 1]) if start else 0
        stop = int(np.searchsorted(total, before + _MOST_EVENTS, "right"))
        stop = min(max(stop, start + 1), start + MOST)
        yield slice(start, stop)
        start = stop


def _can_be_moved(plan: Plan) -> bool:
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


def _silent(_what: str, _share: float) -> None:
    return
