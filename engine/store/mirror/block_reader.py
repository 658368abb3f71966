"""Blocks of leads read from the record."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
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

_BETWEEN = "\x1e"
"""Stands between texts of JSON, in which it cannot stand."""


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
        return self._block("BETWEEN ? AND ?", (first, last))

    def block_of(self, numbers: Sequence[int]) -> Block:
        """The leads with these numbers."""
        return self._block("IN (SELECT value FROM json_each(?))", (json.dumps(list(numbers)),))

    def _block(self, where: str, parameters: tuple[object, ...]) -> Block:
        columns = ", ".join(["_id", *map(quoted, self._fields)])
        rows = self._connection.execute(
            f"SELECT {columns} FROM lead WHERE _id {where} AND _state <> {MERGED} ORDER BY _id", parameters
        ).fetchall()
        numbers, *values = zip(*rows, strict=True) if rows else [()] * (len(self._fields) + 1)
        leads = np.array(numbers, np.int64)
        fields = {name: _column(column) for name, column in zip(self._fields, values, strict=True)}
        return Block(leads, fields, self._laid_out(leads, self._happened(where, parameters)))

    # --- events ---------------------------------------------------------------------------------

    def _happened(self, where: str, parameters: Sequence[object]) -> _Happened:
        """The events of some leads, by lead and instant.

        SQLite writes each lead's numbers as arrays, and numpy reads all of them: in a third of the time that
        a row for each event takes. It does so in the order of the table, which is looked after.
        """
        arrays = (
            "lead, count(*), json_group_array(at), json_group_array(kind * 2 + (properties IS NOT NULL)), "
            f"group_concat(properties, '{_BETWEEN}')"
        )
        events = f"FROM event WHERE lead {where}"
        grouped = "GROUP BY lead ORDER BY lead"
        found = _read(self._connection.execute(f"SELECT {arrays} {events} {grouped}", parameters).fetchall())
        if not found.in_order():
            ordered = f"SELECT * {events} ORDER BY lead, at, kind, key"
            rows = self._connection.execute(f"SELECT {arrays} FROM ({ordered}) {grouped}", parameters)
            found = _read(rows.fetchall())
        return found

    def _laid_out(self, leads: Ints, happened: _Happened) -> Events:
        """Events by kind, those of a kind by time."""
        kinds = self._rank[happened.kind >> 1]
        order, instants, ranks, starts = by_kind_and_time(kinds, happened.at, len(self._kinds))
        places: NDArray[np.int32] | None = None
        properties: dict[str, int] = {}
        if happened.properties:
            numbers = [properties.setdefault(text, len(properties)) for text in happened.properties]
            places = np.full(len(happened.at), -1, np.int32)
            places[(happened.kind & 1) == 1] = numbers
            places = places[order]
        lead = np.repeat(np.searchsorted(leads, happened.leads).astype(np.uint16), happened.counts)
        return Events(
            tuple(self._kinds[ranks].tolist()),
            self._named,
            starts,
            instants,
            lead[order],
            places,
            tuple(properties),
        )


@dataclass(frozen=True)
class _Happened:
    """Leads with how many events each has; of each event its instant, and twice the number of its kind, one
    more where it has properties; the properties of those that have any."""

    leads: Ints
    counts: Ints
    at: Ints
    kind: Ints
    properties: list[str]

    def in_order(self) -> bool:
        """Whether each lead's events came in the order of time."""
        later = self.at[1:] >= self.at[:-1]
        # From one lead to the next there may be any step.
        later[np.cumsum(self.counts)[:-1] - 1] = True
        return bool(later.all())


def _read(rows: Sequence[tuple[Any, ...]]) -> _Happened:
    leads, counts, at, kind, properties = zip(*rows, strict=True) if rows else ((),) * 5
    texts = [text for text in properties if text is not None]
    return _Happened(
        np.array(leads, np.int64),
        np.array(counts, np.int64),
        _numbers(at),
        _numbers(kind),
        _BETWEEN.join(texts).split(_BETWEEN) if texts else [],
    )


def _numbers(arrays: Sequence[str]) -> Ints:
    """All numbers of arrays that were written as JSON, none of which is empty."""
    return np.fromstring(",".join([text[1:-1] for text in arrays]), np.int64, sep=",")


def _column(values: Sequence[object]) -> StoredColumn:
    different = dict.fromkeys(values)
    places = dict(zip(different, range(len(different)), strict=True))
    codes = np.fromiter(map(places.__getitem__, values), np.uint16, len(values))
    return StoredColumn(codes, tuple(different))
