"""Rules tried on the past: each lead scored as it was then, by the rules of then, judged by what came after.

A lead belongs to the period in which it is looked at, some days after it came. What its score would be with
today's data is worked out too, since the difference is what a naive comparison would have claimed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from .arrays import Bools, Ints
from .calibration import brier, platt
from .definitions import Cohort, NotMeasurable, Outcomes
from .intervals import Rate
from .measure import Blocks, check_lives, track_of
from .ranking import Figure, auc_interval, redraws, winners_among
from .rows import Known, Rows, all_lives, lives_of, looked_at, rows_of
from .scored_leads import LeadsScorer, ScoredLeads, stage_names

_FEWEST_FOR_A_CURVE = 10

MOST_PERIODS = 1_000


@dataclass(frozen=True)
class Version:
    """Rules, since when they are live (in microseconds), and how they are called."""

    label: str
    since: int
    scorer: LeadsScorer


@dataclass(frozen=True)
class Side:
    """How one set of rules did in a period; None where there are too few leads to tell. Precision and recall
    are those of the best leads, as many as the team can take."""

    order: Figure | None
    precision: Rate
    recall: Rate
    brier: Figure | None


@dataclass(frozen=True)
class Period:
    """A period: from when on, which version was live, and how it and the other rules did."""

    start: int
    version: str
    leads: int
    won: int
    live: Side
    against: Side | None
    today: Figure | None

    @property
    def gap(self) -> float | None:
        """How much better scores with today's data would seem to be."""
        if self.today is None or self.live.order is None:
            return None
        return self.today.value - self.live.order.value


@dataclass(frozen=True)
class Backtest:
    """All periods, and all of their leads together. `better` is in what share of redraws the other rules
    order better."""

    outcomes: Outcomes
    asked: Cohort
    rows: Rows
    periods: Sequence[Period]
    whole: Period
    better: float | None
    capacity: float
    against: str | None

    @property
    def better_in(self) -> int:
        """In how many periods the other rules ordered better."""
        return sum(
            one.against is not None
            and one.against.order is not None
            and one.live.order is not None
            and one.against.order.value > one.live.order.value
            for one in self.periods
        )


@dataclass(frozen=True)
class Trial:
    """What is tried: the rules live then, the other ones, the periods (their starts and the end), and how
    many leads a week the team can take (None: as many as reach the top stage)."""

    versions: Sequence[Version]
    against: Version | None
    starts: Sequence[int]
    end: int
    capacity: float | None = None


def backtested(trial: Trial, blocks: Blocks, outcomes: Outcomes, asked: Cohort, *, known: Known) -> Backtest:
    """Tries rules on the past. Raises NotMeasurable where no lead can be judged in the periods."""
    newest = trial.versions[-1].scorer
    lives = all_lives(lives_of(newest, outcomes, block, asked.at) for block in blocks())
    check_lives(lives, outcomes, asked)
    if not outcomes.has_instants:
        raise NotMeasurable(
            "it is not known when leads won, so the past cannot be replayed",
            "say when with at: outcome won when converted = yes at closed_on",
        )
    rows = rows_of(lives, outcomes, asked)
    inside = (rows.at >= trial.starts[0]) & (rows.at < trial.end)
    rows = rows.taken(inside)
    if not len(rows):
        raise NotMeasurable(
            "no lead can be judged in this time",
            "choose other days with --from and --to",
        )
    live, labels = _live(trial, blocks, rows, known)
    other = None if trial.against is None else looked_at(trial.against.scorer, blocks(), rows, known)
    today = looked_at(newest, blocks(), rows, known, asked.at)
    capacity = trial.capacity if trial.capacity is not None else _capacity(newest, live, rows)
    comparison = _Comparison(rows, live, other, today, capacity)
    edges = [*trial.starts, trial.end]
    periods = []
    for start, end in pairwise(edges):
        mine = (rows.at >= start) & (rows.at < end)
        if mine.any():
            label = labels[int(np.flatnonzero(mine)[0])]
            periods.append(comparison.period(mine, start, end, label))
    everything = np.ones(len(rows), np.bool_)
    better = None if other is None else redraws(other.total, live.total, rows.won)
    whole = comparison.period(everything, trial.starts[0], trial.end, "")
    name = None if trial.against is None else trial.against.label
    return Backtest(outcomes, asked, rows, periods, whole, better, capacity, name)


