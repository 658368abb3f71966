"""Charts of what was measured, drawn on the server as SVG. Text in them is never scaled."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from ...engine.outcomes.calibration import Band
from ...engine.outcomes.intervals import Rate
from ...engine.outcomes.lift import Lift
from ...engine.outcomes.survival import Curve
from ...engine.report.outcomes import range_text, share_text

_HEIGHT = 160
_BAR, _STEP = 36, 84


@dataclass(frozen=True, slots=True)
class _Scale:
    """From values to pixels."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        share = (value - self.low) / ((self.high - self.low) or 1.0)
        return round(self.start + share * (self.end - self.start), 1)


def rates_chart(bars: Sequence[tuple[str, Rate]], base: float | None, name: str) -> Markup:
    """Rates as bars with whiskers; below each its name, its rate and its counts."""
    width = 48 + _STEP * max(1, len(bars))
    most = max([rate.high or rate.value or 0.0 for _, rate in bars] + [base or 0.0, 0.01])
    up = _Scale(0, most * 1.08, _HEIGHT, 12)
    parts = [_line(44, _HEIGHT, width, _HEIGHT, "axis")]
    for share in _ticks(most):
        parts.append(_line(44, up.at(share), width, up.at(share), "grid"))
        parts.append(_text(38, up.at(share) + 4, share_text(share), "end"))
    for number, (label, rate) in enumerate(bars):
        middle = 48 + _STEP * number + _STEP / 2
        if rate.value is not None and rate.low is not None and rate.high is not None:
            top = up.at(rate.value)
            parts.append(
                f'<rect class="bar{"" if rate.of >= 30 else " few"}" x="{middle - _BAR / 2}" y="{top}" '
                f'width="{_BAR}" height="{round(_HEIGHT - top, 1)}"/>'
            )
            parts.append(_whisker(middle, up.at(rate.low), up.at(rate.high)))
            parts.append(_text(middle, _HEIGHT + 36, share_text(rate.value), "middle", "strong"))
        parts.append(_text(middle, _HEIGHT + 18, label, "middle"))
        parts.append(_text(middle, _HEIGHT + 54, f"{rate.count:,} / {rate.of:,}", "middle"))
    if base is not None:
        parts.append(_line(44, up.at(base), width, up.at(base), "held"))
    return _svg(width, _HEIGHT + 62, name, parts)


def lift_chart(lifts: Sequence[Lift], name: str) -> Markup:
    """How much more often the leads of rules win: dots with whiskers on a doubling axis."""
    shown = [one for one in lifts if one.ratio is not None and not one.idle]
    across = _Scale(-3, 3, 210, 540)
    parts = []
    height = 28 * len(shown) + 34
    for power, label in ((-3, "⅛×"), (-2, "¼×"), (-1, "½×"), (0, "1×"), (1, "2×"), (2, "4×"), (3, "8×")):
        parts.append(
            _line(across.at(power), 4, across.at(power), height - 26, "held" if not power else "grid")
        )
        parts.append(_text(across.at(power), height - 8, label, "middle"))
    for row, one in enumerate(shown):
        assert one.ratio is not None
        y = 18 + 28 * row
        low, middle, high = (
            across.at(max(-3.0, min(3.0, math.log2(max(end, 1e-9)))))
            for end in (one.ratio.low, one.ratio.value, one.ratio.high)
        )
        sure = "dot" if one.ratio.sure else "dot chance"
        parts.append(_text(200, y + 4, one.rule if len(one.rule) < 28 else one.rule[:27] + "…", "end"))
        parts.append(_line(low, y, high, y, "whisker"))
        parts.append(f'<circle class="{sure}" cx="{middle}" cy="{y}" r="5"/>')
    return _svg(556, height, name, parts)


def curves_chart(curves: Sequence[tuple[str, Curve]], days: float, name: str) -> Markup:
    """The share that has won by each day, as steps with a band."""
    most = max([float(curve.high.max()) for _, curve in curves if len(curve.high)] + [0.01])
    across, up = _Scale(0, days, 44, 420), _Scale(0, most * 1.05, _HEIGHT, 10)
    parts = [_line(44, _HEIGHT, 420, _HEIGHT, "axis")]
    for share in _ticks(most):
        parts += [
            _line(44, up.at(share), 420, up.at(share), "grid"),
            _text(38, up.at(share) + 4, share_text(share), "end"),
        ]
    for number, (label, curve) in enumerate(curves):
        kind = "first" if number == 0 else "second"
        inside = curve.age <= days
        ages = [0.0, *curve.age[inside].tolist(), days]
        for values, css in ((curve.share, "step"), (curve.low, "edge"), (curve.high, "edge")):
            shares = [0.0, *values[inside].tolist()]
            shares.append(shares[-1])
            path = f"M{across.at(0)} {up.at(0)}" + "".join(
                f"H{across.at(age)}V{up.at(share)}" for age, share in zip(ages[1:], shares[1:], strict=True)
            )
            parts.append(f'<path class="{css} {kind}" d="{path}"/>')
        share, low, high = curve.at(days)
        parts.append(_text(426, up.at(share) + 4, f"{label} {share_text(share)}", "start"))
        parts.append(_text(426, up.at(share) + 20, range_text(low, high), "start"))
    for day in (0.0, days / 3, 2 * days / 3, days):
        parts.append(_text(across.at(day), _HEIGHT + 18, f"{day:.0f}", "middle"))
    return _svg(560, _HEIGHT + 26, name, parts)


def band_bars(bands: Sequence[Band]) -> list[tuple[str, Rate]]:
    """Bands as bars."""
    return [(f"{band.low}–{band.high}", band.won) for band in bands]


def _ticks(most: float) -> list[float]:
    step = next((step for step in (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25) if most / step <= 4), 0.5)
    return [step * number for number in range(int(most / step) + 1)]


def _whisker(x: float, low: float, high: float) -> str:
    return (
        _line(x, low, x, high, "whisker") + _line(x - 5, low, x + 5, low, "whisker")
        + _line(x - 5, high, x + 5, high, "whisker")
    )  # fmt: skip


def _line(x1: float, y1: float, x2: float, y2: float, css: str) -> str:
    return f'<line class="{css}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>'


def _text(x: float, y: float, text: str, anchor: str, css: str = "") -> str:
    kind = f' class="{css}"' if css else ""
    return f'<text{kind} x="{x}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'


def _svg(width: float, height: float, name: str, parts: Sequence[str]) -> Markup:
    size = f'width="{width:.0f}" height="{height:.0f}"'
    head = f'<svg class="chart" role="img" aria-label="{escape(name)}" {size}>'
    return Markup(head + "".join(parts) + "</svg>")  # every text in it is escaped
