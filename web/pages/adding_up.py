"""A decision as a page shows it: scores with the lines that add up to them, and rules that kept silent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...engine.decision import Decision, Finding, Line, LineKind, RuleFinding


@dataclass(frozen=True, slots=True)
class Account:
    """One score as it adds up: its lines, each with the rule behind it, and what others bring to a total."""

    name: str
    score: str | None
    value: int
    parts: list[tuple[str, int]]
    lines: list[tuple[Line, RuleFinding | None]]


@dataclass(frozen=True, slots=True)
class Silent:
    """A rule that did not fire, and how many of its clauses kept it from firing."""

    rule: RuleFinding
    missing: int
    near: bool


def accounts(decision: Decision) -> list[Account]:
    """Every score, the total last; what adds up to each stands under it."""
    rules = {rule.identity: rule for rule in decision.rules}

    def lines(score: str | None) -> list[tuple[Line, RuleFinding | None]]:
        return [
            (line, rules.get(line.name) if line.kind is LineKind.RULE else None)
            for line in decision.lines
            if line.score == score and (line.points or line.written)
        ]

    named = [Account(name, name, value, [], lines(name)) for name, value in decision.scores.items()]
    parts = [(name, points) for name, points in decision.scores.items() if points]
    return [*named, Account("Score", None, decision.total, parts, lines(None))]


def silent(decision: Decision) -> list[Silent]:
    """The rules that did not fire; those that came nearest first."""
    found = []
    for rule in decision.rules:
        if rule.fired:
            continue
        whole = [item for item in (rule.condition, rule.events) if item is not None]
        missing = sum(_lacking(item) for item in whole)
        found.append(Silent(rule, missing, missing == 1 and any(_partly(item) for item in whole)))
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
    silent = [rule.condition for rule in decision.rules if not rule.fired and rule.condition is not None]
    names = [name for item in silent if item.truth is None for name in _unknown(item)]
    return list(dict.fromkeys(names))


def _unknown(finding: Finding) -> Iterator[str]:
    if finding.unknown is not None:
        yield finding.unknown
    for part in finding.parts:
        yield from _unknown(part)
