"""Gauges measured on their own, without the rules that ask for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from ..plan import Measure, Plan, Selection
from .codegen import CodegenContext, CodegenScope, Detail
from .events_source import write_pass
from .facts import EventRow
from .function import Unforeseen, made, resolved, tuple_of
from .scorer import Scorer


def reading_only(plan: Plan, measures: Iterable[Measure]) -> tuple[Plan, list[Measure]]:
    """A plan that reads no other events than these measures do, and the measures as it numbers them.

    It has no fields and no rules.
    """
    selectors: dict[int, int] = {}

    def moved(selection: Selection) -> Selection:
        return replace(selection, selector=selectors.setdefault(selection.selector, len(selectors)))

    renumbered = [
        replace(
            measure, events=moved(measure.events), then=None if measure.then is None else moved(measure.then)
        )
        for measure in measures
    ]
    nothing: Any = ()
    only = replace(
        plan,
        fields=nothing,
        selectors=tuple(plan.selectors[number] for number in selectors),
        signals=tuple(renumbered),
        **dict.fromkeys(("definitions", "rules", "groups", "scores", "stages", "tracks"), nothing),
        **dict.fromkeys(("disqualifications", "grades", "outcomes", "tests"), nothing),
    )
    return only, renumbered


def measuring(evaluator: Scorer, measures: Sequence[Measure]) -> Callable[[Sequence[EventRow], int], Any]:
    """A function `measure(events, now)` that gives what these measures measure of one lead, as a tuple."""
    function = _function(evaluator, measures)

    def measure(events: Sequence[EventRow], now: int) -> Any:
        nonlocal function
        try:
            return function(events, now)
        except Unforeseen:
            # An event of a class that came up after the function was made.
            function = _function(evaluator, measures)
            return function(events, now)

    return measure


def _function(evaluator: Scorer, measures: Sequence[Measure]) -> Callable[..., Any]:
    parts, classes = evaluator.parts, evaluator.classes
    known = tuple(classes.known)
    context = CodegenContext(
        parts.kernel, known, Detail.SCORE, classes.width, classes.fixed, top=CodegenScope("  ")
    )
    names = [context.measure(measure) for measure in measures]
    passed = write_pass(context)
    moments, lines = resolved(context, passed, [f" return {tuple_of(names)}"])
    return made(context, "\n".join(["def run(events, now):", *moments, *lines, ""]))
