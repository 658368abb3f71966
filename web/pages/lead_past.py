"""The last weeks of a lead's score, by the rules of one version and what is known today: each change, and
the lines that made it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ...engine.evaluator import Evaluator
from ...engine.explain.decision import Decision
from ...engine.impact.effect import causes
from ...engine.plan import Given
from ...engine.score_one.facts import Event
from ..tryout.thresholds import thresholds

DAYS = 77
_MOST_NUMBERED = 5
_MOST_CAUSES = 3


@dataclass(frozen=True, slots=True)
class PastChange:
    """A day on which the score or the stage became another: what it came to, from and to which stage of the
    track (the same where it stayed), and the lines that made it, with their points. `number` names it in the
    drawings, 0 where it has none."""

    at: dt.datetime
    total: int
    change: int
    was: str | None
    becomes: str | None
    causes: tuple[tuple[str, int], ...]
    number: int = 0


@dataclass(frozen=True, slots=True)
class Band:
    """The scores of a stage: the stage, its place on the ladder, from which score on, and where in the
    drawing. What is written of it has `room` there."""

    stage: str
    place: int
    score: int
    y: float
    height: float
    room: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """How large a drawing is, what is left free around the line, and how high what is written in it is."""

    name: str
    width: int
    height: int
    left: int
    right: int
    line: int
    top: int = 12
    bottom: int = 26


FRAMES = (Frame("wide", 640, 120, 40, 60, 9), Frame("narrow", 340, 200, 26, 58, 12))
"""For a screen, and for a phone, where the same drawing would be flat and its words too small."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """The course of the score in one size: its line, the scores of stages, where months begin, and the place
    of each change that has a number, the first one first."""

    frame: Frame
    path: str
    bands: tuple[Band, ...]
    months: tuple[tuple[float, str], ...]
    marks: tuple[tuple[PastChange, float, float], ...]


@dataclass(frozen=True, slots=True)
class LeadPast:
    """The drawings, and every change in them, the latest first."""

    drawings: tuple[Drawing, ...]
    steps: tuple[PastChange, ...]
    low: int
    high: int
    days: int = DAYS

    @property
    def numbered(self) -> Sequence[PastChange]:
        """The changes that the drawings number, the first one first."""
        return [step for step in reversed(self.steps) if step.number]


def past_of(
    rules: Evaluator, fields: Mapping[str, Given], events: Sequence[Event], now: dt.datetime
) -> LeadPast | None:
    """The score on each of the last days; None where it was the same on all."""
    facts = rules.facts(fields, events)
    days = [now - dt.timedelta(days=DAYS - day) for day in range(DAYS + 1)]
    found = [rules.decide(facts, day) for day in days]
    track = rules.plan.stages[0].track if rules.plan.stages else "main"
    totals = [one.total for one in found]
    if len(set(totals)) == 1 and len({one.stages.get(track) for one in found}) == 1:
        return None
    steps = _numbered(
        [
            _step(days[day], before, after, track)
            for day, (before, after) in enumerate(pairwise(found), 1)
            if before.total != after.total or before.stages.get(track) != after.stages.get(track)
        ]
    )
    lines = thresholds(rules.plan, None, track)
    low, high = min(0, *totals), max(*totals, *(one.score for one in lines), 1)
    ends = [*(one.score for one in lines[1:]), high + (high - low) // 10]
    stages = [one.name for one in rules.plan.stages if one.track == track]
    reaches = [
        (one.stage, min(stages.index(one.stage) + 1, 3), one.score, end)
        for one, end in zip(lines, ends, strict=True)
        if end > one.score
    ]
    drawings = tuple(_drawing(frame, days, totals, steps, reaches) for frame in FRAMES)
    return LeadPast(drawings, tuple(reversed(steps)), low, high)


def _drawing(
    frame: Frame,
    days: Sequence[dt.datetime],
    totals: Sequence[int],
    steps: Sequence[PastChange],
    reaches: Sequence[tuple[str, int, int, int]],
) -> Drawing:
    """The course of the total in a frame. `reaches` are stages with their place on the ladder, from which
    score on and to which."""
    scores = [score for _, _, score, _ in reaches]
    low, high = min(0, *totals), max(*totals, *scores, 1)

    def up(score: int) -> float:
        share = (score - low) / (high - low)
        return round(frame.top + (1 - share) * (frame.height - frame.top - frame.bottom), 1)

    across = frame.width - frame.left - frame.right
    places = [(round(frame.left + day / DAYS * across, 1), up(total)) for day, total in enumerate(totals)]
    path = f"M{places[0][0]} {places[0][1]}" + "".join(f"H{x}V{y}" for x, y in places[1:])
    bands = tuple(
        Band(stage, place, score, up(end), up(score) - up(end), up(score) - up(end) >= frame.line)
        for stage, place, score, end in reaches
    )
    place_of = dict(zip(days, places, strict=True))
    marks = tuple((step, *place_of[step.at]) for step in steps if step.number)
    return Drawing(frame, path, bands, tuple(_months(days, places)), marks)


def _step(at: dt.datetime, before: Decision, after: Decision, track: str) -> PastChange:
    made = causes(before, after)[:_MOST_CAUSES]
    was, becomes = before.stages.get(track), after.stages.get(track)
    return PastChange(at, after.total, after.total - before.total, was, becomes, made)


def _numbered(steps: Sequence[PastChange]) -> list[PastChange]:
    """The changes in their order; those of the stage, and of the others the greatest, have numbers."""
    ranked = sorted(
        range(len(steps)), key=lambda at: (steps[at].was == steps[at].becomes, -abs(steps[at].change))
    )
    chosen = {at: number for number, at in enumerate(sorted(ranked[:_MOST_NUMBERED]), 1)}
    return [
        PastChange(one.at, one.total, one.change, one.was, one.becomes, one.causes, chosen.get(at, 0))
        for at, one in enumerate(steps)
    ]


def _months(
    days: Sequence[dt.datetime], places: Sequence[tuple[float, float]]
) -> Iterator[tuple[float, str]]:
    """Where months begin."""
    for day, (x, _) in zip(days, places, strict=True):
        if day.day == 1:
            yield x, f"{day:%b}"
