"""Decides about leads: scores, with all that explains them, each part computed when it is read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from .due.due_times import DueTimes
from .due.next_change import next_change
from .explain.build_decision import (
    Frame,
    handoff_findings,
    outcome_findings,
    rule_findings,
    stage_findings,
)
from .explain.decision import Decision, Finding, Stay
from .explain.explainer import Explainer
from .explain.explanation_lines import cut_line
from .explain.findings import Found, Truth
from .plan import Condition
from .score_one.codegen import Detail
from .score_one.facts import Facts
from .score_one.scorer import Scorer, instant
from .values import Prepared, moment_of

if TYPE_CHECKING:
    from .bounds.finder import Finder

_OUTLINED = frozenset({"total", "scores", "stages", "stages_if_qualified", "grades", "tags", "disqualified"})
_EXPLAINED = frozenset({"rules", "stage_findings", "disqualifications", "handoffs"})


class Evaluator(Scorer):
    """Scores by one plan, explains what came out, and says when it can next change."""

    explains = False
    """Whether the latest decision was explained: then the next one probably is, and one run finds all."""

    @cached_property
    def explainer(self) -> Explainer:
        """What explains the conditions."""
        return Explainer(self.parts)

    @cached_property
    def _of_stages(self) -> dict[int, Explainer]:
        return {}

    def explainer_of(self, stage: int) -> Explainer:
        """What explains the conditions of a stage that holds, by its number."""
        explainer = self._of_stages.get(stage)
        if explainer is None:
            made = Explainer(self.holdings[stage].asking.parts)
            explainer = self._of_stages.setdefault(stage, made)
        return explainer

    @cached_property
    def due_times(self) -> DueTimes:
        """What says when time alone could change a decision."""
        return DueTimes(self)

    @cached_property
    def frame(self) -> Frame:
        """What is the same in every decision."""
        return Frame(self.parts)

    @cached_property
    def possible(self) -> Finder:
        """What says what scores and stages could be, whatever blank fields turn out to be."""
        from .bounds.finder import Finder  # loaded only where it is asked

        return Finder(self)

    def decide(self, facts: Facts, now: dt.datetime | int, *, gains: bool = False) -> Decision:
        """The decision, each part of which is computed when it is read; with `gains`, it says too what would
        bring points that are short for a stage."""
        return Decision(_Parts(self, facts, instant(now), gains=gains).part)

    def decision_of(
        self, facts: Facts, now: int, found_out: tuple[Any, Any, Any], change: int | None
    ) -> tuple[Decision, Found]:
        """The decision, and the truth of every condition: from what a function of the detail EXPLAIN gave,
        the instants of each selection, what each rule pays for, and when the decision can next change."""
        parts = _Parts(self, facts, now)
        found = parts.explains(*found_out)
        return Decision(parts.part, next_change=None if change is None else moment_of(change)), found

    def next_change(self, facts: Facts, now: dt.datetime | int) -> dt.datetime | None:
        """When time alone can next change a clause or a line: never too late, and exact but in rare cases."""
        found = next_change(self.due_times, facts, instant(now))
        return None if found is None else moment_of(found)

    def found(self, facts: Facts, now: dt.datetime | int) -> Found:
        """What is found of every condition on a lead, at an instant."""
        parts = _Parts(self, facts, instant(now))
        instants, paid = self.run(Detail.INSTANTS, facts, instant(now))
        return parts.explains(self.run(Detail.EXPLAIN, facts, instant(now)), instants, paid)


class _Parts:
    """What computes the parts of one decision. Safe in threads: what is computed twice comes out the same."""

    __slots__ = ("_evaluator", "_facts", "_found", "_full", "_gains", "_now", "_ran")

    def __init__(self, evaluator: Evaluator, facts: Facts, now: int, *, gains: bool = False) -> None:
        self._evaluator = evaluator
        self._gains = gains
        self._facts = facts
        self._now = now
        self._ran: Any = None
        self._full: Any = None
        self._found: tuple[Found, Any] | None = None

    def part(self, name: str) -> Mapping[str, object]:
        """A part by its name, and those that come with it."""
        if name in _OUTLINED:
            return self._outline()
        if name in _EXPLAINED:
            return self._explanation()
        if name == "lines":
            return self._lines()
        if name == "next_change":
            change = next_change(self._evaluator.due_times, self._facts, self._now, self._find_out())
            return {name: None if change is None else moment_of(change)}
        if name == "bounds":
            return {name: self._evaluator.possible.bounds(self._facts, self._now)}
        if name == "outcomes":
            return {name: MappingProxyType(outcome_findings(self._evaluator.plan, self._run()[8]))}
        return {"digest": self._evaluator.plan.digest, "now": moment_of(self._now)}

    def explains(self, ran: Any, instants: Any, paid: Any) -> Found:
        """Takes what functions of the details EXPLAIN and INSTANTS gave."""
        total, scores, _, _, _, _, _, _, _, truths, values = self._ran = self._full = ran
        if self._evaluator.parts.sure:
            truths, values = self._sure(truths, values)
        found = Found(self._evaluator.parts, self._facts, self._now, total, scores, truths, values, instants)
        self._found = found, paid
        return found

    def _sure(
        self, truths: Sequence[Truth], values: Sequence[Prepared]
    ) -> tuple[tuple[Truth, ...], tuple[Prepared, ...]]:
        """The truths and the values, those in place that ask whether something is sure."""
        from .bounds.sure import is_sure, sure_words  # few rulesets ask

        bounds = self._evaluator.possible.bounds(self._facts, self._now)
        found, said = [*truths], [*values]
        for place, at, value in self._evaluator.parts.sure:
            found[place] = is_sure(self._evaluator.plan, value.of, bounds)
            said[at] = sure_words(self._evaluator.plan, value.of, bounds)
        return tuple(found), tuple(said)

    def _outline(self) -> Mapping[str, object]:
        """Scores, and what follows from them without a reason."""
        run = self._run()
        total, scores, stages, reasons, would = run[0], run[1], run[2], run[6], run[7]
        frame = self._evaluator.frame
        return {
            "total": total,
            "scores": MappingProxyType(dict(zip(frame.scores, scores))),  # noqa: B905  # to check takes longer
            "stages": frame.stages[stages],
            "stages_if_qualified": frame.stages[would],
            "grades": frame.grades_of(total, scores),
            "tags": frame.tags_of(run[4]) if frame.tags else (),
            "disqualified": tuple([frame.reasons[number] for number in reasons]) if reasons else (),
        }

    def _lines(self) -> Mapping[str, object]:
        """The lines that the scores are the sums of."""
        _, _, _, _, fired, cuts, *_ = self._run()
        plan, frame = self._evaluator.plan, self._evaluator.frame
        known = frame.known.get
        lines = [line for entry in fired if (line := known(entry) or frame.line(entry)) is not None]
        return {"lines": (*lines, *[cut_line(plan, *cut) for cut in cuts])}

    def _run(self) -> Any:
        """What the generated function found, without the findings unless they are there."""
        if self._ran is None:
            if self._evaluator.explains:
                self._evaluator.explains = False
                return self._find_out()
            self._ran = self._evaluator.run(Detail.LINES, self._facts, self._now)
        return self._ran

    def _find_out(self) -> Any:
        """What the generated function found, with the findings."""
        if self._full is None:
            self._ran = self._full = self._evaluator.run(Detail.EXPLAIN, self._facts, self._now)
        return self._full

    def _explanation(self) -> Mapping[str, object]:
        """What was found of every condition, and what is missing for each stage."""
        self._evaluator.explains = True
        if self._found is None:
            instants = self._evaluator.run(Detail.INSTANTS, self._facts, self._now)
            self.explains(self._find_out(), *instants)
        assert self._found is not None
        found, paid = self._found
        explainer = self._evaluator.explainer
        made, places = explainer.findings(found), explainer.places
        of_rules = explainer.of_rules([*made, None])

        def of(condition: Condition) -> Finding:
            return made[places[id(condition)]]

        _, _, stages, _, fired, cuts, *_ = self._ran
        return {
            "rules": rule_findings(found, self._evaluator.frame, of_rules, fired, paid),
            "stage_findings": stage_findings(
                found,
                of,
                stages,
                cuts,
                given=(fired, paid) if self._gains else None,
                stay_of=self._stay,
            ),
            "disqualifications": tuple([of(each.condition) for each in found.plan.disqualifications]),
            "handoffs": handoff_findings(found.plan, of, stages),
        }

    def _stay(self, stage: int, condition: Finding, until: Finding) -> Stay | None:
        """The stay of the lead in a stage that holds."""
        from .explain.stays import stay_of  # few rulesets have such a stage

        holding, explainer = self._evaluator.holdings[stage], self._evaluator.explainer_of(stage)
        return stay_of(holding, explainer, self._facts, self._now, found=(condition, until))
