"""The order that the events of a block stand in."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .columns import Ints


def by_kind_and_time(
    kind: NDArray[np.integer[Any]], at: Ints, kinds: int
) -> tuple[NDArray[np.intp], Ints, Ints]:
    """The order of events by kind, those of a kind by time, and what is equal as it stands.

    Kinds are numbers below `kinds`. Gives the places of the events in this order, the kinds that there are,
    and where those of each begin, with one more for the end.
    """
    short = kind.astype(np.uint16) if kinds < 1 << 16 else kind
    order = np.argsort(short, kind="stable")
    ordered = short[order]
    begins = np.ones(len(order), np.bool_)
    begins[1:] = ordered[1:] != ordered[:-1]
    starts = np.append(np.flatnonzero(begins), len(order))
    found = ordered[starts[:-1]].astype(np.int64)
    instants = at[order]
    for first, last in pairwise(starts.tolist()):
        order[first:last] = order[first:last][by_time(instants[first:last])]
    return order, found, starts


def by_time(at: Ints) -> NDArray[np.intp]:
    """The order of instants, equal ones staying as they are."""
    if len(at) < 2:
        return np.arange(len(at))
    low, bits = int(at.min()), len(at).bit_length()
    if int(at.max()) - low >= 1 << (62 - bits):
        return np.argsort(at, kind="stable")
    # Numbers that hold their places are sorted several times as fast as places by numbers.
    keys = (at - low) << bits
    keys |= np.arange(len(at))
    keys.sort()
    keys &= (1 << bits) - 1
    return keys
