"""A condition as alternatives: regions of which at least one holds wherever the condition has a wanted truth.

Regions may be too wide, never too narrow: where none is possible, the condition surely never has that truth.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ... import plan as p
from .clauses import Clauses, VariableRange
from .domains import ValueSet, everything_like, nothing_like
from .regions import Region, fitted, meet
from .variables import Variables

MOST = 64
"""Where more alternatives than this would come up, parts of a condition are left out of account."""
MOST_UNITED = 1_024
"""Of a condition with more alternatives than this by itself, nothing is said."""


class Dnf(NamedTuple):
    """Some regions; `exact` unless a part of the condition was left out of account."""

    regions: tuple[Region, ...]
    exact: bool


ANYTHING = Dnf(({},), True)
NOTHING = Dnf((), True)


class Wanted(NamedTuple):
    """The truth wanted of a condition; if not `sure`, unknown will do as well."""

    truth: bool
    sure: bool


TRUE, FALSE = Wanted(True, True), Wanted(False, True)
NOT_TRUE, NOT_FALSE = Wanted(False, False), Wanted(True, False)
_OPPOSITE = {TRUE: FALSE, FALSE: TRUE, NOT_TRUE: NOT_FALSE, NOT_FALSE: NOT_TRUE}


class DnfReader:
    """The alternatives of one plan's conditions, each found once.

    The memory is by identity: the conditions must outlive the reader.
    """

    def __init__(self, plan: p.Plan, variables: Variables) -> None:
        self.plan = plan
        self.variables = variables
        self.clauses = Clauses(variables)
        self._found: dict[tuple[int, Wanted], Dnf] = {}
        self._asked: dict[int, list[VariableRange]] = {}
        self._opened: dict[int, p.All] = {}

    def read(self, condition: p.Condition, wanted: Wanted) -> Dnf:
        """The regions in which a condition can have a truth."""
        key = (id(condition), wanted)
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = self._read(condition, wanted)
        return found

    def _read(self, condition: p.Condition, wanted: Wanted) -> Dnf:
        match condition:
            case p.Not(item=item):
                return self.read(item, _OPPOSITE[wanted])
            case p.All(items=items) | p.Any(items=items):
                parts = [self.read(item, wanted) for item in items]
                return self.both(parts) if isinstance(condition, p.All) is wanted.truth else _either(parts)
            case p.Holds(define=define):
                return self.read(self.body(define), wanted)
            case p.IsKnown(value=value, known=known):
                return self._known(value, known is wanted.truth)
            case p.Between() if (opened := self.opened(condition)) is not None:
                return self.read(opened, wanted)
        return self._clause(self.asked(condition), wanted)

    def body(self, define: int) -> p.Condition:
        """The condition of a define."""
        condition = self.plan.definitions[define].condition
        assert condition is not None
        return condition

    def opened(self, clause: p.Between) -> p.All | None:
        """A `between` as two comparisons where its ends are not fixed, else None."""
        if all(isinstance(self.variables.resolve(end), p.Constant) for end in (clause.low, clause.high)):
            return None
        if id(clause) not in self._opened:
            least = p.Compare(">=", clause.value, clause.low, clause.origin)
            most = p.Compare("<=", clause.value, clause.high, clause.origin)
            self._opened[id(clause)] = p.All((least, most), clause.origin)
        return self._opened[id(clause)]

    def asked(self, clause: p.Clause) -> list[VariableRange]:
        """What a clause asks of its variables."""
        found = self._asked.get(id(clause))
        if found is None:
            found = self._asked[id(clause)] = self.clauses.asked(clause)
        return found

    def _known(self, value: p.Value, known: bool) -> Dnf:
        variable = self.variables.of(value)
        values = self.variables[variable].base.values
        wanted = ValueSet(everything_like(values), False) if known else ValueSet(nothing_like(values), True)
        return self.within({variable: wanted})

    def _clause(self, asked: list[VariableRange], wanted: Wanted) -> Dnf:
        region: dict[int, ValueSet] = {}
        for one in asked:
            if wanted.sure or not one.needed:
                region[one.variable] = ValueSet(one.true if wanted.truth else one.false, not wanted.sure)
        return self.within(region)

    def within(self, region: Region) -> Dnf:
        """A region as the one alternative."""
        found = fitted(self.variables, region)
        return NOTHING if found is None else Dnf((found,), True)

    def both(self, parts: Iterable[Dnf]) -> Dnf:
        """Alternatives for all of these, at least one, at once."""
        in_order = sorted(parts, key=lambda part: len(part.regions))
        exact = all(part.exact for part in in_order)
        if not in_order[0].regions:
            return Dnf((), exact)
        plain = [part.regions[0] for part in in_order if len(part.regions) == 1]
        only = _meet_all(plain) if plain else None
        if plain and only is None:
            return Dnf((), exact)
        found: tuple[Region, ...] = in_order[0].regions if only is None else (only,)
        for part in in_order[max(1, len(plain)) :]:
            if len(found) * len(part.regions) > MOST:
                exact = False
                continue
            pairs = ((left, right) for left in found for right in part.regions)
            met = (meet(left, right) for left, right in pairs)
            found = tuple(region for region in met if region is not None)
        return Dnf(found, exact)


def _meet_all(regions: list[Region]) -> Region | None:
    """What is in all of these regions, None where that is surely nothing.

    Two by two, as what many leave over may be in many pieces, which one after the other would be gone
    through as often as there are regions.
    """
    while len(regions) > 1:
        met = [meet(left, right) for left, right in zip(regions[::2], regions[1::2], strict=False)]
        found = [region for region in met if region is not None]
        if len(found) < len(met):
            return None
        regions = found + regions[len(regions) & ~1 :]
    return regions[0]


def _either(parts: Iterable[Dnf]) -> Dnf:
    regions: list[Region] = []
    exact = True
    for part in parts:
        exact = exact and part.exact
        regions.extend(part.regions)
    if len(regions) > MOST_UNITED:
        return Dnf(ANYTHING.regions, False)
    return Dnf(ANYTHING.regions if any(not region for region in regions) else tuple(regions), exact)
