"""What parts of a plan mean, whatever plan they stand in: keys under which answers can be kept.

Two parts with one key give every lead the same, at the same instant. The place in the text does not count,
nor how a plan numbers its fields and signals.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache, cached_property

from ..plan import (
    Clause,
    DefineValue,
    FieldValue,
    Holds,
    OneOf,
    Origin,
    Plan,
    Rule,
    ScoreValue,
    Selection,
    SignalValue,
    Value,
)
from .gauges import Gauge, of_each, of_signal
from .walk import clauses, conditions, operands, parts

RuleKey = tuple[str, Hashable, Hashable, tuple[Hashable, ...]]

Input = FieldValue | SignalValue | ScoreValue
"""What a clause reads that differs from lead to lead."""


class Meanings:
    """The keys of the parts of one plan, each found once."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._fields: dict[int, Hashable] = {}
        self._gauges: dict[Gauge, Hashable] = {}
        self._clauses: dict[int, Hashable] = {}
        self._inputs: dict[int, tuple[Input, ...]] = {}

    # --- what is read of leads ------------------------------------------------------------------

    @cached_property
    def needs(self) -> tuple[dict[Hashable, int], dict[Hashable, Gauge]]:
        """What judging by the plan reads of leads: the numbers of fields and the gauges, by their keys."""
        numbers: dict[Hashable, int] = {}
        gauges: dict[Hashable, Gauge] = {}
        for condition in conditions(self.plan):
            for one in (one for clause in clauses(condition) for one in self.inputs(clause)):
                if isinstance(one, FieldValue):
                    numbers[self.field(one.field)] = one.field
                elif isinstance(one, SignalValue):
                    gauge = of_signal(self.plan.signals[one.signal])
                    gauges[self.gauge(gauge)] = gauge
        for rule in self.plan.rules:
            if rule.each is not None:
                gauges[self.gauge(gauge_of(rule))] = gauge_of(rule)
        return numbers, gauges

    def inputs(self, clause: Clause) -> tuple[Input, ...]:
        """What a clause reads of a lead, each once, definitions entered."""
        found = self._inputs.get(id(clause))
        if found is None:
            gathered: dict[Input, None] = {}
            for operand in operands(clause):
                self._gather(operand, gathered)
            found = self._inputs[id(clause)] = tuple(gathered)
        return found

    def _gather(self, value: Value, found: dict[Input, None]) -> None:
        for part in parts(value):
            if isinstance(part, DefineValue):
                body = self.plan.definitions[part.define].value
                assert body is not None
                self._gather(body, found)
            elif isinstance(part, FieldValue | SignalValue | ScoreValue):
                found[part] = None

    # --- keys -----------------------------------------------------------------------------------

    def field(self, number: int) -> Hashable:
        """The meaning of a field."""
        field = self.plan.fields[number]
        return ("field", field.column, field.kind, field.default)

    def gauge(self, gauge: Gauge) -> Hashable:
        """The meaning of a gauge."""
        found = self._gauges.get(gauge)
        if found is None:
            selections = tuple(self._selection(one) for one in (gauge.events, gauge.then))
            rest = (gauge.of, gauge.within, gauge.per, gauge.left)
            found = self._gauges[gauge] = ("gauge", gauge.what, selections, *rest)
        return found

    def clause(self, clause: Clause) -> Hashable:
        """The meaning of a clause that reads no score."""
        found = self._clauses.get(id(clause))
        if found is None:
            found = self._clauses[id(clause)] = self._bare(clause)
        return found

    @cached_property
    def rules(self) -> dict[int, RuleKey]:
        """The meanings of the rules, by the `id` of each: its name, when it fires, what it pays for, what it
        gives."""
        return {id(rule): self._rule(rule) for rule in self.plan.rules}

    def _rule(self, rule: Rule) -> RuleKey:
        paid: Hashable = None
        if rule.each is not None:
            paid = (self._selection(rule.each.events), rule.each.which, rule.each.once)
        given = tuple((one.points, one.decay, one.least, one.most) for one in rule.contributions)
        return (rule.identity, self._bare(rule.condition), paid, given)

    def given(self, rule: Rule, place: int) -> Hashable:
        """The meaning of what one of a rule's contributions gives, whatever the rule is called."""
        _, condition, paid, given = self.rules[id(rule)]
        return (condition, paid, given[place])

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
                return self.gauge(of_signal(self.plan.signals[number]))
            case DefineValue(define=number):
                return self._bare(self.plan.definitions[number].value)
            case Holds(define=number):
                return self._bare(self.plan.definitions[number].condition)
            case ScoreValue():
                raise AssertionError("a score is another with every rule")
            case OneOf():
                # The name of a list says nothing that its patterns do not.
                return ("OneOf", self._bare(part.value), part.patterns, self._bare(part.constants))
        kind: type = type(part)
        names = _names(kind)
        if names is not None:
            return (type(part).__name__, *[self._bare(getattr(part, name)) for name in names])
        assert isinstance(part, Hashable)
        return part


def gauge_of(rule: Rule) -> Gauge:
    """The gauge of what a rule pays for; the instants only where points fade."""
    assert rule.each is not None
    return of_each(rule.each, decays=any(c.decay is not None for c in rule.contributions))


@cache
def _names(kind: type[object]) -> tuple[str, ...] | None:
    """The parts of a node, None of what is no node."""
    if not is_dataclass(kind) or issubclass(kind, Enum):
        return None
    return tuple(each.name for each in fields(kind))
