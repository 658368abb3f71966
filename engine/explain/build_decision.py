"""A decision with all that explains it, each part computed when it is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain, repeat
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ..due.next_change import next_change
from ..plan import Condition, Grade, Handoff, Plan
from ..plan.adding_up import RegisterKind
from ..score_one.codegen import Detail
from ..score_one.facts import Facts
from ..values import Prepared, moment_of
from .decision import (
    Decision,
    Finding,
    HandoffFinding,
    Line,
    LineKind,
    OutcomeFinding,
    RuleFinding,
    StageFinding,
    Stay,
)
from .findings import Found, Truth, events_finding
from .gains import Fired, Gains
from .missing import Points, Standing
from .plan_index import PlanIndex
from .ways import Ways
from .words import score_words

if TYPE_CHECKING:
    from ..score_one.evaluator import Evaluator

_MOST_KEPT = 4_096
_NO_TAGS: tuple[str, ...] = ()

Cut = tuple[int, int, int]
Paid = list[int] | int | None
"""The instants that a rule pays for; just the one of `for latest` and `for first`."""


def decide(evaluator: Evaluator, facts: Facts, now: int, *, gains: bool = False) -> Decision:
    """Decides about one lead at an instant in microseconds; `gains`: also what would bring points."""
    return Decision(_Parts(evaluator, facts, now, gains=gains).part)


def build_decision(
    evaluator: Evaluator, facts: Facts, now: int, found_out: tuple[Any, Any, Any], change: int | None
) -> tuple[Decision, Found]:
    """The decision, and the truth of every condition: from what a function of the detail FINDINGS gave, the
    instants of each selection, what each rule pays for, and when the decision can next change."""
    parts = _Parts(evaluator, facts, now)
    found = parts.explains(*found_out)
    decision = Decision(
        parts.part,
        digest=evaluator.plan.digest,
        now=moment_of(now),
        next_change=None if change is None else moment_of(change),
    )
    return decision, found


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
            change = next_change(self._evaluator, self._facts, self._now, self._find_out())
            return {name: None if change is None else moment_of(change)}
        if name == "bounds":
            return {name: self._evaluator.possible.bounds(self._facts, self._now)}
        if name == "outcomes":
            return {name: MappingProxyType(outcome_findings(self._evaluator.plan, self._run()[8]))}
        return {"digest": self._evaluator.plan.digest, "now": moment_of(self._now)}

    def explains(self, ran: Any, instants: Any, paid: Any) -> Found:
        """Takes what functions of the details FINDINGS and INSTANTS gave."""
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
        from ..bounds.sure import is_sure, sure_words  # few rulesets ask

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
        lines = [line for entry in fired if (line := frame.line(entry)) is not None]
        return {"lines": (*lines, *(cut_line(plan, *cut) for cut in cuts))}

    def _run(self) -> Any:
        """What the generated function found, without the findings unless they are there."""
        if self._ran is None:
            self._ran = self._evaluator.run(Detail.LINES, self._facts, self._now)
        return self._ran

    def _find_out(self) -> Any:
        """What the generated function found, with the findings."""
        if self._full is None:
            self._ran = self._full = self._evaluator.run(Detail.FINDINGS, self._facts, self._now)
        return self._full

    def _explanation(self) -> Mapping[str, object]:
        """What was found of every condition, and what is missing for each stage."""
        if self._found is None:
            instants = self._evaluator.run(Detail.INSTANTS, self._facts, self._now)
            self.explains(self._find_out(), *instants)
        assert self._found is not None
        found, paid = self._found
        explainer = self._evaluator.explainer
        made, places = explainer.findings(found), explainer.places

        def of(condition: Condition) -> Finding:
            return made[places[id(condition)]]

        _, _, stages, _, fired, cuts, *_ = self._ran
        return {
            "rules": _rules(found, self._evaluator.frame, explainer.of_rules([*made, None]), fired, paid),
            "stage_findings": _stages(
                found,
                of,
                stages,
                cuts,
                given=(fired, paid) if self._gains else None,
                stay_of=self._stay,
            ),
            "disqualifications": tuple([of(each.condition) for each in found.plan.disqualifications]),
            "handoffs": _handoffs(found.plan, of, stages),
        }

    def _stay(self, stage: int, condition: Finding, until: Finding) -> Stay | None:
        """The stay of the lead in a stage that holds."""
        from .stays import stay_of  # nothing that has no such stage loads it

        return stay_of(self._evaluator, self._facts, self._now, stage, found=(condition, until))


_Stays = Callable[[int, Finding, Finding], Stay | None]
"""Gives the stay in a stage that holds, by its number, from what was found of its conditions."""

_Conditions = Callable[[Condition], Finding]
"""Gives the finding of any condition of the plan."""

_OUTLINED = frozenset({"total", "scores", "stages", "stages_if_qualified", "grades", "tags", "disqualified"})
_EXPLAINED = frozenset({"rules", "stage_findings", "disqualifications", "handoffs"})


class _Stages(dict[tuple[str | None, ...], Mapping[str, str | None]]):
    """The mapping of tracks to stages, each kind of it made once."""

    def __init__(self, tracks: Sequence[str]) -> None:
        super().__init__()
        self._tracks = tracks

    def __missing__(self, stages: tuple[str | None, ...]) -> Mapping[str, str | None]:
        made = MappingProxyType(dict(zip(self._tracks, stages, strict=True)))
        if len(self) < _MOST_KEPT:
            self[stages] = made
        return made


class Frame:
    """What is the same in every decision of a plan: names of scores, and rules but for what was found."""

    def __init__(self, parts: PlanIndex) -> None:
        plan = parts.plan
        self.scores = tuple(words_of(plan, number) for number in range(len(plan.scores)))
        self.grades = tuple((_grade_name(plan, grade), grade) for grade in plan.grades)
        self.names = tuple(rule.identity for rule in plan.rules)
        self.places = tuple(rule.origin.line for rule in plan.rules)
        self.paying = tuple((number, asked) for number, asked in enumerate(parts.paying) if asked)
        self._lines: dict[Fired, Line] = {}
        self.stages = _Stages(plan.tracks)
        self.reasons = tuple(each.reason for each in plan.disqualifications)
        self.tags = {
            number: tuple(dict.fromkeys(rule.tags)) for number, rule in enumerate(plan.rules) if rule.tags
        }
        self._targets = [
            [None if each.score is None else self.scores[each.score] for each in rule.contributions]
            for rule in plan.rules
        ]

    def grades_of(self, total: int, scores: tuple[int, ...]) -> Mapping[str, str]:
        """The label of each grade."""
        return MappingProxyType({name: label(grade, total, scores) for name, grade in self.grades})

    def tags_of(self, fired: Sequence[Fired]) -> tuple[str, ...]:
        """The tags of rules that fired, each once."""
        tagged = [self.tags[entry[0]] for entry in fired if entry[0] in self.tags]
        return tagged[0] if len(tagged) == 1 else tuple(dict.fromkeys(chain.from_iterable(tagged)))

    def line(self, entry: Fired) -> Line | None:
        """The line of a contribution that a rule made, None for a rule with tags alone."""
        number, place, written, faded, points = entry
        if place < 0:
            return None
        line = self._lines.get(entry)
        if line is None:
            name, target = self.names[number], self._targets[number][place]
            line = Line(LineKind.RULE, name, target, self.places[number], written, faded, points, name)
            if len(self._lines) < _MOST_KEPT:
                self._lines[entry] = line
        return line


_new = tuple.__new__


def outcome_findings(plan: Plan, reached: Sequence[int | bool | None]) -> dict[str, OutcomeFinding]:
    """The outcomes by name, from when each was reached; see `program`."""
    return {
        outcome.name: OutcomeFinding(
            outcome.name,
            outcome.origin.line,
            at is not None,
            None if at is None or at is True else moment_of(at),
        )
        for outcome, at in zip(plan.outcomes, reached, strict=True)
    }


def words_of(plan: Plan, number: int) -> str:
    """The name of a score by its number."""
    return score_words(plan, number)


def label(grade: Grade, total: int, scores: tuple[int, ...]) -> str:
    """The label of a grade's score."""
    score = total if grade.score is None else scores[grade.score]
    for band, start in grade.bands:
        if score >= start:
            return band
    return grade.otherwise


