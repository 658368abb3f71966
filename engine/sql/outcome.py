"""What is decided of a lead as SQL: rules, bounds, stages, grades, tags, the result's columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from ...grammar.syntax.nodes import Kind
from ..plan import Aggregation, Grade, Measure, Outcome, Rule
from ..plan.adding_up import Pay, Register, RegisterKind
from ..result_columns import ResultColumn, ResultKind
from .conditions import truth_of
from .leads import Leads
from .measures import decayed
from .terms import (
    Term,
    all_of,
    any_of,
    coalesce,
    compared,
    computed,
    is_known,
    said,
    sum_of,
    text,
    truth,
    unknown,
    when,
    whole,
)
from .zoned import start_of


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


_PHASES = {RegisterKind.GROUP: "grouped", RegisterKind.SCORE: "scored", RegisterKind.TOTAL: "totalled"}


def add_scores(leads: Leads, fires: list[Term], names: dict[int | None, str]) -> None:
    """Adds groups, scores and the total, under these names."""
    sums: dict[Register, list[Term]] = defaultdict(list)
    for step in leads.kernel.steps:
        if isinstance(step, Pay):
            points = when((fires[step.number].copy(), _points(leads, step)), otherwise=whole(0))
            sums[step.into].append(points)
            continue
        kind, number = step.register
        score = None if kind is RegisterKind.TOTAL else number
        is_group = kind is RegisterKind.GROUP
        comment = None
        if is_group:
            group = leads.plan.groups[number]
            comment = f"group {group.name}, line {group.origin.line}"
        settled = leads.steps.add(
            f"group_{number + 1}" if is_group else names[score],
            _bounded(leads, sum_of(sums[step.register]), step.least, step.most),
            comment,
            phase=_PHASES[kind],
            exact=not is_group,
        )
        if not is_group:
            leads.scores[score] = settled
        if step.into is not None:
            sums[step.into].append(settled.copy())


def _bounded(leads: Leads, points: Term, least: int | None, most: int | None) -> Term:
    if least is not None:
        points = leads.dialect.greatest(points, whole(least))
    return leads.dialect.least(points, whole(most)) if most is not None else points


def _points(leads: Leads, pay: Pay) -> Term:
    """What a rule that fires gives a score."""
    if pay.fixed is not None:
        return whole(pay.fixed)
    contribution, each = pay.contribution, pay.rule.each
    assert each is not None
    points, decay = contribution.points, contribution.decay
    paid = leads.paid(each)
    if each.which != "each":
        assert decay is not None
        term = decayed(leads.dialect, points, decay, leads.instants.now(), paid)
    elif decay is None:
        term = computed("*", whole(points), paid)
    else:
        faded = leads.measures.faded(each, points, decay)
        term = leads.fact(leads.measures.preferred("points", each.events), faded)
    return _bounded(leads, term, contribution.least, contribution.most)


def add_decisions(
    leads: Leads, fires: list[Term], columns: tuple[ResultColumn, ...], held: Mapping[int, Term]
) -> None:
    """Adds the columns of the result that tell decisions; `held` says of stages that hold, by their numbers,
    whether the lead is in them."""
    by_subject = {
        (result_column.tells, result_column.subject): result_column.name for result_column in columns
    }

    def add(tells: ResultKind, subject: str | None, term: Term) -> Term:
        return leads.steps.add(by_subject[tells, subject], term, phase="decided", exact=True)

    gone = add(ResultKind.DISQUALIFIED, None, _disqualified(leads))
    for track in leads.plan.tracks:
        add(ResultKind.STAGE, track, _stage(leads, track, gone.copy(), held))
    for grade in leads.plan.grades:
        add(
            ResultKind.GRADE,
            None if grade.score is None else leads.plan.scores[grade.score].name,
            _grade(leads, grade),
        )
    for result_column in columns:
        if result_column.tells is ResultKind.TAG:
            add(ResultKind.TAG, result_column.subject, _tagged(leads, fires, str(result_column.subject)))
    for outcome in leads.plan.outcomes:
        reached, at = _outcome(leads, outcome)
        add(ResultKind.OUTCOME, outcome.name, reached)
        if at is not None:
            add(ResultKind.OUTCOME_AT, outcome.name, at)


def _outcome(leads: Leads, outcome: Outcome) -> tuple[Term, Term | None]:
    """Whether an outcome was reached, and when; None where that is never known."""
    if outcome.events is not None:
        signal = Measure(Aggregation.FIRST, outcome.events)
        first = leads.fact(leads.measures.preferred("first", outcome.events), leads.measures.signal(signal))
        return is_known(first), first.copy()
    assert outcome.condition is not None
    reached = coalesce(truth_of(leads, outcome.condition), truth(False))
    if outcome.at is None:
        return reached, None
    at = leads.field(outcome.at.field)
    if outcome.at.kind is Kind.DATE:
        at = start_of(leads.plan.zone, leads.dialect, at)
    return reached, when((reached.copy(), at))


def _disqualified(leads: Leads) -> Term:
    reasons = [
        said(coalesce(truth_of(leads, one.condition), truth(False)), f"{one.reason}, line {one.origin.line}")
        for one in leads.plan.disqualifications
    ]
    return any_of(reasons)


def _stage(leads: Leads, track: str, gone: Term, held: Mapping[int, Term]) -> Term:
    """The highest stage that holds."""
    stages = [(number, stage) for number, stage in enumerate(leads.plan.stages) if stage.track == track]
    reached = [
        (truth_of(leads, stage.condition) if stage.until is None else held[number], text(stage.name))
        for number, stage in reversed(stages)
    ]
    return when((gone, unknown()), *reached)


def _grade(leads: Leads, grade: Grade) -> Term:
    bands = [
        (compared(">=", leads.score(grade.score), whole(start)), text(label)) for label, start in grade.bands
    ]
    return when(*bands, otherwise=text(grade.otherwise)) if bands else text(grade.otherwise)


def _tagged(leads: Leads, fires: list[Term], tag: str) -> Term:
    having = [fire for rule, fire in zip(leads.plan.rules, fires, strict=True) if tag in rule.tags]
    return coalesce(any_of([fire.copy() for fire in having]), truth(False))
