"""A grade that no lead can get."""

from __future__ import annotations

from collections.abc import Iterator

from ...grammar.messages.diagnostics import Diagnostic
from .reasons import limits
from .study import Study, points_of, said

CODE = "grade-unreachable"


def check(study: Study) -> Iterator[Diagnostic]:
    """Compares every band but the last, which stands for all the rest, with the reach of its score."""
    for grade in study.plan.grades:
        low, high = study.reach.scores.of(grade.score).ranged
        of = "" if grade.score is None else f" of {study.plan.scores[grade.score].name}"
        above: int | None = None
        for label, start in grade.bands:
            if start > high:
                end, why = "high", f"begins at {start:,}: a lead can have at most {points_of(high)}{of}"
            elif above is not None and above <= low:
                end, why = "low", f"ends below {above:,}: no lead can have fewer than {points_of(low)}{of}"
            else:
                end, why = "", ""
            if end:
                yield said(
                    CODE,
                    grade.origin,
                    f"no lead can get the grade {label}, which {why}",
                    f"{limits(study, grade.score, end)}; move the grades to what can be had",
                )
            above = start
