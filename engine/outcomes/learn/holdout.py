"""The present and the proposed rules against each other, on leads that nothing was learned from."""

from __future__ import annotations

import numpy as np

from ...plan import Plan
from ...values import DAY
from ..arrays import Bools, Floats, Ints
from ..calibration import platt
from ..intervals import Rate
from ..measure import track_of
from ..ranking import auc_interval, precision_at_recall, redraws, winners_among
from ..rows import Rows
from ..scored_leads import ScoredLeads, stage_names
from .candidates import EARLIER
from .proposal import Evaluation


def enough(won: Bools, fewest: int = 10) -> bool:
    """Whether there are enough winners and others to judge by."""
    return int(won.sum()) >= fewest and int((~won).sum()) >= fewest


def earlier_part(rows: Rows) -> Bools:
    """The earlier seventy percent of the leads, in the order of being born."""
    return np.arange(len(rows)) < int(EARLIER * len(rows))


def evaluation(
    plan: Plan,
    now: ScoredLeads,
    proposed: Floats | Ints,
    rows: Rows,
    *,
    trained: tuple[Ints, Bools],
    within: int,
    inner: bool = False,
) -> Evaluation:
    """The present and the proposed totals of the same leads against each other."""
    won = rows.won
    track = track_of(plan)
    names = stage_names(plan, track)
    top = int((now.stages[track] == len(names)).sum()) if names else 0
    capacity = top if 0 < top < len(rows) else max(1, len(rows) // 10)
    span = (int(rows.at.max()) - int(rows.at.min())) / (7 * DAY) if rows.dated else 0.0
    base = float(won.mean())
    winners = int(won.sum())
    taken = [best(score, won, capacity) for score in (now.total, proposed)]
    said = platt(*trained).of(now.total)
    return Evaluation(
        len(rows),
        winners,
        within,
        auc_interval(now.total, won),
        auc_interval(proposed, won),
        redraws(proposed, now.total, won),
        precision_at_recall(now.total, won),
        precision_at_recall(proposed, won),
        capacity,
        capacity / max(span, 1.0),
        Rate(taken[0], capacity),
        Rate(taken[1], capacity),
        Rate(taken[0], winners),
        Rate(taken[1], winners),
        float(((said - won) ** 2).mean()),
        float(((platt(proposed, won).of(proposed) - won) ** 2).mean()),
        base * (1 - base),
        inner,
    )


def best(score: Floats | Ints, won: Bools, capacity: int) -> int:
    """How many winners are among the best so many leads, ties sharing."""
    return round(winners_among(score, won, capacity))
