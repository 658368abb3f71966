"""The columns that tell what a ruleset says of leads outside the record, and names that any engine takes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from enum import Enum

from ..grammar.frozen import frozen
from .plan import Plan

_LONGEST = 50


def plain(text: str) -> str:
    """The text as lower-case letters, digits and `_`; different texts may come to the same."""
    letters = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", letters).strip("_")[:_LONGEST].strip("_")


class SqlNames:
    """Gives names that were not given before."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)

    def fresh(self, preferred: str) -> str:
        """The wish made plain, with a number behind it where it is taken."""
        base = plain(preferred) or "x"
        name, number = base, 1
        while name in self._taken:
            number += 1
            name = f"{base}_{number}"
        self._taken.add(name)
        return name


class ResultKind(Enum):
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


@frozen
class ResultColumn:
    """A column by its name: what it tells, and of which score, track or tag (None: of the total, of none)."""

    name: str
    tells: ResultKind
    subject: str | None = None


def result_columns(plan: Plan) -> tuple[ResultColumn, ...]:
    """The columns that `compile_sql` selects, in order."""
    names = SqlNames()
    subjects: list[tuple[ResultKind, str | None]] = [(ResultKind.LEAD, None), (ResultKind.TOTAL, None)]
    subjects += [(ResultKind.SCORE, score.name) for score in plan.scores]
    subjects += [(ResultKind.STAGE, track) for track in plan.tracks]
    subjects += [(ResultKind.DISQUALIFIED, None)]
    for grade in plan.grades:
        subjects.append((ResultKind.GRADE, None if grade.score is None else plan.scores[grade.score].name))
    tags = dict.fromkeys(tag for rule in plan.rules for tag in rule.tags)
    subjects += [(ResultKind.TAG, tag) for tag in tags]
    for outcome in plan.outcomes:
        subjects.append((ResultKind.OUTCOME, outcome.name))
        if outcome.events is not None or outcome.at is not None:
            subjects.append((ResultKind.OUTCOME_AT, outcome.name))
    return tuple(ResultColumn(names.fresh(_preferred_name(tells, of)), tells, of) for tells, of in subjects)


def _preferred_name(tells: ResultKind, subject: str | None) -> str:
    if tells is ResultKind.LEAD:
        return "lead_id"
    if tells is ResultKind.OUTCOME_AT:
        return f"outcome {subject} at"
    return tells.value if subject is None else f"{tells.value} {subject}"
