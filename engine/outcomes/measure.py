"""Scores compared with what became of the leads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..plan import Plan
from ..score_many.block import Block
from ..score_many.block_measures import LATE
from ..values import DAY
from .arrays import Bools, Floats, Ints, Objects
from .calibration import Band, Platt, bands, brier, platt
from .costs import Cost, Costs, costs_by_source
from .definitions import Cohort, NotMeasurable, Outcomes, in_days
from .funnel import Funnel, funnel_of
from .intervals import Rate
from .lift import Lift, fit_of, lifts
from .ranking import Figure, auc_interval, redraws
from .rows import Known, Lives, Rows, all_lives, lives_of, looked_at, rows_of
from .scored_leads import LeadsScorer, ScoredLeads, stage_names
from .survival import Curve, aalen_johansen, kaplan_meier
from .thresholds import Threshold, thresholds

Blocks = Callable[[], Iterable[Block]]
"""All leads a block at a time, as often as asked."""

MOST_GROUPS = 30


@dataclass(frozen=True)
class Group:
    """The leads with one value of a field."""

    value: str
    leads: Rate
    qualified: Rate
    cost: Cost | None = None


@dataclass(frozen=True)
class Speed:
    """How soon leads win: of those that were in the top stage at the age at which leads are looked at, and of
    the others, counted from then on for both."""

    qualified: Curve | None
    others: Curve | None
    days: float
    half_qualified: float | None
    half_others: float | None


@dataclass(frozen=True)
class Month:
    """A month's new leads, and what happened in it: two views that are never divided by one another."""

    start: int
    born: int
    won_of_born: Rate
    wins_in_month: int


@dataclass(frozen=True)
class Measures:
    """Everything that is measured of one ruleset."""

    plan: Plan
    outcomes: Outcomes
    asked: Cohort
    rows: Rows
    base: Rate
    order: Figure | None
    brier: Figure | None
    brier_of_base: float
    curve: Platt | None
    funnel: Funnel | None
    stages: Sequence[tuple[str, Rate]]
    bands: Sequence[Band]
    lifts: Sequence[Lift]
    thresholds: Sequence[Threshold]
    speed: Speed | None
    months: Sequence[Month]
    groups: Sequence[Group] = ()
    by: str | None = None
    unassigned: Sequence[tuple[str, float]] = ()
    currency: str = ""
    scores: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    today: Figure | None = None
    """The order that scores of today would seem to have: what looking at today's data would claim."""

    @property
    def track(self) -> str:
        """The track whose stages are counted."""
        return track_of(self.plan)


def track_of(plan: Plan) -> str:
    """The track whose stages are counted: the main one, else the first."""
    return "main" if "main" in plan.tracks or not plan.tracks else plan.tracks[0]


@dataclass(frozen=True)
class Wanted:
    """What is to be measured besides the usual: by which column of the record, `called` so by people, with
    what costs, with the figure that today's data would give, with the funnel; and of which leads alone, by a
    column and the value that it has for them as people write it ("" for unknown)."""

    by: str | None = None
    costs: Costs | None = None
    today: bool = False
    funnel: bool = True
    called: str | None = None
    only: tuple[str, str] | None = None


