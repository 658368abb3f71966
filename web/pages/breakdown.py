"""A decision as a page shows it: scores with the lines that add up to them, and the course of a score."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...engine.explain.decision import Decision, Finding, Line, LineKind, RuleFinding
from ...engine.plan import Plan
from ...engine.store.scoring.score_history import HistoryEntry


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One score as it adds up: its lines, each with the rule behind it, and what others bring to a total."""

    name: str
    score: str | None
    value: int
    parts: list[tuple[str, int]]
    lines: list[tuple[Line, RuleFinding | None]]


@dataclass(frozen=True, slots=True)
class UnfiredRule:
    """A rule that did not fire, and how many of its clauses kept it from firing."""

    rule: RuleFinding
    missing: int
    near: bool


def stage_places(plan: Plan) -> dict[str, int]:
    """The place of each stage on the ladder of its track, by which it has its colour; those above the third
    share it."""
    heights: Counter[str] = Counter()
    found = {}
    for stage in plan.stages:
        heights[stage.track] += 1
        found[stage.name] = min(heights[stage.track], 3)
    return found


def accounts(decision: Decision) -> list[Breakdown]:
    """Every score, the total last; what adds up to each stands under it."""
    rules = {rule.identity: rule for rule in decision.rules}

    def lines(score: str | None) -> list[tuple[Line, RuleFinding | None]]:
        return [
            (line, rules.get(line.name) if line.kind is LineKind.RULE else None)
            for line in decision.lines
            if line.score == score and (line.points or line.written)
        ]

    named = [Breakdown(name, name, value, [], lines(name)) for name, value in decision.scores.items()]
    parts = [(name, points) for name, points in decision.scores.items() if points]
    return [*named, Breakdown("Score", None, decision.total, parts, lines(None))]


def unfired(decision: Decision) -> list[UnfiredRule]:
    """The rules that did not fire; those that came nearest first."""
    found = []
    for rule in decision.rules:
        if rule.fired:
            continue
        whole = [item for item in (rule.condition, rule.events) if item is not None]
        missing = sum(_lacking(item) for item in whole)
        found.append(UnfiredRule(rule, missing, missing == 1 and any(_partly(item) for item in whole)))
    return sorted(found, key=lambda one: (not one.near, one.missing))


def _lacking(finding: Finding) -> int:
    """How many clauses would have to be otherwise for it to be true."""
    if finding.truth is True:
        return 0
    match finding.joined:
        case "all":
            return sum(map(_lacking, finding.parts))
        case "any" | "define" if finding.parts:
            return min(map(_lacking, finding.parts))
        case _:
            return 1


def _partly(finding: Finding) -> bool:
    """Whether some of what must be true together is."""
    if finding.joined == "all":
        return any(part.truth is True for part in finding.parts)
    return finding.joined == "define" and any(map(_partly, finding.parts))


def blanks(decision: Decision) -> list[str]:
    """The blank fields that kept rules from firing."""
    unfired = [rule.condition for rule in decision.rules if not rule.fired and rule.condition is not None]
    names = [name for item in unfired if item.truth is None for name in _unknown(item)]
    return list(dict.fromkeys(names))


def _unknown(finding: Finding) -> Iterator[str]:
    if finding.unknown is not None:
        yield finding.unknown
    for part in finding.parts:
        yield from _unknown(part)


WIDTH, HEIGHT = 640, 120
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 8, 10, 24


@dataclass(frozen=True, slots=True)
class ScoreChart:
    """Where everything goes: the line as SVG writes paths, a dot a turn, and what is written at the edges."""

    path: str
    dots: list[tuple[float, float, str]]
    high: int
    low: int
    first: dt.datetime
    last: dt.datetime
    width: int = WIDTH
    height: int = HEIGHT


def chart_of(turns: Sequence[HistoryEntry]) -> ScoreChart | None:
    """The drawing of a history, the first turn first; None where there is nothing to draw."""
    turns = [turn for turn in turns if turn.stored]
    if len(turns) < 2:
        return None
    first, last = min(turn.now for turn in turns), max(turn.now for turn in turns)
    high, low = max(turn.total for turn in turns), min(turn.total for turn in turns)
    span, range_ = (last - first).total_seconds() or 1, (high - low) or 1

    def place(turn: HistoryEntry) -> tuple[float, float]:
        across = (turn.now - first).total_seconds() / span
        up = (turn.total - low) / range_
        x = _LEFT + across * (WIDTH - _LEFT - _RIGHT)
        return round(x, 1), round(_TOP + (1 - up) * (HEIGHT - _TOP - _BOTTOM), 1)

    places = [place(turn) for turn in turns]
    path = f"M{places[0][0]} {places[0][1]}" + "".join(f"H{x}V{y}" for x, y in places[1:])
    dots = [
        (x, y, f"{turn.total:,} on {turn.now.date().isoformat()}")
        for (x, y), turn in zip(places, turns, strict=True)
    ]
    return ScoreChart(path, dots, high, low, first, last)
