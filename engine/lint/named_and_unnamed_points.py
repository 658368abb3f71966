"""A rule that gives some points to a score by name and others straight to the total."""

from __future__ import annotations

from collections.abc import Iterator

from ...grammar.messages.diagnostics import Diagnostic
from .study import Study, points_of, said

CODE = "named-and-unnamed-points"


def check(study: Study) -> Iterator[Diagnostic]:
    """Looks at the points of each rule."""
    for rule in study.plan.rules:
        nameless = [it for it in rule.contributions if it.score is None]
        names = [study.plan.scores[it.score].name for it in rule.contributions if it.score is not None]
        if nameless and names:
            points = nameless[0].points
            yield said(
                CODE,
                nameless[0].origin,
                f"{points_of(points)} here go straight to the total, and others in this rule to {names[0]}",
                f"if they are meant for a score, name it: {points:+d} {names[0]}; else make two rules of it",
            )
