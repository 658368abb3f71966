"""The distribution of scores, live and draft, as the numbers of a drawing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

WIDTH, HEIGHT = 300, 84
"""Of the drawing, in its own units."""

_MOST_BARS = 24
_STEPS = (1, 2, 5)


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
class Chart:
    """Bars side by side, and where to write which score under them."""

    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, int], ...]
    median: int


def chart(draft: Counter[int], live: Counter[int] | None) -> Chart | None:
    """The drawing of how many leads have which score; None where there are no leads."""
    scores = [*draft, *(live or ())]
    if not scores:
        return None
    step = _step(min(scores), max(scores))
    first, last = min(scores) // step, max(scores) // step
    in_draft, in_live = (_binned(counts, step) for counts in (draft, live or Counter()))
    most = max(*in_draft.values(), *in_live.values(), 1)
    width = WIDTH / (last - first + 1)
    bars = tuple(
        Bar(
            place * step,
            place * step + step - 1,
            in_draft[place],
            in_live[place] if live is not None else None,
            round((place - first) * width, 2),
            round(width, 2),
            _height(in_draft[place], most),
            _height(in_live[place], most),
        )
        for place in range(first, last + 1)
    )
    return Chart(bars, tuple(_ticks(bars)), _median(draft))


def _step(low: int, high: int) -> int:
    """The narrowest round width of bars that are few enough."""
    size = 1
    while True:
        for step in _STEPS:
            if high // (step * size) - low // (step * size) < _MOST_BARS:
                return step * size
        size *= 10


def _binned(counts: Counter[int], step: int) -> Counter[int]:
    found: Counter[int] = Counter()
    for score, leads in counts.items():
        found[score // step] += leads
    return found


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
