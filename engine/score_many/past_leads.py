"""Leads of a block whose past is looked at, and what happened to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from ..values import Prepared
from .block import Block, Places
from .column_scorer import ColumnScorer
from .columns import Bools, Ints, Numbered

Made = Callable[[Sequence[Any]], list[Prepared]]
"""Values of an attribute as they are kept, made ready for a field of a plan."""

Fields = Sequence[tuple[str | None, Made]]
"""For each field of a plan which column of the record it is read from, None for none, and how what is kept
there is made ready."""


class Some:
    """Some of the leads of a block, by their places in it, and what is kept of them.

    `judging` is what has judged the block at `now`, where something has.
    """

    def __init__(
        self, block: Block, fields: Fields, leads: Ints, now: int, column_scorer: ColumnScorer | None = None
    ) -> None:
        self.block = block
        self.fields = fields
        self.leads = leads
        self.now = now
        self.column_scorer = column_scorer
        self._of_kind: dict[int, tuple[Places, Ints]] = {}
        self._columns: dict[int, Numbered] = {}
        self._wider: tuple[Some, Ints] | None = None

    def __len__(self) -> int:
        return len(self.leads)

    def of_kind(self, place: int) -> tuple[Places, Ints]:
        """The events of a kind, none after now: their places in the block, and which lead's each is."""
        if place not in self._of_kind:
            self._of_kind[place] = self._found(place)
        return self._of_kind[place]

    def _found(self, place: int) -> tuple[Places, Ints]:
        if self._wider is None or place not in self._wider[0]._of_kind:
            events = self.block.events
            start, stop = events.starts[place : place + 2].tolist()
            stop = start + int(np.searchsorted(events.at[start:stop], self.now, "right"))
            own = np.flatnonzero(self._are_there[events.lead[start:stop]]) + start
            return own, self._number[events.lead[own]]
        wider, places = self._wider
        number = np.full(len(wider), -1, np.int64)
        number[places] = np.arange(len(places))
        own, lead = wider.of_kind(place)
        lead = number[lead]
        mine = np.flatnonzero(lead >= 0)
        return own[mine], lead[mine]

    @cached_property
    def _are_there(self) -> Bools:
        """Which leads of the block are among them: so small that looking there for every event is quick."""
        found = np.zeros(len(self.block), np.bool_)
        found[self.leads] = True
        return found

    @cached_property
    def _number(self) -> Ints:
        """Which of them each lead of the block is, where it is one."""
        found = np.zeros(len(self.block), np.int64)
        found[self.leads] = np.arange(len(self.leads))
        return found

    def column(self, number: int) -> Numbered:
        """The values of a field of the plan."""
        if number not in self._columns:
            self._columns[number] = self._read(number)
        return self._columns[number]

    def _read(self, number: int) -> Numbered:
        if self._wider is not None:
            wider, places = self._wider
            whole = wider.column(number)
            return Numbered(whole.codes[places], whole.values)
        known = None if self.column_scorer is None else self.column_scorer.field(number)
        if isinstance(known, Numbered):
            return Numbered(known.codes[self.leads], known.values)
        name, made = self.fields[number]
        kept = None if name is None else self.block.fields.get(name)
        if kept is None:
            return Numbered(np.zeros(len(self.leads), np.uint8), made([None]))
        return Numbered(kept.codes[self.leads], made(kept.values))

    def taken(self, places: Ints) -> Some:
        """Those at some places among them."""
        found = Some(self.block, self.fields, self.leads[places], self.now, self.column_scorer)
        found._wider = self, places
        return found


def joined(found: Sequence[tuple[Places, Ints]]) -> tuple[Places, Ints]:
    """Events of several kinds together."""
    nothing = np.empty(0, np.int64)
    owns, leads = zip((nothing, nothing), *found, strict=True)
    return np.concatenate(owns), np.concatenate(leads)
