"""What each piece of a text is: a keyword, a name of some sort, a text, a number, a sign or a comment.

It is read from the tree, so a word that may be a name too is told from the keyword by where it stands. Where
a statement is broken, the reserved words are keywords.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..grammar.spec.words import RESERVED
from ..grammar.syntax.nodes import Node, Span
from ..grammar.syntax.parse import Parsed
from ..grammar.syntax.walk import walk
from .references import Use

_NAMES = frozenset({"WORD", "BRACKETED", "PATH"})
_SORTS = {"QUOTED": "text", "UNCLOSED_QUOTE": "text", "NUMERAL": "number", "MOMENT": "number"}
_MALFORMED = frozenset({"UNCLOSED_BRACKET", "MALFORMED_DATE", "MALFORMED_NUMBER", "FOREIGN_SIGN", "STRAY"})


@dataclass(frozen=True, slots=True)
class Classified:
    """A piece of a text.

    `sort` is "keyword", "text", "number", "sign", "comment", "object", "malformed", "name", or the sort of a
    `Use` where the names are known. `declares`: whether it declares its name.
    """

    sort: str
    span: Span
    declares: bool = False


def classified(parsed: Parsed, uses: tuple[Use, ...] = ()) -> list[Classified]:
    """The pieces of a text in order; what lies between them is blank. `uses` are the names in it."""
    if parsed.scanned is None:
        return []
    kinds = _kinds(parsed)
    names = {use.span.start: use for use in uses}
    found = [Classified("comment", comment.span) for comment in parsed.scanned.comments]
    for lexeme in parsed.scanned.lexemes:
        use = names.get(lexeme.start)
        if use is not None and use.span.start == lexeme.start:
            found.append(Classified(use.sort, Span(lexeme.start, use.span.end), use.node is not None))
            continue
        sort = _sort(kinds.get(lexeme.start, lexeme.kind), lexeme.word, lexeme.start in kinds)
        found.append(Classified(sort, Span(lexeme.start, lexeme.end)))
    return sorted(found, key=lambda one: one.span.start)


def _sort(kind: str, word: str, read: bool) -> str:
    if kind in _SORTS:
        return _SORTS[kind]
    if kind in _MALFORMED:
        return "malformed"
    if kind in _NAMES:
        if not read and word in RESERVED:
            return "keyword"
        return "object" if kind == "PATH" else "name"
    return "keyword" if word else "sign"


def _kinds(parsed: Parsed) -> Mapping[int, str]:
    """The kinds that the parser gave to lexemes, by where they begin."""
    found: dict[int, str] = {}
    for statement in parsed.tree.statements:
        for node in walk(statement):
            _enter(found, node)
    return found


def _enter(found: dict[int, str], node: Node) -> None:
    moved = node.span.moved
    for token in node.span.tokens:
        found[token.start + moved] = token.kind
