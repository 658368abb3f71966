"""Many leads evaluated at one instant from columns: each field and each signal measured once and kept.

What is kept is known by what it measures, not by the rules that asked for it. So rules that are being edited
find most of what they need from the last time, and an edit costs only what it makes new.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum
from typing import Any

from ..plan import DefineValue, FieldValue, Holds, Origin, Plan, ScoreValue, Selection, SignalValue
from .classes import EventClasses
from .draft import Detail, Draft, Scope
from .evaluator import Evaluator
from .events_source import write_pass
from .gauges import Gauge
from .parts import Parts
from .program import decided, made, resolved, stand_ins, tuple_of

Decided = tuple[int, tuple[int, ...], tuple[str | None, ...], bool]
"""Of one lead: total, scores, the stage of each track, whether disqualified; see `Evaluator.score`."""

_OF_ONE_PLAN = (FieldValue, DefineValue, Holds, SignalValue, ScoreValue)


@dataclass(frozen=True, slots=True)
class Judging:
    """How one plan's leads are decided about from columns.

    `fields` and `signals` say by their keys which columns `run(columns, now)` takes, in this order after one
    that only counts the leads; `gauges` are the signals as this plan numbers them.
    """

    fields: tuple[Hashable, ...]
    signals: tuple[Hashable, ...]
    gauges: tuple[Gauge, ...]
    run: Callable[[Sequence[Sequence[Any]], int], list[Decided]]


def judging(evaluator: Evaluator) -> Judging:
    """Makes the function that decides about leads by one plan."""
    draft = _draft(evaluator.parts, evaluator.classes)
    plan = evaluator.plan
    result = decided(draft, evaluator.parts)
    moments, lines = resolved(draft, [], [*draft.top.lines, f"  add({result})"])
    names = ["_", *(f"f{number}" for number in range(len(plan.fields))), *draft.gauges.values()]
    source = [
        "def run(columns, now):",
        " found = []; add = found.append",
        *moments,
        f" for {tuple_of(names)} in zip(*columns, strict=True):",
        *stand_ins(draft, "  "),
        *lines,
        " return found",
        "",
    ]
    return Judging(
        tuple((field.column, field.kind, field.default) for field in plan.fields),
        tuple(_key(plan, gauge) for gauge in draft.gauges),
        tuple(draft.gauges),
        made(draft, "\n".join(source), {}),
    )


def measuring(evaluator: Evaluator, gauges: Sequence[Gauge]) -> Callable[..., tuple[Any, ...]]:
    """Makes the function `measure(events, now)` that measures these gauges of one lead.

    It raises `Unforeseen` for an event of a class that came up after it was made.
    """
    draft = _draft(evaluator.parts, evaluator.classes)
    names = [draft.gauge(gauge) for gauge in gauges]
    passed = write_pass(draft)
    moments, lines = resolved(draft, passed, [f" return {tuple_of(names)}"])
    return made(draft, "\n".join(["def run(events, now):", *moments, *lines, ""]), {})


def _draft(parts: Parts, classes: EventClasses) -> Draft:
    # A signal that is only asked whether there is any would be another one as soon as it is asked how many.
    uses = replace(parts.uses, seen=frozenset())
    known = tuple(classes.known)
    return Draft(parts.plan, known, Detail.PLAIN, classes.width, classes.fixed, 0, top=Scope("  "), uses=uses)


def _key(plan: Plan, gauge: Gauge) -> Hashable:
    """What a gauge measures, whatever plan it is of."""
    selections = tuple(_selection(plan, one) for one in (gauge.events, gauge.then))
    return (gauge.what, selections, gauge.of, gauge.within, gauge.per, gauge.left)


def _selection(plan: Plan, selection: Selection | None) -> Hashable:
    if selection is None:
        return None
    return (_bare(plan, plan.selectors[selection.selector]), _bare(plan, selection.where), selection.window)


def _bare(plan: Plan, part: object) -> Hashable:
    """A part of a plan without the place in the text where it was written."""
    if isinstance(part, Origin):
        return None
    if isinstance(part, _OF_ONE_PLAN):
        return (plan.digest, repr(part))
    if isinstance(part, tuple):
        return tuple(_bare(plan, item) for item in part)
    if is_dataclass(part) and not isinstance(part, type | Enum):
        return (
            type(part).__name__,
            *(_bare(plan, getattr(part, each.name)) for each in fields(part)),
        )
    assert isinstance(part, Hashable)
    return part
