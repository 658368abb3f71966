"""Which events of a block make a difference to a part of the past, and those of some leads as rows."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any
from weakref import ref

import numpy as np

from ..due.timeline import Timeline
from ..score_one.event_classes import EventClasses
from ..score_one.facts import MEMO_LIMIT
from .block import Events, Properties
from .columns import Bools
from .past_leads import Some, joined


class EventsRead:
    """The events that a timeline looks at, `of` telling which class each is of."""

    def __init__(self, of: EventClasses, timeline: Timeline) -> None:
        self._of = of
        self._timeline = timeline
        self._classes: dict[tuple[str, str | None], tuple[int, ...]] = {}
        self._rows: dict[tuple[tuple[str, str | None], str], tuple[Any, ...] | None] = {}
        self._kinds: tuple[ref[Events], list[int]] | None = None

    def rows_of(self, some: Some, asked: Bools) -> list[list[Any]]:
        """The events of some leads that make a difference, in the order of time."""
        events = some.block.events
        own, lead = joined([some.of_kind(place) for place in self.kinds(events)])
        own, lead = own[asked[lead]], lead[asked[lead]]
        numbers = np.array(events.kinds, np.int64)[events.kind[own]]
        order = np.lexsort((numbers, events.at[own], lead))
        own, lead = own[order], lead[order]
        property_set = np.full(len(own), -1) if events.property_set is None else events.property_set[own]
        found: list[list[Any]] = [[] for _ in range(len(some))]
        columns = (lead, events.at[own], events.kind[own], property_set)
        for of, at, kind, number in zip(*(one.tolist() for one in columns), strict=True):
            rest = self._row(events.names[kind], events.properties[number] if number >= 0 else "")
            if rest is not None:
                found[of].append((at, *rest))
        return [self._timeline.rows(rows, some.now) for rows in found]

    def _row(self, kind: tuple[str, str | None], properties: Properties) -> tuple[Any, ...] | None:
        """The row of an event but for its instant, None where it is not read."""
        if not isinstance(properties, str):
            return self._new_row(kind, properties)
        key = (kind, properties)
        if key not in self._rows:
            if len(self._rows) >= MEMO_LIMIT:
                self._rows.clear()
            self._rows[key] = self._new_row(kind, json.loads(properties) if properties else {})
        return self._rows[key]

    def _new_row(self, kind: tuple[str, str | None], given: Mapping[str, Any]) -> tuple[Any, ...] | None:
        row = self._of.row(0, *kind, given)
        return None if row is None else row[1:]

    def kinds(self, events: Events) -> list[int]:
        """The places of the kinds of events that may make a difference."""
        # Asked for the same block again and again.
        if self._kinds is None or self._kinds[0]() is not events:
            found = [place for place in range(len(events.kinds)) if self._is_read(events, place)]
            self._kinds = ref(events), found
        return self._kinds[1]

    def _is_read(self, events: Events, place: int) -> bool:
        return any(self._timeline.reads(code) for code in self.codes(events, place))

    def lengths(self, events: Events, place: int) -> set[int] | None:
        """So long after events of a kind something can differ; None where that is not all."""
        found: set[int] = set()
        for code in self.codes(events, place):
            lengths = self._timeline.lengths(code)
            if lengths is None:
                return None
            found.update(lengths)
        return found

    def codes(self, events: Events, place: int) -> Collection[int]:
        """The classes of the events of a kind."""
        name = events.names[place]
        found = self._classes.get(name)
        if found is None:
            classes = self._of
            if classes.properties_decide(name[0]):
                which = slice(*events.starts[place : place + 2].tolist())
                property_set = (
                    [-1] if events.property_set is None else np.unique(events.property_set[which]).tolist()
                )
                return {classes.code(*name, events.given(number)) for number in property_set}
            found = self._classes[name] = (classes.code(*name, {}),)
        return found
