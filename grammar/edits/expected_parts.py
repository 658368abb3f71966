"""The parts of outcomes, as tests, guarantees and `surely` name them."""

from __future__ import annotations

from ..spec.operators import COMPARISONS
from ..syntax import nodes as n
from ..syntax.nodes import Span
from ..syntax.scan import PLAIN_SIGNS
from .parts import Part, Parts


def expected(parts: Parts, path: str, node: n.Expect) -> None:
    """Takes in an outcome that is expected."""
    match node:
        case n.ExpectScore():
            _expect_score(parts, path, node)
        case n.ExpectStage(track, stage):
            if track is not None:
                parts.name(f"{path}.track", track)
            span = stage.span if stage is not None else Span(node.span.end - len("none"), node.span.end)
            parts.add(Part(f"{path}.stage", "stage", stage.text if stage is not None else "none", span))
        case n.ExpectGrade(score, label):
            if score is not None:
                parts.name(f"{path}.score", score)
            parts.name(f"{path}.grade", label, "label")
        case n.ExpectTag(text):
            parts.text(f"{path}.tag", text)
        case n.ExpectRule(name):
            parts.text(f"{path}.rule", name)
        case n.ExpectHandoff(name):
            parts.text(f"{path}.handoff", name)


def _expect_score(parts: Parts, path: str, node: n.ExpectScore) -> None:
    operator = next(one for one in node.span.tokens if PLAIN_SIGNS.get(one.text, one.text) == node.operator)
    sign = Span(operator.start + node.span.moved, operator.end + node.span.moved)
    score = node.score.span if node.score is not None else node.span.token("score")
    name = node.score.text if node.score is not None else "score"
    parts.add(Part(f"{path}.score", "operand", name, score))
    parts.add(Part(f"{path}.operator", "choice", node.operator, sign, choices=COMPARISONS))
    number = node.span.number(operator.kind)
    parts.add(Part(f"{path}.value", "whole", str(node.value), number and number[1]))
