"""A score compared with a number that no lead can have, where the whole condition can be true without it."""

from __future__ import annotations

from collections.abc import Iterator

from ...grammar.messages.diagnostics import Diagnostic
from .reasons import asks_score, why_never
from .study import Study, What, said

CODE = "threshold-unreachable"


def check(study: Study) -> Iterator[Diagnostic]:
    """Looks at comparisons of scores in stages and disqualifications; a whole stage is said elsewhere."""
    for verdict in study.verdicts:
        whole_stage = verdict.is_whole and verdict.root.what is What.STAGE
        if not verdict.always and not whole_stage and asks_score(verdict.part):
            at, why, more = why_never(study, verdict.part)
            hint = "ask for less, or let more be had"
            yield said(CODE, at, why, f"{more}; {hint}" if more else hint)
