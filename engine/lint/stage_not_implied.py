"""A stage that can be reached without the one below it."""

from __future__ import annotations

from collections.abc import Iterator

from ...grammar.messages.diagnostics import Diagnostic
from .. import plan as p
from . import intervals
from .alternatives import NOT_TRUE, TRUE
from .boxes import Box, is_possible
from .stage_never_current import overtakes
from .study import Study, said
from .texts import Texts

CODE = "stage-not-implied"
MOST_BOXES = 16
"""Two conditions with more alternatives together than this are not compared."""


def check(study: Study) -> Iterator[Diagnostic]:
    """Compares each stage with the next lower one of its track."""
    settled = {id(verdict.root.owner) for verdict in study.verdicts if verdict.is_whole}
    for lower, upper in neighbours(study.plan):
        if id(lower) in settled or id(upper) in settled or overtakes(study, lower, upper):
            continue
        if _skips(study, lower, upper):
            yield said(
                CODE,
                upper.condition.origin,
                f"a lead can be in {upper.name} without what {lower.name} asks for",
                f"if {lower.name} should always come before {upper.name}, ask for it here too: "
                f"{lower.condition.origin.text}",
            )


def neighbours(plan: p.Plan) -> Iterator[tuple[p.Stage, p.Stage]]:
    """Each stage and the next higher one of its track."""
    below: dict[str, p.Stage] = {}
    for stage in plan.stages:
        if stage.track in below:
            yield below[stage.track], stage
        below[stage.track] = stage


def _skips(study: Study, lower: p.Stage, upper: p.Stage) -> bool:
    reader = study.logic.reader
    both = reader.both([reader.read(upper.condition, TRUE), reader.read(lower.condition, NOT_TRUE)])
    if not both.exact or len(both.boxes) > MOST_BOXES:
        return False
    return any(is_possible(study.logic.subjects, box) and _can_have_points(study, box) for box in both.boxes)


def _can_have_points(study: Study, box: Box) -> bool:
    """Whether leads in a box can have the scores it asks for, going by the rules that fire there."""
    asked = {study.scores[number]: domain for number, domain in box.items() if number in study.scores}
    if not asked:
        return True
    facts = {number: domain for number, domain in box.items() if study.scores.get(number, 0) is not None}
    scores = study.reach.within(facts)
    for score, domain in asked.items():
        assert not isinstance(domain.values, Texts)
        if not intervals.meet(domain.values, intervals.span(*scores.of(score).ranged)):
            return False
    return True
