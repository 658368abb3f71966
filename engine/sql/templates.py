"""Statements that stay what they are where a template engine such as dbt's Jinja reads them first."""

from __future__ import annotations

import re

from sqlglot import exp

from .terms import Term, bracketed, text

_OPENING = re.compile(r"\{(?=[{%#])")
"""A brace that would begin an expression, a statement or a comment of a template."""


def literal_in_templates(statement: exp.Query) -> exp.Query:
    """The statement, with no text or comment in which a template could begin.

    A text such as `{{ name }}` becomes `'{' || '{ name }}'`, which is the same text in every engine.
    """
    for node in statement.walk():
        if node.comments:
            node.comments = [plain_comment(comment) for comment in node.comments]
        if isinstance(node, exp.Literal) and node.is_string and _OPENING.search(node.this):
            node.replace(_joined(_OPENING.sub("{\0", node.this).split("\0")))
    return statement


def plain_comment(comment: str) -> str:
    """A comment with a blank where a template could begin."""
    return _OPENING.sub("{ ", comment)


def _joined(parts: list[str]) -> Term:
    joined: Term = text(parts[0])
    for part in parts[1:]:
        joined = exp.DPipe(this=joined, expression=text(part))
    return bracketed(joined)
