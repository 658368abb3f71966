"""A block of leads as arrays: their numbers, their fields, their events laid out by kind and time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..evaluate.columns import Ints

MOST = 1 << 15
"""How many leads a block has at most: few enough for what is done with it to stay close to the processor."""

EVENTS = 1 << 20
"""How many events a block has about at most."""

Places = NDArray[np.integer[Any]]
"""Where something stands: leads in a block, events among its events."""


@dataclass(frozen=True)
class Events:
    """Events of the leads of a block, by kind and, within a kind, in the order of time.

    `kinds` are the numbers of the kinds, those of one type beside each other; the events of the n-th of
    them stand from `starts[n]` to `starts[n + 1]`. `lead` is a lead's place in the block. `told` says which
    of the texts of `properties` an event has, -1 for none; it is None where no event has any.
    """

    kinds: tuple[int, ...]
    starts: Ints
    at: Ints
    lead: NDArray[np.uint16]
    told: NDArray[np.int32] | None
    properties: Sequence[str]

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
