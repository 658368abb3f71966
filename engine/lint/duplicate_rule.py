"""Two rules that ask the same and give the same."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from ...grammar.messages.diagnostics import Diagnostic
from .. import plan as p
from .study import Study, named, said

CODE = "duplicate-rule"


def check(study: Study) -> Iterator[Diagnostic]:
    """Looks at what rules mean, however they are written."""
    first: dict[Hashable, p.Rule] = {}
    for rule in study.plan.rules:
        other = first.setdefault(likeness(study, rule), rule)
        if other is not rule:
            where = "" if other.name is None else f" on line {other.origin.line}"
            yield said(
                CODE,
                rule.origin,
                f"this rule asks and gives the same as {named(other)}{where}, so both pay",
                "take one of them away",
            )


def likeness(study: Study, rule: p.Rule) -> Hashable:
    """What two rules have in common that ask and give the same."""
    gives = frozenset((it.score, it.points, it.decay, it.least, it.most) for it in rule.contributions)
    return (asks(study, rule), gives, frozenset(rule.tags), rule.group)


def asks(study: Study, rule: p.Rule) -> Hashable:
    """What two rules have in common that ask the same."""
    condition = None if rule.condition is None else study.logic.number(rule.condition)
    if rule.each is None:
        return (condition, None)
    return (condition, study.logic.subjects.chosen(rule.each.events), rule.each.which, rule.each.once)
