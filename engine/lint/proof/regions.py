"""Regions: what each of some variables may be, all at once; what follows from one variable for another."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations

from ... import plan as p
from ...values import DAY
from . import domains
from . import domains as intervals
from .domains import ValueSet, highest, lowest
from .selections import longest, shortest
from .texts import TextSet
from .variables import SIZES, Variable, Variables, when_absent

Region = Mapping[int, ValueSet]
MOST_EVENTS = 24
"""With more variables made of events than this, a region is not searched for what follows between them."""


def fitted(variables: Variables, region: Region) -> Region | None:
    """A region with only values that its variables can have, None where that is surely nothing.

    All other regions are made of such ones.
    """
    found: dict[int, ValueSet] = {}
    for number, domain in region.items():
        variable = variables[number]
        met = variable.base.meet(domain)
        if variable.whole and not isinstance(met.values, TextSet):
            met = ValueSet(intervals.whole(met.values), met.unknown)
        if met.is_empty:
            return None
        found[number] = met
    return found


def meet(left: Region, right: Region) -> Region | None:
    """What is in both regions, None where that is surely nothing."""
    met = dict(left)
    for number, domain in right.items():
        known = met.get(number)
        if known is None:
            met[number] = domain
        elif known is not domain:
            met[number] = both = known.meet(domain)
            if both.is_empty:
                return None
    return met


def is_possible(variables: Variables, region: Region) -> bool:
    """Whether all of a region can be at once; False only where it surely cannot."""
    if len(region) < 2:
        return True
    found = dict(region)
    return _parents_agree(variables, found) and _events_agree(variables, found)


def _parents_agree(variables: Variables, region: dict[int, ValueSet]) -> bool:
    for number, domain in list(region.items()):
        variable = variables[number]
        for parent in variable.parents:
            of = region.get(parent)
            if of is None:
                continue
            if (domain.is_known and of.is_blank) or (variable.twin and domain.is_blank and of.is_known):
                return False
            if not domain.values and of.is_blank:
                continue
            if of.is_blank:
                region[number] = ValueSet(domains.nothing_like(domain.values), True)
            elif variable.twin and of.is_known:
                region[number] = ValueSet(domain.values, False)
            if domain.is_known:
                region[parent] = ValueSet(of.values, False)
            if region[number].is_empty or region[parent].is_empty:
                return False
    return True


def _events_agree(variables: Variables, region: dict[int, ValueSet]) -> bool:
    measured = [number for number in region if variables[number].measure is not None]
    if not 2 <= len(measured) <= MOST_EVENTS:
        return True
    linked = [pair for pair in permutations(measured, 2) if are_linked(variables, *pair)]
    for _ in range(3):
        before = [region[number] for number in measured]
        for a, b in linked:
            for follow in (_presence, _size, _recency):
                if not follow(variables, region, a, b):
                    return False
        if not linked or before == [region[number] for number in measured]:
            break
    return True


def are_linked(variables: Variables, a: int, b: int) -> bool:
    """Whether the one variable's events may tell something of the other's: at any time, they lie within."""
    known = variables.linked.get((a, b))
    if known is None:
        outer = variables[b].chosen[0].ever
        inner = variables[a].chosen
        known = any(one.ever.is_within(outer) for one in inner) or outer.is_within(inner[0].ever)
        variables.linked[a, b] = known
    return known


def _narrow(region: dict[int, ValueSet], number: int, domain: ValueSet) -> bool:
    """Narrows one variable of a region; False where it surely cannot be any more."""
    region[number] = met = region[number].meet(domain)
    return not met.is_empty


def _presence(variables: Variables, region: dict[int, ValueSet], a: int, b: int) -> bool:
    """Where there is an event in a selection, there is one in each wider selection."""
    inner, outer = variables[a], variables[b]
    if not any(one.is_within(outer.chosen[0]) for one in inner.chosen):
        return True
    if _shows_present(inner, region[a]) and (present := _when_present(outer)) is not None:
        return _narrow(region, b, present)
    if _shows_absent(outer, region[b]) and inner.measure is not None:
        return _narrow(region, a, when_absent(inner.measure))
    return True


def _shows_present(variable: Variable, domain: ValueSet) -> bool:
    if variable.measure in SIZES or variable.measure is p.Aggregation.FOLLOWED:
        return not isinstance(domain.values, TextSet) and lowest(domain.values) >= 1
    if variable.measure is p.Aggregation.SUM:
        assert not isinstance(domain.values, TextSet)
        return domain.is_known and not intervals.meet(domain.values, intervals.span(0, 0))
    return domain.is_known


def _shows_absent(variable: Variable, domain: ValueSet) -> bool:
    match variable.measure:
        case p.Aggregation.COUNT | p.Aggregation.PERIODS:
            assert not isinstance(domain.values, TextSet)
            return highest(domain.values) <= 0
        case p.Aggregation.FIRST | p.Aggregation.LAST:
            return domain.is_blank
    return False


def _when_present(variable: Variable) -> ValueSet | None:
    match variable.measure:
        case p.Aggregation.COUNT | p.Aggregation.PERIODS:
            return domains.SOME
        case p.Aggregation.DISTINCT if variable.chosen[0].object is not None:
            return domains.SOME
        case p.Aggregation.FIRST | p.Aggregation.LAST:
            return domains.KNOWN_NUMBER
    return None


def _size(variables: Variables, region: dict[int, ValueSet], a: int, b: int) -> bool:
    """There are no more events, days or objects in a selection than in a wider one."""
    inner, outer = variables[a], variables[b]
    if inner.measure not in SIZES or outer.measure not in (inner.measure, p.Aggregation.COUNT):
        return True
    if not inner.chosen[0].is_within(outer.chosen[0]):
        return True
    less, more = region[a].values, region[b].values
    assert not isinstance(less, TextSet)
    assert not isinstance(more, TextSet)
    no_more = ValueSet(intervals.span(0, highest(more)), False)
    no_less = ValueSet(intervals.span(lowest(less), float("inf")), False)
    return _narrow(region, a, no_more) and _narrow(region, b, no_less)


def _recency(variables: Variables, region: dict[int, ValueSet], a: int, b: int) -> bool:
    """The days since the last event (a), beside how many there were in a last stretch of time (b)."""
    since, count = variables[a], variables[b]
    if not since.age or count.measure is not p.Aggregation.COUNT:
        return True
    window = count.chosen[0].window
    days, times = region[a].values, region[b].values
    if not isinstance(window, p.Last) or isinstance(days, TextSet) or isinstance(times, TextSet):
        return True
    every = count.chosen[0].ever
    if since.chosen[0].is_within(every):
        if region[a].is_known and (highest(days) + 1) * DAY <= shortest(window):
            return _narrow(region, b, domains.SOME)
        if highest(times) <= 0:
            longer = intervals.span(shortest(window) // DAY, float("inf"))
            return _narrow(region, a, ValueSet(longer, True))
    if every.is_within(since.chosen[0]):
        if lowest(times) >= 1:
            return _narrow(region, a, ValueSet(intervals.span(0, -(-longest(window) // DAY) - 1), False))
        if lowest(days) * DAY >= longest(window):
            return _narrow(region, b, domains.ZERO)
    return True
