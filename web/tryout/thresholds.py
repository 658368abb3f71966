"""The thresholds of stages: from which score on a lead is in them, and where a draft's text says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...engine.plan import Compare, Constant, Plan, ScoreValue, Stage
from ...engine.plan.walk import clauses
from ...grammar.edits.document import Document
from ...grammar.edits.statement_parts import parts_of
from .chart import Threshold


def thresholds(draft: Plan, live: Plan | None, track: str | None) -> Sequence[Threshold]:
    """Those of a track's stages that ask for a score, in the order of the ladder."""
    before = {} if live is None else asked_scores(live, track)
    return [
        Threshold(stage.name, place[0], before.get(stage.name), *place[1:])
        for stage in draft.stages
        if stage.track == track and (place := _place(draft, stage)) is not None
    ]


def asked_scores(plan: Plan, track: str | None) -> dict[str, int]:
    """The total score that each of a track's stages asks for at least, in the order of the ladder. Stages
    that ask for none are left out."""
    return {
        stage.name: found[0]
        for stage in plan.stages
        if stage.track == track and (found := next(_asked(stage), None)) is not None
    }


def _asked(stage: Stage) -> Iterator[tuple[int, Compare]]:
    """The total scores that a stage asks for at least, with the comparisons that do."""
    for clause in clauses(stage.condition):
        if (
            isinstance(clause, Compare)
            and clause.left == ScoreValue(None)
            and clause.operator == ">="
            and isinstance(clause.right, Constant)
            and isinstance(clause.right.value, float)
        ):
            yield int(clause.right.value), clause


def _place(plan: Plan, stage: Stage) -> tuple[int, str, str] | None:
    """The score that a stage asks for, the key of its statement, and the path of the number in it; None where
    it asks for none, or stands in another file."""
    source = plan.sources[0]
    if stage.origin.source is not source:
        return None
    # The statement by itself: what is around it may be thousands of rules.
    start, end = stage.origin.span.start, stage.origin.span.end
    document = Document.of(source.text[start:end])
    item = next((one for one in document.items if one.sort == "stage"), None)
    if item is None:
        return None
    for number, clause in _asked(stage):
        within = clause.origin.span
        for part in parts_of(document, item).by_path.values():
            span = part.span
            if (
                span is not None
                and part.value == str(number)
                and within.start <= start + span.start
                and start + span.end <= within.end
            ):
                return number, item.key, part.path
    return None
