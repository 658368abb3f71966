"""The history of a lead's score, each change of it with its causes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..decision import Decision
from ..evaluate import Evaluator, Event
from ..score_change import Look, ScoreChange, split
from ..values import moment_of
from .events import StoredEvent, events_of
from .known import seen_by_run
from .leads import StoredLead
from .opening import Store
from .rulesets import RulesetVersion, version_numbered

Runnable = Callable[[RulesetVersion], Evaluator]
"""How a version is made ready to run."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One outcome in the history of a lead's score: as of when it was found, by which version.

    `change` is what brought it from the outcome before, None for the first. `unexplained` are points of it
    that what is on record does not account for: data that came while it was being scored, or before
    Leadwright kept record of it. `stored` is False for what no run has found yet.
    """

    now: datetime
    version: int
    total: int
    stages: Mapping[str, str | None]
    disqualified: tuple[str, ...]
    change: ScoreChange | None
    unexplained: int
    stored: bool = True


@dataclass(frozen=True, slots=True)
class _Run:
    """A run: which version it ran, as of when, for the data up to which batch (None: not on record)."""

    id: int
    version: int
    now: int
    data: int | None


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What was stored of a lead: the run that found it, and the one that found something else, if any."""

    run: int
    until: int | None
    total: int
    told: Mapping[str, Any]


def score_turns(store: Store, ruleset: str, lead: StoredLead, runnable: Runnable) -> list[Turn]:
    """Every outcome that runs found for a lead, the first one first, each with what brought it."""
    outcomes = _outcomes(store, ruleset, lead.id)
    turns: list[Turn] = []
    for number, outcome in enumerate(outcomes):
        former = outcomes[number - 1] if number else None
        # An outcome is moved on by later runs that found the same; the one that ended the former found it.
        found = _run(store, former.until if former and former.until is not None else outcome.run)
        change, unexplained = None, 0
        if former is not None:
            before = _looked(store, lead, _run_before(store, found) or _run(store, former.run), runnable)
            change = split(before, _looked(store, lead, found, runnable))
            unexplained = outcome.total - former.total - change.points
        turns.append(_turn(store, outcome, found, change, unexplained))
    return turns


def turn_since(
    store: Store, live: RulesetVersion, lead: StoredLead, runnable: Runnable, now: datetime
) -> Turn | None:
    """What another scoring at `now` by the live version would find, where it is another outcome than the
    stored one; None where it is the same, or where nothing is stored."""
    outcomes = _outcomes(store, live.ruleset, lead.id)
    last = _last_run(store, live.ruleset)
    if not outcomes or last is None:
        return None
    stored = outcomes[-1]
    after = Look(runnable(live), lead.fields, _as_events(tuple(events_of(store, lead.id))), now)
    change = split(_looked(store, lead, last, runnable), after)
    if _same(stored, change.after):
        return None
    unexplained = change.after.total - stored.total - change.points
    decision = change.after
    return Turn(
        now,
        live.number,
        decision.total,
        decision.stages,
        decision.disqualified,
        change,
        unexplained,
        stored=False,
    )


def _turn(store: Store, outcome: _Outcome, found: _Run, change: ScoreChange | None, unexplained: int) -> Turn:
    return Turn(
        moment_of(found.now),
        version_numbered(store, found.version).number,
        outcome.total,
        outcome.told["stages"],
        tuple(outcome.told.get("disqualified", ())),
        change,
        unexplained,
    )


def _same(stored: _Outcome, decision: Decision) -> bool:
    told = stored.told
    return (
        stored.total == decision.total
        and told["scores"] == dict(decision.scores)
        and told["stages"] == dict(decision.stages)
        and list(told.get("disqualified", ())) == list(decision.disqualified)
    )


def _looked(store: Store, lead: StoredLead, run: _Run, runnable: Runnable) -> Look:
    """The lead as a run saw it."""
    seen = seen_by_run(store, lead, run.now, run.data)
    evaluator = runnable(version_numbered(store, run.version))
    return Look(evaluator, seen.fields, _as_events(seen.events), moment_of(run.now))


def _as_events(events: tuple[StoredEvent, ...]) -> tuple[Event, ...]:
    return tuple(Event(event.type, event.at, event.object, event.properties) for event in events)


# --- what is stored ---------------------------------------------------------------------------


def _outcomes(store: Store, ruleset: str, lead: int) -> list[_Outcome]:
    of = "ruleset = (SELECT id FROM ruleset WHERE name = :name) AND lead = :lead"
    with store.guard():
        rows = store.connection.execute(
            f"SELECT run, until, total, outcome FROM (SELECT run, until, total, outcome FROM score_before "
            f"WHERE {of} UNION ALL SELECT run, NULL, total, outcome FROM score WHERE {of}) "
            "ORDER BY until IS NULL, until",
            {"name": ruleset, "lead": lead},
        )
        return [_Outcome(run, until, total, json.loads(told)) for run, until, total, told in rows]


_RUN = "SELECT run.id, run.version, run.now, run.data FROM run"


def _run(store: Store, number: int) -> _Run:
    with store.guard():
        return _Run(*store.connection.execute(f"{_RUN} WHERE run.id = ?", (number,)).fetchone())


def _run_before(store: Store, run: _Run) -> _Run | None:
    """The last run of the same ruleset that was finished before this one: it found, or left, what was so."""
    with store.guard():
        row = store.connection.execute(
            f"{_RUN} JOIN ruleset_version ON ruleset_version.id = run.version WHERE run.id < ? "
            "AND run.finished IS NOT NULL AND ruleset_version.ruleset = "
            "(SELECT ruleset FROM ruleset_version WHERE id = ?) ORDER BY run.id DESC LIMIT 1",
            (run.id, run.version),
        ).fetchone()
    return None if row is None else _Run(*row)


def _last_run(store: Store, ruleset: str) -> _Run | None:
    with store.guard():
        row = store.connection.execute(
            f"{_RUN} JOIN ruleset_version ON ruleset_version.id = run.version JOIN ruleset "
            "ON ruleset.id = ruleset_version.ruleset WHERE ruleset.name = ? AND run.finished IS NOT NULL "
            "ORDER BY run.id DESC LIMIT 1",
            (ruleset,),
        ).fetchone()
    return None if row is None else _Run(*row)
