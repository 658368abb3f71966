"""A neutral ruleset as decision graphs of GoRules Zen, in the JSON that its editor keeps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from leadwright.tests.benchmarks.as_expressions import ZEN, condition_text, term
from leadwright.tests.benchmarks.neutral import Rule, Ruleset

SUMS = ("fit", "group", "engagement")


def zen_content(ruleset: Ruleset) -> dict[str, Any]:
    """An expression node with a key a rule, and one that adds the keys up."""
    return summing_content([(_sum_of(rule), term(rule, ZEN)) for rule in ruleset.rules], SUMS)


def summing_content(terms: Iterable[tuple[str, str]], sums: Iterable[str]) -> dict[str, Any]:
    """The same of any terms, each with the name of the sum that it goes to."""
    rules = [(f"rule_{number}", of, text) for number, (of, text) in enumerate(terms)]
    totals = [(name, " + ".join(key for key, of, _ in rules if of == name) or "0") for name in sums]
    nodes = [_expressions("rules", [(key, text) for key, _, text in rules]), _expressions("sums", totals)]
    return _graph(nodes, [("facts", "rules"), ("rules", "sums"), ("sums", "result")])


def zen_table_content(ruleset: Ruleset) -> dict[str, Any]:
    """A collecting decision table for each sum, and an expression node that adds up what they collected."""
    tables = [_table(name, [rule for rule in ruleset.rules if _sum_of(rule) == name]) for name in SUMS]
    sums = _expressions("sums", [(name, f"sum(map({name}, #.points))") for name in SUMS])
    edges = [("facts", f"{name}-table") for name in SUMS] + [(f"{name}-table", "sums") for name in SUMS]
    return _graph([*tables, sums], [*edges, ("sums", "result")])


def _sum_of(rule: Rule) -> str:
    return "group" if rule.grouped else rule.score


def _graph(nodes: list[dict[str, Any]], edges: Iterable[tuple[str, str]]) -> dict[str, Any]:
    ends = [{"id": name, "type": f"{kind}Node", "name": name} for name, kind in _ENDS]
    arrows = [{"id": f"{a}-{b}", "type": "edge", "sourceId": a, "targetId": b} for a, b in edges]
    return {"nodes": [*ends, *nodes], "edges": arrows}


_ENDS = (("facts", "input"), ("result", "output"))
_ONCE = {"passThrough": False, "inputField": None, "executionMode": "single"}


def _expressions(name: str, pairs: list[tuple[str, str]]) -> dict[str, Any]:
    expressions = [{"id": f"{name}-{key}", "key": key, "value": value} for key, value in pairs]
    content = {"expressions": expressions, "outputPath": None, **_ONCE}
    return {"id": name, "type": "expressionNode", "name": name, "content": content}


def _table(name: str, rules: list[Rule]) -> dict[str, Any]:
    rows = [
        {"_id": f"{name}-{number}", "if": "true", "points": term(rule, ZEN)}
        if rule.condition is None
        else {
            "_id": f"{name}-{number}",
            "if": condition_text(rule.condition, ZEN),
            "points": str(rule.points),
        }
        for number, rule in enumerate(rules)
    ]
    content = {
        "hitPolicy": "collect",
        "inputs": [{"id": "if", "name": "if", "type": "expression", "field": ""}],
        "outputs": [{"id": "points", "name": "points", "type": "expression", "field": "points"}],
        "rules": rows,
        "outputPath": name,
        **_ONCE,
    }
    return {"id": f"{name}-table", "type": "decisionTableNode", "name": f"{name}-table", "content": content}
