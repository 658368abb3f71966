"""A dry run: what rules would say of the leads in the store, without storing anything."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..engine.evaluator import Evaluator
from ..engine.impact.effect import Effect, Move, by_weight
from ..engine.store.database import Store
from ..engine.store.records.lead_keys import COUNT_LEADS
from ..engine.store.scoring.what_if import Cancelled, Counts, WhatIf
from ..engine.values import instant_of

_MOST_MOVES = 50
_PORTION = 20_000
"""How many leads are judged together; what is found of them counts once all are."""


@dataclass(slots=True)
class DryRun:
    """What came of it.

    `complete` is False where the limit of leads or of time was reached first. `stages` counts leads by
    track and stage (None for none); `before` by those of the rules compared with, where there are any;
    `fires` counts the leads on which each rule fires; `moves` are those that change stage or score most.
    """

    leads: int = 0
    complete: bool = True
    seconds: float = 0.0
    disqualified: int = 0
    stages: Counter[tuple[str, str | None]] = field(default_factory=Counter)
    before: Counter[tuple[str, str | None]] = field(default_factory=Counter)
    scores: Counter[int] = field(default_factory=Counter)
    fires: Counter[str] = field(default_factory=Counter)
    moved: int = 0
    changed: int = 0
    moves: list[Move] = field(default_factory=list)


def dry_run(
    store: Store,
    rules: Evaluator,
    against: Evaluator | None,
    now: dt.datetime,
    *,
    most_leads: int,
    most_seconds: float,
) -> DryRun:
    """Runs rules over leads, no more and no longer than given, beside the rules they are compared with."""
    started = time.monotonic()
    until = started + most_seconds
    state = _state(store)
    found = DryRun()
    while found.leads < min(state[1], most_leads):
        # What is kept for those who edit is left alone: it is of one instant, and this may be of any other.
        portion = WhatIf(part=(found.leads, min(_PORTION, most_leads - found.leads)))
        try:
            effect, counts = portion.both(
                store,
                against or rules,
                rules,
                instant_of(now),
                most_moves=_MOST_MOVES,
                stop=lambda: time.monotonic() > until,
            )
        except Cancelled:
            break
        if (meanwhile := _state(store)) != state:
            # All that is told is of one state of the data.
            state, found = meanwhile, DryRun()
            continue
        _add(found, effect, counts, rules, against is not None)
    found.complete = found.leads == state[1]
    found.moves = sorted(found.moves, key=by_weight)[:_MOST_MOVES]
    found.seconds = time.monotonic() - started
    return found


def _state(store: Store) -> tuple[int, int]:
    """In which state the data is, and how many leads there are."""
    with store.guard():
        row = store.connection.execute(f"SELECT data, {COUNT_LEADS} FROM state").fetchone()
    return int(row[0]), int(row[1])


def _add(found: DryRun, effect: Effect, counts: Counts, rules: Evaluator, compared: bool) -> None:
    """Adds what was found of a portion."""
    tracks = set(rules.plan.tracks)
    found.leads += effect.leads
    found.disqualified += counts.disqualified
    found.scores += effect.totals_after
    for rule, leads in zip(rules.plan.rules, counts.rules, strict=True):
        found.fires[rule.identity] += leads
    for (track, old, new), leads in effect.matrix.items():
        if track in tracks:
            found.stages[track, new] += leads
        if compared:
            found.before[track, old] += leads
    if compared:
        found.changed += effect.moved
        found.moved += effect.changed_stage
        found.moves += effect.moves


def dry_run_data(found: DryRun, rules: Evaluator, now: dt.datetime) -> dict[str, Any]:
    """The same as data."""
    return {
        "now": now.astimezone(dt.UTC).isoformat().replace("+00:00", "Z"),
        "leads": found.leads,
        "complete": found.complete,
        "seconds": round(found.seconds, 3),
        "disqualified": found.disqualified,
        "stages": _stage_data(found, rules),
        "scores": [{"score": score, "leads": count} for score, count in sorted(found.scores.items())],
        "rules": [
            {"rule": rule.identity, "line": rule.origin.line, "leads": found.fires[rule.identity]}
            for rule in rules.plan.rules
        ],
        "changed": found.changed,
        "moved": found.moved,
        "moves": [_move_data(move) for move in found.moves],
    }


def _stage_data(found: DryRun, rules: Evaluator) -> list[dict[str, Any]]:
    ranked: Mapping[tuple[str, str | None], None] = dict.fromkeys(
        [(track, None) for track in rules.plan.tracks]
        + [(stage.track, stage.name) for stage in rules.plan.stages]
        + list(found.before)
    )
    return [
        {
            "track": track,
            "stage": stage,
            "leads": found.stages[track, stage],
            "before": found.before[track, stage] if found.before else None,
        }
        for track, stage in ranked
    ]


def _move_data(move: Move) -> dict[str, Any]:
    return {
        "lead": move.lead,
        "score_before": move.total_before,
        "score_after": move.total_after,
        "stages_before": dict(move.stages_before),
        "stages_after": dict(move.stages_after),
        "causes": [{"name": name, "points": points} for name, points in move.causes],
    }
