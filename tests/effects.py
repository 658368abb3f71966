"""What a change of rules does to leads, found the plain way: every lead decided about twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from leadwright.engine.evaluator import Evaluator
from leadwright.engine.impact.effect import Effect, Move, by_weight, causes, differ
from leadwright.engine.plan import Given
from leadwright.engine.score_one.facts import Event

LeadFacts = tuple[str, Mapping[str, Given], Iterable[Event]]
"""A lead's id, its fields by their names in the data, and its events."""


def effect(before: Evaluator, after: Evaluator, leads: Iterable[LeadFacts], now: int) -> Effect:
    """Decides about every lead with both rulesets at `now`, in microseconds."""
    found = Effect()
    for lead, fields, given in leads:
        events = list(given)
        old = before.decide(before.facts(fields, events), now)
        new = after.decide(after.facts(fields, events), now)
        found.leads += 1
        found.totals_before[old.total] += 1
        found.totals_after[new.total] += 1
        for track in dict.fromkeys([*old.stages, *new.stages]):
            found.matrix[track, old.stages.get(track), new.stages.get(track)] += 1
        if old.total != new.total or differ(old.stages, new.stages):
            move = Move(lead, old.total, new.total, old.stages, new.stages, causes(old, new))
            found.moves.append(move)
            for line, points in move.causes:
                moved, together = found.by_line.get(line, (0, 0))
                found.by_line[line] = (moved + 1, together + points)
    found.moved = len(found.moves)
    found.changed_stage = sum(move.changes_stage for move in found.moves)
    found.moves.sort(key=by_weight)
    return found
