"""Handoffs that can take no lead, and stages whose leads may go to nobody."""

from __future__ import annotations

from collections.abc import Iterator

from ....grammar.messages.diagnostics import Diagnostic
from ... import plan as p
from ..context import LintContext, lint_at


def handoff_unreachable(context: LintContext) -> Iterator[Diagnostic]:
    """Looks at each handoff beside the ones of its stage before it, and beside the stage."""
    before: dict[tuple[str, str], list[p.Handoff]] = {}
    stages = {(stage.track, stage.name): stage for stage in context.plan.stages}
    for handoff in context.plan.handoffs:
        where = (handoff.track, handoff.stage)
        earlier = next((one for one in before.get(where, ()) if _takes_all(context, one, handoff)), None)
        before.setdefault(where, []).append(handoff)
        if earlier is not None:
            yield lint_at(
                "handoff-unreachable",
                handoff.origin,
                f'no lead is left for "{handoff.name}": "{earlier.name}" before it takes all of them',
                "put the handoff that takes more behind the one that takes less",
            )
        elif handoff.condition is not None and _never(context, stages[where], handoff.condition):
            yield lint_at(
                "handoff-unreachable",
                handoff.condition.origin,
                f"no lead in {handoff.stage} can meet this condition",
                "correct it, or remove the handoff",
            )


def _takes_all(context: LintContext, earlier: p.Handoff, later: p.Handoff) -> bool:
    """Whether an earlier handoff takes every lead that a later one would."""
    if earlier.condition is None:
        return True
    if later.condition is None:
        return context.logic.always(earlier.condition)
    return context.logic.implies(later.condition, earlier.condition)


def _never(context: LintContext, stage: p.Stage, condition: p.Condition) -> bool:
    if context.follows(condition) or context.follows(stage.condition) or context.logic.never(stage.condition):
        return False
    # A stage that holds may be entered long before a lead is scored.
    return stage.until is None and context.logic.exclude(stage.condition, condition)


def handoff_leaves_some(context: LintContext) -> Iterator[Diagnostic]:
    """Looks at all handoffs of each stage that has any."""
    stages: dict[tuple[str, str], list[p.Handoff]] = {}
    for handoff in context.plan.handoffs:
        stages.setdefault((handoff.track, handoff.stage), []).append(handoff)
    for handoffs in stages.values():
        if any(one.condition is None or context.logic.always(one.condition) for one in handoffs):
            continue
        handoff = handoffs[-1]
        track = "" if handoff.track == "main" else f" in {handoff.track}"
        yield lint_at(
            "handoff-leaves-some",
            handoff.origin,
            f"a lead that becomes {handoff.stage}{track} and meets no handoff's condition goes to nobody",
            f'end with one for all others, e.g. handoff "Everyone else" of {handoff.stage}{track} to ...',
        )
