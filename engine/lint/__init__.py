"""What could be better in a ruleset that is correct."""

from __future__ import annotations

from ...grammar.messages.diagnostics import Diagnostic
from ...grammar.syntax.nodes import Tree
from ..catalogue import Catalogue
from ..plan import Plan
from . import (
    condition_always_true,
    condition_contradiction,
    condition_overlap,
    disqualifies_everyone,
    duplicate_rule,
    field_never_known,
    grade_unreachable,
    list_entry_unmatched,
    named_and_unnamed_points,
    negation_skips_unknown,
    never_used,
    one_rule_dominates,
    rule_always_fires,
    rule_never_fires,
    rules_pay_twice,
    score_never_fed,
    stage_never_current,
    stage_not_implied,
    stage_unreachable,
    threshold_always_met,
    threshold_unreachable,
    value_not_in_data,
    window_covers_one,
)
from .study import Study

LINTS = (
    rule_never_fires,
    rule_always_fires,
    stage_unreachable,
    stage_never_current,
    stage_not_implied,
    threshold_unreachable,
    threshold_always_met,
    grade_unreachable,
    disqualifies_everyone,
    condition_contradiction,
    condition_always_true,
    condition_overlap,
    window_covers_one,
    negation_skips_unknown,
    duplicate_rule,
    rules_pay_twice,
    one_rule_dominates,
    named_and_unnamed_points,
    field_never_known,
    value_not_in_data,
    list_entry_unmatched,
    score_never_fed,
    never_used,
)
"""Each has a CODE and `check(study)`, which gives its findings."""

CODES = tuple(module.CODE for module in LINTS)


def lint(plan: Plan, tree: Tree, catalogue: Catalogue | None) -> list[Diagnostic]:
    """What every lint has to say of a plan, its tree and, where there is data, its catalogue."""
    study = Study(plan, tree, catalogue)
    return [found for module in LINTS for found in module.check(study)]
