"""Values of a blank field between which its clauses change their truth.

Each clause compares the field, or something computed from it, with something that is known. Going back from
there leads to the values at which the truth can turn; these and their neighbours stand for all values.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from ...grammar.syntax.nodes import Kind
from ..plan import Calculation, Clause, DaysBetween, DefineValue, Domain, FieldValue, Plan
from ..plan.calendar import EARLIEST, LATEST
from ..plan.lower import MOST_DAYS, Comparison, Kernel, Known, Rounded, Term
from ..values import DAY, Prepared
from ..zone import Zone

LARGEST = 1.7976931348623157e308
HALF = 0.5e-6
"""Half of the last place to which results are rounded."""

Tell = Callable[[Term], Prepared]
"""Gives what is known of a term that does not read the field."""


def reads(plan: Plan, term: Term, field: int) -> int:
    """How often a term reads a field, definitions entered."""
    match term:
        case FieldValue(field=number):
            return int(number == field)
        case Rounded(of=of) | DaysBetween(of=of) | Domain(of=of):
            return reads(plan, of, field)
        case Calculation(left=left, right=right):
            return reads(plan, left, field) + reads(plan, right, field)
        case DefineValue(define=define):
            body = plan.definitions[define].value
            return 0 if body is None else reads(plan, body, field)
    return 0


class Turns:
    """Finds the values of one field at which clauses turn, numbers, days or instants."""

    def __init__(self, kernel: Kernel, field: int, now: int, tell: Tell) -> None:
        self._plan, self._kernel = kernel.plan, kernel
        self._field, self._now, self._tell = field, now, tell
        self._kind = kernel.plan.fields[field].kind

    def values(self, clauses: list[Clause]) -> list[float]:
        """The values, with their neighbours, in ascending order."""
        found = {edge for clause in clauses for edge in self._of_clause(clause)}
        if self._kind is Kind.NUMBER:
            return _doubles(found)
        first, last = EARLIEST, LATEST
        if self._kind is Kind.DATE:
            first, last = EARLIEST // DAY, LATEST // DAY
        whole = {round(edge) + step for edge in found if math.isfinite(edge) for step in (-1, 0, 1)}
        return sorted({first, last, *(one for one in whole if first <= one <= last)})

    def _of_clause(self, clause: Clause) -> Iterator[float]:
        for predicate in self._kernel.predicates(clause):
            if isinstance(predicate, Known):
                yield from self._back(predicate.value, set())
            elif isinstance(predicate, Comparison):
                sides: tuple[tuple[Term, Term], ...]
                sides = ((predicate.left, predicate.right), (predicate.right, predicate.left))
                for side, other in sides:
                    if reads(self._plan, side, self._field):
                        yield from self._back(side, self._targets(side, other))

    def _targets(self, side: Term, other: Term) -> set[float]:
        value = self._tell(other)
        if not isinstance(value, int | float):
            return set()
        zone: Zone = self._plan.zone
        if (side.kind, other.kind) == (Kind.DATE, Kind.DATETIME):
            return {zone.day(int(value))}
        if (side.kind, other.kind) == (Kind.DATETIME, Kind.DATE):
            days = [day for day in (int(value), int(value) + 1) if EARLIEST // DAY < day <= LATEST // DAY]
            return {zone.start(day) for day in days}
        return {value}

    def _back(self, term: Term, targets: set[float]) -> Iterator[float]:
        """The values of the field at which a term that reads it once comes to one of the targets."""
        match term:
            case FieldValue():
                yield from targets
            case Rounded(of=of):
                yield from self._back(of, {near for one in targets for near in (one - HALF, one, one + HALF)})
            case DefineValue(define=define):
                body = self._plan.definitions[define].value
                assert body is not None
                yield from self._back(body, targets)
            case Calculation():
                yield from self._calculated(term, targets | {-LARGEST, LARGEST})
            case DaysBetween(of=of, until=until):
                yield from self._back(of, set(self._moments(of.kind, targets, until)))

    def _calculated(self, term: Calculation, targets: set[float]) -> Iterator[float]:
        within_left = bool(reads(self._plan, term.left, self._field))
        inner, other = (term.left, term.right) if within_left else (term.right, term.left)
        value = self._tell(other)
        if isinstance(value, int | float):
            known = float(value)
            before = {undone(term.operator, known, one, within_left, _divided) for one in targets}
            yield from self._back(inner, {0.0, *map(_finite, before)})

    def _moments(self, kind: Kind, targets: set[float], until: bool) -> Iterator[int]:
        """The moments that lie so many days from now, and now."""
        by_day = kind is Kind.DATE
        here, length = (self._plan.zone.day(self._now), 1) if by_day else (self._now, DAY)
        yield here
        for target in targets:
            if -2 < target < MOST_DAYS:
                for days in range(math.floor(target) - 1, math.ceil(target) + 2):
                    yield here + (days if until else -days) * length


def undone(operator: str, value: Any, target: Any, left: bool, divided: Callable[[Any, Any], Any]) -> Any:
    """What the side that reads the field is where the whole comes to a target, the other side being known.

    Of numbers, or of arrays of them. Where there is no quotient, `divided` gives 0, which is tried anyhow.
    """
    match operator:
        case "+":
            return target - value
        case "-":
            return target + value if left else value - target
        case "*":
            return divided(target, value)
    return target * value if left else divided(value, target)


def _divided(number: float, by: float) -> float:
    return number / by if by else 0.0


def _finite(number: float) -> float:
    return 0.0 if math.isnan(number) else max(-LARGEST, min(LARGEST, number))


def _doubles(found: set[float]) -> list[float]:
    """Numbers with the two doubles on either side of each, and the ends of all numbers."""
    near = {-LARGEST, 0.0, LARGEST}
    for one in map(_finite, found):
        below, above = math.nextafter(one, -math.inf), math.nextafter(one, math.inf)
        near |= {one + 0.0, below, above}
        near |= {math.nextafter(below, -math.inf), math.nextafter(above, math.inf)}
    return sorted(one for one in near if math.isfinite(one))
