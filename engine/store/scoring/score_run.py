"""Scoring the leads in the store whose scores may have changed, and keeping what came of it.

By another version of the ruleset that is all leads; else those that changed, got events, or that time has
made due. Leads are taken a portion at a time, each portion written in one transaction.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from ....grammar.frozen import frozen
from ...explain.explanation_lines import ExplanationLines
from ...handoffs.turns import HandedOff
from ...plan import Plan
from ...score_one.scorer import Scorer
from ..database import Store, only_one
from ..handoffs.entries import policy_of
from ..records.freshness import begin_due, begin_whole, due_leads, end, freshness
from ..records.rulesets import RulesetVersion
from .former_version import plan_of, version_before
from .full_run import Resources, score_all
from .lead_reader import listed
from .row_scorer import PORTION, RecordUnits, RowScorer
from .version_lines import save_lines
from .writer import Job, Tally

if TYPE_CHECKING:
    from ...progress import Progress

PATIENCE = 30.0
"""Seconds to wait for another program that is scoring."""

ENOUGH = 500
"""So many leads that are due are scored at once."""

_MOST_SCATTERED = 4
"""Where more than a quarter of the leads are due, all are read one after another rather than those alone."""


@frozen
class RunReport:
    """A scoring run: its number (None where nothing was due), what was run, as of when, whether over all
    leads, what it found, how long it took, why the mirror was not used though it should have been; what was
    handed off, None for a ruleset without handoffs."""

    run: int | None
    ruleset: str
    version: int
    now: int
    whole: bool
    tally: Tally
    seconds: float
    note: str | None = None
    handed_off: HandedOff | None = None


def score_store(
    store: Store,
    evaluator: Scorer,
    version: RulesetVersion,
    now: int,
    *,
    whole: bool = False,
    progress: Progress | None = None,
    resources: Resources = Resources(),  # noqa: B008  # frozen
) -> RunReport:
    """Makes all scores right as of `now` (microseconds since 1970 UTC).

    `version` is the stored version that `evaluator` runs. Only the leads are scored that can have another
    score than the stored one: all of them by another version than the last time, or as of an earlier
    instant, or with `whole`. A lead whose outcome (scores, stages, grades, tags, disqualifications) is
    another than before keeps the former one in its history. Memory does not grow with the number of
    leads.

    Raises `StoreError`; after a break whole units are kept, and the next run does the rest.
    """
    started = time.perf_counter()
    with only_one(store.path, "scoring", "scoring the leads of", PATIENCE):
        _settle(store, version, now, progress)
        report, leads = _scored(
            store, evaluator, version, now, whole=whole, progress=progress, resources=resources
        )
        # Outside of what may be lost with the power: what was told cannot be taken back.
        handed = _handed_off(store, evaluator.plan, version, now, leads) if evaluator.plan.handoffs else None
    return replace(report, seconds=time.perf_counter() - started, handed_off=handed)


def _settle(store: Store, version: RulesetVersion, now: int, progress: Progress | None) -> None:
    """Brings scores up to date by the version that scored last, if that hands leads off and another is about
    to score: so what leads came to by themselves is told from what the new version brings."""
    former = version_before(store, version, now)
    if former is None or "handoff" not in former.text.lower():
        return
    plan = plan_of(former)
    if plan is not None and plan.handoffs:
        evaluator = Scorer(plan)
        _, leads = _scored(
            store, evaluator, former, now, whole=False, progress=progress, resources=Resources()
        )
        _handed_off(store, plan, former, now, leads)


def _handed_off(
    store: Store, plan: Plan, version: RulesetVersion, now: int, leads: list[int] | None
) -> HandedOff:
    from ..handoffs.assigning import hand_off  # most rulesets hand nothing off, and this loads the outbox

    # Where nothing is new there is time to look at all: after a break, something may have been new before.
    return hand_off(store, plan, version, now, leads or None)


def _scored(
    store: Store,
    evaluator: Scorer,
    version: RulesetVersion,
    now: int,
    *,
    whole: bool,
    progress: Progress | None,
    resources: Resources,
) -> tuple[RunReport, list[int] | None]:
    """Scores the leads that are due, or all, and gives their numbers, None for all; under the lock of
    scoring."""
    started = time.perf_counter()
    with store.relaxed():
        begun = _begin(store, evaluator, version, now, whole)
        tally = Tally()
        note: str | None = None
        if begun.leads is None:
            note = score_all(
                store, evaluator, begun.job, begun.spans, tally, resources=resources, progress=progress
            )
        elif begun.leads:
            _score_some(store, evaluator, begun, tally, progress)
        with store.transaction() as connection:
            end(connection, version, begun.data, now, whole=begun.leads is None)
            connection.execute(
                "UPDATE run SET finished = ?, leads = ?, changed = ?, moves = ? WHERE id = ?",
                (
                    _clock(),
                    tally.leads,
                    tally.added + tally.changed,
                    json.dumps([[*pair, leads] for pair, leads in tally.moves.items()], ensure_ascii=False),
                    begun.job.run,
                ),
            )
    run = None if begun.leads == [] else begun.job.run
    seconds = time.perf_counter() - started
    report = RunReport(run, version.ruleset, version.number, now, begun.leads is None, tally, seconds, note)
    return report, begun.leads


@frozen
class _Begun:
    """A run that has begun: over these leads (None: all of the spans), for the data up to a batch."""

    job: Job
    leads: list[int] | None
    data: int
    spans: RecordUnits


def _begin(store: Store, evaluator: Scorer, version: RulesetVersion, now: int, whole: bool) -> _Begun:
    """Settles what is to be scored, and notes it before anything is scored."""
    with store.transaction() as connection:
        first, last = (
            connection.execute(f"SELECT {end}(_id) FROM lead").fetchone()[0] for end in ("min", "max")
        )
        units = (last - first) // PORTION + 1 if first is not None else 0
        fresh = freshness(connection, version.ruleset_id)
        leads: list[int] | None = None
        if not whole and fresh and fresh.whole and fresh.version == version.id and fresh.now <= now:
            leads = due_leads(connection, version, fresh.data, now)
            if len(leads) > max(units * PORTION // _MOST_SCATTERED, PORTION):
                leads = None
        run: int | None = 0
        if leads is None:
            save_lines(store, version, ExplanationLines(evaluator.plan))
            data = begin_whole(connection, version, now)
        else:
            data = begin_due(connection, version, now)
        if leads != []:
            run = connection.execute(
                "INSERT INTO run (version, now, started, data) VALUES (?, ?, ?, ?)",
                (version.id, now, _clock(), data),
            ).lastrowid
        policy = policy_of(connection, version.ruleset_id, version.id)
    assert run is not None
    return _Begun(Job(version, run, now, policy), leads, data, RecordUnits(first or 0, units))


def _score_some(
    store: Store, evaluator: Scorer, begun: _Begun, tally: Tally, progress: Progress | None
) -> None:
    leads = begun.leads or []
    score = _scorer_of_some(store, evaluator, begun)
    for first in range(0, len(leads), PORTION):
        if progress is not None:
            progress("scoring", first / len(leads))
        tally.add(score(leads[first : first + PORTION]))


def _scorer_of_some(store: Store, evaluator: Scorer, begun: _Begun) -> Callable[[list[int]], Tally]:
    """What scores leads by their numbers: one by one where they are few, else at once.

    It reads through the connection that it writes through, whose memory often has what was just stored.
    """
    if len(begun.leads or ()) >= ENOUGH:
        # Reading arrays takes a tenth of a second to load, which scoring few leads can do without.
        from ...score_many.decide_block import Unsupported
        from .block_scorer import BlockScorer

        with suppress(Unsupported):
            return BlockScorer(store, store, evaluator, begun.job).score_leads
    scorer = RowScorer(store, store, evaluator, begun.job)
    return lambda numbers: scorer.score(listed(numbers))


def _clock() -> int:
    return time.time_ns() // 1000
