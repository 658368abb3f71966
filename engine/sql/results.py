"""The columns of the result: what each of them says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ..plan import Plan
from .names import Names


class Told(Enum):
    """What a column of the result tells of a lead.

    LEAD is its id. TOTAL and SCORE are whole numbers. STAGE is the name of the stage in a track, NULL for
    none. DISQUALIFIED and TAG are yes or no. GRADE is the label of a score's grade. OUTCOME says whether it
    was reached, OUTCOME_AT at which instant, as the tables hold instants, NULL where that is not known.
    """

    LEAD = "lead"
    TOTAL = "total"
    SCORE = "score"
    STAGE = "stage"
    DISQUALIFIED = "disqualified"
    GRADE = "grade"
    TAG = "tag"
    OUTCOME = "outcome"
    OUTCOME_AT = "outcome at"


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """A column by its name: what it tells, and of which score, track or tag (None: of the total, of none)."""

    name: str
    tells: Told
    subject: str | None = None


def result_columns(plan: Plan) -> tuple[ResultColumn, ...]:
    """The columns that `compile_sql` selects, in order."""
    names = Names()
    subjects: list[tuple[Told, str | None]] = [(Told.LEAD, None), (Told.TOTAL, None)]
    subjects += [(Told.SCORE, score.name) for score in plan.scores]
    subjects += [(Told.STAGE, track) for track in plan.tracks]
    subjects += [(Told.DISQUALIFIED, None)]
    for grade in plan.grades:
        subjects.append((Told.GRADE, None if grade.score is None else plan.scores[grade.score].name))
    tags = dict.fromkeys(tag for rule in plan.rules for tag in rule.tags)
    subjects += [(Told.TAG, tag) for tag in tags]
    for outcome in plan.outcomes:
        subjects.append((Told.OUTCOME, outcome.name))
        if outcome.events is not None or outcome.at is not None:
            subjects.append((Told.OUTCOME_AT, outcome.name))
    return tuple(ResultColumn(names.fresh(_wish(tells, of)), tells, of) for tells, of in subjects)


def _wish(tells: Told, subject: str | None) -> str:
    if tells is Told.LEAD:
        return "lead_id"
    if tells is Told.OUTCOME_AT:
        return f"outcome {subject} at"
    return tells.value if subject is None else f"{tells.value} {subject}"
