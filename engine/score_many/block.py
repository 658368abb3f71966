"""A block of leads as arrays, what is decided about them, and what explains it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..plan import Rule
from ..plan.adding_up import Pay
from .column_scorer import ColumnScorer
from .columns import Bools, InstantLists, Ints

if TYPE_CHECKING:
    from ..explain.explanation_lines import Lines

MOST = 1 << 15
"""How many leads a block has at most: few enough for what is done with it to stay close to the processor."""

EVENTS = 1 << 20
"""How many events a block has about at most."""

EventKinds = Mapping[int, tuple[str, str | None]]
"""Type and object of each number of a kind. Of events at one instant, those of lower numbers come first."""

_LARGEST = 1 << 62
_MOST_COUNTED = 1 << 18
"""Up to so many combinations are counted, which takes less time than to sort them."""

Properties = str | Mapping[str, Any]

Places = NDArray[np.integer[Any]]
"""Where something stands: leads in a block, events among its events."""


@dataclass(frozen=True)
class Events:
    """Events of the leads of a block, by kind and, within a kind, in the order of time.

    `kinds` are the numbers of the kinds, those of one type beside each other, and `named` says what each is;
    the events of the n-th of them stand from `starts[n]` to `starts[n + 1]`. `lead` is a lead's place in the
    block. `told` says which of `properties` an event has, -1 for none; it is None where no event has any.
    Properties are a JSON text, or a mapping.
    """

    kinds: tuple[int, ...]
    named: EventKinds = field(repr=False)
    starts: Ints
    at: Ints
    lead: NDArray[np.uint16]
    property_set: NDArray[np.int32] | None
    properties: Sequence[Properties]

    @cached_property
    def names(self) -> tuple[tuple[str, str | None], ...]:
        """Type and object of each of the kinds."""
        return tuple(self.named[number] for number in self.kinds)

    def given(self, number: int) -> Mapping[str, Any]:
        """The properties under a number, none under -1."""
        found = self.properties[number] if number >= 0 else ""
        if isinstance(found, str):
            return json.loads(found) if found else {}
        return found

    @cached_property
    def kind(self) -> NDArray[np.int32]:
        """The place of each event's kind among the kinds."""
        return np.repeat(np.arange(len(self.kinds), dtype=np.int32), np.diff(self.starts))


@dataclass(frozen=True)
class StoredColumn:
    """An attribute of the leads of a block as it is kept: which of the different values each has."""

    codes: NDArray[np.uint16]
    values: Sequence[object]


@dataclass(frozen=True)
class Block:
    """Leads, in the order of their numbers. `fields` has what is kept of each attribute, by the column of
    the record that holds it; one that is not there is unknown of all of them."""

    leads: Ints
    fields: Mapping[str, StoredColumn] = field(repr=False)
    events: Events = field(repr=False)

    def __len__(self) -> int:
        return len(self.leads)


Stages = tuple[str | None, ...]
Reached = tuple[int | bool | None, ...]
"""When each outcome was reached: None for not, True for at no known instant."""

Rest = tuple[Stages, tuple[int, ...], tuple[int, ...], Stages, Reached]
"""Stages, the rules with tags that fired, the disqualifications that hold, the stages as they would be
without them, when outcomes were reached."""

Key = tuple[int, tuple[int, ...], Stages, tuple[int, ...], tuple[int, ...], Stages, Reached]
"""Total, scores, and the rest."""


@dataclass(frozen=True)
class Decided:
    """What is decided about the leads of a block: the total and each score of each, the different `rests` and
    which of them each lead has, its lines, the first instant at which something could differ."""

    totals: Sequence[Ints]
    rests: Sequence[Rest]
    rest: Ints
    lines: Lines
    due: Ints

    def keys(self) -> tuple[list[Key], Ints]:
        """The different decisions, and which of them each lead has."""
        first, which = combined([*self.totals, self.rest], len(self.rest))
        totals, *scores = (column[first].tolist() for column in self.totals)
        each = zip(*scores, strict=True) if scores else ((),) * len(first)
        rests = map(self.rests.__getitem__, self.rest[first].tolist())
        return [(total, some, *rest) for total, some, rest in zip(totals, each, rests, strict=True)], which


def combined(columns: Sequence[Places | Bools], size: int) -> tuple[Ints, Ints]:
    """The different rows of some columns: where each stands first, and which of them each row is."""
    key, combinations = np.zeros(size, np.int64), 1
    for column in columns:
        low, high = (int(column.min()), int(column.max())) if size else (0, 0)
        span = high - low + 1
        if span == 1:
            continue
        if combinations * span > _LARGEST:
            different, key = np.unique(key, return_inverse=True)
            combinations = len(different)
        key = key * span + (column - np.int64(low))
        combinations *= span
    return first_and_which(key, combinations)


def first_and_which(key: Ints, combinations: int) -> tuple[Ints, Ints]:
    """Where each of the different numbers below `combinations` stands first, and which of them each is."""
    if combinations > _MOST_COUNTED:
        _, first, which = np.unique(key, return_index=True, return_inverse=True)
        return first, which
    # Where a place is set more than once the last value stays, which here is the first of equal ones.
    places = np.full(combinations, -1)
    places[key[::-1]] = np.arange(len(key) - 1, -1, -1)
    there = np.flatnonzero(places >= 0)
    first = places[there]
    places[there] = np.arange(len(there))
    return first, places[key]


Points = Ints | int
"""Points of each lead, or the same of all."""


class Explaining(ColumnScorer):
    """One plan's view of the leads of a block."""

    def paid_events(self, rule: Rule) -> Points:
        """How many events a rule pays for where it fires."""
        if rule.each is None or rule.each.which != "each":
            return 1
        paid = self._paid(rule)
        return paid.counts.astype(np.int64) if isinstance(paid, InstantLists) else paid.whole_numbers()

    def faded_and_given(self, pay: Pay) -> tuple[Points, Points]:
        """What is left of the points for all that a rule pays for, and that within its bounds."""
        contribution = pay.contribution
        if pay.fixed is not None:
            return contribution.points, pay.fixed
        faded = self._summed(pay.rule, contribution).astype(np.int64)
        if contribution.least is None and contribution.most is None:
            return faded, faded
        return faded, np.clip(faded, contribution.least, contribution.most)

    def cuts(self) -> Iterator[tuple[int, int, Ints]]:
        """What bounds took from each lead or gave it: which kind of bound, of which number, the points."""
        return self._sums.changes()

    def reached(self) -> list[tuple[tuple[str | None, ...], NDArray[np.int16]]]:
        """The stages as they would be without disqualifications, by track; see `Verdict.stages`."""
        nobody = np.zeros(self.leads, np.bool_)
        return [self._stages(track, nobody) for track in self.plan.tracks]
