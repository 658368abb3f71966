"""What would bring a lead to its next stage: blank fields filled and events that happen now, as few as can
be found.

Nothing is believed that was not tried: each change is made to the lead, and the rules are asked again.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from ...grammar.frozen import frozen
from ..evaluator import Evaluator
from ..explain.decision import Decision
from ..plan import Compare, Condition, Constant, Plan, ScoreValue, Stage
from ..plan.walk import clauses
from .case import Case
from .change import Change, Changes, changed, changes_to, happening, joined, of_event

_MOST_STEPS, _BEAM, _DEEPEST = 12, 6, 5
"""Steps that are tried, sets of steps that are followed up at once, and steps that one way takes."""


@frozen
class NextStage:
    """A way to the next stage: what would have to become known or happen, each with the points that it adds
    to the score after those before it, and the score then. `case` is the lead with all of it, and `reached`
    the stage that it is in then: this one or one above."""

    stage: str
    reached: str
    changes: tuple[tuple[Change, int], ...]
    score: int
    case: Case


def way_to_next_stage(evaluator: Evaluator, case: Case) -> NextStage | None:
    """A short way to the next stage of the first track; None where none was found, or the lead is in the
    last one or disqualified."""
    trial = _Trial(evaluator, case)
    stage = trial.next_stage()
    if stage is None:
        return None
    found = _Search(trial, stage).way()
    if found is None:
        return None
    told, before = [], trial.decide(()).total
    for place, change in enumerate(found, 1):
        after = trial.decide(found[:place]).total
        told.append((change, after - before))
        before = after
    reached = trial.ladder[trial.place(trial.decide(found)) - 1].name
    return NextStage(stage.name, reached, tuple(told), before, trial.case_with(found))


class _Trial:
    """A lead on which changes are tried."""

    def __init__(self, evaluator: Evaluator, case: Case) -> None:
        self.evaluator, self.case = evaluator, case
        self.plan: Plan = evaluator.plan
        self.track = self.plan.tracks[0] if self.plan.tracks else ""
        self.ladder = [stage for stage in self.plan.stages if stage.track == self.track]
        self.places = {stage.name: place for place, stage in enumerate(self.ladder, 1)}

    def case_with(self, changes: Sequence[Change]) -> Case:
        """The lead with changes made to it."""
        return changed(self.case, changes)

    def decide(self, changes: Sequence[Change]) -> Decision:
        """What the rules say of the lead with changes made to it."""
        case = self.case_with(changes)
        return self.evaluator.decide(case.facts(self.evaluator), case.now)

    def place(self, decision: Decision) -> int:
        """How high a decision puts the lead: 0 in no stage, 1 in the lowest."""
        return self.places.get(decision.stages.get(self.track) or "", 0)

    def next_stage(self) -> Stage | None:
        """The stage after the one that the lead is in."""
        decision = self.decide(())
        place = self.place(decision)
        return None if decision.disqualified or place >= len(self.ladder) else self.ladder[place]


class _Search:
    """Looks for a way to a stage: what it asks for itself, then what gives the points that it is short of."""

    def __init__(self, trial: _Trial, stage: Stage) -> None:
        self.trial = trial
        self.stage = stage
        self.found = trial.evaluator.found(trial.case.facts(trial.evaluator), trial.case.now)
        self.asked = list(_least_scores(trial.plan, stage.condition))

    def way(self) -> Changes | None:
        """The way with the fewest changes of those that were tried."""
        first = changes_to(self.found, self.stage.condition)
        if first is None:
            return None
        if self._reached(first):
            return first
        steps = self._useful(first)
        sets = [first]
        for _ in range(_DEEPEST):
            sets = list(dict.fromkeys(made for one in sets for step in steps if (made := _and(one, step))))
            reached = [made for made in sets if self._reached(made)]
            if reached:
                return min(reached, key=len)
            sets = sorted(sets, key=lambda made: (self._short(made), len(made)))[:_BEAM]
        return None

    def _reached(self, changes: Changes) -> bool:
        trial = self.trial
        return trial.place(trial.decide(changes)) >= trial.places[self.stage.name]

    def _short(self, changes: Changes) -> int:
        """How many points the stage is short of with these changes."""
        decision = self.trial.decide(changes)
        scores = [decision.total if name is None else decision.scores[name] for name, _ in self.asked]
        return sum(max(0, limit - score) for (_, limit), score in zip(self.asked, scores, strict=True))

    def _useful(self, first: Changes) -> list[Changes]:
        """The steps that bring the stage nearer, those first that do most by the fewest changes."""
        before = self._short(first)
        found = []
        for step in dict.fromkeys(self._steps()):
            made = _and(first, step)
            gain = before - self._short(made) if made is not None else 0
            if gain > 0:
                found.append((-gain / len(step), len(step), step))
        return [step for *_, step in sorted(found, key=lambda one: one[:2])[:_MOST_STEPS]]

    def _steps(self) -> Iterator[Changes]:
        """What would let each rule give points, or more of them."""
        for rule in self.trial.plan.rules:
            if all(one.points <= 0 for one in rule.contributions):
                continue
            changes = () if rule.condition is None else changes_to(self.found, rule.condition)
            if changes is None:
                continue
            if rule.each is not None:
                event = happening(self.found, rule.each.events)
                if event is None:
                    continue
                changes = (*changes, of_event(self.found, rule.each.events, event, 1))
            if changes:
                yield changes


def _and(changes: Changes, step: Changes) -> Changes | None:
    """Changes with a step more; None where that makes no difference, or they contradict each other. What
    happens may happen again."""
    if all(change.events for change in step):
        return (*changes, *step)
    made = joined((changes, step))
    return None if made is None or len(made) == len(changes) else made


def _least_scores(plan: Plan, condition: Condition) -> Iterator[tuple[str | None, int]]:
    """The scores that a condition asks for, with how many points at least."""
    for clause in clauses(condition):
        match clause:
            case Compare(operator=">=" | ">" as operator, left=ScoreValue(score=score), right=right):
                limit = right.value if isinstance(right, Constant) else None
                if isinstance(limit, int | float):
                    name = None if score is None else plan.scores[score].name
                    yield name, math.floor(limit) + 1 if operator == ">" else math.ceil(limit)
