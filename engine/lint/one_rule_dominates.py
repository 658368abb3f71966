"""One rule that can give most of all the points there are to be had."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ...grammar.messages.diagnostics import Diagnostic
from .. import plan as p
from .reach import given_by
from .study import Study, points_of, said

CODE = "one-rule-dominates"
FEWEST = 4
"""With fewer rules that give points, one of them may well give most."""


def check(study: Study) -> Iterator[Diagnostic]:
    """Compares what each rule can give, caps heeded; silent where some rule can give any number."""
    given = [(_most(study, rule), rule) for rule in study.plan.rules]
    positive = [(most, rule) for most, rule in given if most > 0]
    whole = sum(most for most, _ in positive)
    if len(positive) < FEWEST or math.isinf(whole):
        return
    most, rule = max(positive, key=lambda pair: pair[0])
    if most > whole / 2:
        yield said(
            CODE,
            rule.contributions[0].origin,
            f"this rule alone can give {most:,.0f} of the {points_of(whole)} that all rules can give",
            "spread the points, if the score should tell more than this one thing",
        )


def _most(study: Study, rule: p.Rule) -> float:
    whole = 0.0
    for contribution in rule.contributions:
        most = given_by(rule, contribution).high
        if rule.group is not None and study.plan.groups[rule.group].most is not None:
            most = min(most, study.plan.groups[rule.group].most or 0)
        if contribution.score is not None and study.plan.scores[contribution.score].high is not None:
            most = min(most, study.plan.scores[contribution.score].high or 0)
        whole += most
    return whole
