"""What surely follows within one plan: which conditions are never or always true, or imply each other."""

from __future__ import annotations

import weakref
from collections.abc import Hashable

from ... import plan as p
from ...plan.walk import clauses, holds, operands
from . import domains as intervals
from .dnf import ANYTHING, FALSE, NOT_FALSE, NOT_TRUE, TRUE, Dnf, DnfReader, Wanted
from .domains import SOME, Values
from .regions import Region, is_possible
from .texts import TextSet
from .variables import Topic, Variables


class Logic:
    """Answers questions about one plan's conditions. Yes is certain; no may mean that it is not certain.

    Conditions asked about must be parts of the plan, or outlive this object.
    """

    def __init__(self, plan: p.Plan) -> None:
        self.plan = plan
        # Else the two would hold each other, and all they found out, until the garbage collector comes by.
        me = weakref.proxy(self)
        self.variables = Variables(plan, lambda condition: Logic.number(me, condition))
        self.reader = DnfReader(plan, self.variables)
        self._keys: dict[Hashable, int] = {}
        self._opposites: dict[int, int] = {}
        self._numbers: dict[int, int] = {}
        self._topics: dict[int, frozenset[Topic]] = {}
        self._never: dict[int, bool] = {}
        self._always: dict[int, bool] = {}
        self._read_definitions()

    def _read_definitions(self) -> None:
        """Reads definitions in the order of their use, so that a long chain of them does not nest."""
        for definition in self.plan.definitions:
            if definition.value is not None:
                self.variables.of(definition.value)
            if definition.condition is not None:
                self.number(definition.condition)
                self.topics(definition.condition)
                for wanted in (TRUE, FALSE, NOT_TRUE, NOT_FALSE):
                    self.reader.read(definition.condition, wanted)

    # --- certainties ----------------------------------------------------------------------------

    def never(self, condition: p.Condition) -> bool:
        """Whether a condition is true of no lead, at no time."""
        found = self._never.get(id(condition))
        if found is None:
            found = self._never[id(condition)] = not self.can_be(self.reader.read(condition, TRUE))
        return found

    def always(self, condition: p.Condition) -> bool:
        """Whether a condition is true of every lead, at any time."""
        found = self._always.get(id(condition))
        if found is None:
            found = self._always[id(condition)] = not self.can_be(self.reader.read(condition, NOT_TRUE))
        return found

    def implies(self, condition: p.Condition, other: p.Condition) -> bool:
        """Whether the other condition is true wherever this one is."""
        return not self._can_both_be(condition, TRUE, other, NOT_TRUE)

    def is_stricter(self, condition: p.Condition, other: p.Condition) -> bool:
        """Whether joined by `and` these are the same as the one condition, and by `or`, as the other.

        Unlike `implies`, this heeds where they are unknown.
        """
        return self.implies(condition, other) and not self._can_both_be(condition, NOT_FALSE, other, FALSE)

    def exclude(self, condition: p.Condition, other: p.Condition) -> bool:
        """Whether the two conditions are never true at once."""
        return not self._can_both_be(condition, TRUE, other, TRUE)

    def always_in(self, region: Region, condition: p.Condition) -> bool:
        """Whether a condition is true all over a region."""
        return not self._can_be_in(region, condition, NOT_TRUE)

    def can_be(self, alternatives: Dnf) -> bool:
        """Whether some alternative may be."""
        return any(is_possible(self.variables, region) for region in alternatives.regions)

    def _can_both_be(self, left: p.Condition, first: Wanted, right: p.Condition, second: Wanted) -> bool:
        return self.can_be(self.reader.both([self.reader.read(left, first), self.reader.read(right, second)]))

    def _can_be_in(self, region: Region, condition: p.Condition, wanted: Wanted) -> bool:
        return self.can_be(self.reader.both([Dnf((region,), True), self.reader.read(condition, wanted)]))

    def firing(self, rule: p.Rule) -> Dnf:
        """The regions in which a rule fires."""
        if rule.each is None:
            return ANYTHING if rule.condition is None else self.reader.read(rule.condition, TRUE)
        happened = self.reader.within({self.variables.count(rule.each.events): SOME})
        if rule.condition is None:
            return happened
        return self.reader.both([self.reader.read(rule.condition, TRUE), happened])

    # --- likeness -------------------------------------------------------------------------------

    def number(self, condition: p.Condition) -> int:
        """A number for what a condition means: alike ones have the same, however they are written."""
        found = self._numbers.get(id(condition))
        if found is None:
            found = self._numbers[id(condition)] = self._number(condition)
        return found

    def _number(self, condition: p.Condition) -> int:
        match condition:
            case p.Not(item=item):
                return self._opposite(self.number(item))
            case p.All(items=items) | p.Any(items=items):
                numbers = frozenset(self.number(item) for item in items)
                if len(numbers) == 1:
                    return next(iter(numbers))
                return self._entered((type(condition).__name__, numbers))
            case p.Holds(define=define):
                return self.number(self.reader.body(define))
            case p.IsKnown(value=value, known=known):
                number = self._entered(("known", self.variables.of(value)))
                return number if known else self._opposite(number)
            case p.Between() if (opened := self.reader.opened(condition)) is not None:
                return self.number(opened)
        asked = self.reader.asked(condition)
        true = tuple((it.variable, self._normal(it.variable, it.true)) for it in asked)
        false = tuple((it.variable, self._normal(it.variable, it.false)) for it in asked)
        number = self._entered(("clause", true, false))
        self._opposites.setdefault(number, self._entered(("clause", false, true)))
        return number

    def _normal(self, variable: int, values: Values) -> Values:
        of = self.variables[variable]
        if isinstance(values, TextSet) or isinstance(of.base.values, TextSet):
            return values
        met = intervals.meet(values, of.base.values)
        return intervals.whole(met) if of.whole else met

    def _entered(self, key: Hashable) -> int:
        return self._keys.setdefault(key, len(self._keys))

    def _opposite(self, number: int) -> int:
        if number not in self._opposites:
            self._opposites[number] = self._entered(("not", number))
        other = self._opposites[number]
        self._opposites.setdefault(other, number)
        return other

    # --- topics ---------------------------------------------------------------------------------

    def topics(self, condition: p.Condition) -> frozenset[Topic]:
        """The fields, types of events, scores and properties that a condition speaks of."""
        found = self._topics.get(id(condition))
        if found is None:
            variables = {
                self.variables.of(value) for clause in clauses(condition) for value in operands(clause)
            }
            found = frozenset().union(*(self.variables[variable].topics for variable in variables))
            found = found.union(*(self.topics(self.reader.body(define)) for define in holds(condition)))
            self._topics[id(condition)] = found
        return found