def measured(
    scorer: LeadsScorer,
    blocks: Blocks,
    outcomes: Outcomes,
    asked: Cohort,
    *,
    known: Known,
    wanted: Wanted,
) -> Measures:
    """Measures one ruleset. Raises NotMeasurable where there is nothing to compare with."""
    lives = all_lives(lives_of(scorer, outcomes, block, asked.at) for block in blocks())
    if wanted.only is not None:
        column, value = wanted.only
        lives = lives.taken(values_of(blocks(), lives.leads, column) == value)
        if not len(lives.leads):
            raise NotMeasurable(f'no lead has the value "{value}"', "leadwright fields lists the values")
    check_lives(lives, outcomes, asked)
    rows = rows_of(lives, outcomes, asked)
    if not len(rows):
        raise _none_ripe(rows, lives, asked)
    look = looked_at(scorer, blocks(), rows, known)
    plan, track = scorer.plan, track_of(scorer.plan)
    curve = platt(look.total, rows.won) if _both(rows.won) else None
    said = curve.of(look.total) if curve else np.full(len(rows), float(rows.won.mean()))
    base = float(rows.won.mean())
    groups, unassigned = _groups(scorer, blocks, rows, look, track=track, wanted=wanted)
    return Measures(
        plan,
        outcomes,
        asked,
        rows,
        Rate(int(rows.won.sum()), len(rows)),
        auc_interval(look.total, rows.won),
        brier(said, rows.won) if curve else None,
        base * (1 - base),
        curve,
        funnel_of(scorer, blocks(), lives, asked, known=known, track=track)
        if rows.dated and wanted.funnel
        else None,
        _by_stage(plan, look, rows.won, track),
        bands(look.total, rows.won, said),
        lifts(plan, look, rows.won, fit_of(plan, look.given, rows.won)),
        thresholds(look.total, rows.won, rows.at),
        _speed(plan, rows, look, track) if rows.dated else None,
        _months(lives, asked) if rows.dated else (),
        groups,
        wanted.called or wanted.by,
        unassigned,
        "" if wanted.costs is None else wanted.costs.currency,
        look.total,
        _today(scorer, blocks, rows, known) if wanted.today and rows.dated else None,
    )


def check_lives(lives: Lives, outcomes: Outcomes, asked: Cohort) -> None:
    """Raises NotMeasurable where no lead, or every lead, has the outcome."""
    name = outcomes.won.name
    if not len(lives.leads):
        raise NotMeasurable("there are no leads", "import leads first: leadwright import")
    reached = lives.ever & ((lives.won <= asked.at) | (lives.won == LATE))
    if not reached.any():
        if lives.ever.any():
            raise NotMeasurable(
                f'every "{name}" lies after the instant that is looked from',
                "choose a later instant with --at, or look after the dates in the data",
            )
        raise NotMeasurable(
            f'no lead has reached "{name}", so there is nothing to compare scores with',
            "import the customers that you have, or look after the line of the outcome in the rules",
        )
    if reached.all():
        raise NotMeasurable(
            f'every lead has reached "{name}", so nothing tells winners from others',
            "import the leads too that did not become customers",
        )


def _none_ripe(rows: Rows, lives: Lives, asked: Cohort) -> NotMeasurable:
    days = asked.within // DAY
    if rows.left.too_young:
        return NotMeasurable(
            f"all {rows.left.too_young:,} leads are younger than {days} days, so none can be judged yet",
            "choose a shorter time: --within 30d",
        )
    if rows.left.never_born == len(lives.leads):
        return NotMeasurable(
            "no lead has an event before its outcome, so none has a day on which it came",
            "name the field or the event that says when leads come: --born created_at",
        )
    return NotMeasurable("no lead lies in this time", "choose other days with --since and --until")


def _both(won: Bools) -> bool:
    return bool(won.any() and not won.all())


def _by_stage(plan: Plan, look: ScoredLeads, won: Bools, track: str) -> list[tuple[str, Rate]]:
    """Who won, by the stage at the age at which leads are looked at, without a stage first."""
    if track not in look.stages:
        return []
    stage = look.stages[track]
    return [
        (name, Rate(int(won[stage == place].sum()), int((stage == place).sum())))
        for place, name in enumerate(["", *stage_names(plan, track)])
    ]


def _speed(plan: Plan, rows: Rows, look: ScoredLeads, track: str) -> Speed | None:
    names = stage_names(plan, track)
    if not names or track not in look.stages:
        return None
    top = look.stages[track] == len(names)
    days = rows.asked.within / DAY
    qualified, others = (_curve(rows, group) for group in (top, ~top))
    return Speed(
        qualified,
        others,
        days,
        None if qualified is None else qualified.half_by(days),
        None if others is None else others.half_by(days),
    )


def _curve(rows: Rows, group: Bools) -> Curve | None:
    """How soon the leads of a group won, from the instant on at which they were looked at."""
    if int(group.sum()) < 5 or not rows.won[group].any():
        return None
    at, lives = rows.at[group], rows.lives.taken(group)
    end = np.minimum(at + rows.asked.within, rows.asked.at)
    last = np.minimum(np.minimum(lives.won, lives.lost), end)
    won = (lives.won <= end) & (lives.won <= lives.lost)
    lost = (lives.lost <= end) & ~won
    age = in_days(last - at)
    return aalen_johansen(age, won, lost) if lost.any() else kaplan_meier(age, won)


