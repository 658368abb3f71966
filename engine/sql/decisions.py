"""What is decided of a lead: disqualified or not, the stage of each track, grades, tags."""

from __future__ import annotations

from ..plan import Grade
from .conditions import truth_of
from .leads import Leads
from .results import ResultColumn, Told
from .terms import Term, any_of, coalesce, compared, said, text, truth, unknown, when, whole


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
