"""A score that no rule gives points to."""

from __future__ import annotations

from collections.abc import Iterator

from ...grammar.messages.diagnostics import Diagnostic
from .never_used import names_in_rules_off
from .study import Study, said

CODE = "score-never-fed"


def check(study: Study) -> Iterator[Diagnostic]:
    """Takes rules that are switched off into account."""
    fed = {contribution.score for rule in study.plan.rules for contribution in rule.contributions}
    spared = names_in_rules_off(study)
    for index, score in enumerate(study.plan.scores):
        if index not in fed and score.origin is not None and spared is not None and score.name not in spared:
            yield said(
                CODE,
                score.origin,
                f"no rule gives points to {score.name}, so it is always 0",
                f"give it points, e.g. then +5 {score.name}, or take it away",
            )
