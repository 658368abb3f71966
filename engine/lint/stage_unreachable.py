"""A stage that no lead can be in: its condition is never true, under all caps and ranges."""

from __future__ import annotations

from collections.abc import Iterator

from ...grammar.messages.diagnostics import Diagnostic
from .. import plan as p
from . import intervals
from .alternatives import TRUE
from .boxes import Box
from .reasons import why_never
from .study import Study, points_of, said
from .texts import Texts

CODE = "stage-unreachable"
MOST_BOXES = 8
"""A condition with more alternatives than this is not looked at under its own facts."""


def check(study: Study) -> Iterator[Diagnostic]:
    """Looks at the condition alone, then at the points that leads who meet the rest of it can have."""
    judged = set()
    for verdict in study.verdicts:
        stage = verdict.root.owner
        if isinstance(stage, p.Stage) and verdict.is_whole:
            judged.add(id(stage))
            if not verdict.always:
                at, why, more = why_never(study, verdict.part)
                mend = "ask for less, or let more be had" if more else "correct it, or take the stage away"
                hint = f"{more}; {mend}" if more else mend
                yield said(CODE, at, f"no lead can be in {stage.name}: {why}", hint)
    for stage in study.plan.stages:
        if id(stage) not in judged and not study.follows(stage.condition):
            yield from _short_of_points(study, stage)


def _short_of_points(study: Study, stage: p.Stage) -> Iterator[Diagnostic]:
    """Where the facts that the stage asks for keep rules from firing, fewer points can be had."""
    boxes = study.logic.reader.read(stage.condition, TRUE).boxes
    if len(boxes) > MOST_BOXES:
        return
    short = [_short(study, box) for box in boxes]
    reasons = [reason for reason in short if reason is not None]
    if reasons and len(reasons) == len(short):
        yield said(
            CODE,
            stage.condition.origin,
            f"no lead can be in {stage.name}: {reasons[0]}",
            "the rest of the condition keeps rules from firing; ask for fewer points, or correct it",
        )


def _short(study: Study, box: Box) -> str | None:
    """Why nobody in a box has the points it asks for, None where somebody may."""
    asked = {study.scores[number]: domain for number, domain in box.items() if number in study.scores}
    facts = {number: domain for number, domain in box.items() if number not in study.scores}
    scores = study.reach.within(facts) if asked and facts else study.reach.scores
    for score, domain in asked.items():
        low, high = scores.of(score).ranged
        assert not isinstance(domain.values, Texts)
        if not intervals.meet(domain.values, intervals.span(low, high)):
            name = "" if score is None else f" of {study.plan.scores[score].name}"
            if intervals.lowest(domain.values) > high:
                return f"where the rest of it is true, a lead can have at most {points_of(high)}{name}"
            return f"where the rest of it is true, a lead has {low:,.0f} to {points_of(high)}{name}"
    return None
