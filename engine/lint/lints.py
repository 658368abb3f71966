"""What could be better in a ruleset that is correct."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ...grammar.messages.diagnostics import Diagnostic
from ...grammar.syntax.nodes import Tree
from ..catalogue import Catalogue
from ..plan import Plan
from .context import LintContext
from .rules import conditions, handoffs, names, points, stages

LINTS: dict[str, Callable[[LintContext], Iterator[Diagnostic]]] = {
    "rule-never-fires": points.rule_never_fires,
    "rule-always-fires": points.rule_always_fires,
    "stage-unreachable": stages.stage_unreachable,
    "stage-never-current": stages.stage_never_current,
    "stage-not-implied": stages.stage_not_implied,
    "stage-never-ends": stages.stage_never_ends,
    "stage-ends-at-once": stages.stage_ends_at_once,
    "until-not-needed": stages.until_not_needed,
    "threshold-unreachable": stages.threshold_unreachable,
    "threshold-always-met": stages.threshold_always_met,
    "grade-unreachable": stages.grade_unreachable,
    "handoff-unreachable": handoffs.handoff_unreachable,
    "handoff-leaves-some": handoffs.handoff_leaves_some,
    "disqualifies-everyone": conditions.disqualifies_everyone,
    "condition-contradiction": conditions.condition_contradiction,
    "condition-always-true": conditions.condition_always_true,
    "condition-overlap": conditions.condition_overlap,
    "window-covers-one": conditions.window_covers_one,
    "negation-skips-unknown": conditions.negation_skips_unknown,
    "duplicate-rule": points.duplicate_rule,
    "rules-pay-twice": points.rules_pay_twice,
    "one-rule-dominates": points.one_rule_dominates,
    "named-and-unnamed-points": points.named_and_unnamed_points,
    "field-never-known": names.field_never_known,
    "text-without-quotes": names.text_without_quotes,
    "value-not-in-data": names.value_not_in_data,
    "list-entry-unmatched": names.list_entry_unmatched,
    "score-never-fed": points.score_never_fed,
    "never-used": names.never_used,
}
"""The lints by their codes, each a function of the context that gives its findings."""

CODES = tuple(LINTS)


def lint(
    plan: Plan, tree: Tree, catalogue: Catalogue | None, stop: Callable[[], bool] = lambda: False
) -> list[Diagnostic]:
    """What every lint has to say of a plan, its tree and, where there is data, its catalogue.

    Once `stop` says so, the lints that are left say nothing.
    """
    context = LintContext(plan, tree, catalogue)
    return [found for rule in LINTS.values() if not stop() for found in rule(context)]
