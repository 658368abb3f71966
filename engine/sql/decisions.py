"""What is decided of a lead: disqualified or not, the stage of each track, grades, tags."""

from __future__ import annotations

from ...grammar.syntax.nodes import Kind
from ..plan import Grade, Measure, Outcome, Signal
from ..values import DAY
from .conditions import truth_of
from .leads import Leads
from .results import ResultColumn, Told
from .terms import (
    Term,
    any_of,
    coalesce,
    compared,
    computed,
    is_known,
    said,
    text,
    truth,
    unknown,
    when,
    whole,
)


def add_decisions(leads: Leads, fires: list[Term], columns: tuple[ResultColumn, ...]) -> None:
    """Adds the columns of the result that tell decisions."""
    by_subject = {(told.tells, told.subject): told.name for told in columns}

    def add(tells: Told, subject: str | None, term: Term) -> Term:
        return leads.steps.add(by_subject[tells, subject], term, phase="decided", exact=True)

    gone = add(Told.DISQUALIFIED, None, _disqualified(leads))
    for track in leads.plan.tracks:
        add(Told.STAGE, track, _stage(leads, track, gone.copy()))
    for grade in leads.plan.grades:
        add(
            Told.GRADE,
            None if grade.score is None else leads.plan.scores[grade.score].name,
            _grade(leads, grade),
        )
    for told in columns:
        if told.tells is Told.TAG:
            add(Told.TAG, told.subject, _tagged(leads, fires, str(told.subject)))
    for outcome in leads.plan.outcomes:
        reached, at = _outcome(leads, outcome)
        add(Told.OUTCOME, outcome.name, reached)
        if at is not None:
            add(Told.OUTCOME_AT, outcome.name, at)


def _outcome(leads: Leads, outcome: Outcome) -> tuple[Term, Term | None]:
    """Whether an outcome was reached, and when; None where that is never known."""
    if outcome.events is not None:
        signal = Signal(Measure.FIRST, outcome.events)
        first = leads.fact(leads.measures.wish("first", outcome.events), leads.measures.signal(signal))
        return is_known(first), first.copy()
    assert outcome.condition is not None
    reached = coalesce(truth_of(leads, outcome.condition), truth(False))
    if outcome.at is None:
        return reached, None
    at = leads.field(outcome.at.field)
    if outcome.at.kind is Kind.DATE:
        at = computed("*", leads.dialect.bigint(at), whole(DAY))
    return reached, when((reached.copy(), at))


def _disqualified(leads: Leads) -> Term:
    reasons = [
        said(coalesce(truth_of(leads, one.condition), truth(False)), f"{one.reason}, line {one.origin.line}")
        for one in leads.plan.disqualifications
    ]
    return any_of(reasons)


def _stage(leads: Leads, track: str, gone: Term) -> Term:
    """The highest stage that holds."""
    stages = [stage for stage in leads.plan.stages if stage.track == track]
    held = [(truth_of(leads, stage.condition), text(stage.name)) for stage in reversed(stages)]
    return when((gone, unknown()), *held)


def _grade(leads: Leads, grade: Grade) -> Term:
    bands = [
        (compared(">=", leads.score(grade.score), whole(start)), text(label)) for label, start in grade.bands
    ]
    return when(*bands, otherwise=text(grade.otherwise)) if bands else text(grade.otherwise)


def _tagged(leads: Leads, fires: list[Term], tag: str) -> Term:
    having = [fire for rule, fire in zip(leads.plan.rules, fires, strict=True) if tag in rule.tags]
    return coalesce(any_of([fire.copy() for fire in having]), truth(False))
