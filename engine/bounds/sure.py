"""Whether an outcome is sure: so whatever the blank fields of a lead turn out to be."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import replace

from ...grammar.syntax.nodes import Kind
from ..plan import (
    All,
    Condition,
    Expectation,
    ExpectedOf,
    Field,
    FieldValue,
    Grade,
    IsYes,
    Not,
    Plan,
    SureValue,
)
from ..plan import Any as AnyOf
from ..plan.walk import nested
from ..values import Prepared
from .blanks import Blanks
from .bounds import Bounds, Reach

_COMPARE: Mapping[str, Callable[[int, int], bool]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
}
_CONTRARY = {"=": "!=", "!=": "=", ">=": "<", "<": ">=", ">": "<=", "<=": ">"}


CAN_BE_SURE = frozenset({ExpectedOf.SCORE, ExpectedOf.STAGE, ExpectedOf.GRADE, ExpectedOf.DISQUALIFIED})
"""What bounds tell of."""


class Sure:
    """What the handoffs of a plan ask to be sure, each outcome as a yes/no field behind the plan's own."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        asked = (one.condition for one in plan.handoffs if one.condition is not None)
        wanted = (of for condition in asked for one in nested(condition) if (of := _wanted(one)) is not None)
        self.wanted = {of: len(plan.fields) + n for n, of in enumerate(dict.fromkeys(wanted))}
        self.fields = tuple(Field(of.origin.text, of.origin.text, Kind.YES_NO) for of in self.wanted)
        self.blanks = Blanks(plan)

    def as_field(self, condition: Condition) -> Condition:
        """A condition with the fields in the place of what they stand for."""
        match condition:
            case All(items=items) | AnyOf(items=items):
                return replace(condition, items=tuple(map(self.as_field, items)))
            case Not(item=item):
                return replace(condition, item=self.as_field(item))
        wanted = _wanted(condition)
        if wanted is None:
            return condition
        return IsYes(FieldValue(self.wanted[wanted], Kind.YES_NO), condition.origin)

    def values_of(self, bounds: Bounds) -> tuple[Prepared, ...]:
        """The values of the fields of a lead."""
        return tuple(is_sure(self._plan, wanted, bounds) for wanted in self.wanted)


def _wanted(condition: Condition) -> Expectation | None:
    """The outcome that a clause asks to be sure; None for any other condition."""
    if isinstance(condition, IsYes) and isinstance(condition.value, SureValue):
        return condition.value.of
    return None


def is_sure(plan: Plan, wanted: Expectation, bounds: Bounds) -> bool:
    """Whether an outcome comes about in every case that bounds leave open."""
    match wanted.of:
        case ExpectedOf.SCORE:
            sign = _CONTRARY[wanted.operator] if wanted.negated else wanted.operator
            assert isinstance(wanted.value, int)
            return _is_always(sign, _reach(wanted, bounds), wanted.value)
        case ExpectedOf.STAGE:
            could: tuple[object, ...] = bounds.stages[wanted.subject or "main"]
        case ExpectedOf.GRADE:
            could = tuple(_labels(_grade(plan, wanted), _reach(wanted, bounds)))
        case _:
            return bounds.disqualified is not wanted.negated and bounds.disqualified is not None
    return wanted.value not in could if wanted.negated else could == (wanted.value,)


def sure_words(plan: Plan, wanted: Expectation, bounds: Bounds) -> str:
    """What could come out of that which an outcome is about: "between 55 and 90", "SQL or MQL"."""
    match wanted.of:
        case ExpectedOf.SCORE:
            low, high = _reach(wanted, bounds)
            return f"{low}" if low == high else f"between {low} and {high}"
        case ExpectedOf.STAGE:
            return " or ".join(one or "no stage" for one in bounds.stages[wanted.subject or "main"])
        case ExpectedOf.GRADE:
            return " or ".join(_labels(_grade(plan, wanted), _reach(wanted, bounds)))
    return {True: "disqualified", False: "not disqualified", None: "disqualified or not"}[bounds.disqualified]


def _is_always(sign: str, reach: Reach, value: int) -> bool:
    low, high = reach
    if sign == "=":
        return low == high == value
    if sign == "!=":
        return not low <= value <= high
    return _COMPARE[sign](low, value) and _COMPARE[sign](high, value)


def _reach(wanted: Expectation, bounds: Bounds) -> Reach:
    return bounds.total if wanted.subject is None else bounds.scores[wanted.subject]


def _grade(plan: Plan, wanted: Expectation) -> Grade:
    names = [None if one.score is None else plan.scores[one.score].name for one in plan.grades]
    return plan.grades[names.index(wanted.subject)]


def _labels(grade: Grade, reach: Reach) -> list[str]:
    """The labels between the ends of a range of scores, from the highest down."""
    ends, found = [*grade.bands, (grade.otherwise, None)], []
    above: int | None = None
    for label, start in ends:
        if (start is None or start <= reach.high) and (above is None or above > reach.low):
            found.append(label)
        above = start
    return found
