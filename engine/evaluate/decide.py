"""A decision with all that explains it, from what the generated functions found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..explain.decision import Decision, Finding, Line, LineKind, RuleFinding, StageFinding
from ..plan import Grade, Plan, Rule
from ..values import moment_of
from .draft import Detail
from .facts import Facts
from .findings import Found, events_finding, finding
from .next_change import next_change
from .rules_source import CUT_BY_GROUP, CUT_BY_RANGE
from .ways import ways
from .words import score_words

if TYPE_CHECKING:
    from .evaluator import Evaluator

Fired = tuple[int, int, int, int, int]
Cut = tuple[int, int, int]
Paid = list[int] | int | None
"""The instants that a rule pays for; just the one of `for latest` and `for first`."""


def decide(evaluator: Evaluator, facts: Facts, now: int) -> Decision:
    """Decides about one lead at an instant in microseconds."""
    ran = evaluator.run(Detail.FINDINGS, facts, now)
    gathered = evaluator.run(Detail.INSTANTS, facts, now)
    return told(evaluator, facts, now, (ran, *gathered), next_change(evaluator, facts, now))[0]


def told(
    evaluator: Evaluator, facts: Facts, now: int, found_out: tuple[Any, Any, Any], change: int | None
) -> tuple[Decision, Found]:
    """The decision, and the truth of every condition: from what a function of the detail FINDINGS gave, the
    instants of each selection, what each rule pays for, and when the decision can next change."""
    ran, instants, paid = found_out
    plan = evaluator.plan
    total, scores, stages, _, fired, cuts, reasons, would, truths, values = ran
    found = Found(evaluator.parts, facts, total, scores, truths, values, instants)
    rules = _rules(found, fired, paid)
    lines = tuple(line for rule in rules for line in rule.lines) + _cut_lines(plan, cuts)
    decision = Decision(
        digest=plan.digest,
        now=moment_of(now),
        total=total,
        scores={words_of(plan, number): score for number, score in enumerate(scores)},
        stages=dict(zip(plan.tracks, stages, strict=True)),
        stages_if_qualified=dict(zip(plan.tracks, would, strict=True)),
        grades={_grade_name(plan, grade): label(grade, total, scores) for grade in plan.grades},
        tags=tuple(dict.fromkeys(tag for rule in rules for tag in rule.tags)),
        disqualified=tuple(plan.disqualifications[number].reason for number in reasons),
        lines=lines,
        rules=rules,
        stage_findings=_stages(found, stages, cuts),
        disqualifications=tuple(finding(found, d.condition) for d in plan.disqualifications),
        next_change=None if change is None else moment_of(change),
    )
    return decision, found


def words_of(plan: Plan, number: int) -> str:
    """The name of a score by its number."""
    return score_words(plan, number)


def label(grade: Grade, total: int, scores: tuple[int, ...]) -> str:
    """The label of a grade's score."""
    score = total if grade.score is None else scores[grade.score]
    return next((label for label, start in grade.bands if score >= start), grade.otherwise)


def _grade_name(plan: Plan, grade: Grade) -> str:
    return "" if grade.score is None else words_of(plan, grade.score)


def _rules(found: Found, fired: list[Fired], paid: tuple[Paid, ...]) -> tuple[RuleFinding, ...]:
    by_rule: dict[int, list[Fired]] = {}
    for entry in fired:
        by_rule.setdefault(entry[0], []).append(entry)
    return tuple(
        _rule(found, rule, by_rule.get(number), paid[number]) for number, rule in enumerate(found.plan.rules)
    )


def _rule(found: Found, rule: Rule, entries: list[Fired] | None, paid: Paid) -> RuleFinding:
    plan = found.plan
    lines: list[Line] = []
    for _, place, written, faded, points in entries or ():
        if place >= 0:
            score = rule.contributions[place].score
            name = None if score is None else words_of(plan, score)
            lines.append(
                Line(
                    LineKind.RULE,
                    rule.identity,
                    name,
                    rule.origin.line,
                    written,
                    faded,
                    points,
                    rule.identity,
                )
            )
    events: Finding | None = None
    if rule.each is not None:
        events = events_finding(found, rule.each, paid if isinstance(paid, list) else _just(paid))
    return RuleFinding(
        identity=rule.identity,
        line=rule.origin.line,
        fired=entries is not None,
        condition=None if rule.condition is None else finding(found, rule.condition),
        events=events,
        lines=tuple(lines),
        tags=rule.tags if entries is not None else (),
    )


def _just(instant: int | None) -> list[int]:
    return [] if instant is None else [instant]


def _cut_lines(plan: Plan, cuts: list[Cut]) -> tuple[Line, ...]:
    return tuple(cut_line(plan, *cut) for cut in cuts)


def cut_line(plan: Plan, kind: int, number: int, points: int) -> Line:
    """The line of what a group or a range took (or gave), by its kind in the generated functions."""
    if kind == CUT_BY_GROUP:
        group = plan.groups[number]
        edge = f"at most {group.most}" if points < 0 else f"at least {group.least}"
        name = None if group.score is None else words_of(plan, group.score)
        text = f"group {group.name}: {edge}"
        return Line(LineKind.GROUP, group.name, name, group.origin.line, 0, 0, points, text)
    score = plan.scores[number] if kind == CUT_BY_RANGE else plan.total
    edge = f"ends at {score.high}" if points < 0 else f"begins at {score.low}"
    line = None if score.origin is None else score.origin.line
    name = score.name or "score"
    return Line(LineKind.RANGE, name, score.name, line, 0, 0, points, f"range of {name} {edge}")


def _stages(found: Found, stages: tuple[str | None, ...], cuts: list[Cut]) -> tuple[StageFinding, ...]:
    plan = found.plan
    raw, raw_total = list(found.scores), found.total
    for kind, number, points in cuts:
        if kind == CUT_BY_RANGE:
            raw[number] -= points
        elif kind != CUT_BY_GROUP:
            raw_total -= points
    current = dict(zip(plan.tracks, stages, strict=True))
    told = []
    for stage in plan.stages:
        condition = finding(found, stage.condition)
        told.append(
            StageFinding(
                stage=stage.name,
                track=stage.track,
                line=stage.origin.line,
                holds=condition.truth is True,
                current=current[stage.track] == stage.name,
                condition=condition,
                ways=() if condition.truth is True else ways(found, stage.condition, raw, raw_total),
            )
        )
    return tuple(told)
