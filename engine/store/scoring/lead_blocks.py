"""All leads of a store a block at a time, with what was known of them at earlier instants."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ...outcomes.arrays import Ints
from ...outcomes.funnel import part_of
from ...outcomes.scored_leads import LeadsScorer, Made
from ...plan import Plan
from ...score_many.block import MOST, Block, StoredColumn
from ..database import Store
from ..mirror.block_reader import BlockReader
from ..records.events import event_kinds
from ..records.identity import hidden_leads
from ..records.leads import StoredField, stored_fields, to_stored
from .full_run import MANY
from .lead_reader import all_ready

if TYPE_CHECKING:
    from ...score_many.block import EventKinds
    from ...score_one.scorer import Scorer
    from ..mirror.sync import Mirror

_REMEMBERED = 4_000_000
"""Leads with up to so many events are kept between one reading and the next."""

_SPAN = 10_000


@dataclass(frozen=True)
class FieldChange:
    """A value that an attribute had until a batch replaced it."""

    data: int
    column: str
    value: Any


class LeadBlocks:
    """Reads the leads of a store, in a read transaction: see `lead_blocks`."""

    def __init__(self, store: Store, mirror: Mirror | None) -> None:
        self._store = store
        self._mirror = mirror
        self.stored = stored_fields(store)
        self.kinds: EventKinds = event_kinds(store)
        self._kept: list[Block] | None = None
        self.runs = _runs(store)
        self.changes = _changes(store, self.stored)
        self._hidden = np.array(hidden_leads(store.connection), np.int64)

    def __call__(self) -> Iterator[Block]:
        """All leads, as often as asked."""
        if self._kept is not None:
            yield from self._kept
            return
        kept: list[Block] | None = []
        events = 0
        for block in self._read():
            events += len(block.events.at)
            if kept is not None:
                kept.append(block)
            if events > _REMEMBERED:
                kept = None
            yield block
        self._kept = kept

    def _read(self) -> Iterator[Block]:
        """Blocks without the anonymous leads."""
        for block in self._all():
            hidden = np.isin(block.leads, self._hidden)
            yield part_of(block, np.flatnonzero(~hidden)) if hidden.any() else block

    def _all(self) -> Iterator[Block]:
        if self._mirror is not None:
            for unit in self._mirror.units:
                block = unit.block(self.kinds)
                yield block if unit.live is None else part_of(block, np.flatnonzero(unit.live))
            return
        first, last = self._store.connection.execute(
            "SELECT ifnull(min(_id), 1), ifnull(max(_id), 0) FROM lead"
        ).fetchone()
        reading = BlockReader(self._store)
        for start in range(first, last + 1, min(_SPAN, MOST)):
            yield reading.block(start, min(last, start + min(_SPAN, MOST) - 1))

    def scorer(self, evaluator: Scorer) -> LeadsScorer:
        """A plan's eyes for these leads."""
        return LeadsScorer(evaluator, self.kinds, self.fields(evaluator.plan))

    def fields(self, plan: Plan) -> list[tuple[str | None, Made]]:
        """Where each field of a plan is kept, and how its values are made ready."""
        kept = [self.stored.get(field.column) for field in plan.fields]
        return [
            (None if one is None else one.column, all_ready(field, one))
            for field, one in zip(plan.fields, kept, strict=True)
        ]

    @property
    def history_from(self) -> int | None:
        """From when on changes of attributes are noted, None for never."""
        return self.runs[0][0] if self.runs else None

    def known(self, block: Block, at: Ints) -> Block:
        """A block with the attributes of each lead as they were at an instant, as far as that was noted."""
        changed = [place for place, lead in enumerate(block.leads.tolist()) if lead in self.changes]
        if not changed:
            return block
        fields = dict(block.fields)
        starts = [start for start, _ in self.runs]
        for place in changed:
            run = bisect_right(starts, int(at[place])) - 1
            data = self.runs[run][1] if run >= 0 else 0
            undone: dict[str, Any] = {}
            for change in self.changes[int(block.leads[place])]:
                if change.data > data:
                    undone.setdefault(change.column, change.value)
            for column, value in undone.items():
                fields[column] = _with_value(fields, column, len(block), place, value)
        return replace(block, fields=fields)

    def filled_after(self, lead: int, column: str, at: int) -> bool:
        """Whether an attribute that is known now was unknown at an instant, and that was noted."""
        starts = [start for start, _ in self.runs]
        run = bisect_right(starts, at) - 1
        if run < 0:
            return False
        later = [
            one for one in self.changes.get(lead, ()) if one.column == column and one.data > self.runs[run][1]
        ]
        return bool(later) and later[0].value is None


def _with_value(
    fields: Mapping[str, StoredColumn], column: str, size: int, place: int, value: object
) -> StoredColumn:
    old = fields.get(column)
    codes = np.zeros(size, np.uint16) if old is None else old.codes.copy()
    values: list[object] = [None] if old is None else list(old.values)
    if value not in values:
        values.append(value)
    codes[place] = values.index(value)
    return StoredColumn(codes, tuple(values))


def _runs(store: Store) -> list[tuple[int, int]]:
    """When runs began, and up to which batch the data had come by then, the first run first."""
    return [
        (started, data)
        for started, data in store.connection.execute(
            "SELECT started, data FROM run WHERE data IS NOT NULL ORDER BY started"
        )
    ]


def _changes(store: Store, stored: Mapping[str, StoredField]) -> dict[int, list[FieldChange]]:
    """What was replaced of each lead, the earliest first."""
    found: dict[int, list[FieldChange]] = {}
    rows = store.connection.execute("SELECT lead, data, fields FROM lead_before ORDER BY lead, data")
    for lead, data, text in rows:
        for name, value in json.loads(text).items():
            if (one := stored.get(name)) is not None:
                found.setdefault(lead, []).append(FieldChange(data, one.column, _stored_value(one, value)))
    return found


def _stored_value(field: StoredField, value: object) -> object:
    if value is None:
        return None
    if isinstance(value, bool):
        return to_stored(field.kind, "yes" if value else "no")
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    return value if isinstance(value, float) else to_stored(field.kind, str(value))


@contextmanager
def lead_blocks(store: Store) -> Iterator[LeadBlocks]:
    """The leads as they are at one moment: from the mirror where they are many, else from the record."""
    from contextlib import ExitStack

    with ExitStack() as open_, store.guard():
        mirror = None
        if not store.read_only and _many(store):
            from ..mirror.sync import synced_mirror

            mirror = open_.enter_context(synced_mirror(store))
        store.connection.execute("BEGIN")
        try:
            yield LeadBlocks(store, mirror)
        finally:
            store.connection.execute("ROLLBACK")


def _many(store: Store) -> bool:
    return int(store.connection.execute("SELECT count(*) FROM lead").fetchone()[0]) >= MANY
