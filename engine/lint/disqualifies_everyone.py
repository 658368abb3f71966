"""A disqualification that holds for every lead."""

from __future__ import annotations

from collections.abc import Iterator

from ...grammar.messages.diagnostics import Diagnostic
from .reasons import asks_score, why_always
from .study import Study, What, said

CODE = "disqualifies-everyone"


def check(study: Study) -> Iterator[Diagnostic]:
    """Looks at whole conditions; what compares a score alone is said as such."""
    for verdict in study.verdicts:
        if verdict.always and verdict.is_whole and verdict.root.what is What.DISQUALIFICATION:
            if asks_score(verdict.part):
                continue
            at, why, _ = why_always(study, verdict.part)
            yield said(CODE, at, f"every lead is disqualified: {why}", "correct it, or take it away")
