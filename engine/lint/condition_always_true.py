"""A part of a condition that is always true, and so asks nothing."""

from __future__ import annotations

from collections.abc import Iterator

from ...grammar.messages.diagnostics import Diagnostic
from .. import plan as p
from .reasons import asks_score, why_always
from .study import Study, Verdict, What, said

CODE = "condition-always-true"


def check(study: Study) -> Iterator[Diagnostic]:
    """Leaves whole rules and disqualifications, and comparisons of scores, to lints of their own."""
    for verdict in study.verdicts:
        if verdict.always and not asks_score(verdict.part) and not _is_said_elsewhere(verdict):
            at, why, _ = why_always(study, verdict.part)
            yield said(CODE, at, why, "take it away, or correct it")


def _is_said_elsewhere(verdict: Verdict) -> bool:
    if not verdict.is_whole:
        return False
    owner = verdict.root.owner
    if verdict.root.what is What.DISQUALIFICATION:
        return True
    return isinstance(owner, p.Rule) and owner.each is None
