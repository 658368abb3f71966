"""From lead to stage to customer: who reached what, from when on, and what became of them.

The stages are those of the main track, found by replaying the rules at every instant at which a lead had an
event, and at fixed ages. Each rate is one cohort's: of leads that reached a stage and have been watched long
enough since.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ..score_many.block import Block
from ..score_many.block_measures import LATE
from ..values import DAY
from .arrays import Bools, Ints
from .definitions import AGES, Cohort
from .intervals import Rate
from .rows import Known, Lives
from .scored_leads import LeadsScorer, stage_names

MOST_REPLAYED = 10_000
"""Of more leads than this an even sample is replayed."""


@dataclass(frozen=True)
class FunnelStage:
    """A stage: of the leads how many reached it, of those in the stage before how many, and of those watched
    long enough since how many won. `young` reached it too late to tell."""

    stage: str
    of_leads: Rate
    of_before: Rate
    won: Rate
    young: int


@dataclass(frozen=True)
class Funnel:
    """The steps from the lowest stage up; who won at all, and who won without having reached the top one.

    `sampled` is of how many leads the replayed ones are a sample, None where all were replayed.
    """

    leads: int
    steps: Sequence[FunnelStage]
    won: Rate
    won_without: int
    won_after_all: int
    sampled: int | None = None
    entered: Ints | None = None
    """When each of the replayed leads entered the top stage, `LATE` for never."""


def cohort_of(lives: Lives, asked: Cohort) -> Bools:
    """The leads born in time that have been watched long enough since."""
    inside: Bools = (lives.born != LATE) & (lives.born + asked.within <= asked.at)
    inside = inside & (lives.won >= lives.born)
    if asked.since is not None:
        inside = inside & (lives.born >= asked.since)
    if asked.until is not None:
        inside = inside & (lives.born < asked.until)
    return inside


def funnel_of(
    scorer: LeadsScorer,
    blocks: Iterable[Block],
    lives: Lives,
    asked: Cohort,
    *,
    known: Known,
    track: str,
) -> Funnel | None:
    """The funnel of a cohort; None without stages or leads."""
    names = stage_names(scorer.plan, track)
    cohort = lives.taken(cohort_of(lives, asked))
    whole = len(cohort.leads)
    if not names or not whole:
        return None
    if whole > MOST_REPLAYED:
        cohort = cohort.taken(np.linspace(0, whole - 1, MOST_REPLAYED).astype(np.int64))
    entered = _entered(scorer, blocks, cohort, asked, known=known, track=track)
    end = cohort.born + asked.within
    won = cohort.won <= end
    steps = []
    before = np.ones(len(cohort.leads), np.bool_)
    for place, name in enumerate(names):
        at = entered[:, place]
        reached = at != LATE
        open_ = reached & (cohort.won > at)
        ripe = open_ & (at + asked.within <= asked.at)
        after = ripe & (cohort.won <= np.where(ripe, at, 0) + asked.within)
        steps.append(
            FunnelStage(
                name,
                Rate(int(reached.sum()), len(reached)),
                Rate(int((reached & before).sum()), int(before.sum())),
                Rate(int(after.sum()), int(ripe.sum())),
                int((open_ & ~ripe).sum()),
            )
        )
        before = reached
    top = entered[:, -1]
    return Funnel(
        len(cohort.leads),
        steps,
        Rate(int(won.sum()), len(won)),
        int((won & (cohort.won <= top)).sum()),
        int(won.sum()),
        whole if whole > MOST_REPLAYED else None,
        top,
    )


def _entered(
    scorer: LeadsScorer,
    blocks: Iterable[Block],
    cohort: Lives,
    asked: Cohort,
    *,
    known: Known,
    track: str,
) -> Ints:
    """When each lead first was in each stage or a higher one, within its time; `LATE` for never."""
    names = stage_names(scorer.plan, track)
    found = np.full((len(cohort.leads), len(names)), LATE)
    order = np.argsort(cohort.leads, kind="stable")
    numbers = cohort.leads[order]
    for block in blocks:
        places = np.minimum(np.searchsorted(numbers, block.leads), len(numbers) - 1)
        inside = np.flatnonzero(numbers[places] == block.leads)
        if not len(inside):
            continue
        some = part_of(block, inside)
        which = order[places[inside]]
        born = cohort.born[which]
        end = born + asked.within
        instants = _instants(some, born, end)
        walked = scorer.walks(known(some, end), instants)[track]
        for row, at, stages in zip(which.tolist(), instants, walked, strict=True):
            highest = np.maximum.accumulate(np.array(stages, np.int64))
            for place in range(len(names)):
                first = int(np.searchsorted(highest, place + 1))
                if first < len(at):
                    found[row, place] = at[first]
    return found


def _instants(block: Block, born: Ints, end: Ints) -> list[list[int]]:
    """When each lead is looked at: at its birth, at each of its events, and at the fixed ages."""
    events = block.events
    inside = (events.at >= born[events.lead]) & (events.at <= end[events.lead])
    found: list[set[int]] = [set() for _ in range(len(block))]
    for lead, at in zip(events.lead[inside].tolist(), events.at[inside].tolist(), strict=True):
        found[lead].add(at)
    for some, first, last in zip(found, born.tolist(), end.tolist(), strict=True):
        some.update(min(first + age * DAY, last) for age in AGES)
        some.add(last)
    return [sorted(one) for one in found]


def part_of(block: Block, places: Ints) -> Block:
    """Some leads of a block, with their events."""
    from dataclasses import replace

    from ..score_many.block import Events, StoredColumn

    if len(places) == len(block):
        return block
    events = block.events
    new = np.full(len(block), -1, np.int64)
    new[places] = np.arange(len(places))
    kept = new[events.lead] >= 0
    kinds = events.kind[kept]
    starts = np.searchsorted(kinds, np.arange(len(events.kinds) + 1)).astype(np.int64)
    some = Events(
        events.kinds,
        events.named,
        starts,
        events.at[kept],
        new[events.lead[kept]].astype(np.uint16),
        None if events.property_set is None else events.property_set[kept],
        events.properties,
    )
    fields = {name: StoredColumn(one.codes[places], one.values) for name, one in block.fields.items()}
    return replace(block, leads=block.leads[places], fields=fields, events=some)