def _live(trial: Trial, blocks: Blocks, rows: Rows, known: Known) -> tuple[ScoredLeads, list[str]]:
    """What the rules live at the start of each period said of its leads; before the first, the first."""
    starts = np.array(trial.starts, np.int64)
    period_start = starts[np.searchsorted(starts, rows.at, "right") - 1]
    since = np.array([one.since for one in trial.versions], np.int64)
    which = np.maximum(np.searchsorted(since, period_start, "right") - 1, 0)
    total = np.zeros(len(rows), np.int64)
    parts: list[tuple[Ints, ScoredLeads]] = []
    for number in np.unique(which).tolist():
        places = np.flatnonzero(which == number)
        scorer = trial.versions[number].scorer
        parts.append((places, looked_at(scorer, blocks(), rows.taken(places), known)))
    top = np.zeros(len(rows), np.int64)
    for places, look in parts:
        total[places] = look.total
        track = track_of(trial.versions[int(which[places[0]])].scorer.plan)
        names = stage_names(trial.versions[int(which[places[0]])].scorer.plan, track)
        top[places] = (look.stages[track] == len(names)) if names else 0
    none = np.zeros((len(rows), 0))
    look = ScoredLeads(
        total, {"main": top}, np.zeros(len(rows), np.bool_), none.astype(np.bool_), none.astype(np.float32)
    )
    return look, [trial.versions[number].label for number in which.tolist()]


def _capacity(scorer: LeadsScorer, live: ScoredLeads, rows: Rows) -> float:
    """Leads a week: as many as reached the top stage, else a tenth of all."""
    weeks = _weeks(int(rows.at.min()), int(rows.at.max()))
    top = int(live.stages["main"].sum())
    return (top if 0 < top < len(rows) else max(1, len(rows) // 10)) / weeks


def _weeks(start: int, end: int) -> float:
    return max((end - start) / (7 * 86_400_000_000), 1.0)


@dataclass(frozen=True)
class _Comparison:
    """The scores of all leads, and what to judge them by."""

    rows: Rows
    live: ScoredLeads
    other: ScoredLeads | None
    today: ScoredLeads
    capacity: float

    def period(self, mine: Bools, start: int, end: int, label: str) -> Period:
        """How all did in a period."""
        before = self.rows.at + self.rows.asked.within <= start
        most = max(1, round(self.capacity * _weeks(start, end)))
        won = self.rows.won
        return Period(
            start,
            label,
            int(mine.sum()),
            int(won[mine].sum()),
            self._side(self.live.total, mine, before, most),
            None if self.other is None else self._side(self.other.total, mine, before, most),
            auc_interval(self.today.total[mine], won[mine]),
        )

    def _side(self, total: Ints, mine: Bools, before: Bools, most: int) -> Side:
        won = self.rows.won
        most = min(most, int(mine.sum()))
        wins = round(winners_among(total[mine], won[mine], most))
        said = None
        if before.any() and min(int(won[before].sum()), int((~won[before]).sum())) >= _FEWEST_FOR_A_CURVE:
            said = brier(platt(total[before], won[before]).of(total[mine]), won[mine])
        return Side(
            auc_interval(total[mine], won[mine]),
            Rate(wins, most),
            Rate(wins, int(won[mine].sum())),
            said,
        )


def period_starts(start: int, end: int, every: str) -> list[int]:
    """The starts of all periods between two instants: each "day", "week" or "month", in UTC. Raises
    NotMeasurable for too many."""
    from ...grammar.syntax.nodes import Unit
    from ..values import shift

    steps: Callable[[int], int] = lambda number: shift(start, number, Unit(every))  # noqa: E731
    found, number = [], 0
    while (at := steps(number)) < end:
        if number == MOST_PERIODS:
            raise NotMeasurable(
                f"these are more than {MOST_PERIODS:,} periods", "choose longer ones: --every month"
            )
        found.append(at)
        number += 1
    return found
