"""Two rulesets compared with outcomes: what of the top stage wins, and how many of the winners are in it.

Both look at the same leads at the same age, and are judged by the same outcome.
"""

from __future__ import annotations

from dataclasses import dataclass

from ...grammar.frozen import frozen
from ..values import DAY
from .definitions import Cohort, NotMeasurable, Outcomes
from .intervals import Rate
from .measure import Blocks, check_lives, track_of
from .ranking import Figure, auc_interval
from .rows import Known, Rows, all_lives, lives_of, looked_at, rows_of
from .scored_leads import LeadsScorer, stage_names


@frozen
class Side:
    """One ruleset: its top stage ("" where it has none), of the leads in it who won, of the winners who is in
    it, and how many come into it a week."""

    stage: str
    precision: Rate
    recall: Rate
    a_week: float
    order: Figure | None


@dataclass(frozen=True)
class BeforeAfter:
    """Both, the leads they were judged by, and the outcome."""

    rows: Rows
    outcome: str
    before: Side
    after: Side


def before_and_after(
    before: LeadsScorer,
    after: LeadsScorer,
    blocks: Blocks,
    outcomes: Outcomes,
    asked: Cohort,
    *,
    known: Known,
    lives: LeadsScorer,
) -> BeforeAfter:
    """Compares two rulesets; `outcomes` are those of the one behind `lives`. Raises NotMeasurable."""
    found = all_lives(lives_of(lives, outcomes, block, asked.at) for block in blocks())
    check_lives(found, outcomes, asked)
    rows = rows_of(found, outcomes, asked)
    if not len(rows):
        raise NotMeasurable("no lead is old enough to be judged", "choose a shorter time: --within 30d")
    sides = [_side(scorer, blocks, rows, known) for scorer in (before, after)]
    return BeforeAfter(rows, outcomes.won.name, *sides)


def _side(scorer: LeadsScorer, blocks: Blocks, rows: Rows, known: Known) -> Side:
    look = looked_at(scorer, blocks(), rows, known)
    track = track_of(scorer.plan)
    names = stage_names(scorer.plan, track)
    inside = look.stages[track] == len(names) if names else look.disqualified & False
    leads, wins = int(inside.sum()), int(rows.won[inside].sum())
    span = (int(rows.at.max()) - int(rows.at.min())) / (7 * DAY)
    return Side(
        names[-1] if names else "",
        Rate(wins, leads),
        Rate(wins, int(rows.won.sum())),
        leads / max(span, 1.0),
        auc_interval(look.total, rows.won),
    )
