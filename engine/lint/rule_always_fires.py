"""A rule whose condition is true of every lead."""

from __future__ import annotations

from collections.abc import Iterator

from ...grammar.messages.diagnostics import Diagnostic
from .. import plan as p
from .reasons import why_always
from .study import Study, said

CODE = "rule-always-fires"


def check(study: Study) -> Iterator[Diagnostic]:
    """Looks at whole conditions of rules that pay once."""
    for verdict in study.verdicts:
        rule = verdict.root.owner
        if verdict.always and verdict.is_whole and isinstance(rule, p.Rule) and rule.each is None:
            at, why, _ = why_always(study, verdict.part)
            hint = "correct it; points that all have tell nobody apart"
            yield said(CODE, at, f"this rule fires for every lead: {why}", hint)