def _months(lives: Lives, asked: Cohort) -> list[Month]:
    """Month by month: of the leads born in it who won in time, and beside it who won in it."""
    inside = (lives.born != LATE) & (lives.born <= asked.at) & (lives.won >= lives.born)
    if asked.since is not None:
        inside &= lives.born >= asked.since
    if asked.until is not None:
        inside &= lives.born < asked.until
    if not inside.any():
        return []
    some = lives.taken(inside)
    month_of_birth, month_of_win = (_month_starts(one, asked.at) for one in (some.born, some.won))
    found = []
    for start in np.unique(month_of_birth).tolist():
        mine = month_of_birth == start
        ripe = mine & (some.born + asked.within <= asked.at)
        won = ripe & (some.won <= some.born + asked.within)
        found.append(
            Month(
                int(start),
                int(mine.sum()),
                Rate(int(won.sum()), int(ripe.sum())),
                int(((month_of_win == start) & (some.won <= asked.at)).sum()),
            )
        )
    return found


def _month_starts(instants: Ints, latest: int) -> Ints:
    """The beginning of the UTC month of each instant."""
    known = instants <= latest
    days = (np.where(known, instants, 0) // DAY).astype("datetime64[D]")
    return np.where(known, days.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) * DAY, LATE)


def _groups(
    scorer: LeadsScorer, blocks: Blocks, rows: Rows, look: ScoredLeads, *, track: str, wanted: Wanted
) -> tuple[list[Group], Sequence[tuple[str, float]]]:
    """The leads by the values of a field, those with most leads first."""
    if wanted.by is None:
        return [], ()
    values = values_of(blocks(), rows.lives.leads, wanted.by)
    names = stage_names(scorer.plan, track)
    top = look.stages[track] == len(names) if names and track in look.stages else np.zeros(len(rows), bool)
    costs: Mapping[str, Cost] = {}
    unassigned: Sequence[tuple[str, float]] = ()
    if wanted.costs is not None:
        months = _month_starts(rows.lives.born, rows.asked.at)
        costs, unassigned = costs_by_source(wanted.costs, values, months, top)
    numbers: dict[str, int] = {}
    codes = np.array([numbers.setdefault(value, len(numbers)) for value in values.tolist()], np.int64)
    leads, won, qualified = (
        np.bincount(codes, weights=weights, minlength=len(numbers)).astype(np.int64).tolist()
        for weights in (None, rows.won, top)
    )
    found = [
        Group(
            value,
            Rate(won[number], leads[number]),
            Rate(qualified[number], leads[number]),
            costs.get(value),
        )
        for value, number in numbers.items()
    ]
    return sorted(found, key=lambda group: (-group.leads.of, group.value))[:MOST_GROUPS], unassigned


def values_of(blocks: Iterable[Block], leads: Ints, column: str) -> Objects:
    """The value of a column of the record of each lead, as people would write it, "" for unknown."""
    order = np.argsort(leads, kind="stable")
    numbers = leads[order]
    found = np.full(len(leads), "", object)
    for block in blocks:
        kept = block.fields.get(column)
        places = np.minimum(np.searchsorted(numbers, block.leads), max(0, len(numbers) - 1))
        inside = numbers[places] == block.leads
        if kept is None or not inside.any():
            continue
        written = np.array([_written(value) for value in kept.values], object)
        found[order[places[inside]]] = written[kept.codes[inside]]
    return found


def _written(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _today(scorer: LeadsScorer, blocks: Blocks, rows: Rows, known: Known) -> Figure | None:
    """The order of scores as of now, of the same leads."""
    look = looked_at(scorer, blocks(), rows, known, rows.asked.at)
    return auc_interval(look.total, rows.won)


__all__ = ["Cohort", "Floats", "Measures", "Wanted", "measured", "redraws", "track_of"]
