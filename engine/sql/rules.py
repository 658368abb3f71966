"""Rules, groups and scores: what fires, what it gives, and what bounds leave of it."""

from __future__ import annotations

from ..plan import Contribution, Rule
from .conditions import truth_of
from .leads import Leads
from .measures import decayed
from .terms import Term, all_of, compared, computed, is_known, sum_of, truth, when, whole


def add_rules(leads: Leads) -> list[Term]:
    """Adds one column a rule, whether it fires; gives these columns."""
    fires = []
    for number, rule in enumerate(leads.plan.rules, 1):
        comment = (
            f'"{rule.name}", line {rule.origin.line}'
            if rule.name
            else f"{rule.identity}, line {rule.origin.line}"
        )
        fires.append(leads.steps.add(f"rule_{number}", _fires(leads, rule), comment, phase="ruled"))
    return list(fires)


def _fires(leads: Leads, rule: Rule) -> Term:
    asked = []
    if rule.each is not None:
        paid = leads.paid(rule.each)
        asked.append(compared(">", paid, whole(0)) if rule.each.which == "each" else is_known(paid))
    if rule.condition is not None:
        asked.append(truth_of(leads, rule.condition))
    return all_of(asked) if asked else truth(True)


def add_scores(leads: Leads, fires: list[Term], names: dict[int | None, str]) -> None:
    """Adds groups, scores and the total, under these names."""
    plan, steps = leads.plan, leads.steps
    given: dict[int | None, list[Term]] = {None: [], **{number: [] for number in range(len(plan.scores))}}
    grouped: dict[int, list[Term]] = {number: [] for number in range(len(plan.groups))}
    for rule, fire in zip(plan.rules, fires, strict=True):
        for contribution in rule.contributions:
            points = when((fire.copy(), _points(leads, rule, contribution)), otherwise=whole(0))
            in_group = rule.group is not None and plan.groups[rule.group].score == contribution.score
            (
                grouped[rule.group] if in_group and rule.group is not None else given[contribution.score]
            ).append(points)
    for number, group in enumerate(plan.groups):
        bounded = _bounded(leads, sum_of(grouped[number]), group.least, group.most)
        comment = f"group {group.name}, line {group.origin.line}"
        given[group.score].append(steps.add(f"group_{number + 1}", bounded, comment, phase="grouped"))
    for number, score in enumerate(plan.scores):
        bounded = _bounded(leads, sum_of(given[number]), score.low, score.high)
        leads.scores[number] = steps.add(names[number], bounded, phase="scored", exact=True)
    parts = [*given[None], *(leads.score(number) for number in range(len(plan.scores)))]
    whole_score = _bounded(leads, sum_of(parts), plan.total.low, plan.total.high)
    leads.scores[None] = steps.add(names[None], whole_score, phase="totalled", exact=True)


def _bounded(leads: Leads, points: Term, least: int | None, most: int | None) -> Term:
    if least is not None:
        points = leads.dialect.greatest(points, whole(least))
    return leads.dialect.least(points, whole(most)) if most is not None else points


def _points(leads: Leads, rule: Rule, contribution: Contribution) -> Term:
    """What a rule that fires gives a score."""
    points, decay, each = contribution.points, contribution.decay, rule.each
    if each is None or (decay is None and each.which != "each"):
        given = points
        if contribution.most is not None and given > contribution.most:
            given = contribution.most
        elif contribution.least is not None and given < contribution.least:
            given = contribution.least
        return whole(given)
    paid = leads.paid(each)
    if each.which != "each":
        assert decay is not None
        term = decayed(leads.dialect, points, decay, leads.instants.now(), paid)
    elif decay is None:
        term = computed("*", whole(points), paid)
    else:
        faded = leads.measures.faded(each, points, decay)
        term = leads.fact(leads.measures.wish("points", each.events), faded)
    return _bounded(leads, term, contribution.least, contribution.most)
