"""The statements of a text as an editor lists and folds them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..grammar.spec.statements import STATEMENTS
from ..grammar.syntax import nodes as n
from ..grammar.syntax.nodes import Span
from ..grammar.syntax.parse import Parsed
from ..grammar.text.printer import text_of

_LONGEST = 60
_WORDS = {spec.node: spec.word for spec in STATEMENTS}


@dataclass(frozen=True, slots=True)
class Symbol:
    """A statement: the word it begins with, what it is called, where it stands, and where its name does.

    `inner` are the rules of a group.
    """

    word: str
    name: str
    span: Span
    name_span: Span
    inner: tuple[Symbol, ...] = ()


def symbols(parsed: Parsed) -> list[Symbol]:
    """The statements of a text, in order."""
    return [_symbol(node) for node in parsed.tree.statements]


def _symbol(node: n.Statement) -> Symbol:
    name = getattr(node, "name", None)
    inner = tuple(_symbol(rule) for rule in node.rules) if isinstance(node, n.Group) else ()
    word = _WORDS[type(node)]
    if isinstance(name, n.Name | n.Text):
        said = name.text if isinstance(name, n.Name) else name.value
        return Symbol(word, said or word, node.span, name.span, inner)
    return Symbol(word, _cut(text_of(node)), node.span, node.span, inner)


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip()}…"


def folds(parsed: Parsed) -> Iterator[tuple[Span, bool]]:
    """What can be folded away, and whether it is a comment."""
    for node in parsed.tree.statements:
        yield node.span, False
        if isinstance(node, n.Group):
            yield from ((rule.span, False) for rule in node.rules)
    yield from ((span, True) for span in _comments(parsed))


def _comments(parsed: Parsed) -> Iterator[Span]:
    text = parsed.source.text
    open_: Span | None = None
    for comment in parsed.tree.comments:
        if not comment.own_line:
            continue
        between = text[open_.end : comment.span.start] if open_ is not None else ""
        if open_ is not None and not between.strip() and between.replace("\r\n", "\n").count("\n") == 1:
            open_ = Span(open_.start, comment.span.end)
            continue
        if open_ is not None:
            yield open_
        open_ = comment.span
    if open_ is not None:
        yield open_
