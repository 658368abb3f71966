"""Rules that pay one score for the same events, so that who gets the points of one gets the other's too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator
from itertools import combinations

from ...grammar.messages.diagnostics import Diagnostic
from ...grammar.text.phrases import listed
from .. import plan as p
from ..plan.walk import clauses, operands
from .duplicate_rule import likeness
from .reach import Fires
from .selections import Chosen
from .study import Study, named, said

CODE = "rules-pay-twice"
MOST_ALIKE = 16
"""Of more rules about the same events than this no pairs are looked for."""


def check(study: Study) -> Iterator[Diagnostic]:
    """Compares rules that ask the same of everything but how often and when events happened."""
    alike: dict[Hashable, list[int]] = defaultdict(list)
    for index, rule in enumerate(study.plan.rules):
        if study.reach.firing[index] is Fires.SOMETIMES:
            for contribution in rule.contributions:
                if contribution.points:
                    sign = contribution.points > 0
                    alike[contribution.score, sign, _speaks_of(study, rule)].append(index)
    said_of: set[int] = set()
    for group in alike.values():
        if len(group) <= MOST_ALIKE:
            for index, others in _paid_beside(study, group).items():
                if index not in said_of:
                    said_of.add(index)
                    yield _said(study, study.plan.rules[index], [study.plan.rules[other] for other in others])


def _speaks_of(study: Study, rule: p.Rule) -> Hashable:
    """The events of a rule at any time, and the number of every clause that is about none."""
    events: set[Hashable] = set()
    others: set[Hashable] = set()
    if rule.each is not None:
        events.add((rule.each.which, study.logic.subjects.chosen(rule.each.events).ever))
    for clause in clauses(rule.condition) if rule.condition is not None else ():
        subjects = [study.logic.subjects[study.logic.subjects.of(value)] for value in operands(clause)]
        measured = [subject for subject in subjects if subject.chosen]
        if measured:
            events.update((subject.measure, _ever(subject.chosen)) for subject in measured)
        else:
            others.add(study.logic.number(clause))
    return (frozenset(events), frozenset(others)) if events else id(rule)


def _ever(chosen: tuple[Chosen, ...]) -> tuple[Chosen, ...]:
    return tuple(one.ever for one in chosen)


def _paid_beside(study: Study, group: list[int]) -> dict[int, list[int]]:
    """For each rule, the others that pay wherever it does."""
    rules = study.plan.rules
    found: dict[int, list[int]] = defaultdict(list)
    for first, second in combinations(group, 2):
        one, other = rules[first], rules[second]
        if _are_held_together(study, one, other) or likeness(study, one) == likeness(study, other):
            continue
        if _pays_where(study, other, one):
            found[second].append(first)
        elif _pays_where(study, one, other):
            found[first].append(second)
    return found


def _are_held_together(study: Study, one: p.Rule, other: p.Rule) -> bool:
    if one.group is None or one.group != other.group:
        return False
    group = study.plan.groups[one.group]
    return group.most is not None or group.least is not None


def _pays_where(study: Study, rule: p.Rule, other: p.Rule) -> bool:
    """Whether the other rule surely pays wherever this one does."""
    if (rule.each is None) is not (other.each is None):
        return False
    if other.condition is not None and (
        rule.condition is None or not study.logic.implies(rule.condition, other.condition)
    ):
        return False
    if rule.each is None or other.each is None:
        return True
    chosen = study.logic.subjects.chosen
    return chosen(rule.each.events).is_within(chosen(other.each.events))


def _said(study: Study, rule: p.Rule, others: list[p.Rule]) -> Diagnostic:
    them = listed([f"{named(it)} on line {it.origin.line}" if it.name else named(it) for it in others])
    pays = "pays" if len(others) == 1 else "pay"
    return said(
        CODE,
        rule.condition.origin if rule.condition is not None else rule.origin,
        f"wherever this rule pays, {them} {pays} too, for the same events",
        "if only one should, let one begin where the other ends, or hold them in a group with at most",
    )
