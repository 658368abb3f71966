"""A rule whose condition is true of no lead."""

from __future__ import annotations

from collections.abc import Iterator

from ...grammar.messages.diagnostics import Diagnostic
from .. import plan as p
from .reach import Fires
from .reasons import why_never
from .study import Study, What, said

CODE = "rule-never-fires"


def check(study: Study) -> Iterator[Diagnostic]:
    """Looks at whole conditions, and at conditions beside the events of a `for` rule."""
    whole = set()
    for verdict in study.verdicts:
        if verdict.root.what is What.RULE and verdict.is_whole:
            whole.add(id(verdict.root.owner))
            if not verdict.always:
                at, why, _ = why_never(study, verdict.part)
                yield said(CODE, at, f"this rule never fires: {why}", "correct it, or take the rule away")
    for index, rule in enumerate(study.plan.rules):
        if study.reach.firing[index] is Fires.NEVER and rule.each is not None and id(rule) not in whole:
            yield from _without_events(study, rule)


def _without_events(study: Study, rule: p.Rule) -> Iterator[Diagnostic]:
    if rule.condition is not None and not study.follows(rule.condition):
        yield said(
            CODE,
            rule.condition.origin,
            f"this rule never fires: where {rule.condition.origin.text} is true, it has no event to pay for",
            "correct it, or take the rule away",
        )
