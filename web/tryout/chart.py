"""The distribution of scores, live and draft, as the numbers of a drawing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from ...engine.impact.effect import Effect

WIDTH, HEIGHT = 300, 84
"""Of the drawing, in its own units."""

_MOST_BARS = 24


@dataclass(frozen=True, slots=True)
class Bar:
    """The leads whose score is from `low` to `high`, both included. `x`, `width` and the heights are those
    of the drawing."""

    low: int
    high: int
    draft: int
    live: int | None
    x: float
    width: float
    draft_height: float
    live_height: float


@dataclass(frozen=True, slots=True)
class Distribution:
    """Bars side by side, and where to write which score under them."""

    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, int], ...]
    median: int


def chart(effect: Effect, live: bool) -> Distribution | None:
    """The drawing of how many leads have which score, beside the `live` ones where there are any; None where
    there are no leads."""
    if not effect.totals_after:
        return None
    bands = effect.bands(_MOST_BARS)
    most = max(max(draft, before if live else 0) for _, _, before, draft in bands)
    width = WIDTH / len(bands)
    bars = tuple(
        Bar(
            low,
            high,
            draft,
            before if live else None,
            round(place * width, 2),
            round(width, 2),
            _height(draft, most),
            _height(before, most),
        )
        for place, (low, high, before, draft) in enumerate(bands)
    )
    return Distribution(bars, tuple(_ticks(bars)), _median(effect.totals_after))


def _height(leads: int, most: int) -> float:
    """In proportion; what is there at all is seen."""
    return max(1.5, round(HEIGHT * leads / most, 2)) if leads else 0.0


def _ticks(bars: tuple[Bar, ...]) -> Iterator[tuple[float, int]]:
    every = max(1, len(bars) // 4)
    for place in range(0, len(bars), every):
        yield bars[place].x, bars[place].low


def _median(counts: Counter[int]) -> int:
    half, seen = (counts.total() + 1) // 2, 0
    for score in sorted(counts):
        seen += counts[score]
        if seen >= half:
            return score
    return 0
