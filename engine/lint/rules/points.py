"""Rules that fire for all or for none, give points twice, or give nearly all points there are."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterator
from itertools import combinations

from ....grammar.messages.diagnostics import Diagnostic
from ....grammar.text.english import listed
from ....grammar.text.printer import name_text
from ... import plan as p
from ...plan.walk import clauses, operands
from ..context import LintContext, RootKind, lint_at, points_of, rule_label
from ..proof.reach import Fires, given_by
from ..proof.selections import Chosen
from ..reasons import why_always, why_never
from .names import names_in_rules_off


def rule_always_fires(context: LintContext) -> Iterator[Diagnostic]:
    """Looks at whole conditions of rules that pay once."""
    for verdict in context.verdicts:
        rule = verdict.root.owner
        if verdict.always and verdict.is_whole and isinstance(rule, p.Rule) and rule.each is None:
            at, why, _ = why_always(context, verdict.part)
            hint = "correct it; points that all have tell nobody apart"
            yield lint_at("rule-always-fires", at, f"this rule fires for every lead: {why}", hint)


def rule_never_fires(context: LintContext) -> Iterator[Diagnostic]:
    """Looks at whole conditions, and at conditions beside the events of a `for` rule."""
    whole = set()
    for verdict in context.verdicts:
        if verdict.root.what is RootKind.RULE and verdict.is_whole:
            whole.add(id(verdict.root.owner))
            if not verdict.always:
                at, why, _ = why_never(context, verdict.part)
                yield lint_at(
                    "rule-never-fires",
                    at,
                    f"this rule never fires: {why}",
                    "correct it, or remove the rule",
                )
    for index, rule in enumerate(context.plan.rules):
        if context.reach.firing[index] is Fires.NEVER and rule.each is not None and id(rule) not in whole:
            yield from _without_events(context, rule)


def _without_events(context: LintContext, rule: p.Rule) -> Iterator[Diagnostic]:
    if rule.condition is not None and not context.follows(rule.condition):
        yield lint_at(
            "rule-never-fires",
            rule.condition.origin,
            f"this rule never fires: where {rule.condition.origin.text} is true, it has no event to pay for",
            "correct it, or remove the rule",
        )


def duplicate_rule(context: LintContext) -> Iterator[Diagnostic]:
    """Looks at what rules mean, however they are written."""
    first: dict[Hashable, p.Rule] = {}
    for rule in context.plan.rules:
        other = first.setdefault(likeness(context, rule), rule)
        if other is not rule:
            where = "" if other.name is None else f" on line {other.origin.line}"
            yield lint_at(
                "duplicate-rule",
                rule.origin,
                f"this rule asks and gives the same as {rule_label(other)}{where}, so both pay",
                "remove one of them",
            )


def likeness(context: LintContext, rule: p.Rule) -> Hashable:
    """What two rules have in common that ask and give the same."""
    gives = frozenset((it.score, it.points, it.decay, it.least, it.most) for it in rule.contributions)
    return (asks(context, rule), gives, frozenset(rule.tags), rule.group)


def asks(context: LintContext, rule: p.Rule) -> Hashable:
    """What two rules have in common that ask the same."""
    condition = None if rule.condition is None else context.logic.number(rule.condition)
    if rule.each is None:
        return (condition, None)
    return (condition, context.logic.variables.chosen(rule.each.events), rule.each.which, rule.each.once)


MOST_ALIKE = 16
"""Of more rules about the same events than this no pairs are looked for."""


def rules_pay_twice(context: LintContext) -> Iterator[Diagnostic]:
    """Compares rules that ask the same of everything but how often and when events happened."""
    alike: dict[Hashable, list[int]] = defaultdict(list)
    for index, rule in enumerate(context.plan.rules):
        if context.reach.firing[index] is Fires.SOMETIMES:
            for contribution in rule.contributions:
                if contribution.points:
                    sign = contribution.points > 0
                    alike[contribution.score, sign, _speaks_of(context, rule)].append(index)
    said_of: set[int] = set()
    for group in alike.values():
        if len(group) <= MOST_ALIKE:
            for index, others in _paid_beside(context, group).items():
                if index not in said_of:
                    said_of.add(index)
                    yield _said(
                        context, context.plan.rules[index], [context.plan.rules[other] for other in others]
                    )


def _speaks_of(context: LintContext, rule: p.Rule) -> Hashable:
    """The events of a rule at any time, and the number of every clause that is about none."""
    events: set[Hashable] = set()
    others: set[Hashable] = set()
    if rule.each is not None:
        events.add((rule.each.which, context.logic.variables.chosen(rule.each.events).ever))
    for clause in clauses(rule.condition) if rule.condition is not None else ():
        variables = [context.logic.variables[context.logic.variables.of(value)] for value in operands(clause)]
        measured = [variable for variable in variables if variable.chosen]
        if measured:
            events.update((variable.measure, _ever(variable.chosen)) for variable in measured)
        else:
            others.add(context.logic.number(clause))
    return (frozenset(events), frozenset(others)) if events else id(rule)


def _ever(chosen: tuple[Chosen, ...]) -> tuple[Chosen, ...]:
    return tuple(one.ever for one in chosen)


def _paid_beside(context: LintContext, group: list[int]) -> dict[int, list[int]]:
    """For each rule, the others that pay wherever it does."""
    rules = context.plan.rules
    found: dict[int, list[int]] = defaultdict(list)
    for first, second in combinations(group, 2):
        one, other = rules[first], rules[second]
        if _are_held_together(context, one, other) or likeness(context, one) == likeness(context, other):
            continue
        if _pays_where(context, other, one):
            found[second].append(first)
        elif _pays_where(context, one, other):
            found[first].append(second)
    return found


def _are_held_together(context: LintContext, one: p.Rule, other: p.Rule) -> bool:
    if one.group is None or one.group != other.group:
        return False
    group = context.plan.groups[one.group]
    return group.most is not None or group.least is not None


def _pays_where(context: LintContext, rule: p.Rule, other: p.Rule) -> bool:
    """Whether the other rule surely pays wherever this one does."""
    if (rule.each is None) is not (other.each is None):
        return False
    if other.condition is not None and (
        rule.condition is None or not context.logic.implies(rule.condition, other.condition)
    ):
        return False
    if rule.each is None or other.each is None:
        return True
    chosen = context.logic.variables.chosen
    return chosen(rule.each.events).is_within(chosen(other.each.events))


def _said(context: LintContext, rule: p.Rule, others: list[p.Rule]) -> Diagnostic:
    them = listed(
        [f"{rule_label(it)} on line {it.origin.line}" if it.name else rule_label(it) for it in others]
    )
    pays = "pays" if len(others) == 1 else "pay"
    return lint_at(
        "rules-pay-twice",
        rule.condition.origin if rule.condition is not None else rule.origin,
        f"wherever this rule pays, {them} {pays} too, for the same events",
        "if only one should, let one begin where the other ends, or hold them in a group with at most",
    )


FEWEST = 4
"""With fewer rules that give points, one of them may well give most."""


def one_rule_dominates(context: LintContext) -> Iterator[Diagnostic]:
    """Compares what each rule can give, caps heeded; silent where some rule can give any number."""
    given = [(_most(context, rule), rule) for rule in context.plan.rules]
    positive = [(most, rule) for most, rule in given if most > 0]
    whole = sum(most for most, _ in positive)
    if len(positive) < FEWEST or math.isinf(whole):
        return
    most, rule = max(positive, key=lambda pair: pair[0])
    if most > whole / 2:
        yield lint_at(
            "one-rule-dominates",
            rule.contributions[0].origin,
            f"this rule alone can give {most:,.0f} of the {points_of(whole)} that all rules can give",
            "spread the points, if the score should tell more than this one thing",
        )


def _most(context: LintContext, rule: p.Rule) -> float:
    whole = 0.0
    for contribution in rule.contributions:
        most = given_by(rule, contribution).high
        if rule.group is not None and context.plan.groups[rule.group].most is not None:
            most = min(most, context.plan.groups[rule.group].most or 0)
        if contribution.score is not None and context.plan.scores[contribution.score].high is not None:
            most = min(most, context.plan.scores[contribution.score].high or 0)
        whole += most
    return whole


def named_and_unnamed_points(context: LintContext) -> Iterator[Diagnostic]:
    """Looks at the points of each rule."""
    for rule in context.plan.rules:
        nameless = [it for it in rule.contributions if it.score is None]
        names = [context.plan.scores[it.score].name for it in rule.contributions if it.score is not None]
        if nameless and names:
            points = nameless[0].points
            yield lint_at(
                "named-and-unnamed-points",
                nameless[0].origin,
                f"{points_of(points)} here go straight to the total, and others in this rule to {names[0]}",
                f"if they are meant for a score, name it: {points:+d} {names[0]}; else make two rules of it",
            )


def score_never_fed(context: LintContext) -> Iterator[Diagnostic]:
    """Takes rules that are switched off into account."""
    fed = {contribution.score for rule in context.plan.rules for contribution in rule.contributions}
    spared = names_in_rules_off(context)
    for index, score in enumerate(context.plan.scores):
        if index in fed or spared is None or score.name is None or score.name in spared:
            continue
        if score.origin is not None:
            yield lint_at(
                "score-never-fed",
                score.origin,
                f"no rule gives points to {score.name}, so it is always 0",
                f"give it points, e.g. then +5 {name_text(score.name)}, or remove it",
            )
