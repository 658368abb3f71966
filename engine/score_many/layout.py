"""The order that the events of a block stand in."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .columns import Ints


def by_kind_and_time(
    kind: NDArray[np.integer[Any]], at: Ints, kinds: int
) -> tuple[NDArray[np.intp], Ints, Ints, Ints]:
    """The order of events by kind, those of a kind by time, and what is equal as it stands.

    Kinds are numbers below `kinds`. Gives the places of the events in this order, their instants, the kinds
    that there are, and where those of each begin, with one more for the end.
    """
    short = kind.astype(np.uint8 if kinds <= 1 << 8 else np.uint16) if kinds <= 1 << 16 else kind
    order = np.argsort(short, kind="stable")
    ordered = short[order]
    begins = np.ones(len(order), np.bool_)
    begins[1:] = ordered[1:] != ordered[:-1]
    starts = np.append(np.flatnonzero(begins), len(order))
    found = ordered[starts[:-1]].astype(np.int64)
    instants = at[order]
    for first, last in pairwise(starts.tolist()):
        places, instants[first:last] = _sorted(instants[first:last])
        order[first:last] = order[first:last][places]
    return order, instants, found, starts


def settle_ties(
    order: NDArray[np.intp], instants: Ints, starts: Ints, rank: NDArray[np.integer[Any]]
) -> None:
    """Puts events of one kind and one instant in the order of a rank, in place. The rest is as
    `by_kind_and_time` gives it."""
    same = instants[1:] == instants[:-1]
    same[starts[1:-1] - 1] = False
    tied = np.flatnonzero(same)
    wrong = tied[rank[order[tied]] > rank[order[tied + 1]]]
    if not len(wrong):
        return
    first = tied[np.diff(tied, prepend=-2) > 1]
    after = tied[np.diff(tied, append=len(order) + 1) > 1] + 2
    runs = np.unique(np.searchsorted(first, wrong, "right") - 1)
    lengths = after[runs] - first[runs]
    run = np.repeat(np.arange(len(runs)), lengths)
    places = np.arange(len(run)) + (first[runs] - np.cumsum(lengths) + lengths)[run]
    order[places] = order[places[np.lexsort((rank[order[places]], run))]]


def by_time(at: Ints) -> NDArray[np.intp]:
    """The order of instants, equal ones staying as they are."""
    return _sorted(at)[0]


def _sorted(at: Ints) -> tuple[NDArray[np.intp], Ints]:
    """The order of instants, and these in it."""
    if len(at) < 2:
        return np.arange(len(at)), at
    low, bits = int(at.min()), len(at).bit_length()
    if int(at.max()) - low >= 1 << (62 - bits):
        order = np.argsort(at, kind="stable")
        return order, at[order]
    # Numbers that hold their places are sorted several times as fast as places by numbers.
    keys = (at - low) << bits
    keys |= np.arange(len(at))
    keys.sort()
    instants = (keys >> bits) + low
    keys &= (1 << bits) - 1
    return keys, instants
