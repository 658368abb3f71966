"""Stages that hold, in two versions: when whoever is still in one is still in the other.

Between the instants that decide, a lead's past does, which is left open. But every instant of a past is the
present of a lead with fewer events. So where, at any instant and for any lead, the one stage is left only
where the other is, and entered where the other is, nothing in a past can tell them apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import z3

from ..plan import Plan, Stage
from .decided import Decided
from .kleene import Formula, all_of, any_of, none_of
from .world import World

Pair = tuple[Plan, Stage, Plan, Stage]
"""A stage of one version, and the stage of another that whoever is still in the first is still in."""


def pairs(plans: Sequence[Plan]) -> Iterator[Pair]:
    """Stages that hold in both of two plans, by their names, each way round."""
    for one, other in ((plans[0], plans[-1]), (plans[-1], plans[0])):
        if one is other:
            continue
        others = {(stage.track, stage.name): stage for stage in other.stages if stage.until is not None}
        for stage in one.stages:
            if stage.until is not None and (stage.track, stage.name) in others:
                yield one, stage, other, others[stage.track, stage.name]


def left_alone(world: World, pair: Pair) -> Formula:
    """A lead that an instant keeps in the first stage, or leaves there, and not in the second."""
    one, stage, other, twin = pair
    comes_in, goes_out = _decides(world.decided(one), stage)
    comes_in_too, goes_out_there = _decides(world.decided(other), twin)
    return all_of((none_of(goes_out), any_of((goes_out_there, all_of((comes_in, none_of(comes_in_too)))))))


def _decides(decided: Decided, stage: Stage) -> tuple[Formula, Formula]:
    assert stage.until is not None
    return decided.truth(stage.condition).yes, decided.truth(stage.until).yes


def implied(world: World, pair: Pair) -> Formula:
    """That whoever is still in the first stage is still in the second."""
    one, stage, other, twin = pair
    return z3.Implies(world.decided(one).held(stage), world.decided(other).held(twin))
