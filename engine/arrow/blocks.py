"""Tables of leads and events laid out as blocks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import types

from ..plan import Plan
from ..score_many.block import Block, Events, Places, Properties, StoredColumn
from ..score_many.columns import Ints
from ..score_many.layout import by_kind_and_time, settle_ties
from .naming import Columns
from .problems import DataError, named
from .reads import Reads
from .values import as_given, coded, dictionary_codes, instants_of_events, plain_type

_MANY_KINDS = 1 << 22
_FEW_RULES = 64


@dataclass
class Tally:
    """How many leads were scored and events read, and what was left out: rows of leads without an id, events
    without a lead, and those delivered twice."""

    leads: int = 0
    events: int = 0
    without_id: int = 0
    without_lead: int = 0
    doubles: int = 0
    stages: dict[str, dict[str | None, int]] = field(default_factory=dict)
    """How many leads are in each stage of each track, None for in none."""

    def add(self, other: Tally) -> None:
        """Adds what another counted."""
        for name in ("leads", "events", "without_id", "without_lead", "doubles"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for track, counts in other.stages.items():
            mine = self.stages.setdefault(track, {})
            for stage, count in counts.items():
                mine[stage] = mine.get(stage, 0) + count


def leads_per_block(plan: Plan) -> int:
    """How many leads come into a block. A block of twice as many leads takes a tenth less time of each, and
    with few rules a tenth more memory; with 200 rules it takes a third more memory, and saves no time."""
    return 1 << 15 if len(plan.rules) <= _FEW_RULES else 1 << 14


class BlockMaker:
    """Lays out tables as blocks for one plan. Leads are known by their places in the table."""

    def __init__(self, plan: Plan, reads: Reads, columns: Columns) -> None:
        self._fields = {field.column: columns.field_column(field.column) for field in plan.fields}
        self._reads = reads
        self._columns = columns
        self._size = leads_per_block(plan)

    def blocks(
        self, leads: pa.Table, events: pa.Table | None, tally: Tally
    ) -> Iterator[tuple[pa.Table, Block]]:
        """The leads in portions, each with its block. Raises DataError."""
        name = self._columns.lead_id
        leads, events = _without_views(leads), None if events is None else _without_views(events)
        ids = leads.column(name)
        if ids.null_count:
            tally.without_id += ids.null_count
            leads = leads.filter(pc.is_valid(ids))
        ids = _plain(leads.column(name))
        _refuse_doubles(ids, name)
        tally.leads += len(leads)
        happened = None
        if events is not None and self._reads.event_types and len(events):
            happened = _Happened(self._columns, self._reads, ids, events, tally, per_block=self._size)
        del events
        for number, first in enumerate(range(0, len(leads), self._size)):
            some = leads.slice(first, self._size)
            yield (
                some,
                self._block(some, _NO_EVENTS if happened is None else happened.of_block(number, tally)),
            )

    def _block(self, leads: pa.Table, events: Events) -> Block:
        fields = {}
        for name, column in self._fields.items():
            if column in leads.column_names:
                codes, values = coded(leads.column(column))
                fields[name] = StoredColumn(codes.astype(np.uint16), values)
        return Block(np.arange(len(leads)), fields, events)


def _without_views(table: pa.Table) -> pa.Table:
    """A table whose texts can be taken row by row, which Arrow cannot do yet where they are views."""
    fields = [
        field.with_type(pa.large_string()) if types.is_string_view(field.type) else field
        for field in table.schema
    ]
    schema = pa.schema(fields)
    return table if schema.types == table.schema.types else table.cast(schema)


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Ids as values of their plain type."""
    type_ = plain_type(column.type)
    if types.is_string(type_) and not types.is_dictionary(column.type):
        return column if types.is_string(column.type) else column.cast(pa.large_string())
    return column if column.type == type_ else column.cast(type_)


def _refuse_doubles(ids: pa.ChunkedArray, name: str) -> None:
    if len(pc.unique(ids)) == len(ids):
        return
    counted = pc.value_counts(ids)
    twice = counted.field("values").filter(pc.greater(counted.field("counts"), 1))
    raise DataError(
        f"leads have rows with the same {name}: {named(twice.slice(0, 50).to_pylist())}. "
        "Keep one row of each lead"
    )


