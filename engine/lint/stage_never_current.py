"""A stage that no lead is ever in, since whoever meets it meets a higher one as well."""

from __future__ import annotations

from collections.abc import Iterator

from ...grammar.messages.diagnostics import Diagnostic
from .. import plan as p
from .study import Study, said

CODE = "stage-never-current"


def check(study: Study) -> Iterator[Diagnostic]:
    """Compares each stage with all higher ones of its track."""
    settled = {id(verdict.root.owner) for verdict in study.verdicts if verdict.is_whole}
    for index, lower in enumerate(study.plan.stages):
        if id(lower) in settled:
            continue
        higher = (stage for stage in study.plan.stages[index + 1 :] if stage.track == lower.track)
        upper = next((stage for stage in higher if overtakes(study, lower, stage)), None)
        if upper is not None:
            yield said(
                CODE,
                lower.condition.origin,
                f"no lead is ever in {lower.name}: whoever meets it also meets {upper.name}, which is higher",
                "write stages from the lowest to the highest, the higher asking for more",
            )


def overtakes(study: Study, lower: p.Stage, upper: p.Stage) -> bool:
    """Whether every lead that meets the lower stage meets the upper one too."""
    return study.logic.implies(lower.condition, upper.condition)
