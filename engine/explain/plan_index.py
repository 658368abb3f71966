"""The parts of a plan that findings tell of, in the order in which they do."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from ..plan import (
    Aggregation,
    All,
    Clause,
    Condition,
    Constant,
    FieldValue,
    Holds,
    IsYes,
    Measure,
    Not,
    Plan,
    ScoreValue,
    Selection,
    SignalValue,
    SureValue,
    Value,
)
from ..plan.lower import Comparison, Kernel, Predicate, Test, terms
from ..plan.measures import of_each
from ..plan.walk import clauses, condition_values, conditions, holds, leaves, parts, selections
from ..score_one.codegen import Uses
from ..values import moment_of
from ..zone import Zone
from . import words

if TYPE_CHECKING:
    from ..lint.proof.logic import Logic
    from ..score_many.semantic_keys import SemanticKeys

_MOST_MOMENTS = 32_768

Picker = Callable[[Sequence[Any]], tuple[Any, ...]]

_ANY = {(">=", 1.0), (">", 0.0), ("<", 1.0), ("<=", 0.0), ("=", 0.0), ("!=", 0.0)}


def picker(places: Sequence[int]) -> Picker:
    """A function that picks out of a sequence what stands at some places."""
    if len(places) > 1:
        return itemgetter(*places)
    if places:
        place = places[0]
        return lambda found: (found[place],)
    return lambda found: ()


_AT_HAND = (Constant, FieldValue, ScoreValue)
"""Values that need not be computed."""


class Moments(dict[int, dt.datetime]):
    """The datetimes of instants by the clocks of a zone, those that came up lately: a lead is explained again
    with each new event."""

    __slots__ = ("_is_utc", "_zone")

    def __init__(self, zone: Zone) -> None:
        super().__init__()
        self._zone = zone
        self._is_utc = zone.is_utc

    def __missing__(self, instant: int) -> dt.datetime:
        if len(self) >= _MOST_MOMENTS:
            self.clear()
        made = self[instant] = moment_of(instant) if self._is_utc else self._zone.moment(instant)
        return made


@dataclass(frozen=True)
class PlanIndex:
    """What one plan is made of, found once."""

    plan: Plan

    @cached_property
    def kernel(self) -> Kernel:
        """The clauses of the plan, lowered."""
        return Kernel(self.plan)

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        """Every clause on leads."""
        return tuple(clause for condition in conditions(self.plan) for clause in clauses(condition))

    @cached_property
    def places(self) -> dict[int, int]:
        """Where a clause, by its `id`, stands among the truths."""
        return {id(clause): place for place, clause in enumerate(self.clauses)}

    @cached_property
    def values(self) -> dict[Value, int]:
        """Every value that has to be computed, and where it stands among the values found."""
        read = chain(
            (value for condition in conditions(self.plan) for value in condition_values(condition)),
            (value for one in self.plan.definitions if one.value is not None for value in parts(one.value)),
        )
        computed = dict.fromkeys(one for one in read if not isinstance(one, _AT_HAND))
        return {value: place for place, value in enumerate(computed)}

    @cached_property
    def sure(self) -> tuple[tuple[int, int, SureValue], ...]:
        """What is asked to be sure: the place of the clause among the truths, and of its value."""
        return tuple(
            (place, self.values[clause.value], clause.value)
            for place, clause in enumerate(self.clauses)
            if isinstance(clause, IsYes) and isinstance(clause.value, SureValue)
        )

    @cached_property
    def paid(self) -> tuple[Measure | None, ...]:
        """For each rule the measure of the instants that it pays for, None for a rule without events."""
        return tuple(None if r.each is None else of_each(r.each, decays=True) for r in self.plan.rules)

    @cached_property
    def selections(self) -> dict[Selection, int]:
        """Every selection of events, and where its instants stand."""
        return {s: place for place, s in enumerate(dict.fromkeys(selections(self.plan)))}

    @cached_property
    def clause_functions(self) -> dict[int, Callable[..., list[Any]]]:
        """Functions that give the truth of a clause, by its `id`, for many leads; filled as they are made."""
        return {}

    @cached_property
    def instants_functions(self) -> dict[int, Callable[..., Any] | None]:
        """Functions that compare many instants at once, by the `id` of a clause, None for what is not found
        so; filled as they are made."""
        return {}

    @cached_property
    def ways(self) -> dict[tuple[object, ...], list[Any]]:
        """Ways to make conditions true, by what was found of their clauses; filled as they are found."""
        return {}

    @cached_property
    def entering(self) -> dict[int, Condition]:
        """By the number of each stage that holds, what brings a lead in: the one condition, not the other."""
        found: dict[int, Condition] = {}
        for number, stage in enumerate(self.plan.stages):
            if stage.until is not None:
                origin = replace(stage.until.origin, text=f"not ({stage.until.origin.text})")
                found[number] = All((stage.condition, Not(stage.until, origin)), stage.origin)
        return found

    @cached_property
    def _asked(self) -> dict[int, tuple[int, ...]]:
        return {}

    @cached_property
    def _pickers(self) -> dict[int, Picker]:
        return {}

    def truths_of(self, condition: Condition, truths: Sequence[bool | None]) -> tuple[bool | None, ...]:
        """The truths, out of all, of the clauses in a condition and in the defines that it asks for."""
        pick = self._pickers.get(id(condition))
        if pick is None:
            pick = self._pickers[id(condition)] = picker(self.asked_by(condition))
        return pick(truths)

    def asked_by(self, condition: Condition) -> tuple[int, ...]:
        """The places of the clauses in a condition and in the defines that it asks for."""
        found = self._asked.get(id(condition))
        if found is None:
            places: dict[int, None] = {}
            defines: set[int] = set()
            waiting = [condition]
            while waiting:
                for leaf in leaves(waiting.pop()):
                    if not isinstance(leaf, Holds):
                        places[self.places[id(leaf)]] = None
                    elif leaf.define not in defines:
                        defines.add(leaf.define)
                        body = self.plan.definitions[leaf.define].condition
                        waiting += [] if body is None else [body]
            found = self._asked[id(condition)] = tuple(places)
        return found

    @cached_property
    def moments(self) -> Moments:
        """The datetimes of instants as the plan's zone shows them."""
        return Moments(self.plan.zone)

    @cached_property
    def paying(self) -> tuple[str, ...]:
        """The events that each rule pays for, in words; empty for a rule about none."""
        return tuple("" if r.each is None else words.each_words(self.plan, r.each) for r in self.plan.rules)

    @cached_property
    def semantic_keys(self) -> SemanticKeys:
        """The keys of what the plan is made of."""
        from ..score_many.semantic_keys import SemanticKeys  # scoring one lead needs none

        return SemanticKeys(self.kernel)

    @cached_property
    def logic(self) -> Logic:
        """What surely follows from the plan's conditions."""
        from ..lint.proof.logic import Logic

        return Logic(self.plan)

    @cached_property
    def uses(self) -> Uses:
        """What is used how often."""
        return _uses(self.kernel, self.clauses)


