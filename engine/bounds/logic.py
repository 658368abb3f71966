"""Conditions as functions of the truths of clauses, sums of points as steps, and stages as ladders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from ..explain.plan_index import PlanIndex
from ..plan import All, Condition, Holds, Not, Stage
from ..plan import Any as AnyOf
from ..plan.adding_up import TOTAL, Register, Settle, score_register

IsTrue = Callable[[Sequence[bool | None]], Any]
"""Whether a condition is true, from the truths of all clauses."""


class Logic:
    """Conditions as functions. Those of definitions are called, each where it is asked for."""

    def __init__(self, parts: PlanIndex) -> None:
        self._parts = parts
        self._scope: dict[str, Any] = {}
        for number, definition in enumerate(parts.plan.definitions):
            if definition.condition is not None:
                for wanted in (True, False):
                    source = self._text(definition.condition, wanted)
                    self._scope[f"d{number}_{wanted}"] = self._made(source)

    def function(self, condition: Condition) -> IsTrue:
        """Whether it is true."""
        return self._made(self._text(condition, True))

    def _made(self, source: str) -> IsTrue:
        made: IsTrue = eval(compile(f"lambda t: {source}", "<condition>", "eval"), self._scope)
        return made

    def _text(self, condition: Condition, wanted: bool) -> str:
        match condition:
            case All(items=items) | AnyOf(items=items):
                word = " and " if isinstance(condition, All) is wanted else " or "
                return f"({word.join(self._text(item, wanted) for item in items)})"
            case Not(item=item):
                return self._text(item, not wanted)
            case Holds(define=define):
                return f"d{define}_{wanted}(t)"
        place = self._parts.places[id(condition)]
        return f"t[{place}]" if wanted else f"t[{place}] is False"


class Clamp(NamedTuple):
    """A register is kept within bounds and added to another, -1 for none."""

    slot: int
    least: int | None
    most: int | None
    into: int


class Sums:
    """The registers of a plan in a list, and what their settling comes to."""

    def __init__(self, parts: PlanIndex) -> None:
        steps = [step for step in parts.kernel.steps if isinstance(step, Settle)]
        self.slots: dict[Register, int] = {step.register: n for n, step in enumerate(steps)}
        self.steps = [
            Clamp(n, one.least, one.most, -1 if one.into is None else self.slots[one.into])
            for n, one in enumerate(steps)
        ]
        self.named = [self.slots[score_register(n)] for n in range(len(parts.plan.scores))]
        self.total = self.slots[TOTAL]
        self.settled = self._function()
        """The total and the named scores, from the points of all registers."""

    def _function(self) -> Callable[[Iterable[int]], tuple[int, ...]]:
        """Written out: it is called for each sum that a lead can come to."""
        lines = [f"{''.join(f'p{one.slot}, ' for one in self.steps)}= points"]
        for slot, least, most, into in self.steps:
            if most is not None:
                lines.append(f"if p{slot} > {most}: p{slot} = {most}")
            if least is not None:
                lines.append(f"if p{slot} < {least}: p{slot} = {least}")
            if into >= 0:
                lines.append(f"p{into} += p{slot}")
        lines.append(f"return ({''.join(f'p{slot}, ' for slot in (self.total, *self.named))})")
        names: dict[str, Any] = {}
        exec(compile("\n ".join(["def settled(points):", *lines]), "<sums>", "exec"), names)
        function: Callable[[Iterable[int]], tuple[int, ...]] = names["settled"]
        return function


class PossibleResult(NamedTuple):
    """What could be decided: the stages of each track, and whether the lead is disqualified."""

    stages: tuple[tuple[str | None, ...], ...]
    disqualified: bool


class Ladder:
    """Decides on stages from the truths of clauses; of a stage that holds, the past may decide."""

    def __init__(self, parts: PlanIndex, logic: Logic) -> None:
        plan = parts.plan
        self._gone = [logic.function(one.condition) for one in plan.disqualifications]
        self._tracks = [
            [
                _rung(logic, number, stage)
                for number, stage in reversed([*enumerate(plan.stages)])
                if stage.track == track
            ]
            for track in plan.tracks
        ]
        self.holding = [number for number, stage in enumerate(plan.stages) if stage.until is not None]

    def decide(self, truths: Sequence[bool | None], held: dict[int, bool]) -> PossibleResult:
        """`held` says of stages that hold whether a lead that now decides nothing about is in them."""
        if any(gone(truths) for gone in self._gone):
            return PossibleResult(tuple((None,) for _ in self._tracks), True)
        return PossibleResult(tuple(tuple(_possible(track, truths, held)) for track in self._tracks), False)


class _Rung(NamedTuple):
    number: int
    name: str
    comes_in: IsTrue
    goes_out: IsTrue | None


def _rung(logic: Logic, number: int, stage: Stage) -> _Rung:
    goes_out = None if stage.until is None else logic.function(stage.until)
    return _Rung(number, stage.name, logic.function(stage.condition), goes_out)


def _possible(
    track: Iterable[_Rung], truths: Sequence[bool | None], held: dict[int, bool]
) -> Iterable[str | None]:
    """The stages that a lead could be in, from the highest down to the one that it surely reaches."""
    for rung in track:
        if rung.goes_out is None:
            if rung.comes_in(truths):
                yield rung.name
                return
        elif not rung.goes_out(truths):
            if rung.comes_in(truths):
                yield rung.name
                return
            is_held = held.get(rung.number)
            if is_held is not False:
                yield rung.name
                if is_held:
                    return
    yield None
