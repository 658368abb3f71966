"""All leads scored: from the mirror where they are many, else the record; by two processes where it pays."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ....grammar.frozen import frozen
from ...score_one.scorer import Scorer
from ..database import Store, StoreError, open_store
from .row_scorer import PORTION, RecordUnits
from .work_units import WorkUnits, score_units, start_helper
from .writer import Job, Tally

MANY = 10_000
"""From how many leads on the mirror is worth its making."""

if TYPE_CHECKING:
    from ...progress import Progress
    from ..mirror.sync import Mirror

_WORTH_TWO = 1.2
"""How many seconds, about, one process must take for a second one to be worth its start."""

_ENOUGH_FOR_TWO = 512
"""How many MiB two processes may take together, about."""

_ENOUGH = 128
"""How many MiB reading the mirror takes, about; reading the record takes less."""

_SMALL_CACHE_KIB = 8_192


@frozen
class Resources:
    """What may be used: 1 or 2 `processes`, None for what suits the number of leads; how many MiB of
    `memory`, None for what is usual; whether the `mirror` is used, None for where it pays."""

    processes: int | None = None
    memory: int | None = None
    mirror: bool | None = None

    def uses_mirror(self, leads: int) -> bool:
        """Whether to use the mirror."""
        if self.mirror is not None:
            return self.mirror
        return leads >= MANY and (self.memory is None or self.memory >= _ENOUGH)

    def helped(self, work: WorkUnits, rules: int) -> bool:
        """Whether to let a second process help."""
        if self.processes is not None:
            return self.processes == 2
        enough = self.memory is None or self.memory >= _ENOUGH_FOR_TWO
        return enough and _processors() > 1 and work.seconds(rules) > _WORTH_TWO

    def limit(self, store: Store) -> None:
        """Lets a connection take no more than there may be."""
        if self.memory is not None and self.memory < _ENOUGH_FOR_TWO:
            store.connection.execute(f"PRAGMA cache_size = -{_SMALL_CACHE_KIB}")


def score_all(
    store: Store,
    evaluator: Scorer,
    job: Job,
    spans: RecordUnits,
    tally: Tally,
    *,
    resources: Resources,
    progress: Progress | None,
) -> str | None:
    """Scores all leads and counts them in; why the mirror was not used though it should have been, if so."""
    leads = spans.count * PORTION
    why: str | None = None
    if resources.uses_mirror(leads):
        # What reads the mirror takes a tenth of a second to load, which scoring what is due can do without.
        from ...score_many.decide_block import Unsupported
        from ..mirror.files import Damaged
        from ..mirror.sync import discard
        from .block_scorer import MirrorUnits

        for _ in range(2):
            try:
                with _open_mirror(store, progress) as mirror:
                    _score_portions(
                        store,
                        evaluator,
                        job,
                        MirrorUnits(mirror),
                        tally,
                        resources=resources,
                        progress=progress,
                    )
                return None
            except Unsupported:
                break
            except Damaged:
                # What was written stands; what was counted of it would be counted again.
                discard(store)
                tally.begin_again()
            except MirrorError as error:
                why = error.message
                break
    _score_portions(store, evaluator, job, spans, tally, resources=resources, progress=progress)
    return why


class MirrorError(StoreError):
    """The mirror cannot be had."""


def _open_mirror(store: Store, progress: Progress | None) -> Mirror:
    """The mirror, up to date."""
    from ..mirror.sync import synced_mirror

    try:
        return synced_mirror(store, progress)
    except StoreError as error:
        raise MirrorError(error.message, error.hint) from error


def _score_portions(
    store: Store,
    evaluator: Scorer,
    job: Job,
    work: WorkUnits,
    tally: Tally,
    *,
    resources: Resources,
    progress: Progress | None,
) -> None:
    helped = resources.helped(work, len(evaluator.plan.rules))
    with (
        open_store(store.path, read_only=True) as reader,
        start_helper(store.path, evaluator.plan, job, work if helped else None) as helper,
    ):
        resources.limit(store)
        resources.limit(reader)
        score = work.scorer(store, reader, evaluator, job)
        shared = helper.units() if helper else iter(range(work.count))
        mine = score_units(score, _watched(shared, work, progress), tally)
        if helper:
            others = helper.finish(tally)
            score_units(score, (n for n in range(work.count) if n not in mine | others), tally)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _watched(numbers: Iterator[int], work: WorkUnits, progress: Progress | None) -> Iterator[int]:
    """The units, each told of when it is begun; they are begun in order, whoever does them."""
    for number in numbers:
        if progress is not None:
            progress("scoring", number / work.count)
        yield number
