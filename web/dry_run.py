"""A dry run: what rules would say of the leads in the store, without storing anything."""

from __future__ import annotations

import datetime as dt
import heapq
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..engine.effect import Move, causes
from ..engine.evaluate import Detail, Evaluator, Event, Facts, Result
from ..engine.store.leads import StoredLead
from ..engine.values import instant_of

_MOST_MOVES = 50


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


@dataclass(frozen=True, slots=True)
class _Sides:
    """One lead by both rulesets."""

    lead: str
    old_facts: Facts
    new_facts: Facts


def dry_run(
    leads: Iterable[tuple[StoredLead, list[Event]]],
    rules: Evaluator,
    against: Evaluator | None,
    now: dt.datetime,
    *,
    most_leads: int,
    most_seconds: float,
) -> DryRun:
    """Runs rules over leads, no more and no longer than given, beside the rules they are compared with."""
    instant = instant_of(now)
    started = time.monotonic()
    found = DryRun()
    top: list[tuple[tuple[bool, int], int, _Sides]] = []
    for lead, events in leads:
        if found.leads >= most_leads or time.monotonic() - started > most_seconds:
            found.complete = False
            break
        found.leads += 1
        facts = rules.facts(lead.fields, events)
        result = _counted(found, rules, facts, instant)
        if against is None:
            continue
        old_facts = against.facts(lead.fields, events)
        old = against.score(old_facts, instant)
        found.before.update(_stages(against, old))
        change = _change(against, old, rules, result)
        if change is not None:
            found.changed += 1
            found.moved += change[0]
            # The count keeps the heap from comparing leads, and keeps the first of equals.
            heapq.heappush(top, (change, -found.leads, _Sides(lead.key, old_facts, facts)))
            if len(top) > _MOST_MOVES:
                heapq.heappop(top)
    if against is not None:
        found.moves = [_move(sides, against, rules, instant) for _, _, sides in sorted(top, reverse=True)]
    found.seconds = time.monotonic() - started
    return found


def _counted(found: DryRun, rules: Evaluator, facts: Facts, now: int) -> Result:
    total, scores, stages, gone, fired, *_ = rules.run(Detail.LINES, facts, now)
    result = Result(total, scores, stages, gone)
    found.disqualified += gone
    found.scores[total] += 1
    found.stages.update(_stages(rules, result))
    found.fires.update({rules.plan.rules[entry[0]].identity for entry in fired})
    return result


def _stages(rules: Evaluator, result: Result) -> list[tuple[str, str | None]]:
    return list(zip(rules.plan.tracks, result.stages, strict=True))


def _change(against: Evaluator, old: Result, rules: Evaluator, new: Result) -> tuple[bool, int] | None:
    """Whether a lead changes stage and by how much its score changes, None where neither does."""
    before, after = dict(_stages(against, old)), dict(_stages(rules, new))
    if before == after and old.total == new.total:
        return None
    return before != after, abs(new.total - old.total)


def _move(sides: _Sides, against: Evaluator, rules: Evaluator, now: int) -> Move:
    old, new = against.decide(sides.old_facts, now), rules.decide(sides.new_facts, now)
    return Move(sides.lead, old.total, new.total, old.stages, new.stages, causes(old, new))


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