def _grade_name(plan: Plan, grade: Grade) -> str:
    return "" if grade.score is None else words_of(plan, grade.score)


def _rules(
    found: Found,
    frame: Frame,
    conditions: Sequence[Finding | None],
    fired: list[Fired],
    paid: tuple[Paid, ...],
) -> tuple[RuleFinding, ...]:
    count = len(frame.names)
    did_fire, tags = [False] * count, [_NO_TAGS] * count
    lines: list[tuple[Line, ...]] = [()] * count
    for entry in fired:
        number = entry[0]
        did_fire[number] = True
        if number in frame.tags:
            tags[number] = frame.tags[number]
        line = frame.line(entry)
        if line is not None:
            lines[number] = (*lines[number], line)
    events: list[Finding | None] = [None] * count
    for number, asked in frame.paying:
        events[number] = events_finding(found, asked, _listed(paid[number]))
    # Of one length, as they are: to check takes longer.
    columns = zip(frame.names, frame.places, did_fire, conditions, events, lines, tags)  # noqa: B905
    return tuple(map(_new, repeat(RuleFinding), columns))


def _listed(paid: Paid) -> list[int]:
    if isinstance(paid, list):
        return paid
    return [] if paid is None else [paid]


def cut_line(plan: Plan, kind: int, number: int, points: int) -> Line:
    """The line of what a group or a range took (or gave), by its kind in the generated functions."""
    if kind == RegisterKind.GROUP:
        group = plan.groups[number]
        edge = f"at most {group.most}" if points < 0 else f"at least {group.least}"
        name = None if group.score is None else words_of(plan, group.score)
        text = f"group {group.name}: {edge}"
        return Line(LineKind.GROUP, group.name, name, group.origin.line, 0, 0, points, text)
    score = plan.scores[number] if kind == RegisterKind.SCORE else plan.total
    edge = f"ends at {score.high}" if points < 0 else f"begins at {score.low}"
    line = None if score.origin is None else score.origin.line
    name = score.name or "score"
    return Line(LineKind.RANGE, name, score.name, line, 0, 0, points, f"range of {name} {edge}")


