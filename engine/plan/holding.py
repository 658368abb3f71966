"""What a stage that holds asks at an instant, as a plan of its own, with nothing else in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ...grammar.syntax.nodes import Kind
from .conditions import Condition, Constant, DefineValue, ScoreValue, SignalValue, Value
from .events import Aggregation, Measure, Selection
from .model import Definition, Plan, Rule, Stage
from .walk import condition_values, holds, parts

COMES_IN, GOES_OUT = "in", "out"
"""The tracks of the plan of a stage that holds."""


def asking_plan(plan: Plan, stage: Stage) -> Plan:
    """A plan that asks nothing but the two conditions of a stage that holds.

    In its track `COMES_IN` a lead is in the stage where the one is true, in `GOES_OUT` where the other is.
    Fields, selectors, signals, definitions and scores keep their numbers; those that neither condition comes
    to look at are put aside, so that time changes nothing in them. Both plans read the same rows of events.
    """
    assert stage.until is not None
    found = _Read(plan)
    for condition in (stage.condition, stage.until):
        found.condition(condition)
    rules = tuple(found.rules())
    nothing: Any = ()
    return replace(
        plan,
        definitions=tuple(
            one if number in found.definitions else Definition(one.name, None, _NOTHING, one.origin)
            for number, one in enumerate(plan.definitions)
        ),
        rules=rules,
        signals=tuple(
            one
            if number in found.signals
            else Measure(Aggregation.COUNT, Selection(one.events.selector, None, None))
            for number, one in enumerate(plan.signals)
        ),
        stages=(
            Stage(stage.name, COMES_IN, stage.condition, stage.origin),
            Stage(stage.name, GOES_OUT, stage.until, stage.origin),
        ),
        tracks=(COMES_IN, GOES_OUT),
        digest=f"{plan.digest} {stage.track} {stage.name}",
        **dict.fromkeys(("off", "disqualifications", "grades", "outcomes", "handoffs", "tests"), nothing),
    )


def selectors_read(plan: Plan) -> frozenset[int]:
    """The selectors of the events that make a difference to such a plan."""
    found = _Read(plan)
    for stage in plan.stages:
        found.condition(stage.condition)
    selections = [rule.each.events for rule in found.rules() if rule.each is not None]
    for number in found.signals:
        signal = plan.signals[number]
        selections += [signal.events] if signal.then is None else [signal.events, signal.then]
    return frozenset(one.selector for one in selections)


_NOTHING = Constant(Kind.NUMBER, 0.0)


class _Read:
    """What conditions come to look at, definitions and scores entered."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.definitions: set[int] = set()
        self.signals: set[int] = set()
        self.scores: set[int | None] = set()

    def condition(self, condition: Condition) -> None:
        """Takes in all that a condition looks at."""
        for value in condition_values(condition):
            self._value(value)
        for define in holds(condition):
            self._define(define)

    def _value(self, value: Value) -> None:
        match value:
            case SignalValue(signal=number):
                self.signals.add(number)
            case ScoreValue(score=score):
                self.scores.add(score)
            case DefineValue(define=number):
                self._define(number)

    def _define(self, number: int) -> None:
        if number in self.definitions:
            return
        self.definitions.add(number)
        definition = self.plan.definitions[number]
        if definition.condition is not None:
            self.condition(definition.condition)
        if definition.value is not None:
            for part in parts(definition.value):
                self._value(part)

    def rules(self) -> Iterator[Rule]:
        """The rules that give points to the scores, with nothing but these points; takes in what they ask."""
        everything = None in self.scores
        for rule in self.plan.rules:
            given = tuple(one for one in rule.contributions if everything or one.score in self.scores)
            if given:
                if rule.condition is not None:
                    self.condition(rule.condition)
                yield replace(rule, contributions=given, tags=())
