"""Drawings of what was measured, made on the server as SVG.

Sideways all is in percent, so that a drawing takes the width of its card while text and dots keep their size.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup, escape

from ...engine.outcomes.calibration import Band
from ...engine.outcomes.intervals import Rate, Ratio
from ...engine.outcomes.survival import Curve
from ...engine.report.outcomes import share_text

HEIGHT = 170
_STRIP = 20
_FEW = 30


@dataclass(frozen=True, slots=True)
class Axis:
    """From values to a place, in percent from the left or in pixels from the top."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """The place of a value, no further out than the ends."""
        share = (min(max(value, self.low), self.high) - self.low) / ((self.high - self.low) or 1.0)
        return round(self.start + share * (self.end - self.start), 2)


def up_to(most: float) -> Axis:
    """The axis of shares from nothing, upwards, with some room on top."""
    return Axis(0, most * 1.08 or 1.0, HEIGHT, 14)


# --- strips: one line of a list -------------------------------------------------------------------


def rate_strip(rate: Rate, most: float, base: float | None, css: str = "") -> Markup:
    """A rate as a dot with its whisker, between nothing and `most`."""
    across = Axis(0, most or 1.0, 1, 97)
    parts = [] if base is None else [_down(across.at(base), "held")]
    if rate.value is not None and rate.low is not None and rate.high is not None:
        parts += _dot(across.at(rate.value), across.at(rate.low), across.at(rate.high), css)
    return _strip(parts)


def share_strip(count: int, of: int, css: str) -> Markup:
    """So many of so many as a bar."""
    share = 100 * count / of if of else 0.0
    bar = f'<rect class="{css}" x="0" y="2" width="{max(share, 0.6):.2f}%" height="16" rx="2"/>'
    return _strip([bar] if count else [])


def lift_strip(ratio: Ratio | None) -> Markup:
    """How many times as often, on an axis that doubles, from an eighth to eight times."""
    across = Axis(-3, 3, 2, 98)
    parts = [_down(across.at(power), "held" if not power else "grid") for power in range(-3, 4)]
    if ratio is not None:
        low, middle, high = (
            across.at(math.log2(max(end, 1e-9))) for end in (ratio.low, ratio.value, ratio.high)
        )
        parts += _dot(middle, low, high, "" if ratio.sure else "chance")
    return _strip(parts)


def ends_strip(value: float, low: float, high: float, css: str = "") -> Markup:
    """A share as a dot with its whisker, between nothing and all."""
    across = Axis(0, 1, 1, 99)
    return _strip(_dot(across.at(value), across.at(low), across.at(high), css))


def toward_strip(count: int, enough: int, most: int) -> Markup:
    """How far it is to two marks, the second at the right end."""
    share = 100 * min(count, most) / most
    parts = [
        '<rect class="room" x="0" y="6" width="100%" height="8" rx="4"/>',
        f'<rect class="so-far" x="0" y="6" width="{share:.2f}%" height="8" rx="4"/>',
        *(_down(99.8 * mark / most, "whisker") for mark in (enough, most)),
    ]
    return _strip(parts)


def lift_axis() -> Markup:
    """The axis below such strips."""
    across = Axis(-3, 3, 2, 98)
    labels = ((-2, "¼×"), (-1, "½×"), (0, "1×"), (1, "2×"), (2, "4×"))
    return _strip([_text(across.at(power), 14, label, "middle") for power, label in labels])


def _strip(parts: Sequence[str]) -> Markup:
    made = "".join(parts)
    return Markup(f'<svg class="chart strip" aria-hidden="true" width="100%" height="{_STRIP}">{made}</svg>')


# --- drawings -------------------------------------------------------------------------------------


def rates_chart(
    bands: Sequence[Band], base: float | None, lines: Sequence[tuple[str, int, int]], name: str
) -> Markup:
    """Wins by score as bars with whiskers. `lines` are the stages with their places and the scores from
    which on a lead is in them."""
    most = max([band.won.high or band.won.value or 0.0 for band in bands] + [base or 0.0, 0.01])
    up, step = up_to(most), 100 / max(1, len(bands))
    parts = _levels(up, most)
    for number, band in enumerate(bands):
        rate = band.won
        if rate.value is None or rate.low is None or rate.high is None:
            continue
        left, top = step * number, up.at(rate.value)
        few = " few" if rate.of < _FEW else ""
        parts.append(
            f'<rect class="bar{few}" x="{left + step * 0.2:.2f}%" width="{step * 0.6:.2f}%" y="{top}" '
            f'height="{HEIGHT - top:.2f}"/>'
        )
        parts += _upright_whisker(left + step / 2, up.at(rate.low), up.at(rate.high))
    for stage, place, score in lines:
        at = _between(bands, score)
        if at is not None:
            parts.append(_upright(at * step, 14, HEIGHT, f"flag stage-{place}"))
            parts.append(_text(at * step, 10, f"{stage} {score}", "middle", f"of-stage-{place}"))
    if base is not None:
        parts.append(_level(up.at(base), "held"))
        parts.append(_text(0.5, up.at(base) - 5, f"all leads {share_text(base)}", "start"))
    return _framed(up, most, parts, name=name)


def _between(bands: Sequence[Band], score: int) -> float | None:
    """Where among bars of equal width a score lies; None outside."""
    for number, band in enumerate(bands):
        if band.low <= score <= band.high:
            return number + (score - band.low) / (band.high - band.low + 1)
    return None


def calibration_chart(bands: Sequence[Band], name: str) -> Markup:
    """What the score says against what came: on the line, it means what it says."""
    most = max([max(band.said, band.won.high or 0.0) for band in bands] + [0.01])
    up, across = Axis(0, most, HEIGHT, 14), Axis(0, most, 0, 100)
    parts = [*_levels(up, most), f'<line class="held" x1="0" y1="{HEIGHT}" x2="100%" y2="14"/>']
    for band in bands:
        rate = band.won
        if rate.value is None or rate.low is None or rate.high is None:
            continue
        x = across.at(band.said)
        parts.append(_upright(x, up.at(rate.low), up.at(rate.high), "whisker"))
        parts.append(f'<circle class="dot" cx="{x}%" cy="{up.at(rate.value)}" r="5"/>')
    parts += [
        _text(across.at(share), HEIGHT + 18, share_text(share), "middle" if share else "start")
        for share in _ticks(most)
        if across.at(share) < 95
    ]
    parts.append(_text(99, HEIGHT + 36, "the score said", "end"))
    return _framed(up, most, parts, HEIGHT + 42, name=name)


def curves_chart(curves: Sequence[tuple[str, Curve, float | None]], days: float, name: str) -> Markup:
    """The share that has won by each day, as steps with a band; each with its class, and the day by which
    half of those had won who did."""
    most = max([float(curve.high.max()) for _, curve, _ in curves if len(curve.high)] + [0.01])
    up = up_to(most)
    parts = _levels(up, most)
    across = Axis(0, days, 0, 100)
    inner = []
    for css, curve, _ in reversed(curves):
        shares, low, high = (_steps(curve, days, which) for which in ("share", "low", "high"))
        band = [*low, *reversed(high)]
        inner.append(f'<path class="band {css}" d="{_path(band, across, up)}Z"/>')
        inner.append(f'<path class="step {css}" d="{_path(shares, across, up)}"/>')
    parts.append(
        f'<svg x="0" y="0" width="100%" height="{HEIGHT}" viewBox="0 0 100 {HEIGHT}" '
        f'preserveAspectRatio="none">{"".join(inner)}</svg>'
    )
    for css, curve, half in curves:
        if half is not None and half <= days:
            parts.append(_upright(across.at(half), up.at(curve.at(half)[0]), HEIGHT, f"drop {css}"))
    labels = [
        _text(across.at(day), HEIGHT + 18, f"{day:.0f}", anchor)
        for day, anchor in ((0.0, "start"), (days / 3, "middle"), (2 * days / 3, "middle"), (days, "end"))
    ]
    return _framed(up, most, [*parts, *labels], HEIGHT + 24, name=name)


def _steps(curve: Curve, days: float, which: str) -> list[tuple[float, float]]:
    inside = curve.age <= days
    found, last = [(0.0, 0.0)], 0.0
    for age, share in zip(curve.age[inside].tolist(), getattr(curve, which)[inside].tolist(), strict=True):
        found += [(age, last), (age, share)]
        last = share
    return [*found, (days, last)]


def _path(points: Sequence[tuple[float, float]], across: Axis, up: Axis) -> str:
    return "M" + "L".join(f"{across.at(day)} {up.at(share)}" for day, share in points)


@dataclass(frozen=True, slots=True)
class Series:
    """Values with their ends, one a period, None where there are too few; `css` is "live" or "draft"."""

    css: str
    values: Sequence[tuple[float, float, float] | None]


def periods_chart(
    series: Sequence[Series],
    axis: tuple[float, float],
    name: str,
    unreal: Sequence[float | None] = (),
    versions: Sequence[str] = (),
) -> Markup:
    """Period by period: dots with whiskers side by side, as a dashed line what today's data would say, and
    upright where another of the `versions` went live."""
    low, high = axis
    up, count = Axis(low, high, HEIGHT, 14), max(1, len(series[0].values))
    step = 100 / count
    parts = _levels(up, high, low)
    order = low > 0
    if order:
        parts += [_level(up.at(0.5), "held"), _text(0.5, up.at(0.5) - 5, "50: a coin toss", "start")]
    for number, (version, then) in enumerate(pairwise(versions), 1):
        if version != then:
            parts.append(_upright(number * step, 14, HEIGHT, "changed"))
            parts.append(_text(number * step, 10, then, "middle"))
    middles = [(number + 0.5) * step for number in range(count)]
    known = [(x, up.at(value)) for x, value in zip(middles, unreal, strict=False) if value is not None]
    if len(known) == 1:
        [(x, y)] = known
        known = [(x - step / 8, y), (x + step / 8, y)]
    for (x1, y1), (x2, y2) in pairwise(known):
        parts.append(f'<line class="unreal" x1="{x1:.2f}%" y1="{y1}" x2="{x2:.2f}%" y2="{y2}"/>')
    for place, one in enumerate(series):
        aside = (place - (len(series) - 1) / 2) * min(step / 4, 1.6)
        for x, value in zip(middles, one.values, strict=True):
            if value is not None:
                parts.append(_upright(x + aside, up.at(value[1]), up.at(value[2]), f"whisker {one.css}"))
                parts.append(
                    f'<circle class="dot {one.css}" cx="{x + aside:.2f}%" cy="{up.at(value[0])}" r="5"/>'
                )
    return _framed(up, high, parts, name=name, least=low, unit="" if order else "%")


@dataclass(frozen=True, slots=True)
class Bin:
    """Leads whose score is from `low` on and below `high`, where in the drawing, and how high."""

    low: int
    high: int
    leads: int
    x: float
    width: float
    height: float


def histogram(scores: Sequence[tuple[int, int]], low: int, high: int, width: int) -> list[Bin]:
    """How many leads have which score, in bins of one width between two ends."""
    counts: dict[int, int] = {}
    for score, leads in scores:
        counts[score // width * width] = counts.get(score // width * width, 0) + leads
    most = max(counts.values(), default=1)
    across = Axis(low, high, 0, 100)
    return [
        Bin(
            start,
            start + width,
            leads,
            across.at(start),
            round(across.at(start + width) - across.at(start), 2),
            max(1.5, round((HEIGHT - 40) * leads / most, 2)),
        )
        for start, leads in sorted(counts.items())
    ]


# --- pieces ---------------------------------------------------------------------------------------


def _ticks(most: float, least: float = 0.0) -> list[float]:
    room = most - least
    step = next((step for step in (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25) if room / step <= 4), 0.5)
    return [least + step * number for number in range(int(room / step + 1e-9) + 1)]


def _levels(up: Axis, most: float, least: float = 0.0) -> list[str]:
    lines = [_level(up.at(share), "grid") for share in _ticks(most, least)[1:]]
    return [*lines, _level(HEIGHT, "axis")]


def _framed(
    up: Axis,
    most: float,
    parts: Sequence[str],
    height: int = HEIGHT,
    *,
    name: str,
    least: float = 0.0,
    unit: str = "%",
) -> Markup:
    """A drawing beside its axis."""
    ticks = "".join(
        _absolute(34, up.at(share) + 4, share_text(share).removesuffix("%") + unit)
        for share in _ticks(most, least)
    )
    return Markup(
        f'<div class="drawing" role="img" aria-label="{escape(name)}">'
        f'<svg class="chart" width="38" height="{height}">{ticks}</svg>'
        f'<svg class="chart" width="100%" height="{height}">{"".join(parts)}</svg></div>'
    )  # every text in it is escaped


def _dot(middle: float, low: float, high: float, css: str) -> list[str]:
    y = _STRIP / 2
    return [
        f'<line class="whisker {css}" x1="{low}%" y1="{y}" x2="{high}%" y2="{y}"/>',
        f'<circle class="dot {css}" cx="{middle}%" cy="{y}" r="5"/>',
    ]


def _down(x: float, css: str) -> str:
    return _upright(x, 0, _STRIP, css)


def _upright(x: float, y1: float, y2: float, css: str) -> str:
    return f'<line class="{css}" x1="{x:.2f}%" y1="{y1}" x2="{x:.2f}%" y2="{y2}"/>'


def _upright_whisker(x: float, low: float, high: float) -> list[str]:
    """With caps, which are of a fixed size and so drawn as text is: in a corner of their own."""
    caps = [
        f'<svg x="{x:.2f}%" y="{y}" overflow="visible">'
        '<line class="whisker" x1="-5" y1="0" x2="5" y2="0"/></svg>'
        for y in (low, high)
    ]
    return [_upright(x, low, high, "whisker"), *caps]


def _level(y: float, css: str) -> str:
    return f'<line class="{css}" x1="0" y1="{y}" x2="100%" y2="{y}"/>'


def _text(x: float, y: float, text: str, anchor: str, css: str = "") -> str:
    kind = f' class="{css}"' if css else ""
    return f'<text{kind} x="{x:.2f}%" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'


def _absolute(x: float, y: float, text: str) -> str:
    return f'<text x="{x}" y="{y}" text-anchor="end">{escape(text)}</text>'
