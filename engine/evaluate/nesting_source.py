"""Rules with a question in common as Python: the question is asked once, and the rules stand behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from .clauses_source import Expression
from .draft import Scope

Nested = tuple[tuple[Expression, ...], Sequence[str]]
"""Expressions all of which must hold, and the lines for where they do."""

_DEEPEST = 3


def write_nested(scope: Scope, rules: Sequence[Nested], gates: tuple[str, ...] = ()) -> None:
    """Adds the lines of all rules, in an order of its own, those that share a gate behind it.

    `gates` are those that the lines stand behind already.
    """
    depth = len(gates)
    asked = [{_gate(part) for part in parts}.difference(gates) for parts, _ in rules]
    often = Counter(gate for each in asked for gate in each)
    behind: dict[str, list[Nested]] = {}
    for rule, each in zip(rules, asked, strict=True):
        gate = max(sorted(each), key=often.__getitem__, default="")
        if often[gate] > 1 and depth < _DEEPEST:
            behind.setdefault(gate, []).append(rule)
        else:
            _write(scope, rule, depth)
    for gate, those in behind.items():
        if len(those) == 1:
            _write(scope, those[0], depth)
            continue
        scope.add(f"if {gate}:", depth)
        settled = (gate, f"{gate} >= 1", f"{gate} > 0")
        inner = [(tuple(p for p in parts if p.text not in settled), lines) for parts, lines in those]
        write_nested(scope, inner, (*gates, gate))


def _gate(part: Expression) -> str:
    return part.gate or part.text


def _write(scope: Scope, rule: Nested, depth: int) -> None:
    parts, lines = rule
    if not parts:
        for line in lines:
            scope.add(line, depth)
        return
    test = " and ".join(
        f"({part.text})" if part.loose > 1 and len(parts) > 1 else part.text for part in parts
    )
    if len(lines) == 1:
        scope.add(f"if {test}: {lines[0]}", depth)
        return
    scope.add(f"if {test}:", depth)
    for line in lines:
        scope.add(line, depth + 1)
