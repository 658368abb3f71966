"""A score compared with a number that no lead can be on the other side of."""

from __future__ import annotations

from collections.abc import Iterator

from ...grammar.messages.diagnostics import Diagnostic
from .reasons import asks_score, why_always
from .study import Study, said

CODE = "threshold-always-met"


def check(study: Study) -> Iterator[Diagnostic]:
    """Looks at comparisons of scores in stages and disqualifications."""
    for verdict in study.verdicts:
        if verdict.always and asks_score(verdict.part):
            at, why, more = why_always(study, verdict.part)
            hint = "ask for more, or take the comparison away"
            yield said(CODE, at, why, f"{more}; {hint}" if more else hint)
