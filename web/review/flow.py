"""Where leads go from stage to stage, drawn: those who stay, who move up, and who move down."""

from __future__ import annotations

from dataclasses import dataclass

from ..effects import Crossing

WIDTH, HEIGHT = 720, 180
_LEFT, _RIGHT, _BAR = 190, 530, 6
_ROOM = 20
"""The least height of a stage, so that its words do not lie on those of the next."""


@dataclass(frozen=True, slots=True)
class FlowBar:
    """A stage on one side: its name (None for none), its place on the ladder, how many leads are there and by
    how many more than on the other side; and where it is drawn."""

    stage: str | None
    place: int
    leads: int
    change: int
    x: int
    y: float
    height: float
    label_x: int
    after: bool


@dataclass(frozen=True, slots=True)
class Ribbon:
    """Leads that go from one stage to another: `way` is "up", "down" or "stays"."""

    was: str | None
    becomes: str | None
    leads: int
    way: str
    path: str


@dataclass(frozen=True, slots=True)
class Flow:
    """The drawing of a track: live on the left, the draft on the right, the highest stage on top."""

    bars: tuple[FlowBar, ...]
    ribbons: tuple[Ribbon, ...]
    width: int = WIDTH
    height: int = HEIGHT


def flow_of(crossing: Crossing) -> Flow:
    """How the leads of a track move between its stages."""
    count = len(crossing.names)
    leads = max(sum(crossing.before), 1)
    scale = max(HEIGHT - _ROOM * count, _ROOM) / leads
    sides = [_tops(numbers, scale) for numbers in (crossing.before, crossing.after)]
    bars = [
        FlowBar(
            name,
            min(at, 3),
            numbers[at],
            crossing.after[at] - crossing.before[at],
            _RIGHT if after else _LEFT - _BAR,
            tops[at],
            max(round(numbers[at] * scale, 1), 2),
            _RIGHT + _BAR + 8 if after else _LEFT - _BAR - 8,
            after,
        )
        for after, numbers, tops in ((False, crossing.before, sides[0]), (True, crossing.after, sides[1]))
        for at, name in enumerate(crossing.names)
    ]
    return Flow(tuple(bars), tuple(_ribbons(crossing, scale, sides)))


def _tops(numbers: tuple[int, ...], scale: float) -> list[float]:
    """Where each stage begins, the highest at the top."""
    tops, y = [0.0] * len(numbers), _ROOM / 2
    for at in range(len(numbers) - 1, -1, -1):
        tops[at] = round(y, 1)
        y += numbers[at] * scale + _ROOM
    return tops


def _ribbons(crossing: Crossing, scale: float, sides: list[list[float]]) -> list[Ribbon]:
    left, right = (list(tops) for tops in sides)
    found = []
    middle = (_LEFT + _RIGHT) / 2
    for was in range(len(crossing.names) - 1, -1, -1):
        for becomes in range(len(crossing.names) - 1, -1, -1):
            leads = crossing.rows[was][becomes]
            if not leads:
                continue
            thick = max(leads * scale, 1)
            a, b = round(left[was], 1), round(right[becomes], 1)
            left[was] += leads * scale
            right[becomes] += leads * scale
            path = (
                f"M{_LEFT} {a}C{middle} {a} {middle} {b} {_RIGHT} {b}v{thick:.1f}"
                f"C{middle} {b + thick:.1f} {middle} {a + thick:.1f} {_LEFT} {a + thick:.1f}z"
            )
            way = "stays" if was == becomes else "up" if becomes > was else "down"
            found.append(Ribbon(crossing.names[was], crossing.names[becomes], leads, way, path))
    # What moves is drawn over what stays.
    return sorted(found, key=lambda one: one.way != "stays")
