"""The distribution of scores, draft over live, as the numbers of a drawing; and the thresholds in it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...engine.impact.effect import Effect
from ...engine.score_many.spread import Spread

WIDTH, HEIGHT = 300, 84
"""Of the bars, in the drawing's own units."""

ROW = 24
"""How high a row of flags is."""

_MOST_BARS = 24
_MOST_SCORES = 400
_LETTER = 6.2


@dataclass(frozen=True, slots=True)
class Threshold:
    """From which score on a lead is in a stage, by the draft and by what is live (None where it asks for no
    score there); the key and path of the number in the draft's text, "" where it is not changed here."""

    stage: str
    score: int
    live: int | None
    key: str
    path: str


@dataclass(frozen=True, slots=True)
class Part:
    """The leads of a bar that are in one stage, None for none; where the part begins and how high it is."""

    stage: str | None
    leads: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """The leads whose score is from `low` to `high`, both included. `x`, `width` and the heights are those
    of the drawing; `parts` stand on one another, those in no stage lowest."""

    low: int
    high: int
    draft: int
    live: int | None
    x: float
    width: float
    draft_height: float
    live_height: float
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Flag:
    """A threshold in the drawing: where its line stands, where its flag begins, how wide that is, and in
    which row of flags; `live_x` is None where it stands as it is live."""

    threshold: Threshold
    x: float
    left: float
    width: float
    row: int
    live_x: float | None


@dataclass(frozen=True, slots=True)
class Distribution:
    """Bars side by side, the flags above them, and where to write which score under them."""

    bars: tuple[Bar, ...]
    flags: tuple[Flag, ...]
    ticks: tuple[tuple[float, int], ...]
    median: int
    totals: Mapping[int, int]

    @property
    def top(self) -> int:
        """How high the flags are together."""
        return ROW * (1 + max((flag.row for flag in self.flags), default=-1))

    @property
    def low(self) -> int:
        """The lowest score of the drawing."""
        return self.bars[0].low

    @property
    def high(self) -> int:
        """The score at its right edge."""
        return self.bars[-1].high + 1

    @property
    def stages(self) -> Sequence[str | None]:
        """The stages that any lead is in, the lowest first."""
        return list(dict.fromkeys(part.stage for bar in self.bars for part in bar.parts))

    @property
    def outline(self) -> str:
        """The live scores as a stepped line, as SVG writes paths."""
        steps = "".join(f"V{HEIGHT - bar.live_height:g}H{bar.x + bar.width:g}" for bar in self.bars)
        return f"M0 {HEIGHT}{steps}V{HEIGHT}"

    @property
    def data(self) -> str:
        """How many leads have which score, as JSON for the page's script; none where scores are many."""
        return json.dumps(sorted(self.totals.items()) if len(self.totals) <= _MOST_SCORES else [])


def chart(
    effect: Effect,
    live: bool,
    spread: Spread | None = None,
    ladder: Sequence[str | None] = (None,),
    thresholds: Sequence[Threshold] = (),
) -> Distribution | None:
    """The drawing of how many leads have which score, by stage where the `spread` is known, beside the `live`
    ones where there are any; None where there are no leads."""
    if not effect.totals_after:
        return None
    bands = effect.bands(_MOST_BARS)
    most = max(max(draft, before if live else 0) for _, _, before, draft in bands)
    width = WIDTH / len(bands)
    staged = _staged(spread, bands[0][1] - bands[0][0] + 1) if spread is not None else {}
    bars = tuple(
        Bar(
            low,
            high,
            draft,
            before if live else None,
            round(place * width, 2),
            round(width, 2),
            _height(draft, most),
            _height(before, most) if live else 0.0,
            tuple(_parts(staged.get(low, Counter()), ladder, _height(draft, most))),
        )
        for place, (low, high, before, draft) in enumerate(bands)
    )
    flags = tuple(flags_of(thresholds, bars[0].low, bars[-1].high + 1))
    return Distribution(
        bars, flags, tuple(_ticks(bars)), _median(effect.totals_after), dict(effect.totals_after)
    )


def _staged(spread: Spread, width: int) -> dict[int, Counter[str | None]]:
    """The leads by stage of each bar, by its lowest score."""
    found: dict[int, Counter[str | None]] = {}
    for (stage, score), leads in spread.leads.items():
        found.setdefault(score // width * width, Counter())[stage] += leads
    return found


def _parts(leads: Counter[str | None], ladder: Sequence[str | None], height: float) -> Iterator[Part]:
    """The stages of a bar, in proportion to its height."""
    every, y = leads.total(), float(HEIGHT)
    rank = {stage: place for place, stage in enumerate(ladder)}
    for stage in sorted(leads, key=lambda one: rank.get(one, len(rank))):
        part = round(height * leads[stage] / every, 2)
        y = round(y - part, 2)
        yield Part(stage, leads[stage], y, part)


def flags_of(thresholds: Sequence[Threshold], low: int, high: int) -> Iterator[Flag]:
    """Thresholds in a drawing of the scores from `low` to `high`: side by side, or one above the other."""
    ends: list[float] = []
    for one in sorted(thresholds, key=lambda found: found.score):
        x = across(one.score, low, high)
        width = min(_LETTER * len(f"{one.stage} {one.score}") + 12, 110.0)
        left = round(min(max(x - width / 2, 0), WIDTH - width), 2)
        row = next((row for row, end in enumerate(ends) if end < left), len(ends))
        ends[row:] = [left + width, *ends[row + 1 :]]
        live_x = None if one.live in (None, one.score) else across(one.live or 0, low, high)
        yield Flag(one, x, left, round(width, 2), row, live_x)


def across(score: int, low: int, high: int) -> float:
    """Where a score stands in a drawing of those from `low` to `high`, in its units."""
    return round(WIDTH * (min(max(score, low), high) - low) / ((high - low) or 1), 2)


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
