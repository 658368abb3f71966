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
WIDTH, HEIGHT = 640, 120
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 60, 12, 26
_MOST_NUMBERED = 5
_MOST_CAUSES = 3


@dataclass(frozen=True, slots=True)
class PastChange:
    """A day on which the score or the stage became another: what it came to, from and to which stage of the
    track (the same where it stayed), and the lines that made it, with their points. `number` names it in the
    drawing, 0 where it has none; `x` and `y` are its place there."""

    at: dt.datetime
    total: int
    change: int
    was: str | None
    becomes: str | None
    causes: tuple[tuple[str, int], ...]
    x: float
    y: float
    number: int = 0


@dataclass(frozen=True, slots=True)
class Band:
    """The scores of a stage: the stage, its place on the ladder, from which score on, and where in the
    drawing."""

    stage: str
    place: int
    score: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class LeadPast:
    """The drawing, and every change in it, the latest first."""

    path: str
    bands: tuple[Band, ...]
    steps: tuple[PastChange, ...]
    months: tuple[tuple[float, str], ...]
    low: int
    high: int
    width: int = WIDTH
    height: int = HEIGHT
    days: int = DAYS

    @property
    def numbered(self) -> Sequence[PastChange]:
        """The changes that the drawing numbers, the first one first."""
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
    lines = thresholds(rules.plan, None, track)
    low, high = min(0, *totals), max(*totals, *(one.score for one in lines), 1)

    def up(score: int) -> float:
        return round(_TOP + (1 - (score - low) / (high - low)) * (HEIGHT - _TOP - _BOTTOM), 1)

    places = [
        (round(_LEFT + day / DAYS * (WIDTH - _LEFT - _RIGHT), 1), up(total))
        for day, total in enumerate(totals)
    ]
    path = f"M{places[0][0]} {places[0][1]}" + "".join(f"H{x}V{y}" for x, y in places[1:])
    steps = _numbered(
        [
            _step(days[day], before, after, track, places[day])
            for day, (before, after) in enumerate(pairwise(found), 1)
            if before.total != after.total or before.stages.get(track) != after.stages.get(track)
        ]
    )
    stages = [one.name for one in rules.plan.stages if one.track == track]
    ends = [*(one.score for one in lines[1:]), high + (high - low) // 10]
    bands = tuple(
        Band(one.stage, min(stages.index(one.stage) + 1, 3), one.score, up(end), up(one.score) - up(end))
        for one, end in zip(lines, ends, strict=True)
        if end > one.score
    )
    return LeadPast(path, bands, tuple(reversed(steps)), tuple(_months(days, places)), low, high)


def _step(
    at: dt.datetime, before: Decision, after: Decision, track: str, place: tuple[float, float]
) -> PastChange:
    made = causes(before, after)[:_MOST_CAUSES]
    was, becomes = before.stages.get(track), after.stages.get(track)
    return PastChange(at, after.total, after.total - before.total, was, becomes, made, *place)


def _numbered(steps: Sequence[PastChange]) -> list[PastChange]:
    """The changes in their order; those of the stage, and of the others the greatest, have numbers."""
    ranked = sorted(
        range(len(steps)), key=lambda at: (steps[at].was == steps[at].becomes, -abs(steps[at].change))
    )
    chosen = {at: number for number, at in enumerate(sorted(ranked[:_MOST_NUMBERED]), 1)}
    return [
        PastChange(
            one.at, one.total, one.change, one.was, one.becomes, one.causes, one.x, one.y, chosen.get(at, 0)
        )
        for at, one in enumerate(steps)
    ]


def _months(
    days: Sequence[dt.datetime], places: Sequence[tuple[float, float]]
) -> Iterator[tuple[float, str]]:
    """Where months begin."""
    for day, (x, _) in zip(days, places, strict=True):
        if day.day == 1:
            yield x, f"{day:%b}"
