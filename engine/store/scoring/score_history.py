"""The history of a lead's score, each change of it with its causes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from ....grammar.frozen import frozen
from ...evaluator import Evaluator
from ...explain.decision import Decision
from ...impact.score_change import ScoreChange, Snapshot, split
from ...score_one.facts import Event
from ...values import instant_of, moment_of
from ..database import Store
from ..records.events import StoredEvent, events_of
from ..records.history import seen_by_run
from ..records.leads import StoredLead
from ..records.rulesets import RulesetVersion, version_numbered

Runnable = Callable[[RulesetVersion], Evaluator | None]
"""How a version is made ready to run; None for one that cannot be read any more."""


@frozen
class HistoryEntry:
    """One outcome in the history of a lead's score: as of when it was found, by which version.

    `change` is what brought it from the outcome before, None for the first, and where the rules of one side
    cannot be read any more. `unexplained` are points of it
    that what is on record does not account for: data that came while it was being scored, or before
    Leadwright kept record of it. `run` is the number of the run that found it, None for what no run has
    found yet.
    """

    now: datetime
    version: int
    total: int
    stages: Mapping[str, str | None]
    disqualified: tuple[str, ...]
    change: ScoreChange | None
    unexplained: int
    run: int | None

    @property
    def stored(self) -> bool:
        """Whether a run found it."""
        return self.run is not None


@frozen
class Run:
    """A run: which version it ran, as of when, for the data up to which batch (None: not on record)."""

    id: int
    version: RulesetVersion
    now: int
    data: int | None


@frozen
class _PastResult:
    """What was stored of a lead: the run that found it, and the one that found something else, if any."""

    run: int
    until: int | None
    total: int
    results: Mapping[str, Any]


def explained_history(
    store: Store, ruleset: str, lead: StoredLead, runnable: Runnable, *, most: int | None = None
) -> list[HistoryEntry]:
    """Every outcome that runs found for a lead, or the latest of them, the first one first, each with what
    brought it."""
    outcomes = _outcomes(store, ruleset, lead.id)
    first = max(len(outcomes) - most, 0) if most is not None else 0
    turns: list[HistoryEntry] = []
    for number, outcome in enumerate(outcomes[first:], first):
        former = outcomes[number - 1] if number else None
        # An outcome is moved on by later runs that found the same; the one that ended the former found it.
        found = _run(store, former.until if former and former.until is not None else outcome.run)
        change, unexplained = None, 0
        if former is not None:
            before = _looked(store, lead, _run_before(store, found) or _run(store, former.run), runnable)
            after = _looked(store, lead, found, runnable)
            unexplained = outcome.total - former.total
            if before is not None and after is not None:
                change = split(before, after)
                unexplained -= change.points
        turns.append(_turn(outcome, found, change, unexplained))
    return turns


def pending_entry(
    store: Store, live: RulesetVersion, lead: StoredLead, runnable: Runnable, now: datetime
) -> HistoryEntry | None:
    """What another scoring at `now` by the live version would find, where it is another outcome than the
    stored one; None where it is the same, or where nothing is stored."""
    outcomes = _outcomes(store, live.ruleset, lead.id)
    last = _last_run(store, live.ruleset)
    if not outcomes or last is None:
        return None
    stored = outcomes[-1]
    before, evaluator = _looked(store, lead, last, runnable), runnable(live)
    if before is None or evaluator is None:
        return None
    after = Snapshot(evaluator, lead.fields, _as_events(tuple(events_of(store, lead.id))), now)
    change = split(before, after)
    if _same(stored, change.after):
        return None
    unexplained = change.after.total - stored.total - change.points
    decision = change.after
    return HistoryEntry(
        now,
        live.number,
        decision.total,
        decision.stages,
        decision.disqualified,
        change,
        unexplained,
        None,
    )


@frozen
class Decided:
    """What a run decided about a lead, with what it saw, and the version that it ran."""

    version: RulesetVersion
    seen: Snapshot
    decision: Decision


def decided_by(
    store: Store, ruleset: str, lead: StoredLead, runnable: Runnable, by: datetime | None = None
) -> Decided | None:
    """What the last scoring up to an instant decided about a lead, by the version then and with what was
    known then; None where there was none, or its rules cannot be read any more."""
    named = "(SELECT id FROM ruleset WHERE name = ?)"
    until = "" if by is None else "AND run.now <= ?"
    sql = f"{_RUN} {_OF} AND ruleset_version.ruleset = {named} {until} ORDER BY run.id DESC LIMIT 1"
    run = _found(store, sql, (ruleset,) if by is None else (ruleset, instant_of(by)))
    seen = (
        None if run is None or not _outcomes(store, ruleset, lead.id) else _looked(store, lead, run, runnable)
    )
    if run is None or seen is None:
        return None
    facts = seen.evaluator.facts(seen.fields, seen.events)
    return Decided(run.version, seen, seen.evaluator.decide(facts, seen.now))


def _turn(outcome: _PastResult, found: Run, change: ScoreChange | None, unexplained: int) -> HistoryEntry:
    return HistoryEntry(
        moment_of(found.now),
        found.version.number,
        outcome.total,
        outcome.results["stages"],
        tuple(outcome.results.get("disqualified", ())),
        change,
        unexplained,
        found.id,
    )


def _same(stored: _PastResult, decision: Decision) -> bool:
    results = stored.results
    return (
        stored.total == decision.total
        and results["scores"] == dict(decision.scores)
        and results["stages"] == dict(decision.stages)
        and list(results.get("disqualified", ())) == list(decision.disqualified)
    )


def _looked(store: Store, lead: StoredLead, run: Run, runnable: Runnable) -> Snapshot | None:
    """The lead as a run saw it; None where its rules cannot be read any more."""
    seen = seen_by_run(store, lead, run.now, run.data)
    evaluator = runnable(run.version)
    if evaluator is None:
        return None
    return Snapshot(evaluator, seen.fields, _as_events(seen.events), moment_of(run.now))


def _as_events(events: tuple[StoredEvent, ...]) -> tuple[Event, ...]:
    return tuple(Event(event.type, event.at, event.object, event.properties) for event in events)


# --- what is stored ---------------------------------------------------------------------------


def _outcomes(store: Store, ruleset: str, lead: int) -> list[_PastResult]:
    of = "ruleset = (SELECT id FROM ruleset WHERE name = :name) AND lead = :lead"
    with store.guard():
        rows = store.connection.execute(
            f"SELECT run, until, total, result FROM (SELECT run, until, total, result FROM score_before "
            f"WHERE {of} UNION ALL SELECT run, NULL, total, result FROM score WHERE {of}) "
            "ORDER BY until IS NULL, until",
            {"name": ruleset, "lead": lead},
        )
        return [_PastResult(run, until, total, json.loads(results)) for run, until, total, results in rows]


_RUN = "SELECT run.id, run.version, run.now, run.data FROM run"
_OF = "JOIN ruleset_version ON ruleset_version.id = run.version WHERE run.finished IS NOT NULL"


def run_numbered(store: Store, number: int) -> Run | None:
    """The run with this number."""
    return _found(store, f"{_RUN} WHERE run.id = ?", (number,))


def _run(store: Store, number: int) -> Run:
    found = run_numbered(store, number)
    assert found is not None, "scores refer to runs that exist"
    return found


def _run_before(store: Store, run: Run) -> Run | None:
    """The last run of the same ruleset that was finished before this one: it found, or left, what was so."""
    return _found(
        store,
        f"{_RUN} {_OF} AND run.id < ? AND ruleset_version.ruleset = ? ORDER BY run.id DESC LIMIT 1",
        (run.id, run.version.ruleset_id),
    )


def _last_run(store: Store, ruleset: str) -> Run | None:
    named = "(SELECT id FROM ruleset WHERE name = ?)"
    sql = f"{_RUN} {_OF} AND ruleset_version.ruleset = {named} ORDER BY run.id DESC LIMIT 1"
    return _found(store, sql, (ruleset,))


def _found(store: Store, sql: str, parameters: tuple[object, ...]) -> Run | None:
    with store.guard():
        row = store.connection.execute(sql, parameters).fetchone()
    if row is None:
        return None
    number, version, now, data = row
    return Run(number, version_numbered(store, version), now, data)
