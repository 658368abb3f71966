"""The leads that can be judged: each looked at once, at one age, and judged by what came afterwards.

A lead counts once it is old enough: its instant plus the time within which it may win has passed. That holds
for winners too, since a young winner let in while young others wait outside would lift the rate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

from ..score_many.block import Block
from ..score_many.block_measures import LATE
from ..values import DAY
from .arrays import Bools, Ints
from .definitions import Cohort, NotMeasurable, Outcomes, in_days, usual_age
from .scored_leads import LeadsScorer, ScoredLeads, joined

Known = Callable[[Block, Ints], Block]
"""A block as it was known at an instant of each of its leads."""


@dataclass(frozen=True)
class Lives:
    """When leads were born, won and were lost, `LATE` for never. `times` is how often each won; `ever` who
    won at all, which is all that is known where outcomes have no instant; `next` the first event after birth
    that is no outcome."""

    leads: Ints
    born: Ints
    won: Ints
    lost: Ints
    times: Ints
    ever: Bools
    next: Ints

    def taken(self, places: Ints | Bools) -> Lives:
        """Those of some leads."""
        return Lives(
            self.leads[places],
            self.born[places],
            self.won[places],
            self.lost[places],
            self.times[places],
            self.ever[places],
            self.next[places],
        )


@dataclass(frozen=True)
class Left:
    """How many leads are not among the rows, and why."""

    never_born: int = 0
    outside: int = 0
    too_young: int = 0
    won_before: int = 0
    lost_before: int = 0
    won_before_birth: int = 0
    won_in_future: int = 0
    won_twice: int = 0


@dataclass(frozen=True)
class Rows:
    """The leads that are judged, in the order of being born: when each is looked at, and whether it won."""

    lives: Lives
    at: Ints
    won: Bools
    age: int
    asked: Cohort
    dated: bool
    left: Left = field(default_factory=Left)

    def __len__(self) -> int:
        return len(self.at)

    def taken(self, places: Ints | Bools) -> Rows:
        """Some of the rows."""
        return Rows(
            self.lives.taken(places),
            self.at[places],
            self.won[places],
            self.age,
            self.asked,
            self.dated,
            self.left,
        )


def lives_of(scorer: LeadsScorer, outcomes: Outcomes, block: Block, now: int) -> Lives:
    """When the leads of a block were born, won and were lost, whatever lies after now among it."""
    won, times, ever = _instants(scorer, outcomes, block, now)
    lost = _lost(scorer, outcomes, block, now)
    born = _born(scorer, outcomes, block)
    after = scorer.born(block, outcomes.selections, born)
    return Lives(block.leads, born, won, lost, times, ever, after)


def _instants(scorer: LeadsScorer, outcomes: Outcomes, block: Block, now: int) -> tuple[Ints, Ints, Bools]:
    outcome = outcomes.won
    if outcome.events is not None:
        first = scorer.first(block, outcome.events)
        return first, scorer.count(block, outcome.events), first != LATE
    assert outcome.condition is not None
    holds = scorer.holds(block, outcome.condition, now)
    first = np.full(len(block), LATE)
    if outcome.at is not None:
        first = np.where(holds, _moments(scorer, block, outcome.at.field), LATE)
    return first, holds.astype(np.int64), holds


def _lost(scorer: LeadsScorer, outcomes: Outcomes, block: Block, now: int) -> Ints:
    outcome = outcomes.lost
    if outcome is None:
        return np.full(len(block), LATE)
    if outcome.events is not None:
        return scorer.first(block, outcome.events)
    assert outcome.condition is not None
    if outcome.at is None:
        return np.full(len(block), LATE)
    holds = scorer.holds(block, outcome.condition, now)
    return np.where(holds, _moments(scorer, block, outcome.at.field), LATE)


def _born(scorer: LeadsScorer, outcomes: Outcomes, block: Block) -> Ints:
    from ..plan import FieldValue, Selection

    match outcomes.born:
        case FieldValue(field=number):
            return _moments(scorer, block, number)
        case Selection():
            return scorer.first(block, outcomes.born)
    return scorer.born(block, outcomes.selections)


def _moments(scorer: LeadsScorer, block: Block, number: int) -> Ints:
    """A field that is a day or an instant, as an instant: a day as its beginning."""
    from ...grammar.syntax.nodes import Kind

    column = scorer.column(block, number)
    scale = DAY if scorer.plan.fields[number].kind is Kind.DATE else 1
    values = [LATE if value is None else value * scale for value in column.values]
    found: Ints = np.array(values, np.int64)[column.codes]
    return found


def all_lives(parts: Iterable[Lives]) -> Lives:
    """The lives of the leads of several blocks as one, in the order of being born."""
    found = list(parts)
    names = ("leads", "born", "won", "lost", "times", "ever", "next")
    if not found:
        nothing = np.empty(0, np.int64)
        return Lives(nothing, nothing, nothing, nothing, nothing, np.empty(0, np.bool_), nothing)
    whole = Lives(*(np.concatenate([getattr(one, name) for one in found]) for name in names))
    return whole.taken(np.lexsort((whole.leads, whole.born)))


def rows_of(lives: Lives, outcomes: Outcomes, asked: Cohort) -> Rows:
    """The leads that can be judged as of `asked.at`. Raises NotMeasurable where none can."""
    if not outcomes.has_instants:
        return _undated(lives, asked)
    born = lives.born
    there = born != LATE
    in_time = there & (born <= asked.at)
    in_time &= (born >= asked.since) if asked.since is not None else True
    in_time &= (born < asked.until) if asked.until is not None else True
    early = in_time & (lives.won < born)
    future = in_time & (lives.won != LATE) & (lives.won > asked.at)
    sound = in_time & ~early
    age = asked.age
    if age is None:
        old = sound & (born + asked.within <= asked.at) & (lives.won <= born + asked.within)
        waited = np.where(lives.next[sound] == LATE, LATE, lives.next[sound] - born[sound])
        age = usual_age(in_days(lives.won[old] - born[old]), in_days(waited))
    at = np.where(there, born, 0) + age
    ripe = sound & (at + asked.within <= asked.at)
    won_before, lost_before = ripe & (lives.won <= at), ripe & (lives.lost <= at) & (lives.won > at)
    judged = ripe & ~won_before & ~lost_before
    left = Left(
        never_born=int((~there).sum()),
        outside=int((there & ~in_time).sum()),
        too_young=int((sound & ~ripe).sum()),
        won_before=int(won_before.sum()),
        lost_before=int(lost_before.sum()),
        won_before_birth=int(early.sum()),
        won_in_future=int(future.sum()),
        won_twice=int((in_time & (lives.times > 1)).sum()),
    )
    won = lives.won <= at + asked.within
    return Rows(lives.taken(judged), at[judged], won[judged], age, asked, True, left)


def _undated(lives: Lives, asked: Cohort) -> Rows:
    """Where it is only known who won: every lead as it is now, but for those too young to tell."""
    born = lives.born
    there = born != LATE
    in_time = ~there | (born <= asked.at)
    if asked.since is not None:
        in_time &= there & (born >= asked.since)
    if asked.until is not None:
        in_time &= there & (born < asked.until)
    ripe = in_time & (~there | (born + asked.within <= asked.at))
    left = Left(outside=int((~in_time).sum()), too_young=int((in_time & ~ripe).sum()))
    at = np.full(len(lives.leads), asked.at)[ripe]
    return Rows(lives.taken(ripe), at, lives.ever[ripe], 0, asked, False, left)


def looked_at(
    scorer: LeadsScorer, blocks: Iterable[Block], rows: Rows, known: Known, now: int | None = None
) -> ScoredLeads:
    """What a plan says of the rows, in their order; with `now`, of all of them at that one instant."""
    order = np.argsort(rows.lives.leads, kind="stable")
    numbers = rows.lives.leads[order]
    looks: list[ScoredLeads] = []
    found: list[Ints] = []
    for block in blocks:
        places = np.searchsorted(numbers, block.leads)
        places = np.minimum(places, max(0, len(numbers) - 1))
        inside = numbers[places] == block.leads if len(numbers) else np.zeros(len(block), np.bool_)
        if not inside.any():
            continue
        at = np.full(len(block), asked_never(rows))
        at[inside] = rows.at[order[places[inside]]]
        look = (
            scorer.at(known(block, at), at)
            if now is None and rows.dated
            else scorer.all_at(block, rows.asked.at if now is None else now)
        )
        looks.append(look.taken(inside))
        found.append(order[places[inside]])
    if not looks:
        raise NotMeasurable("no lead is old enough to be judged", "choose a shorter time: --within 30d")
    return joined(looks).taken(np.argsort(np.concatenate(found), kind="stable"))


def asked_never(rows: Rows) -> int:
    """The instant at which leads are looked at that are not among the rows: any will do."""
    return int(rows.at[0]) if len(rows) else rows.asked.at
