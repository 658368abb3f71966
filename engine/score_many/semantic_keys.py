"""What parts of a plan mean, whatever plan they stand in: keys under which answers can be kept.

Two parts with one key give every lead the same, at the same instant. The place in the text does not count,
nor how a plan numbers its fields and signals.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache, cached_property
from weakref import WeakValueDictionary

from ..plan import (
    All,
    Any,
    Clause,
    Condition,
    DefineValue,
    FieldValue,
    Holds,
    Measure,
    Not,
    Origin,
    Rule,
    ScoreValue,
    Selection,
    SignalValue,
    Value,
)
from ..plan.lower import Edge, InSet, Kernel, Rounded, Term
from ..plan.measures import of_rule
from ..plan.walk import clauses, conditions, nested, operands, parts

Input = FieldValue | SignalValue | ScoreValue
"""What a clause reads that differs from lead to lead."""


class SemanticKey:
    """A key made of several parts; of equal parts there is one alone, so that comparing keys is nothing."""

    __slots__ = ("__weakref__", "parts")

    def __init__(self, parts: tuple[Hashable, ...]) -> None:
        self.parts = parts


_KEYS: WeakValueDictionary[tuple[Hashable, ...], SemanticKey] = WeakValueDictionary()


def meaning(*parts: Hashable) -> SemanticKey:
    """The key of these parts."""
    return _KEYS.get(parts) or _KEYS.setdefault(parts, SemanticKey(parts))


_RULE, _PARTS = "meaning", "meanings of conditions"
"""What is kept with the sign of a rule: its key, and those of the conditions in it, in order."""


def _nested(rule: Rule) -> list[Condition]:
    return [] if rule.condition is None else list(nested(rule.condition))


class SemanticKeys:
    """The keys of the parts of one plan, each found once."""

    def __init__(self, kernel: Kernel) -> None:
        self.plan = kernel.plan
        self._kernel = kernel
        self._defines: dict[int, Hashable] = {}
        self._fields: dict[int, Hashable] = {}
        self._measures: dict[Measure, Hashable] = {}
        self._signals: dict[int, Hashable] = {}
        self._clauses: dict[int, Hashable] = {}
        self._conditions: dict[int, Hashable | None] = {}
        self._inputs: dict[int, tuple[Input, ...]] = {}
        self._recalled = False

    # --- what is read of leads ------------------------------------------------------------------

    @cached_property
    def needs(self) -> tuple[dict[Hashable, int], dict[Hashable, Measure]]:
        """What judging by the plan reads of leads: the numbers of fields and the measures, by their keys."""
        numbers: dict[Hashable, int] = {}
        measures: dict[Hashable, Measure] = {}
        for condition in conditions(self.plan):
            for one in (one for clause in clauses(condition) for one in self.inputs(clause)):
                if isinstance(one, FieldValue):
                    numbers[self.field(one.field)] = one.field
                elif isinstance(one, SignalValue):
                    measure = self.plan.signals[one.signal]
                    measures[self.measure(measure)] = measure
        for rule in self.plan.rules:
            if rule.each is not None:
                measures[self.measure(of_rule(rule))] = of_rule(rule)
        return numbers, measures

    def inputs(self, clause: Clause) -> tuple[Input, ...]:
        """What a clause reads of a lead, each once, definitions entered."""
        found = self._inputs.get(id(clause))
        if found is None:
            gathered: dict[Input, None] = {}
            entered: set[int] = set()
            for operand in operands(clause):
                self._gather(operand, gathered, entered)
            found = self._inputs[id(clause)] = tuple(gathered)
        return found

    def inputs_of(self, term: Term) -> tuple[Input, ...]:
        """What a value reads of a lead, each once, definitions entered."""
        gathered: dict[Input, None] = {}
        if not isinstance(term, Edge):
            self._gather(term.of if isinstance(term, Rounded) else term, gathered, set())
        return tuple(gathered)

    def _gather(self, value: Value, found: dict[Input, None], entered: set[int]) -> None:
        for part in parts(value):
            if isinstance(part, DefineValue):
                body = self.plan.definitions[part.define].value
                assert body is not None
                if part.define not in entered:
                    entered.add(part.define)
                    self._gather(body, found, entered)
            elif isinstance(part, FieldValue | SignalValue | ScoreValue):
                found[part] = None

    # --- keys -----------------------------------------------------------------------------------

    def field(self, number: int) -> Hashable:
        """The meaning of a field."""
        field = self.plan.fields[number]
        return ("field", field.column, field.kind, field.default)

    def measure(self, measure: Measure) -> Hashable:
        """The meaning of a measure."""
        found = self._measures.get(measure)
        if found is None:
            selections = tuple(self._selection(one) for one in (measure.events, measure.then))
            rest = (measure.of, measure.within, measure.per, measure.left)
            found = self._measures[measure] = meaning(
                "measure", self.plan.zone.name, measure.aggregation, selections, *rest
            )
        return found

    def signal(self, number: int) -> Hashable:
        """The meaning of a signal, which is that of its measure."""
        found = self._signals.get(number)
        if found is None:
            found = self._signals[number] = self.measure(self.plan.signals[number])
        return found

    def clause(self, clause: Clause) -> Hashable:
        """The meaning of a clause that reads no score."""
        self._recall()
        found = self._clauses.get(id(clause))
        if found is None:
            test = self._bare(self._kernel.test(clause))
            found = self._clauses[id(clause)] = meaning(self.plan.zone.name, test)
        return found

    def condition(self, condition: Condition) -> Hashable | None:
        """The meaning of a condition, None where it reads a score."""
        self._recall()
        key = id(condition)
        if key not in self._conditions:
            self._conditions[key] = self._condition(condition)
        return self._conditions[key]

    def _condition(self, condition: Condition) -> Hashable | None:
        match condition:
            case All(items=items) | Any(items=items):
                keys = tuple(map(self.condition, items))
                return None if None in keys else meaning(type(condition).__name__, *keys)
            case Not(item=item):
                inner = self.condition(item)
                return None if inner is None else meaning("Not", inner)
            case Holds(define=define):
                body = self.plan.definitions[define].condition
                assert body is not None
                return self.condition(body)
        scored = any(isinstance(one, ScoreValue) for one in self.inputs(condition))
        return None if scored else self.clause(condition)

    @cached_property
    def rules(self) -> dict[int, SemanticKey]:
        """The meanings of the rules, by the `id` of each: its name, when it fires, and what it gives."""
        self._recall()
        return {id(rule): self._meant(rule) for rule in self.plan.rules}

    def _meant(self, rule: Rule) -> SemanticKey:
        """What a rule means, worked out once for all plans that have it by the same numbers."""
        sign = rule.sign
        if sign is None:
            return self._rule(rule)
        found = sign.derived.get(_RULE)
        if not isinstance(found, SemanticKey):
            found = sign.derived[_RULE] = self._rule(rule)
        if _PARTS not in sign.derived:
            sign.derived[_PARTS] = tuple([self.condition(part) for part in _nested(rule)])
        return found

    def _recall(self) -> None:
        """Takes over what the conditions of rules mean from earlier plans; before anything else is asked."""
        if self._recalled:
            return
        self._recalled = True
        for rule in self.plan.rules:
            sign = rule.sign
            known = sign.derived.get(_PARTS) if sign is not None else None
            if not isinstance(known, tuple):
                continue
            for part, key in zip(_nested(rule), known, strict=True):
                self._conditions[id(part)] = key
                if key is not None and isinstance(part, Clause):
                    self._clauses[id(part)] = key

    def _rule(self, rule: Rule) -> SemanticKey:
        paid: Hashable = None
        if rule.each is not None:
            paid = (self._selection(rule.each.events), rule.each.which, rule.each.once)
        fires = meaning(self._bare(rule.condition), paid)
        given = [meaning(fires, one.points, one.decay, one.least, one.most) for one in rule.contributions]
        return meaning(rule.identity, fires, *given)

    def given(self, rule: Rule, place: int) -> Hashable:
        """The meaning of what one of a rule's contributions gives, whatever the rule is called."""
        _, _, *given = self.rules[id(rule)].parts
        return given[place]

    def _selection(self, selection: Selection | None) -> Hashable:
        if selection is None:
            return None
        selector = self._bare(self.plan.selectors[selection.selector])
        return (selector, self._bare(selection.where), selection.window)

    def _bare(self, part: object) -> Hashable:
        """A part without the place where it was written and without the plan's numbers."""
        match part:
            case None | Origin():
                return None
            case str():
                return part
            case int() | float():
                # 1, 1.0 and True are equal, and are not the same.
                return (type(part).__name__, part)
            case tuple():
                return tuple([self._bare(item) for item in part])
            case FieldValue(field=number):
                return self.field(number)
            case SignalValue(signal=number):
                return self.signal(number)
            case DefineValue(define=number) | Holds(define=number):
                if number not in self._defines:
                    definition = self.plan.definitions[number]
                    body = definition.value if definition.condition is None else definition.condition
                    self._defines[number] = self._bare(body)
                return self._defines[number]
            case ScoreValue():
                raise AssertionError("a score is another with every rule")
            case _ if isinstance(part, Clause):
                return self.clause(part)
        assert isinstance(part, Hashable)
        kind: type = type(part)
        return part if _names(kind) is None else meaning(*self._parts(part))

    def _parts(self, node: object) -> Iterator[Hashable]:
        """The sort of a node, and its parts."""
        kind: type = type(node)
        yield kind.__name__
        for name in _names(kind) or ():
            # The name of a list says nothing that its patterns do not, nor how an object is spelt.
            if name != "written" and not (kind is InSet and name == "key"):
                yield self._bare(getattr(node, name))


@cache
def _names(kind: type) -> tuple[str, ...] | None:
    """The parts of a node, None of what is no node."""
    if not is_dataclass(kind) or issubclass(kind, Enum):
        return None
    return tuple(each.name for each in fields(kind))
