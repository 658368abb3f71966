"""Blocks of leads read from the record."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...score_many.block import Block, Events, StoredColumn
from ...score_many.columns import Ints
from ...score_many.layout import by_kind_and_time
from ..database import Store
from ..records.events import event_kinds
from ..records.lead_keys import MERGED
from ..records.leads import quoted, stored_fields

_AT_ONCE = 256
"""Of how many leads the events are read as one text."""


class BlockReader:
    """Reads blocks from one state of the record; `reader` should be in a read transaction."""

    def __init__(self, reader: Store) -> None:
        self._connection = reader.connection
        self._fields = [field.column for field in stored_fields(reader).values()]
        kinds = self._named = event_kinds(reader)
        ordered = sorted(kinds, key=lambda number: (kinds[number][0], number))
        self._kinds = np.array(ordered, np.int64)
        self._rank = np.zeros(max(kinds, default=0) + 1, np.int64)
        self._rank[self._kinds] = np.arange(len(ordered))

    def block(self, first: int, last: int) -> Block:
        """The leads with numbers from first to last."""
        return self._block(f"BETWEEN {first} AND {last}", [(first, last)], ())

    def block_of(self, numbers: Sequence[int]) -> Block:
        """The leads with these numbers."""
        listed = "IN (SELECT value FROM json_each(?))"
        return self._block(listed, [], (json.dumps(list(numbers)),))

    def _block(self, where: str, spans: list[tuple[int, int]], parameters: tuple[str, ...]) -> Block:
        columns = ", ".join(["_id", *map(quoted, self._fields)])
        rows = self._connection.execute(
            f"SELECT {columns} FROM lead WHERE _id {where} AND _state <> {MERGED} ORDER BY _id", parameters
        ).fetchall()
        numbers, *values = zip(*rows, strict=True) if rows else [()] * (len(self._fields) + 1)
        leads = np.array(numbers, np.int64)
        fields = {name: _column(column) for name, column in zip(self._fields, values, strict=True)}
        if spans:
            low, high = spans[0]
            edges = [*range(low, high + 1, _AT_ONCE), high + 1]
            events = self._spanned(edges)
        else:
            events = self._happened(where, parameters)
        property_texts = self._property_texts(where, parameters) if (events[:, 2] & 1).any() else []
        return Block(leads, fields, self._laid_out(leads, events, property_texts))

    # --- events ---------------------------------------------------------------------------------

    def _spanned(self, edges: list[int]) -> Ints:
        """Lead, instant, and kind with whether there are properties, of the events of neighbouring leads."""
        found = [self._happened("BETWEEN ? AND ?", (first, beyond - 1)) for first, beyond in pairwise(edges)]
        return np.concatenate([np.empty((0, 3), np.int64), *found])

    def _happened(self, where: str, parameters: Sequence[Any]) -> Ints:
        """The same of some leads.

        SQLite writes the numbers of many events as one text, and numpy reads it: in a third of the time
        that as many rows take. It does so in the order of the table, which is looked after.
        """
        numbers = "lead || ' ' || at || ' ' || (kind * 2 + (properties IS NOT NULL))"
        events = f"FROM event WHERE lead {where}"
        text = self._connection.execute(
            f"SELECT group_concat({numbers}, ' ') {events}", parameters
        ).fetchone()[0]
        if not text:
            return np.empty((0, 3), np.int64)
        found = np.fromstring(text, np.int64, sep=" ").reshape(-1, 3)
        if not _in_order(found):
            ordered = f"SELECT * {events} ORDER BY lead, at, kind, key"
            text = self._connection.execute(
                f"SELECT group_concat({numbers}, ' ') FROM ({ordered})", parameters
            ).fetchone()[0]
            found = np.fromstring(text, np.int64, sep=" ").reshape(-1, 3)
        return found

    def _property_texts(self, where: str, parameters: Sequence[Any]) -> list[str]:
        rows = self._connection.execute(
            f"SELECT properties FROM event WHERE lead {where} AND properties IS NOT NULL "
            "ORDER BY lead, at, kind, key",
            parameters,
        )
        return [text for (text,) in rows]

    def _laid_out(self, leads: Ints, rows: Ints, property_texts: list[str]) -> Events:
        """Events by kind, those of a kind by time."""
        at = np.ascontiguousarray(rows[:, 1])
        order, instants, ranks, starts = by_kind_and_time(self._rank[rows[:, 2] >> 1], at, len(self._kinds))
        places: NDArray[np.int32] | None = None
        properties: dict[str, int] = {}
        if property_texts:
            numbers = [properties.setdefault(text, len(properties)) for text in property_texts]
            places = np.full(len(rows), -1, np.int32)
            places[(rows[:, 2] & 1) == 1] = numbers
            places = places[order]
        lead = np.searchsorted(leads, rows[:, 0]).astype(np.uint16)
        return Events(
            tuple(self._kinds[ranks].tolist()),
            self._named,
            starts,
            instants,
            lead[order],
            places,
            tuple(properties),
        )


def _column(values: Sequence[object]) -> StoredColumn:
    different = dict.fromkeys(values)
    places = dict(zip(different, range(len(different)), strict=True))
    codes = np.fromiter(map(places.__getitem__, values), np.uint16, len(values))
    return StoredColumn(codes, tuple(different))


def _in_order(events: Ints) -> bool:
    """Whether events came by lead and instant, as the table keeps them."""
    lead, at = events[:, 0], events[:, 1]
    later = lead[1:] > lead[:-1]
    return bool((later | ((lead[1:] == lead[:-1]) & (at[1:] >= at[:-1]))).all())
