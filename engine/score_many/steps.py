"""What differs over time, of many leads at once: values that hold from an instant on until the next.

Leads and instants stand on one line of whole numbers, lead after lead, so that one sort and one search find
what holds of any lead at any instant.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .columns import Bools, Ints

_LONGEST = 1 << 62


@dataclass(frozen=True)
class TimeSpan:
    """So many leads with their pasts from `before`, when nothing had happened yet, up to `now`."""

    leads: int
    before: int
    now: int

    @property
    def span(self) -> int:
        """How much of the line each lead takes."""
        return self.now - self.before + 1

    @cached_property
    def starts(self) -> Ints:
        """Where each lead's past begins."""
        return np.arange(self.leads, dtype=np.int64) * self.span

    def places(self, lead: Ints, at: Ints) -> Ints:
        """Where leads at instants stand."""
        return lead * self.span + (at - self.before)

    def instants(self, places: Ints) -> Ints:
        """The instants of places on the line."""
        return places % self.span + self.before


def most_leads(before: int, now: int) -> int:
    """How many leads a line has room for."""
    return max(_LONGEST // (now - before + 1), 1)


@dataclass(frozen=True)
class Steps:
    """A value of each lead over time: each of `values` from its place on until the next.

    There is one where each lead's past begins.
    """

    places: Ints
    values: NDArray[Any]

    def at(self, places: Ints) -> NDArray[Any]:
        """The values at some places."""
        if places is self.places:
            return self.values
        found: NDArray[Any] = self.values[np.searchsorted(self.places, places, "right") - 1]
        return found

    def changes(self, line: TimeSpan) -> Steps:
        """The same without the places at which nothing differs."""
        if len(self.places) == line.leads:
            return self
        kept = np.ones(len(self.places), np.bool_)
        kept[1:] = self.values[1:] != self.values[:-1]
        kept[np.searchsorted(self.places, line.starts)] = True
        return Steps(self.places[kept], self.values[kept])


def different(places: Iterable[Ints]) -> Ints:
    """All of some places in order, each once."""
    found = np.sort(np.concatenate([np.empty(0, np.int64), *places]))
    return found[_new(found)]


def _new(found: Ints) -> Bools:
    new = np.ones(len(found), np.bool_)
    new[1:] = found[1:] != found[:-1]
    return new


def added_up(steps: Iterable[Steps], places: Ints) -> Ints:
    """The sums of several values at some places, among which are all where one of them changes."""
    changes = np.zeros(len(places), np.int64)
    for one in steps:
        values = one.values.astype(np.int64)
        values[1:] -= values[:-1].copy()
        changes[np.searchsorted(places, one.places)] += values
    return np.cumsum(changes)
