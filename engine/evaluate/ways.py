"""The smallest changes that would make a condition true."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from ...grammar.spec.operators import CONTRARY, MIRROR
from ..explain.decision import Missing
from ..plan import (
    Aggregation,
    All,
    Any,
    Between,
    Clause,
    Compare,
    Condition,
    Constant,
    Holds,
    Not,
    ScoreValue,
    SignalValue,
    Value,
)
from ..plan.walk import operands
from . import words
from .findings import Found, found_words, unknown_of

MOST = 8
"""How many ways are told."""

Ask = Callable[[Condition], bool | None]
"""Gives the truth of a condition."""

Literal = tuple[int, bool]
"""A clause, by its place among all, and whether it is to be true."""


def ways(
    found: Found, condition: Condition, truth_of: Ask, raw: Sequence[int], raw_total: int
) -> tuple[tuple[Missing, ...], ...]:
    """The ways to make a condition true, the one with the fewest missing first; `truth_of` gives the truth of
    any condition in it, `raw` are scores before their ranges."""
    return tuple(
        tuple(_missing(found, found.parts.clauses[place], wanted, raw, raw_total) for place, wanted in way)
        for way in _ways(found, condition, truth_of, True)
    )


def _ways(found: Found, condition: Condition, truth_of: Ask, wanted: bool) -> list[tuple[Literal, ...]]:
    if truth_of(condition) is wanted:
        return [()]
    match condition:
        case Not(item=item):
            return _ways(found, item, truth_of, not wanted)
        case Holds(define=define):
            body = found.plan.definitions[define].condition
            assert body is not None
            return _ways(found, body, truth_of, wanted)
        case All(items=items) | Any(items=items):
            several = [_ways(found, item, truth_of, wanted) for item in items]
            if isinstance(condition, All) is wanted:
                return _together(several)
            return _fewest(way for each in several for way in each)
        case _:
            return [((found.parts.places[id(condition)], wanted),)]


def _together(several: Iterable[list[tuple[Literal, ...]]]) -> list[tuple[Literal, ...]]:
    """One way of each at once, those left out that want a clause both true and false."""
    joined: list[tuple[Literal, ...]] = [()]
    for each in several:
        if each == [()]:
            continue
        pairs = (tuple(dict.fromkeys((*a, *b))) for a in joined for b in each)
        joined = _fewest(way for way in pairs if not any((place, not wanted) in way for place, wanted in way))
    return joined


def _fewest(found: Iterable[tuple[Literal, ...]]) -> list[tuple[Literal, ...]]:
    distinct = list(dict.fromkeys(found))
    return distinct if len(distinct) < 2 else sorted(distinct, key=len)[:MOST]


def _missing(found: Found, clause: Clause, wanted: bool, raw: Sequence[int], raw_total: int) -> Missing:
    asked = clause.origin.text if wanted else f"not {clause.origin.text}"
    comparison = _comparison(found, clause, wanted)
    if comparison is not None:
        operator, value, limit = comparison
        if isinstance(value, ScoreValue):
            before = raw_total if value.score is None else raw[value.score]
            needed, obstacle = _points(found, value, operator, limit, before)
            return Missing(asked, needed, obstacle)
        if (
            isinstance(value, SignalValue)
            and found.plan.signals[value.signal].aggregation is Aggregation.COUNT
        ):
            counted = found.value(value)
            assert isinstance(counted, int)
            return Missing(asked, _events(found, value, operator, limit, counted))
    unknown = unknown_of(found, clause)
    if unknown is not None:
        return Missing(asked, f"{unknown} is unknown")
    return Missing(asked, _otherwise(found, clause, wanted))


def _otherwise(found: Found, clause: Clause, wanted: bool) -> str:
    subject = found.parts.subjects[found.parts.places[id(clause)]]
    is_ = f"{subject} is {found_words(found, clause)}"
    if isinstance(operands(clause)[0], SignalValue):
        return f"no {subject}" if wanted else f"must not be: {subject}"
    return is_ if wanted else f"{is_}, which must not be: {clause.origin.text}"


def _comparison(found: Found, clause: Clause, wanted: bool) -> tuple[str, Value, float] | None:
    """What has to hold of a value beside a number: the operator, the value, the number."""
    match clause:
        case Compare(operator=operator, left=left, right=Constant(value=int() | float() as limit)):
            return (operator if wanted else CONTRARY[operator]), left, limit
        case Compare(operator=operator, left=Constant(value=int() | float() as limit), right=right):
            operator = MIRROR[operator]
            return (operator if wanted else CONTRARY[operator]), right, limit
        case Between(value=value, low=Constant(value=int() | float() as low), high=Constant()) if wanted:
            number, high = found.value(value), clause.high
            if isinstance(number, int | float) and isinstance(high, Constant):
                top = high.value
                assert isinstance(top, int | float)
                return (">=", value, low) if number < low else ("<=", value, top)
    return None


def _bounds(operator: str, limit: float) -> tuple[int, int] | None:
    """The lowest and highest whole number that will do; None where no single one is aimed at."""
    match operator:
        case ">=":
            return math.ceil(limit), 10**12
        case ">":
            return math.floor(limit) + 1, 10**12
        case "<=":
            return -(10**12), math.floor(limit)
        case "<":
            return -(10**12), math.ceil(limit) - 1
        case "=" if float(limit).is_integer():
            return int(limit), int(limit)
        case _:
            return None


def _points(
    found: Found, value: ScoreValue, operator: str, limit: float, before: int
) -> tuple[str, str | None]:
    """How many points are short or too many before ranges, and the range that stands in the way."""
    plan = found.plan
    score = plan.total if value.score is None else plan.scores[value.score]
    name = words.score_words(plan, value.score)
    bounds = _bounds(operator, limit)
    if bounds is None:
        return f"{name} must {'not ' if operator == '!=' else ''}be {words.number_words(limit)}", None
    low, high = bounds
    obstacle = None
    if score.high is not None and low > score.high:
        obstacle = f"the range ends at {score.high}"
    elif score.low is not None and high < score.low:
        obstacle = f"the range begins at {score.low}"
    now = before
    if low <= before <= high:
        now = found.total if value.score is None else found.scores[value.score]
    if now < low:
        return f"{words.plural(low - now, 'point')} short", obstacle
    return f"{words.plural(now - high, 'point')} too many", obstacle


def _events(found: Found, value: SignalValue, operator: str, limit: float, counted: int) -> str:
    """How many events are short or too many."""
    phrase = found.parts.measured[value.signal]
    bounds = _bounds(operator, limit)
    if bounds is None:
        return f"{phrase} must not be counted {words.times(counted)}"
    low, high = bounds
    if counted < low:
        return f"no {phrase}" if not counted and low == 1 else f"{low - counted} more of {phrase}"
    return f"{counted - high} too many of {phrase}"