def _uses(kernel: Kernel, clauses: tuple[Clause, ...]) -> Uses:
    plan = kernel.plan
    asked = Counter(define for condition in conditions(plan) for define in holds(condition))
    counted: set[int] = set()
    seen: set[int] = set()
    fields: Counter[int] = Counter()
    tests: Counter[Test] = Counter()
    for clause in clauses:
        read: set[int] = set()
        for predicate in kernel.predicates(clause):
            for value in terms(predicate):
                if isinstance(value, FieldValue):
                    read.add(value.field)
                elif isinstance(value, SignalValue):
                    (seen if asks_for_any(predicate) else counted).add(value.signal)
        fields.update(read)
        tests[kernel.test(clause)] += 1
    for definition in plan.definitions:
        if definition.value is not None:
            counted |= {v.signal for v in parts(definition.value) if isinstance(v, SignalValue)}
    return Uses(
        dict(asked),
        frozenset(
            number for number in seen - counted if plan.signals[number].aggregation is Aggregation.COUNT
        ),
        frozenset(field for field, times in fields.items() if times > 2),
        frozenset(test for test, times in tests.items() if times > 1),
    )


def asks_for_any(predicate: Predicate) -> bool:
    """Whether a signal is compared so that one event is as good as many."""
    return (
        isinstance(predicate, Comparison)
        and isinstance(predicate.left, SignalValue)
        and isinstance(predicate.right, Constant)
        and (predicate.operator, predicate.right.value) in _ANY
    )
