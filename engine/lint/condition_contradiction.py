"""A part of a condition that is never true, or a define, a filter or a disqualification that never is."""

from __future__ import annotations

from collections.abc import Iterator

from ...grammar.messages.diagnostics import Diagnostic
from .reasons import asks_score, why_never
from .study import Study, Verdict, What, said

CODE = "condition-contradiction"
_ELSEWHERE = (What.RULE, What.STAGE)


def check(study: Study) -> Iterator[Diagnostic]:
    """Leaves whole rules and stages, and comparisons of scores, to lints of their own."""
    for verdict in study.verdicts:
        whole_said = verdict.is_whole and verdict.root.what in _ELSEWHERE
        if not verdict.always and not whole_said and not asks_score(verdict.part):
            at, why, _ = why_never(study, verdict.part)
            yield said(CODE, at, why + _meaning(verdict), "correct it, or take it away")


def _meaning(verdict: Verdict) -> str:
    if verdict.is_whole and verdict.root.what is What.FILTER:
        return ", so no event passes this filter"
    if verdict.is_whole and verdict.root.what is What.DISQUALIFICATION:
        return ", so nobody is disqualified by it"
    return ""
