"""Which filters one event can pass together, and what its properties are then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import z3

from ...grammar.syntax.nodes import Kind
from ..plan import Condition, Constant, Plan, PropertyValue, Value
from ..plan.lower import Comparison, Kernel
from ..plan.walk import clauses
from ..values import Prepared
from .budget import milliseconds_left
from .clock import Clock
from .conditions import Conditions
from .entities import TextEntity, fresh
from .kleene import Formula, Known, all_of, exact, none_of
from .loose import Loose, TooMuchError
from .texts import UnsureError

MOST_CLASSES = 64
_SECONDS = 5.0


@dataclass(frozen=True, slots=True, eq=False)
class Passed:
    """Which filters the events of a class pass; of each property that is measured, its least and most (None:
    open) and whether it is surely a number."""

    filters: tuple[bool, ...]
    ranges: Mapping[str, tuple[float | None, float | None, bool]] = field(default_factory=dict)


class _OfEvent(Conditions):
    """Reads filters: the values are an event's properties."""

    def __init__(self, plan: Plan, loose: Loose, classes: FilterClasses) -> None:
        super().__init__(plan, Clock(0, plan.zone), loose, exactly=False)
        self.classes = classes

    def value(self, term: Value) -> Known:
        if isinstance(term, PropertyValue):
            return self.classes.value(term.name, term.kind)
        if isinstance(term, Constant):
            return self.side(term)
        self.loose.say("a filter works something out")
        key = repr(term)
        return Known(self.loose.real(key), self.loose.truth(key))

    def text(self, term: Value) -> TextEntity:
        if isinstance(term, PropertyValue):
            return self.classes.entity(term.name, term.kind)
        return self.classes.entity(repr(term), term.kind)


class FilterClasses:
    """The classes of one type of event: each a set of filters that can be passed together, and no others."""

    def __init__(self, name: str, filters: Sequence[tuple[Plan, Condition]], numbers: Iterable[str]) -> None:
        self.name = name
        self.loose = Loose()
        self._made: dict[object, dict[str, object] | None] = {}
        self.values: dict[tuple[str, Kind], Known] = {}
        self.texts: dict[tuple[str, Kind], TextEntity] = {}
        self.solver = z3.Solver()
        self.truths = [_OfEvent(plan, self.loose, self).truth(where).yes for plan, where in filters]
        for entity in self.texts.values():
            self.solver.add(entity.rules())
        self.solver.add(self.loose.rules)
        self.limits = _limits(filters)
        self.passed = [
            Passed(truths, {of: self._range(truths, of) for of in sorted(numbers)})
            for truths in self._combinations()
        ]

    def value(self, name: str, kind: Kind) -> Known:
        """A property that is not text."""
        if (name, kind) not in self.values:
            label = f"{self.name}.{name}.{kind.value}"
            self.values[name, kind] = Known(fresh(kind, label), z3.Bool(f"{label}.known"))
        return self.values[name, kind]

    def entity(self, name: str, kind: Kind) -> TextEntity:
        """A property that is text."""
        if (name, kind) not in self.texts:
            label = f"{self.name}.{name}.{kind.value}"
            known = z3.Bool(f"{label}.known")
            self.texts[name, kind] = TextEntity(label, several=kind is Kind.TEXTS, known=known)
        return self.texts[name, kind]

    def _check(self, *more: Formula) -> z3.CheckSatResult:
        self.solver.set("timeout", milliseconds_left(_SECONDS))
        return self.solver.check(*more)

    def _combinations(self) -> list[tuple[bool, ...]]:
        if not self.truths:
            return [()]
        found: list[tuple[bool, ...]] = []
        marks = [z3.Bool(f"{self.name}.passes{n}") for n in range(len(self.truths))]
        self.solver.push()
        self.solver.add([mark == truth for mark, truth in zip(marks, self.truths, strict=True)])
        while (answer := self._check()) == z3.sat and len(found) <= MOST_CLASSES:
            model = self.solver.model()
            truths = tuple(z3.is_true(model.eval(mark, model_completion=True)) for mark in marks)
            found.append(truths)
            self.solver.add(none_of(all_of(mark == truth for mark, truth in zip(marks, truths, strict=True))))
        self.solver.pop()
        if answer != z3.unsat:
            raise TooMuchError(f'so many filters are asked of the event "{self.name}" at once')
        return found

    # --- properties -------------------------------------------------------------------------------

    def _asked(self, truths: Sequence[bool]) -> Formula:
        pairs = zip(self.truths, truths, strict=True)
        return all_of(one if truth else none_of(one) for one, truth in pairs)

    def _range(self, truths: Sequence[bool], of: str) -> tuple[float | None, float | None, bool]:
        """The least and the most that a property can be in a class, and whether it must be a number."""
        number = self.value(of, Kind.NUMBER)
        asked = self._asked(truths)

        def never(formula: Formula) -> bool:
            return bool(self._check(all_of((asked, formula))) == z3.unsat)

        limits = self.limits.get(of, [])
        low = next(
            (one for one in reversed(limits) if never(all_of((number.known, number.value < exact(one))))),
            None,
        )
        high = next((one for one in limits if never(all_of((number.known, number.value > exact(one))))), None)
        return low, high, never(none_of(number.known))

    def properties(self, passed: Passed, numbers: Mapping[str, float | None]) -> dict[str, object] | None:
        """Properties of an event of a class, those of these names as given (None: no number); None where
        none were found."""
        key = (passed.filters, tuple(sorted(numbers.items())))
        if key not in self._made:
            self._made[key] = self._properties(passed, numbers)
        found = self._made[key]
        return None if found is None else dict(found)

    def _properties(self, passed: Passed, numbers: Mapping[str, float | None]) -> dict[str, object] | None:
        if not self.truths and all(number is None for number in numbers.values()):
            return {}
        wanted = [self._asked(passed.filters)]
        for name, number in numbers.items():
            known = self.value(name, Kind.NUMBER)
            wanted.append(
                none_of(known.known)
                if number is None
                else all_of((known.known, known.value == exact(number)))
            )
        self.solver.push()
        self.solver.add(wanted)
        try:
            for _ in range(40):
                if self._check() != z3.sat:
                    return None
                model = self.solver.model()
                missed = [one for text in self.texts.values() if (one := text.refinement(model)) is not None]
                if not missed:
                    return self._read(model)
                self.solver.add(missed)
            return None
        except UnsureError:
            return None
        finally:
            self.solver.pop()

    def _read(self, model: z3.ModelRef) -> dict[str, object]:
        from .case import given

        found: dict[str, object] = {}
        for (name, kind), known in self.values.items():
            if z3.is_true(model.eval(known.known, model_completion=True)):
                found[name] = given(kind, model.eval(known.value, model_completion=True))
        for (name, _), entity in self.texts.items():
            if z3.is_true(model.eval(entity.known, model_completion=True)):
                found[name] = entity.texts(model) if entity.several else entity.text(model)
        return found


def _limits(filters: Sequence[tuple[Plan, Condition]]) -> dict[str, list[float]]:
    """The numbers that filters compare each property with, in order."""
    found: dict[str, set[float]] = {}
    for plan, where in filters:
        kernel = Kernel(plan)
        for clause in clauses(where):
            for one in kernel.predicates(clause):
                if isinstance(one, Comparison) and isinstance(one.left, PropertyValue):
                    _note(found, one.left.name, one.right)
    return {name: sorted(numbers) for name, numbers in found.items()}


def _note(found: dict[str, set[float]], name: str, right: object) -> None:
    value: Prepared = right.value if isinstance(right, Constant) else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        found.setdefault(name, set()).add(float(value))
