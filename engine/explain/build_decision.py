"""The parts of a decision, from what was found on a lead."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain, repeat
from types import MappingProxyType

from ..plan import Condition, Grade, Handoff, Plan
from ..plan.adding_up import RegisterKind
from ..values import moment_of
from .decision import (
    Finding,
    HandoffFinding,
    Line,
    LineKind,
    OutcomeFinding,
    RuleFinding,
    StageFinding,
    Stay,
)
from .explanation_lines import Cut, Fired
from .findings import Found, events_findings
from .gains import Gains
from .missing import Points, Standing
from .plan_index import PlanIndex
from .ways import Ways
from .words import label, score_words

_MOST_KEPT = 4_096
_NO_TAGS: tuple[str, ...] = ()

Paid = list[int] | int | None
"""The instants that a rule pays for; just the one of `for latest` and `for first`."""


StayOf = Callable[[int, Finding, Finding], Stay | None]
"""Gives the stay in a stage that holds, by its number, from what was found of its conditions."""

FindingOf = Callable[[Condition], Finding]
"""Gives the finding of any condition of the plan."""


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
        self.scores = tuple(score_words(plan, number) for number in range(len(plan.scores)))
        self.grades = tuple((_grade_name(plan, grade), grade) for grade in plan.grades)
        self.names = tuple(rule.identity for rule in plan.rules)
        self.places = tuple(rule.origin.line for rule in plan.rules)
        self.paying = tuple((number, asked) for number, asked in enumerate(parts.paying) if asked)
        self.known: dict[Fired, Line] = {}
        """Lines that came up before."""
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
        line = self.known.get(entry)
        if line is None:
            name, target = self.names[number], self._targets[number][place]
            line = Line(LineKind.RULE, name, target, self.places[number], written, faded, points, name)
            if len(self.known) < _MOST_KEPT:
                self.known[entry] = line
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


def _grade_name(plan: Plan, grade: Grade) -> str:
    return "" if grade.score is None else score_words(plan, grade.score)


def rule_findings(
    found: Found,
    frame: Frame,
    conditions: Sequence[Finding | None],
    fired: list[Fired],
    paid: tuple[Paid, ...],
) -> tuple[RuleFinding, ...]:
    count = len(frame.names)
    known = frame.known.get
    did_fire, tags = [False] * count, [_NO_TAGS] * count
    lines: list[tuple[Line, ...]] = [()] * count
    for entry in fired:
        number = entry[0]
        did_fire[number] = True
        if number in frame.tags:
            tags[number] = frame.tags[number]
        line = known(entry) or frame.line(entry)
        if line is not None:
            lines[number] = (*lines[number], line) if lines[number] else (line,)
    events: list[Finding | None] = [None] * count
    if frame.paying:
        event_findings = events_findings(
            found, [(asked, _listed(paid[number])) for number, asked in frame.paying]
        )
        for (number, _), finding in zip(frame.paying, event_findings, strict=True):
            events[number] = finding
    # Of one length, as they are: to check takes longer.
    columns = zip(frame.names, frame.places, did_fire, conditions, events, lines, tags)  # noqa: B905
    return tuple(map(_new, repeat(RuleFinding), columns))


def _listed(paid: Paid) -> list[int]:
    if isinstance(paid, list):
        return paid
    return [] if paid is None else [paid]


def stage_findings(
    found: Found,
    of: FindingOf,
    stages: tuple[str | None, ...],
    cuts: list[Cut],
    *,
    given: tuple[list[Fired], tuple[Paid, ...]] | None,
    stay_of: StayOf,
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
    made = []
    for number, stage in enumerate(plan.stages):
        condition, until, stay = of(stage.condition), None, None
        holds, wanted = condition.truth is True, stage.condition
        if stage.until is not None:
            until = of(stage.until)
            stay = stay_of(number, condition, until)
            holds = stay is not None
            if until.truth is True:
                wanted = found.parts.entering[number]
        here = current[stage.track] == stage.name
        missing = () if holds else ways.to(wanted)
        fields = (
            stage.name,
            stage.track,
            stage.origin.line,
            holds,
            here,
            condition,
            missing,
            until,
            stay,
        )
        made.append(_new(StageFinding, fields))
    return tuple(made)


def handoff_findings(plan: Plan, of: FindingOf, stages: tuple[str | None, ...]) -> tuple[HandoffFinding, ...]:
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
