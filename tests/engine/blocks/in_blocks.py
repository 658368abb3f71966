"""Leads made up for tests, laid out as a block the way the mirror does it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from leadwright.engine.score_many.block import Block, EventKinds, Events, StoredColumn
from leadwright.engine.score_one.facts import Event
from leadwright.engine.values import instant_of

Happened = Sequence[Sequence[Event]]


def kinds_of(happened: Happened) -> EventKinds:
    """A number for each type and object, in no order."""
    pairs = sorted(
        {(event.type, event.object) for events in happened for event in events},
        key=lambda pair: (pair[1] or "", pair[0]),
    )
    return dict(enumerate(pairs, 3))


def block_of(fields: Mapping[str, Sequence[object]], happened: Happened, kinds: EventKinds) -> Block:
    """Leads with the numbers 1, 2, 3 ..., values of their fields, and events; `kinds` numbers these."""
    numbers = {pair: number for number, pair in kinds.items()}
    rows = []
    for lead, events in enumerate(happened):
        for order, event in enumerate(events):
            number = numbers[event.type, event.object]
            at = event.at
            assert not isinstance(at, str)
            told = json.dumps(dict(event.properties)) if event.properties else None
            rows.append((kinds[number][0], number, instant_of(at), lead, order, told))
    rows.sort(key=lambda row: row[:5])
    properties: dict[str, int] = {}
    told = [-1 if row[5] is None else properties.setdefault(row[5], len(properties)) for row in rows]
    order = list(dict.fromkeys(row[1] for row in rows))
    counts = [sum(row[1] == number for row in rows) for number in order]
    return Block(
        np.arange(1, len(happened) + 1),
        {name: _column(values) for name, values in fields.items()},
        Events(
            tuple(order),
            kinds,
            np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            np.array([row[2] for row in rows], np.int64),
            np.array([row[3] for row in rows], np.uint16),
            np.array(told, np.int32) if properties else None,
            tuple(properties),
        ),
    )


def _column(values: Sequence[Any]) -> StoredColumn:
    different = list({(type(value), value): value for value in values}.values())
    places = {(type(value), value): place for place, value in enumerate(different)}
    return StoredColumn(np.array([places[type(v), v] for v in values], np.uint16), different)
