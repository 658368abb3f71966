"""How leads spread: by score and stage, and by a grade beside another score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..plan import Grade, Plan
from .column_scorer import ColumnScorer
from .columns import Ints

_WIDEST = 1 << 22
_MOST_BANDS = 5


@dataclass(frozen=True)
class Grid:
    """Leads by the grade of one score and by bands of another.

    `labels` are the grades, the best first, `other` the other score; a band holds the scores from its first
    number to its second, both included. `rows` has for each grade the leads in each band.
    """

    score: str | None
    labels: Sequence[str]
    other: str
    bands: Sequence[tuple[int, int]]
    rows: Sequence[Sequence[int]]


@dataclass(frozen=True)
class Spread:
    """Of one track the leads by stage (None for none) and score; and the grid, where a score has grades and
    there is another."""

    track: str | None
    leads: Mapping[tuple[str | None, int], int]
    grid: Grid | None


def spread(column_scorer: ColumnScorer) -> Spread:
    """How all leads spread that are judged by a plan."""
    plan = column_scorer.plan
    track = plan.stages[0].track if plan.stages else None
    stages = column_scorer.verdict.stages.get(track) if track is not None else None
    names, places = stages or ((None,), np.zeros(column_scorer.leads, np.int16))
    counts = _crossed(places, len(names), column_scorer.score(None))
    found = {(names[place], score): leads for (place, score), leads in counts.items()}
    return Spread(track, found, _grid(column_scorer))


def graded(grade: Grade, scores: Ints) -> Ints:
    """The place of each score's label among a grade's, the best first."""
    starts = np.array([start for _, start in reversed(grade.bands)], np.int64)
    found: Ints = len(starts) - np.searchsorted(starts, scores, side="right")
    return found


def graded_beside(plan: Plan) -> tuple[Grade, int] | None:
    """A grade of a named score, and the number of another score to hold it against: one with a grade of its
    own before the others."""
    others = [grade.score for grade in plan.grades if grade.score is not None]
    for grade in plan.grades:
        if grade.score is None:
            continue
        numbers = [number for number, score in enumerate(plan.scores) if score.name and number != grade.score]
        if numbers:
            return grade, next((number for number in numbers if number in others), numbers[-1])
    return None


def _grid(column_scorer: ColumnScorer) -> Grid | None:
    plan = column_scorer.plan
    found = graded_beside(plan)
    if found is None or not column_scorer.leads:
        return None
    grade, number = found
    labels = [*(label for label, _ in grade.bands), grade.otherwise]
    rows, scores = graded(grade, column_scorer.score(grade.score)), column_scorer.score(number)
    width = _width(int(scores.min()), int(scores.max()))
    columns = scores // width
    first, last = int(columns.min()), int(columns.max())
    counts = np.bincount(
        rows * (last - first + 1) + (columns - first), minlength=len(labels) * (last - first + 1)
    )
    bands = [(band * width, band * width + width - 1) for band in range(first, last + 1)]
    assert grade.score is not None
    return Grid(
        plan.scores[grade.score].name,
        labels,
        plan.scores[number].name or "",
        bands,
        counts.reshape(len(labels), len(bands)).tolist(),
    )


def _width(low: int, high: int) -> int:
    """The width of few round bands that hold all scores: 1, 2, 5, 10, 20, 50 and so on."""
    power = 1
    while True:
        for digit in (1, 2, 5):
            if high // (digit * power) - low // (digit * power) < _MOST_BANDS:
                return digit * power
        power *= 10


def _crossed(places: np.typing.NDArray[np.int16], stages: int, totals: Ints) -> dict[tuple[int, int], int]:
    """How many leads are in each place with each score."""
    if not len(totals):
        return {}
    low = int(totals.min())
    span = int(totals.max()) - low + 1
    pairs = places.astype(np.int64) * span + (totals - low)
    if span * stages > _WIDEST:
        there, counts = np.unique(pairs, return_counts=True)
    else:
        counts = np.bincount(pairs)
        there = np.flatnonzero(counts)
        counts = counts[there]
    return {
        (pair // span, pair % span + low): leads
        for pair, leads in zip(there.tolist(), counts.tolist(), strict=True)
    }
