"""A decision as data, for JSON."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ..explain.decision import (
    Decision,
    Finding,
    HandoffFinding,
    Line,
    Missing,
    OutcomeFinding,
    RuleFinding,
    StageFinding,
)
from .bounds import bounds_data


def decision_data(decision: Decision) -> dict[str, Any]:
    """The whole decision. Instants are ISO 8601 in UTC; `truth` is true, false, or null for unknown."""
    # A ruleset without handoffs says nothing of them.
    handoffs = {"handoffs": [_handoff(one) for one in decision.handoffs]} if decision.handoffs else {}
    return {
        "ruleset_digest": decision.digest,
        "now": _instant(decision.now),
        "score": decision.total,
        "scores": dict(decision.scores),
        "stages": dict(decision.stages),
        "stages_if_qualified": dict(decision.stages_if_qualified),
        "grade": decision.grade,
        "grades": {name or "score": label for name, label in decision.grades.items()},
        "tags": list(decision.tags),
        "disqualified": list(decision.disqualified),
        "lines": [_line_data(line) for line in decision.lines],
        "rules": [_rule(rule) for rule in decision.rules],
        "stage_findings": [stage_data(stage) for stage in decision.stage_findings],
        "outcomes": {name: outcome_data(one) for name, one in decision.outcomes.items()},
        "disqualifications": [_finding(finding) for finding in decision.disqualifications],
        **handoffs,
        "bounds": bounds_data(decision.bounds),
        "next_change": _instant(decision.next_change),
    }


def _instant(instant: dt.datetime | None) -> str | None:
    return None if instant is None else instant.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def _line_data(line: Line) -> dict[str, Any]:
    return {
        "kind": line.kind.value,
        "name": line.name,
        "score": line.score,
        "line": line.line,
        "written": line.written,
        "faded": line.faded,
        "points": line.points,
        "text": line.text,
    }


def _handoff(handoff: HandoffFinding) -> dict[str, Any]:
    return {
        "handoff": handoff.name,
        "stage": handoff.stage,
        "track": handoff.track,
        "line": handoff.line,
        "takes": handoff.takes,
        "current": handoff.current,
        "to": handoff.to,
        "condition": None if handoff.condition is None else _finding(handoff.condition),
    }


def _rule(rule: RuleFinding) -> dict[str, Any]:
    return {
        "rule": rule.identity,
        "line": rule.line,
        "fired": rule.fired,
        "condition": None if rule.condition is None else _finding(rule.condition),
        "events": None if rule.events is None else _finding(rule.events),
        "lines": [_line_data(line) for line in rule.lines],
        "tags": list(rule.tags),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "asked": finding.asked,
        "found": finding.found,
        "truth": finding.truth,
        "unknown": finding.unknown,
        "instants": [_instant(instant) for instant in finding.instants],
        "joined": finding.joined,
        "parts": [_finding(part) for part in finding.parts],
    }


def stage_data(stage: StageFinding) -> dict[str, Any]:
    """A stage on a lead, with the ways to reach it where it is not reached."""
    return {
        "stage": stage.stage,
        "track": stage.track,
        "line": stage.line,
        "holds": stage.holds,
        "current": stage.current,
        "condition": _finding(stage.condition),
        "ways": [[_missing_data(missing) for missing in way] for way in stage.ways],
        **({} if stage.until is None else {"until": _finding(stage.until), "stay": _stay(stage)}),
    }


def _stay(stage: StageFinding) -> dict[str, Any] | None:
    stay = stage.stay
    if stay is None:
        return None
    return {"since": _instant(stay.since), "condition": _finding(stay.condition), "words": stay.words}


def outcome_data(outcome: OutcomeFinding) -> dict[str, Any]:
    """An outcome on a lead."""
    return {"line": outcome.line, "reached": outcome.reached, "at": _instant(outcome.at)}


def _missing_data(missing: Missing) -> dict[str, Any]:
    gains = [
        {"rule": gain.rule, "line": gain.line, "points": gain.points, "needed": list(gain.needed)}
        for gain in missing.gains
    ]
    return {"asked": missing.asked, "needed": missing.needed, "obstacle": missing.obstacle, "gains": gains}
