"""What a way to make a condition true is short of on a lead, in words.

Which clauses of a way are not as wanted, and what all of it allows for a score or a count, is worked out once
for all leads on which the same clauses are true. A lead then adds its numbers and values.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ...grammar.frozen import frozen
from ...grammar.spec.operators import CONTRARY, MIRROR
from ...grammar.syntax.nodes import Kind
from ..plan import (
    Aggregation,
    Between,
    Calculation,
    Clause,
    Compare,
    Constant,
    DaysBetween,
    DefineValue,
    Domain,
    FieldValue,
    Last,
    Plan,
    Range,
    ScoreValue,
    SignalValue,
    Value,
)
from ..plan.walk import operands
from ..values import Prepared
from . import words
from .decision import Gain, Missing
from .findings import Found, blank_in, clause_words, found_value_words
from .plan_index import PlanIndex

_BEYOND = 10**12

_MOST_KEPT = 1_024
"""So many of the answers about one clause are kept, by the number that they are about."""


@frozen
class Literal:
    """A clause, whether it is to be true, and how that is written."""

    clause: Clause
    wanted: bool
    asked: str


@frozen
class Points:
    """The scores before their ranges: of each named score, and the total."""

    scores: Sequence[int]
    total: int


@dataclass(slots=True)
class Standing:
    """A lead: what was found of it, its points, and what finds gains for a score that is short of some, where
    these were asked for."""

    found: Found
    points: Points
    gains: Callable[[int | None, int], tuple[Gain, ...]] | None = None


Tell = Callable[[Standing], Missing]
TellAll = Callable[[Standing], tuple[Missing, ...]]


def teller(parts: PlanIndex, way: Sequence[Literal], found: Found) -> TellAll:
    """What tells what a way is short of, on all leads on which the same of its clauses are true as on one."""
    missing = [literal for literal in way if found.truth(literal.clause) is not literal.wanted]
    if any(_lies_on_a_side(parts.plan, literal) for literal in way):
        return lambda standing: _written(parts, way, missing, standing.found)(standing)
    return _written(parts, way, missing, None)


def _written(
    parts: PlanIndex, way: Sequence[Literal], missing: Sequence[Literal], found: Found | None
) -> TellAll:
    """The same, where `found` tells on which side of its limits a number lies, if that makes a difference."""
    compared = {id(literal): _comparison(parts, literal, found) for literal in way}
    tells = []
    for literal in missing:
        comparison = compared[id(literal)]
        tell: Tell | None = _otherwise(parts, literal)
        if comparison is not None:
            tell = _short(parts, literal.asked, comparison, [*compared.values()])
        if tell is not None:
            tells.append(tell)
    return lambda standing: _once([tell(standing) for tell in tells])


def _once(listed: list[Missing]) -> tuple[Missing, ...]:
    """What is needed once; of several about one number, that which asks the most."""
    if len(listed) < 2:
        return tuple(listed)
    by_need: dict[str, Missing] = {}
    for missing in listed:
        before = by_need.get(missing.needed)
        if before is None or before.asked == missing.asked:
            by_need[missing.needed] = missing
        else:
            by_need[missing.needed] = missing._replace(asked=f"{before.asked} and {missing.asked}")
    return tuple(by_need.values())


# --- numbers ----------------------------------------------------------------------------------------


@frozen
class _Comparison:
    """What has to hold of a score or a count beside a number."""

    operator: str
    value: ScoreValue | SignalValue
    limit: float

    @property
    def bounds(self) -> tuple[int, int] | None:
        """The lowest and highest whole number that will do; None where no single one is aimed at."""
        limit = self.limit
        match self.operator:
            case ">=":
                return math.ceil(limit), _BEYOND
            case ">":
                return math.floor(limit) + 1, _BEYOND
            case "<=":
                return -_BEYOND, math.floor(limit)
            case "<":
                return -_BEYOND, math.ceil(limit) - 1
            case "=" if float(limit).is_integer():
                return int(limit), int(limit)
            case _:
                return None


def _comparison(parts: PlanIndex, literal: Literal, found: Found | None) -> _Comparison | None:
    """The comparison that a literal is, None for any other."""
    clause, wanted = literal.clause, literal.wanted
    match clause:
        case Compare(operator=operator, left=left, right=Constant(value=int() | float() as limit)):
            pass
        case Compare(operator=operator, left=Constant(value=int() | float() as limit), right=left):
            operator = MIRROR[operator]
        case Between(
            value=left,
            low=Constant(value=int() | float() as low),
            high=Constant(value=int() | float() as high),
        ) if wanted:
            number = None if found is None else found.value(left)
            if not isinstance(number, int | float):
                return None
            operator, limit = (">=", low) if number < low else ("<=", high)
        case _:
            return None
    if not _is_counted(parts.plan, left):
        return None
    assert isinstance(left, ScoreValue | SignalValue)
    return _Comparison(operator if wanted else CONTRARY[operator], left, limit)


def _lies_on_a_side(plan: Plan, literal: Literal) -> bool:
    """Whether a number is to lie between two others, so that what is asked depends on where it is."""
    clause = literal.clause
    return isinstance(clause, Between) and literal.wanted and _is_counted(plan, clause.value)


def _is_counted(plan: Plan, value: Value) -> bool:
    if isinstance(value, SignalValue):
        return plan.signals[value.signal].aggregation is Aggregation.COUNT and value.kind is Kind.NUMBER
    return isinstance(value, ScoreValue) and value.kind is Kind.NUMBER


def _short(
    parts: PlanIndex, asked: str, comparison: _Comparison, way: Sequence[_Comparison | None]
) -> Tell | None:
    """What tells how far a score or a count is off; None where another clause of the way asks more."""
    bounds = comparison.bounds
    if bounds is None:
        return _unequal(parts, asked, comparison)
    whole = _allowed(comparison.value, way)
    if not (-_BEYOND < bounds[0] == whole[0] or _BEYOND > bounds[1] == whole[1]):
        return None
    if isinstance(comparison.value, ScoreValue):
        return _points(parts, asked, comparison.value, whole)
    return _events(parts, asked, comparison.value, whole)


def _allowed(value: Value, way: Sequence[_Comparison | None]) -> tuple[int, int]:
    """The lowest and highest number that all of a way allows for a score or a count."""
    low, high = -_BEYOND, _BEYOND
    for other in way:
        bounds = None if other is None or other.value != value else other.bounds
        if bounds is not None:
            low, high = max(low, bounds[0]), min(high, bounds[1])
    return low, high


def _unequal(parts: PlanIndex, asked: str, comparison: _Comparison) -> Tell:
    """Where a number is not to be another, or to be one that no whole number is."""
    value, plan = comparison.value, parts.plan
    if isinstance(value, ScoreValue):
        is_ = "must not be" if comparison.operator == "!=" else "is never"
        name = words.score_words(plan, value.score)
        missing = Missing(asked, f"{name} {is_} {words.number_words(comparison.limit)}")
        return lambda standing: missing
    phrase = words.selection_words(plan, plan.signals[value.signal].events)
    read = _reader(parts, value)

    def tell(standing: Standing) -> Missing:
        return Missing(asked, f"{phrase} must not be counted {words.times(_whole(read(standing.found)))}")

    return tell


def _points(parts: PlanIndex, asked: str, value: ScoreValue, allowed: tuple[int, int]) -> Tell:
    """How many points are short or too many before ranges, and the range that stands in the way."""
    plan, which, (low, high) = parts.plan, value.score, allowed
    score = plan.total if which is None else plan.scores[which]
    obstacle = None
    if score.high is not None and low > score.high:
        obstacle = f"the range ends at {score.high}"
    elif score.low is not None and high < score.low:
        obstacle = f"the range begins at {score.low}"

    by_points: dict[int, Missing] = {}

    def tell(standing: Standing) -> Missing:
        points, found = standing.points, standing.found
        now = points.total if which is None else points.scores[which]
        if low <= now <= high:
            now = found.total if which is None else found.scores[which]
        missing = by_points.get(now)
        if missing is None:
            short = f"{words.plural(low - now, 'point')} short"
            missing = Missing(
                asked, short if now < low else f"{words.plural(now - high, 'point')} too many", obstacle
            )
            if len(by_points) < _MOST_KEPT:
                by_points[now] = missing
        if standing.gains is None or now >= low or obstacle:
            return missing
        return missing._replace(gains=standing.gains(which, low - now))

    return tell


def _events(parts: PlanIndex, asked: str, value: SignalValue, allowed: tuple[int, int]) -> Tell:
    """How many events are missing or too many, and whether that can still change."""
    low, high = allowed
    selection = parts.plan.signals[value.signal].events
    phrase = words.selection_words(parts.plan, selection)
    window, read = selection.window, _reader(parts, value)
    end = window.end if isinstance(window, Range) else None
    stays = None if isinstance(window, Last) else "what has happened stays"
    by_count: dict[tuple[int, bool], Missing] = {}

    def tell(standing: Standing) -> Missing:
        counted = _whole(read(standing.found))
        over = end is not None and end <= standing.found.now
        missing = by_count.get((counted, over))
        if missing is None:
            missing = _of_count(counted, over)
            if len(by_count) < _MOST_KEPT:
                by_count[counted, over] = missing
        return missing

    def _of_count(counted: int, over: bool) -> Missing:
        if counted >= low:
            many = f"{counted - high} too many of {phrase}" if high else f"{phrase} must not have happened"
            return Missing(asked, many, stays)
        obstacle = "that time is over" if over else None
        if not counted and low == 1:
            return Missing(asked, f"no {phrase}", obstacle, phrase)
        more = f"{low - counted} more of {phrase}"
        return Missing(asked, more, obstacle, more)

    return tell


def _whole(value: Prepared) -> int:
    """A count, which is never unknown."""
    assert isinstance(value, int)
    return value


# --- anything else ----------------------------------------------------------------------------------


def _reader(parts: PlanIndex, value: Value) -> Callable[[Found], Prepared]:
    """Reads a value as it was found."""
    match value:
        case Constant(value=constant):
            return lambda found: constant
        case FieldValue(field=number):
            return lambda found: found.facts.fields[number]
        case ScoreValue():
            return lambda found: found.value(value)
        case _:
            place = parts.values[value]
            return lambda found: found.values[place]


def _otherwise(parts: PlanIndex, literal: Literal) -> Tell:
    """What was found instead of what is wanted."""
    clause, plan, asked = literal.clause, parts.plan, literal.asked
    read = [(value, _reader(parts, value)) for value in operands(clause)]
    subject = operands(clause)[0]
    found_words = clause_words(parts, clause)
    phrase = words.value_words(plan, subject)
    missing = None
    if isinstance(subject, SignalValue) and plan.signals[subject.signal].aggregation is Aggregation.FOLLOWED:
        missing = Missing(asked, f"{'no ' if literal.wanted else 'there was '}{phrase}")

    def tell(standing: Standing) -> Missing:
        found = standing.found
        for value, of in read:
            if of(found) is None:
                return Missing(asked, _why_unknown(found, value))
        return missing or Missing(asked, f"{phrase} is {found_words(found)}")

    return tell


def _why_unknown(found: Found, value: Value) -> str:
    """What makes a value unknown: a blank field, an event that never was, or the values it is made of."""
    plan = found.plan
    if (name := blank_in(found, value)) is not None:
        return f"{name} is unknown"
    within: tuple[Value, ...] = ()
    match value:
        case DefineValue(define=define):
            body = plan.definitions[define].value
            return _why_unknown(found, body) if body is not None else ""
        case SignalValue(signal=number):
            selection = plan.signals[number].events
            if not found.instants[found.parts.selections[selection]]:
                return f"no {words.selection_words(plan, selection)}"
        case Calculation(left=left, right=right):
            within = (left, right)
        case DaysBetween(of=of) | Domain(of=of):
            within = (of,)
    for part in within:
        if found.value(part) is None:
            return _why_unknown(found, part)
    known = [part for part in within if not isinstance(part, Constant)]
    listed = [
        f"{words.value_words(plan, part)} is {found_value_words(found.parts, part)(found)}" for part in known
    ]
    return " and ".join(listed) or f"{words.value_words(plan, value)} is unknown"
