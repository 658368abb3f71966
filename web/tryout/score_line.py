"""One lead's score on a line, between the thresholds of the stages, as the numbers of a drawing."""

from __future__ import annotations

from dataclasses import dataclass

from ...engine.explain.decision import Decision
from ...engine.plan import Plan
from .chart import Flag, Threshold, across, flags_of
from .thresholds import asked_scores


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """The track whose thresholds are drawn, and where zero, the score and the thresholds stand. `live_x` is
    where the live score does, None where it is the same or nothing is live."""

    track: str | None
    zero: float
    x: float
    live_x: float | None
    flags: tuple[Flag, ...]

    @property
    def left(self) -> float:
        """Where the bar from zero to the score begins."""
        return min(self.zero, self.x)

    @property
    def width(self) -> float:
        """How long that bar is."""
        return round(abs(self.x - self.zero), 2)

    @property
    def rows(self) -> int:
        """How many rows of names are below the line."""
        return 1 + max(flag.row for flag in self.flags)


def score_line(plan: Plan, decision: Decision, live: tuple[Plan, Decision] | None) -> ScoreLine | None:
    """The line of a decision by a plan, beside the live one; None where no stage asks for a score."""
    track = "main" if "main" in decision.stages else next(iter(decision.stages), None)
    before = asked_scores(live[0], track) if live is not None else {}
    steps = [
        Threshold(stage, score, before.get(stage), "", "")
        for stage, score in asked_scores(plan, track).items()
    ]
    if not steps:
        return None
    totals = [decision.total, *([live[1].total] if live is not None else [])]
    low, high = _range(plan, [*totals, *(step.score for step in steps)])
    return ScoreLine(
        track,
        across(0, low, high),
        across(decision.total, low, high),
        across(totals[-1], low, high) if totals[-1] != decision.total else None,
        tuple(flags_of(steps, low, high)),
    )


def _range(plan: Plan, shown: list[int]) -> tuple[int, int]:
    """The ruleset's own range of scores, and room for all that is shown."""
    return min(plan.total.low or 0, 0, *shown), max(plan.total.high or 0, 1, *shown)
