"""Comparisons of rounded numbers as comparisons of the numbers themselves.

Rounding never changes the order of two numbers, so that "rounded to 6 decimals, at least c" is "at
least the smallest double which rounds to c or more": found once, when compiling, it saves every
evaluation a call.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable

DECIMALS = 6
_NEAR = 4


def smallest(holds: Callable[[float], bool], near: float | None = None) -> float:
    """The smallest double whose rounding meets a condition that all greater ones meet; infinity if none does.

    `near` is where it will likely be found.
    """
    low, high = _rank(-math.inf), _rank(math.inf)
    if near is not None:
        around = _rank(near) - _NEAR, _rank(near) + _NEAR
        below, above = (holds(round(_double(rank), DECIMALS)) for rank in around)
        if above and not below:
            low, high = around
    while low < high:
        middle = (low + high) // 2
        number = _double(middle)
        reached = number > 0 if math.isinf(number) else holds(round(number, DECIMALS))
        if reached:
            high = middle
        else:
            low = middle + 1
    return _double(low)


def _rank(number: float) -> int:
    """The place of a double among all doubles in ascending order."""
    bits = int(struct.unpack("<q", struct.pack("<d", number))[0])
    return bits if bits >= 0 else -(bits & 0x7FFF_FFFF_FFFF_FFFF)


def _double(rank: int) -> float:
    bits = rank if rank >= 0 else (-rank) | (1 << 63)
    return float(struct.unpack("<d", struct.pack("<Q", bits))[0])
