"""The order that the events of a block stand in."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .columns import Ints


def by_kind_and_time(kind: Ints, at: Ints, kinds: int) -> tuple[NDArray[np.intp], Ints, Ints]:
    """The order of events by kind, those of a kind by time, and what is equal as it stands.

    Kinds are numbers below `kinds`. Gives the places of the events in this order, the kinds that there are,
    and where those of each begin, with one more for the end.
    """
    order = np.argsort(kind.astype(np.uint16) if kinds < 1 << 16 else kind, kind="stable")
    found, starts = np.unique(kind[order], return_index=True)
    starts = np.append(starts, len(order)).astype(np.int64)
    for first, last in pairwise(starts.tolist()):
        part = order[first:last]
        order[first:last] = part[by_time(at[part])]
    return order, found, starts


def by_time(at: Ints) -> NDArray[np.intp]:
    """The order of instants, equal ones staying as they are: sorted quickly, then mended where equal."""
    order = np.argsort(at)
    equal = at[order[1:]] == at[order[:-1]]
    if equal.any():
        among = np.zeros(len(at), np.bool_)
        among[1:] |= equal
        among[:-1] |= equal
        places = np.flatnonzero(among)
        some = order[places]
        order[places] = some[np.lexsort((some, at[some]))]
    return order
