"""A threshold to try on the page: where leads lie, what each score would do, and its way into the draft."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...engine.outcomes.calibration import band_width
from ...engine.outcomes.learn.editing import RulesetEditor
from ...engine.outcomes.measure import Measures
from ...engine.plan import Plan, Stage
from ...engine.values import DAY
from ...grammar.edits import Edit
from .charts import Bin, histogram

_MOST_BINS = 40
_MOST_SCORES = 400


@dataclass(frozen=True, slots=True)
class StageLine:
    """A stage that a score leads to: its place on the track, from which score on, live and in the draft."""

    name: str
    place: int
    live: int
    draft: int


@dataclass(frozen=True)
class ThresholdTrial:
    """A stage whose threshold can be tried, the stages beside it, and the leads by score."""

    stage: StageLine
    stages: Sequence[StageLine]
    scores: Sequence[tuple[int, int, int]]
    weeks: float

    @property
    def low(self) -> int:
        """The lowest score that can be chosen."""
        return min(self.scores[0][0], *(min(one.live, one.draft) for one in self.stages))

    @property
    def high(self) -> int:
        """The highest."""
        return max(self.scores[-1][0], *(max(one.live, one.draft) for one in self.stages)) + self.step

    @property
    def step(self) -> int:
        """Five where all scores and thresholds are multiples of five, else one."""
        numbers = [score for score, _, _ in self.scores]
        numbers += [score for one in self.stages for score in (one.live, one.draft)]
        return 1 if any(number % 5 for number in numbers) else 5

    @cached_property
    def bins(self) -> list[Bin]:
        """The leads by score, as drawn."""
        width = max(self.step, band_width(self.low, self.high, _MOST_BINS))
        return histogram([(score, leads) for score, leads, _ in self.scores], self.low, self.high, width)

    @property
    def data(self) -> str:
        """What the page's script works with, as JSON: of each score how many leads, how many of them won."""
        return json.dumps({"scores": self.scores, "weeks": self.weeks})

    def across(self, score: int) -> float:
        """Where a score lies in the drawing, in percent."""
        return round(100 * (score - self.low) / ((self.high - self.low) or 1), 2)


def stage_lines(plan: Plan, track: str, draft: Plan | None) -> list[StageLine]:
    """The stages of a track that ask for a score, the lowest first."""
    editor = RulesetEditor(plan.sources[0].text, plan)
    drafted = {} if draft is None else thresholds_of(draft, track)
    found = []
    for place, stage in enumerate((one for one in plan.stages if one.track == track), 1):
        live = editor.threshold(stage)
        if live is not None:
            found.append(StageLine(stage.name, place, live[0], drafted.get(stage.name, live[0])))
    return found


def thresholds_of(plan: Plan, track: str) -> dict[str, int]:
    """From which score on a lead is in each stage of a track that asks for one."""
    editor = RulesetEditor(plan.sources[0].text, plan)
    asked = ((stage.name, editor.threshold(stage)) for stage in plan.stages if stage.track == track)
    return {name: found[0] for name, found in asked if found is not None}


def trial_of(found: Measures, draft: Plan | None, name: str | None) -> ThresholdTrial | None:
    """The trial of a stage's threshold, of the top one where none is named; None where there is nothing to
    try."""
    stages = stage_lines(found.plan, found.track, draft)
    stage = next((one for one in stages if one.name == name), stages[-1] if stages else None)
    if stage is None or not len(found.scores):
        return None
    scores = found.scores
    if len(np.unique(scores)) > _MOST_SCORES:
        width = band_width(int(scores.min()), int(scores.max()), _MOST_SCORES)
        scores = scores // width * width
    values, which = np.unique(scores, return_inverse=True)
    leads = np.bincount(which).tolist()
    won = np.bincount(which, weights=found.rows.won).astype(int).tolist()
    at = found.rows.at
    weeks = max((int(at.max()) - int(at.min())) / (7 * DAY), 1.0)
    return ThresholdTrial(stage, stages, list(zip(values.tolist(), leads, won, strict=True)), weeks)


def threshold_edit(plan: Plan, name: str, score: int) -> Edit | None:
    """The edit of a draft that lets a stage begin at a score; None where it asks for none."""
    editor = RulesetEditor(plan.sources[0].text, plan)
    stage: Stage | None = next((one for one in plan.stages if one.name == name), None)
    place = None if stage is None else editor.threshold(stage)
    if place is None:
        return None
    old, key, path = place
    return Edit("set", key, path, old=str(old), new=str(score))