class _Happened:
    """The events of the leads of a table, those that the rules read."""

    def __init__(
        self,
        columns: Columns,
        reads: Reads,
        ids: pa.ChunkedArray,
        events: pa.Table,
        tally: Tally,
        *,
        per_block: int,
    ) -> None:
        self._reads = reads
        self._per_block = per_block
        whose = _whose(events.column(columns.lead_of_event), ids)
        types_of, type_names = coded(events.column(columns.type))
        wanted = np.array([name in reads.event_types for name in type_names], np.bool_)
        kept: NDArray[np.intp] | None = None
        if (whose < 0).any() or events.column(columns.type).null_count or not wanted[:-1].all():
            is_read = wanted[types_of]
            tally.without_lead += int((is_read & (whose < 0)).sum())
            kept = np.flatnonzero(is_read & (whose >= 0))
            kept = kept if len(kept) < len(whose) else None
        self._starts = np.array([0, len(whose) if kept is None else len(kept)])
        if len(ids) > per_block:
            block = (whose if kept is None else whose[kept]) // per_block
            if (block[1:] < block[:-1]).any():
                order = np.argsort(block.astype(np.uint16), kind="stable")
                kept, block = order if kept is None else kept[order], block[order]
            self._starts = np.searchsorted(block, np.arange(len(ids) // per_block + 2, dtype=block.dtype))
        if kept is not None:
            events, whose, types_of = events.take(pa.array(kept)), whose[kept], types_of[kept]
        self._whose = whose
        self._at = self._instants(events.column(columns.at), columns)
        self._kind, self._named = _kinds(types_of, type_names, events, columns, reads)
        self._property_sets, self._given = self._properties(events, columns, types_of, type_names)
        self._ids = None if columns.event_id is None else coded(events.column(columns.event_id))

    def _instants(self, column: pa.ChunkedArray, columns: Columns) -> Ints:
        at, bad = instants_of_events(column, columns.zone_of(columns.at))
        if bad:
            raise DataError(
                f"{columns.at} in events has values that are no instant between the years 1 and 9999: "
                f"{named(dict.fromkeys(bad))}. Correct them or leave these events out"
            )
        return at

    def _properties(
        self, events: pa.Table, columns: Columns, types_of: Places, type_names: list[Any]
    ) -> tuple[NDArray[np.int32] | None, list[Properties]]:
        """Which properties each event has, numbered in an order that depends on nothing but what they are."""
        if not self._reads.properties:
            return None, []
        there = {
            name: columns.property_column(name)
            for name in sorted(self._reads.properties)
            if columns.json is None and columns.property_column(name) in events.column_names
        }
        if columns.json is None and not there:
            return None, []
        asked = np.array([name in self._reads.types_with_properties for name in type_names], np.bool_)
        places = np.flatnonzero(asked[types_of])
        property_set = np.full(len(types_of), -1, np.int32)
        some = events.select(list(dict.fromkeys(there.values())) if columns.json is None else [columns.json])
        some = some if len(places) == len(events) else some.take(pa.array(places))
        if columns.json is not None:
            property_set[places], given = _of_json(some.column(columns.json), columns.json)
        else:
            property_set[places], given = _of_columns(some, there)
        return property_set, given

    def of_block(self, number: int, tally: Tally) -> Events:
        """The events of the leads of the n-th block."""
        span = slice(int(self._starts[number]), int(self._starts[number + 1]))
        at, lead = self._at[span], (self._whose[span] - number * self._per_block).astype(np.uint16)
        kind = self._kind[span]
        property_set = None if self._property_sets is None else self._property_sets[span]
        order, instants, kinds, starts = by_kind_and_time(kind, at, len(self._named))
        if property_set is not None:
            # What is equal in time and kind comes by its properties, however the rows came.
            settle_ties(order, instants, starts, property_set)
        if self._ids is not None:
            codes, values = self._ids
            own = np.where(codes[span] == len(values) - 1, -1, lead * np.int64(len(values)) + codes[span])
            by_time = order[np.lexsort((kind[order], instants))]
            once = _once(own, order, by_time)
            tally.doubles += len(order) - len(once)
            starts = np.searchsorted(kind[once], np.append(kinds, len(self._named))).astype(np.int64)
            order, instants = once, at[once]
        tally.events += len(order)
        return Events(
            tuple(kinds.tolist()),
            self._named,
            starts,
            instants,
            lead[order],
            None if property_set is None else property_set[order],
            self._given,
        )


def _whose(column: pa.ChunkedArray, ids: pa.ChunkedArray) -> Places:
    """The place of the lead of each event, -1 where there is none."""
    if types.is_dictionary(column.type):
        column = column.unify_dictionaries()
        if not column.num_chunks:
            return np.empty(0, np.int32)
        places = _places(_plain(pa.chunked_array([column.chunk(0).dictionary])), ids)
        codes = np.concatenate([dictionary_codes(one.indices, len(places)) for one in column.chunks])
        found: Places = np.append(places, np.int32(-1))[codes]
        return found
    return _places(_plain(column), ids)


def _places(some: pa.ChunkedArray, ids: pa.ChunkedArray) -> NDArray[np.int32]:
    found = pc.index_in(some, value_set=ids.cast(some.type), skip_nulls=True)
    return pc.fill_null(found, -1).to_numpy()  # type: ignore[no-any-return]


def _kinds(
    types_of: Places, type_names: list[Any], events: pa.Table, columns: Columns, reads: Reads
) -> tuple[Places, Mapping[int, tuple[str, str | None]]]:
    """The number of the kind of each event, in the order of the names of kinds, and these names."""
    objects_of: Places = np.zeros(len(types_of), np.int32)
    objects: list[Any] = [None]
    if reads.objects:
        objects_of, objects = coded(events.column(columns.object))
    combinations = len(type_names) * len(objects)
    few = combinations <= _MANY_KINDS
    key: Places = types_of.astype(np.int32) if few else types_of.astype(np.int64)
    key = key * len(objects) + objects_of
    if few:
        there = np.zeros(combinations, np.bool_)
        there[key] = True
        found = np.flatnonzero(there)
    else:
        found, key = np.unique(key, return_inverse=True)
    names = [(type_names[one // len(objects)], objects[one % len(objects)]) for one in found.tolist()]
    different = sorted(set(names), key=lambda name: (name[0], name[1] is not None, name[1] or ""))
    ranks = {name: rank for rank, name in enumerate(different)}
    rank: Places = np.array([ranks[name] for name in names], np.int64)
    if len(ranks) <= 1 << 16:
        rank = rank.astype(np.uint8 if len(ranks) <= 1 << 8 else np.uint16)
    if few:
        table: Places = np.zeros_like(rank, shape=combinations)
        table[found] = rank
        return table[key], dict(enumerate(different))
    return rank[key], dict(enumerate(different))


def _of_json(column: pa.ChunkedArray, name: str) -> tuple[NDArray[np.int32], list[Properties]]:
    codes, texts = coded(column)
    given: dict[str, Mapping[str, Any]] = {}
    for text in texts:
        if text is None or text in given:
            continue
        try:
            read = json.loads(text) if text.strip() else {}
        except (ValueError, RecursionError):
            read = None
        if not isinstance(read, dict):
            shown = text if len(text) <= 60 else f"{text[:60]}..."
            raise DataError(f"{name} in events has a text that is no JSON object: {shown}")
        given[text] = read
    order = {text: place for place, text in enumerate(sorted(given))}
    places = np.array([-1 if text is None else order[text] for text in texts], np.int32)
    return places[codes], [given[text] for text in order]


def _of_columns(events: pa.Table, there: Mapping[str, str]) -> tuple[NDArray[np.int32], list[Properties]]:
    """Different combinations of the values of some columns, those where all are unknown as none."""
    key = np.zeros(len(events), np.int64)
    sizes: list[int] = []
    all_values: list[list[Any]] = []
    for column in there.values():
        codes, values = coded(events.column(column))
        order = sorted(range(len(values)), key=lambda place: _rank(values[place]))
        ranks = np.empty(len(values), np.int64)
        ranks[order] = np.arange(len(values))
        sizes.append(len(values))
        if prod(sizes) > 1 << 62:
            raise DataError("events have more combinations of properties than can be numbered: read fewer")
        key = key * len(values) + ranks[codes]
        all_values.append([as_given(values[place], events.column(column).type) for place in order])
    different, which = np.unique(key, return_inverse=True)
    given: list[Properties] = []
    names = list(reversed(list(there)))
    for one in different.tolist():
        found: dict[str, Any] = {}
        for name, size, values in zip(names, reversed(sizes), reversed(all_values), strict=True):
            one, place = divmod(one, size)  # noqa: PLW2901  # the digits of a number, the last first
            if values[place] is not None:
                found[name] = list(values[place]) if isinstance(values[place], tuple) else values[place]
        given.append(found)
    return which.astype(np.int32), given


def _rank(value: Any) -> tuple[int, Any]:
    """What values of one column are put in order by."""
    if value is None or value != value:  # noqa: PLR0124  # not a number
        return (0, 0)
    return (1, tuple(map(str, value)) if isinstance(value, tuple) else value)


def _once(own: Ints, order: Ints, by_time: Ints) -> Ints:
    """The places of events in an order, without those whose id, none being -1, was there before in time."""
    own = own[by_time]
    known = np.flatnonzero(own >= 0)
    _, first = np.unique(own[known], return_index=True)
    kept = np.ones(len(own), np.bool_)
    kept[by_time[known]] = False
    kept[by_time[known[first]]] = True
    return order[kept[order]]


_NO_EVENTS = Events((), {}, np.zeros(1, np.int64), np.empty(0, np.int64), np.empty(0, np.uint16), None, ())
