"""Limits which keep any text from costing more than a moment."""

from __future__ import annotations

from collections.abc import Sequence

from ..messages.diagnostics import SyntaxProblem
from .nodes import Lexeme, Span

LARGEST_TEXT = 1024 * 1024
"""Bytes of UTF-8 in one text."""

MOST_STATEMENTS = 10_000
"""Statements in one text, rules in groups included."""

DEEPEST = 100
"""How deep expressions may be nested."""

_DEEPER = frozenset({"PLUS", "MINUS", "STAR", "SLASH"})
_FLAT = frozenset({"and", "or", "then"})


def text_too_long(text: str) -> SyntaxProblem:
    """The error for a text past the limit."""
    at = min(len(text), LARGEST_TEXT)
    message = f"this text is larger than {LARGEST_TEXT // 1024 // 1024} MiB"
    hint = "keep long lists in files of their own, or take it apart with include"
    return SyntaxProblem("text-too-long", message, Span(at, at), hint)


def too_deep(lexemes: Sequence[Lexeme]) -> None:
    """Raises where brackets, signs and `not` nest deeper than may be.

    A chain such as a + b - c nests as deep as it is long, because each sign takes all that stands before it.
    """
    if len(lexemes) <= DEEPEST:
        return
    levels = [0]
    depth = 0
    for lexeme in lexemes:
        if lexeme.kind == "LPAR":
            levels.append(0)
            depth += 1
        elif lexeme.kind == "RPAR":
            if len(levels) > 1:
                depth -= levels.pop() + 1
        elif lexeme.kind in _DEEPER or lexeme.word == "not":
            levels[-1] += 1
            depth += 1
        elif lexeme.kind == "COMMA" or lexeme.word in _FLAT:
            depth -= levels[-1]
            levels[-1] = 0
        if depth > DEEPEST:
            message = f"this is nested more than {DEEPEST} deep"
            raise SyntaxProblem("too-deep", message, lexeme.span, "give parts of it a name with define")
