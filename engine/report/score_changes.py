"""Why a score changed, as people read it and as data: its history, each change with its causes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..impact.score_change import Cause, ChangeStep, Evidence, FieldChange, LineChange, ScoreChange
from ..score_one.facts import Event, instant_from
from ..values import moment_of
from .text_style import PLAIN, TextStyle, counted, listed, shown, signed, when

if TYPE_CHECKING:
    from ..store.scoring.score_history import HistoryEntry

_MOST_NAMED = 5


# --- in words ---------------------------------------------------------------------------------


def cause_words(change: ScoreChange, cause: Cause, versions: tuple[int, int] | None = None) -> str:
    """What happened: "2 new events: visited pricing on 2026-01-18, ..." """
    match cause:
        case Cause.TIME:
            return _time_words(change.before.now, change.after.now)
        case Cause.EVENTS:
            return _event_words(change)
        case Cause.FIELDS:
            return "; ".join(map(field_words, change.fields[:_MOST_NAMED])) + _more(len(change.fields))
        case Cause.RULES:
            return "edited rules" + (f": version {versions[0]} -> {versions[1]}" if versions else "")


def _time_words(before: dt.datetime, after: dt.datetime) -> str:
    if after < before:
        return f"as of an earlier time: {when(before)} -> {when(after)}"
    minutes = round((after - before).total_seconds() / 60)
    if minutes < 120:
        took = counted(minutes, "minute")
    elif minutes < 2 * 24 * 60:
        took = counted(minutes // 60, "hour")
    else:
        took = counted(minutes // (24 * 60), "day")
    return f"the passing of time: {took}, from {when(before)}"


def _event_words(change: ScoreChange) -> str:
    parts = []
    if change.came:
        parts.append(f"{counted(len(change.came), 'new event')}: {_named(change.came)}")
    if change.went:
        parts.append(f"{counted(len(change.went), 'event')} not counted any more: {_named(change.went)}")
    return "; ".join(parts)


def _named(events: Sequence[Event]) -> str:
    return ", ".join(map(event_words, events[-_MOST_NAMED:])) + _more(len(events))


def _more(count: int) -> str:
    return f" and {count - _MOST_NAMED:,} more" if count > _MOST_NAMED else ""


def event_words(event: Event) -> str:
    """An event with its day: "visited pricing on 2026-01-18"."""
    about = f" {event.object}" if event.object is not None else ""
    return f"{event.type}{about} on {_instant(event).date().isoformat()}"


def _instant(event: Event) -> dt.datetime:
    return moment_of(instant_from(event.at))


def field_words(field: FieldChange) -> str:
    """A field with another value: "title unknown -> CTO"."""
    return f"{field.name} {_value(field.before)} -> {_value(field.after)}"


def _value(value: object) -> str:
    match value:
        case None:
            return "unknown"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.15g}"
        case list() | tuple():
            return ", ".join(map(str, value)) or "none"
        case _:
            return str(value)


def evidence_words(evidence: Evidence) -> str:
    """What was found otherwise: "visited pricing >= 2 in last 30 days: 2, before 1"."""
    if evidence.after is None:
        return f"no longer asks {evidence.asked}"
    if evidence.before is None:
        return f"asks {evidence.asked}: {evidence.after}"
    if evidence.before == evidence.after:
        return f"{evidence.asked}: {evidence.after}"
    return f"{evidence.asked}: {evidence.after}; before: {evidence.before}"


_ALONG = {
    Cause.TIME: "the passing of time",
    Cause.EVENTS: "the new events",
    Cause.FIELDS: "the changed fields",
    Cause.RULES: "the edited rules",
}


def along_words(line: LineChange) -> str | None:
    """Which earlier causes it took as well, None where it took none."""
    return f"together with {listed(_ALONG[cause] for cause in line.along)}" if line.along else None


def stage_words(step: ChangeStep) -> str | None:
    """The stages that a step changed: "none -> MQL"."""
    moves = []
    for track in dict.fromkeys([*step.stages_before, *step.stages_after]):
        old, new = step.stages_before.get(track), step.stages_after.get(track)
        if old != new:
            where = "" if track == "main" else f" ({track})"
            moves.append(f"{old or 'none'} -> {new or 'none'}{where}")
    return ", ".join(moves) or None


# --- as text ----------------------------------------------------------------------------------


def turns_text(turns: Sequence[HistoryEntry], style: TextStyle = PLAIN) -> list[str]:
    """The history, the newest first, each change with what caused it."""
    if not turns:
        return ["It was never scored by this ruleset."]
    lines: list[str] = []
    for number in range(len(turns) - 1, -1, -1):
        lines += ["", *_turn(turns[number], turns[number - 1] if number else None, style)]
    return lines[1:]


def _turn(turn: HistoryEntry, former: HistoryEntry | None, style: TextStyle) -> list[str]:
    stages = [stage for stage in turn.stages.values() if stage is not None]
    where = listed(stages) if stages else "in no stage"
    if turn.disqualified:
        where = f"disqualified ({listed(turn.disqualified)})"
    by = f" ({signed(turn.total - former.total)})" if former is not None else ""
    not_yet = "" if turn.stored else ", not stored yet"
    lines = [
        f"{style.bold(f'{turn.total:,}')}{by}, {shown(where)}  "
        + style.dim(f"as of {when(turn.now)}, by version {turn.version}{not_yet}")
    ]
    if former is None:
        return [*lines, "  The first time it was scored."]
    if turn.change is None:
        return [*lines, f"  {UNREADABLE}"]
    for step in turn.change.steps:
        lines += _step(turn.change, step, (former.version, turn.version), style)
    if turn.unexplained:
        lines += style.wrapped(f"{signed(turn.unexplained)}  {UNEXPLAINED}", 2, 6)
    return lines


UNREADABLE = "The rules of before or after cannot be read by this Leadwright, so the change is not split."
UNEXPLAINED = "not on record: data that came while the lead was being scored, or before it was noted"


def _step(change: ScoreChange, step: ChangeStep, versions: tuple[int, int], style: TextStyle) -> list[str]:
    moved = stage_words(step)
    words = f"{signed(step.points)}  {cause_words(change, step.cause, versions)}"
    lines = style.wrapped(shown(words + (f" [{moved}]" if moved else "")), 2, 6)
    for line in step.lines:
        about = [evidence_words(evidence) for evidence in line.evidence]
        along = along_words(line)
        reasons = "; ".join([*about, *([along] if along else [])])
        score = f" ({line.score})" if line.score is not None else ""
        head = f"{signed(line.points)}  {line.name}{score}"
        lines += style.wrapped(shown(f"{head}: {reasons}" if reasons else head), 6, 10)
    return lines


# --- as data ----------------------------------------------------------------------------------


def turn_data(turn: HistoryEntry) -> dict[str, Any]:
    """A turn as data."""
    return {
        "now": _iso(turn.now),
        "version": turn.version,
        "stored": turn.stored,
        "run": turn.run,
        "score": turn.total,
        "stages": dict(turn.stages),
        "disqualified": list(turn.disqualified),
        "unexplained": turn.unexplained,
        "change": None if turn.change is None else _change_data(turn.change),
    }


def _change_data(change: ScoreChange) -> dict[str, Any]:
    return {
        "points": change.points,
        "since": _iso(change.before.now),
        "events": [_event_data(event) for event in change.came],
        "events_gone": [_event_data(event) for event in change.went],
        "fields": [{"name": one.name, "before": one.before, "after": one.after} for one in change.fields],
        "steps": [_step_data(step) for step in change.steps],
    }


def _step_data(step: ChangeStep) -> dict[str, Any]:
    return {
        "cause": step.cause.value,
        "points": step.points,
        "stages_before": dict(step.stages_before),
        "stages_after": dict(step.stages_after),
        "lines": [
            {
                "name": line.name,
                "score": line.score,
                "before": line.before,
                "after": line.after,
                "points": line.points,
                "evidence": [
                    {"asked": evidence.asked, "before": evidence.before, "after": evidence.after}
                    for evidence in line.evidence
                ],
                "along": [cause.value for cause in line.along],
            }
            for line in step.lines
        ],
    }


def _event_data(event: Event) -> dict[str, Any]:
    return {"type": event.type, "object": event.object, "at": _iso(_instant(event))}


def _iso(instant: dt.datetime) -> str:
    return instant.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