def _stages(
    found: Found,
    of: _Conditions,
    stages: tuple[str | None, ...],
    cuts: list[Cut],
    *,
    given: tuple[list[Fired], tuple[Paid, ...]] | None,
    stay_of: _Stays,
) -> tuple[StageFinding, ...]:
    plan = found.plan
    raw, raw_total = list(found.scores), found.total
    for kind, number, points in cuts:
        if kind == RegisterKind.SCORE:
            raw[number] -= points
        elif kind != RegisterKind.GROUP:
            raw_total -= points
    standing = Standing(found, Points(raw, raw_total))
    ways = Ways(standing)
    if given is not None:
        fired, paid = given
        standing.gains = Gains(ways, fired, list(map(_listed, paid))).of
    current = dict(zip(plan.tracks, stages, strict=True))
    build_decision = []
    for number, stage in enumerate(plan.stages):
        condition, until, stay = of(stage.condition), None, None
        holds, wanted = condition.truth is True, stage.condition
        if stage.until is not None:
            until = of(stage.until)
            stay = stay_of(number, condition, until)
            holds = stay is not None
            if until.truth is True:
                wanted = found.parts.entering[number]
        build_decision.append(
            StageFinding(
                stage.name,
                stage.track,
                stage.origin.line,
                holds,
                current[stage.track] == stage.name,
                condition,
                () if holds else ways.to(wanted),
                until,
                stay,
            )
        )
    return tuple(build_decision)


def _handoffs(plan: Plan, of: _Conditions, stages: tuple[str | None, ...]) -> tuple[HandoffFinding, ...]:
    """Each handoff: of those of one stage, the first whose condition is true takes the lead."""
    here = dict(zip(plan.tracks, stages, strict=True))
    taken: set[tuple[str, str]] = set()
    made = []
    for handoff in plan.handoffs:
        where = (handoff.track, handoff.stage)
        condition = None if handoff.condition is None else of(handoff.condition)
        takes = where not in taken and (condition is None or condition.truth is True)
        if takes:
            taken.add(where)
        current = here[handoff.track] == handoff.stage
        made.append(
            HandoffFinding(
                handoff.name,
                handoff.stage,
                handoff.track,
                handoff.origin.line,
                takes,
                takes and current,
                whom_words(handoff),
                condition,
            )
        )
    return tuple(made)


def whom_words(handoff: Handoff) -> str:
    """Who gets a lead, in words: "emea in turn", "ana@acme.example"."""
    whom = handoff.whom
    if whom.list is None:
        return whom.people[0]
    return f"{whom.list} in turn" if handoff.turn else whom.list
