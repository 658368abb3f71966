"""The course of a score as a drawing: steps, since a score holds until the next one is found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from ...engine.store.scoring.score_history import Turn

WIDTH, HEIGHT = 640, 120
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 8, 10, 24


@dataclass(frozen=True, slots=True)
class Chart:
    """Where everything goes: the line as SVG writes paths, a dot a turn, and what is written at the edges."""

    path: str
    dots: list[tuple[float, float, str]]
    high: int
    low: int
    first: dt.datetime
    last: dt.datetime
    width: int = WIDTH
    height: int = HEIGHT


def chart_of(turns: Sequence[Turn]) -> Chart | None:
    """The drawing of a history, the first turn first; None where there is nothing to draw."""
    turns = [turn for turn in turns if turn.stored]
    if len(turns) < 2:
        return None
    first, last = min(turn.now for turn in turns), max(turn.now for turn in turns)
    high, low = max(turn.total for turn in turns), min(turn.total for turn in turns)
    span, range_ = (last - first).total_seconds() or 1, (high - low) or 1

    def place(turn: Turn) -> tuple[float, float]:
        across = (turn.now - first).total_seconds() / span
        up = (turn.total - low) / range_
        x = _LEFT + across * (WIDTH - _LEFT - _RIGHT)
        return round(x, 1), round(_TOP + (1 - up) * (HEIGHT - _TOP - _BOTTOM), 1)

    places = [place(turn) for turn in turns]
    path = f"M{places[0][0]} {places[0][1]}" + "".join(f"H{x}V{y}" for x, y in places[1:])
    dots = [
        (x, y, f"{turn.total:,} on {turn.now.date().isoformat()}")
        for (x, y), turn in zip(places, turns, strict=True)
    ]
    return Chart(path, dots, high, low, first, last)
