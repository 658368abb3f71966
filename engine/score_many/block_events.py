"""The events of a block that selections take, and what is read of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...grammar.frozen import frozen
from ...grammar.syntax.nodes import Kind
from ..plan import Aggregation, Last, Measure, Range, Selection
from ..plan.event_reads import ReadColumn, object_column
from ..score_one.measuring import measuring
from ..score_one.scorer import Scorer
from ..values import Prepared
from .block import Block, Places
from .columns import Bools, Ints

_FEW_KINDS = 16
"""So many kinds beside each other are cut one by one, more all at once."""

Part = slice | Places
"""Events of a block, by their places."""

Filters = dict[Selection, Callable[..., Any]]
"""Functions that tell of one event whether a selection's filter lets it through."""

_Answers = Callable[..., Any]


class BlockEvents:
    """What the selections of one plan take of one block at one instant.

    `filters` keeps functions from one block to the next.
    """

    def __init__(self, evaluator: Scorer, block: Block, now: int, filters: Filters) -> None:
        self.plan = evaluator.plan
        self.classes = evaluator.classes
        self.now = now
        self.block = block
        self.events = block.events
        self._evaluator = evaluator
        self._filters = filters
        self._names = self.events.names
        self._given: dict[int, Mapping[str, Any]] = {}
        self._parts: dict[tuple[int, Last | Range | None], list[Part]] = {}
        self._picked: dict[Selection, list[Part]] = {}
        self._runs: dict[int, list[_Run]] = {}

    def of(self, selection: Selection) -> list[Part]:
        """The events that a selection takes."""
        picked = self._picked.get(selection)
        if picked is None:
            picked = self._within(selection.selector, selection.window)
            if selection.where is not None:
                picked = [self._filtered(selection, part) for part in picked]
            self._picked[selection] = picked
        return picked

    def between(self, selector: int, start: int | None, end: int | None) -> list[Part]:
        """The events of a selector from `start` on and before `end`, those after now too."""
        parts = [part for run in self._runs_of(selector) for part in self._cut(run, start, end)]
        return [part for part in parts if not isinstance(part, slice) or part.start < part.stop]

    def gathered(self, parts: Sequence[Part]) -> Places:
        """The places of the events in the order of time, those of one instant as the record has them."""
        places = all_of(parts)
        if len(parts) == 1 and isinstance(parts[0], slice) and self.is_one_kind(parts[0]):
            return places
        numbers = np.array(self.events.kinds, np.int64)[self.events.kind[places]]
        # Sorting leaves what is equal in the order it stands in, which is the record's.
        return places[np.lexsort((numbers, self.events.at[places]))]

    def is_one_kind(self, part: slice) -> bool:
        """Whether events beside each other are of one kind, and so in the order of time."""
        kind = int(np.searchsorted(self.events.starts, part.start, "right"))
        return bool(part.stop <= self.events.starts[kind])

    # --- by selector and time -------------------------------------------------------------------

    def _within(self, selector: int, window: Last | Range | None) -> list[Part]:
        """The events of a selector in a window, none after now."""
        key = (selector, window)
        if key not in self._parts:
            start, end = None, self.now + 1
            if isinstance(window, Last):
                start = self.plan.zone.shift(self.now, -window.amount, window.unit) + 1
            elif isinstance(window, Range):
                start, end = window.start, end if window.end is None else min(end, window.end)
            self._parts[key] = self.between(selector, start, end)
        return self._parts[key]

    def _runs_of(self, selector: int) -> list[_Run]:
        runs = self._runs.get(selector)
        if runs is None:
            runs = self._runs[selector] = self._found_runs(selector)
        return runs

    def _found_runs(self, selector: int) -> list[_Run]:
        """Kinds beside each other whose events are all of the selector; alone where properties decide."""

        def is_of(type_: str, object_: str | None, given: Mapping[str, Any]) -> bool:
            code = self.classes.code(type_, object_, given)
            return selector in self.classes.known[code].selectors

        runs: list[_Run] = []
        for place, (type_, object_) in enumerate(self._names):
            if self.classes.properties_decide(type_):
                asked = self._answered(slice(*self.events.starts[place : place + 2].tolist()), is_of)
                if asked.any():
                    runs.append(_Run(place, place, asked))
            elif is_of(type_, object_, {}):
                if runs and runs[-1].last == place - 1 and runs[-1].asked is None:
                    runs[-1].last = place
                else:
                    runs.append(_Run(place, place, None))
        return runs

    def _cut(self, run: _Run, start: int | None, end: int | None) -> list[Part]:
        """The events of a run between two instants."""
        events = self.events
        first, last = int(events.starts[run.first]), int(events.starts[run.last + 1])
        if start is None and end is None and run.asked is None:
            return [slice(first, last)]
        if run.last - run.first < _FEW_KINDS:
            return [self._cut_kind(kind, run.asked, start, end) for kind in range(run.first, run.last + 1)]
        at = events.at[first:last]
        inside = np.ones(len(at), np.bool_) if start is None else at >= start
        if end is not None:
            inside &= at < end
        return [np.flatnonzero(inside) + first]

    def _cut_kind(self, kind: int, asked: Bools | None, start: int | None, end: int | None) -> Part:
        first, last = (int(self.events.starts[place]) for place in (kind, kind + 1))
        at = self.events.at[first:last]
        low = 0 if start is None else int(np.searchsorted(at, start))
        high = max(low, len(at) if end is None else int(np.searchsorted(at, end)))
        if asked is None:
            return slice(first + low, first + high)
        return np.flatnonzero(asked[low:high]) + (first + low)

    # --- what is read of events -----------------------------------------------------------------

    def property(self, places: Places, name: str) -> tuple[Bools, NDArray[np.float64]]:
        """Which of the events have a property that is a number, and what it is, 0 where it is none."""
        column = ReadColumn(None, name, Kind.NUMBER)
        read = self._read(places, partial(self.classes.read, column))
        known = np.array([value is not None for value in read.values], np.bool_)
        numbers = np.array([value if isinstance(value, float) else 0.0 for value in read.values])
        return known[read.which], numbers[read.which]

    def objects(self, selection: Selection, places: Places) -> tuple[Bools, Ints]:
        """Which of the events have an object in the eyes of the selection, and a number for each object."""
        column = object_column(selection)
        read = self._read(places, partial(self.classes.read, column))
        numbers: dict[Prepared, int] = {None: -1}
        found = np.array([numbers.setdefault(value, len(numbers)) for value in read.values], np.int64)
        return found[read.which] >= 0, found[read.which]

    def _answered(self, part: Part, ask: _Answers) -> Bools:
        """The answer for each event."""
        read = self._read(places_of(part), ask)
        return np.array(read.values, np.bool_)[read.which]

    def _read(self, places: Places, read: Callable[..., Any]) -> _Read:
        """What is read of events by type, object and properties, once of those that are alike."""
        events = self.events
        alike = events.kind[places].astype(np.int64)
        width = len(events.properties) + 1
        if events.property_set is not None:
            alike *= width
            alike += events.property_set[places] + 1
        else:
            width = 1
        different, which = np.unique(alike, return_inverse=True)
        found = []
        for one in different.tolist():
            kind, number = divmod(one, width)
            found.append(read(*self._names[kind], self._properties(number - 1)))
        return _Read(found, which)

    def _properties(self, number: int) -> Mapping[str, Any]:
        """The properties under a number, none under -1."""
        if number < 0:
            return {}
        given = self._given.get(number)
        if given is None:
            given = self._given[number] = self.events.given(number)
        return given

    def _filtered(self, selection: Selection, part: Part) -> Places:
        """The events that a filter lets through: the generated function is asked about those that differ."""
        measured = self._filters.get(selection)
        if measured is None:
            measure = Measure(Aggregation.COUNT, replace(selection, window=None))
            measured = self._filters[selection] = measuring(self._evaluator, [measure])
        classes, now = self.classes, self.now

        def ask(type_: str, object_: str | None, given: Mapping[str, Any]) -> bool:
            row = classes.row(now, type_, object_, given)
            return row is not None and bool(measured([row], now)[0])

        places = places_of(part)
        return places[self._answered(places, ask)]


@dataclass(slots=True)
class _Run:
    """Kinds that stand beside each other; `asked` says for each event of a single one whether it counts."""

    first: int
    last: int
    asked: Bools | None


@frozen
class _Read:
    """What was read of events: each different answer, and which of them is that of each event."""

    values: Sequence[Any]
    which: Ints


def places_of(part: Part) -> Places:
    """The places of events, one by one."""
    return np.arange(part.start, part.stop) if isinstance(part, slice) else part


def all_of(parts: Sequence[Part]) -> Places:
    """The places of the events of several parts, in no order."""
    return np.concatenate([np.empty(0, np.int64), *map(places_of, parts)])
