"""What stands at a place of a text, in plain words: for whoever rests the pointer there."""

from __future__ import annotations

from dataclasses import dataclass

from ..engine.catalogue import Catalogue
from ..grammar.messages.diagnostics import SyntaxProblem
from ..grammar.syntax import nodes as n
from ..grammar.syntax.build_statements import GroupOpen
from ..grammar.syntax.lr_parser import Stuck
from ..grammar.syntax.nodes import Lexeme, Span
from ..grammar.syntax.parse import lr_parser
from ..grammar.syntax.split import Piece
from ..grammar.syntax.walk import children
from ..grammar.text.sentences import sentence
from .names import TextNames

_HOLD_CONDITIONS = (
    n.When | n.Define | n.Stage | n.Disqualify | n.Outcome | n.And | n.Or | n.Not | n.Brackets
)  # fmt: skip
_SAID = (
    n.Points | n.Tag | n.When | n.ForEvents | n.Band | n.GivenField | n.GivenEvent | n.ExpectScore
    | n.ExpectStage | n.ExpectGrade | n.ExpectTag | n.ExpectRule | n.ExpectDisqualified
    | n.ExpectHandoff
)  # fmt: skip
"""The parts of statements that can be said by themselves, beside conditions."""


@dataclass(frozen=True, slots=True)
class Hover:
    """What stands at a place.

    `span` is the smallest part there that can be said by itself, and `phrase` says it; `statement` is the
    whole statement as a sentence. `name` is the name there, and `about` what it stands for.
    """

    span: Span
    phrase: str | None
    statement: str | None
    name: str | None
    about: str | None


def hover_at(
    text: str, offset: int, catalogue: Catalogue, text_names: TextNames | None = None
) -> Hover | None:
    """What stands at an offset of a text in plain words; None between statements and in comments.

    `glossary` are the names of this text, where they are known already.
    """
    text_names = text_names or TextNames(text, catalogue)
    lexeme = _lexeme(text_names, offset)
    if lexeme is None:
        return None
    at = text_names.lexemes.index(lexeme)
    piece = next((one for one in text_names.pieces if one.first <= at < one.last), None)
    node = _node(text_names, piece) if piece is not None else None
    found = _named(text_names, lexeme, node)
    if node is None:
        return Hover(lexeme.span, None, None, *found) if found[0] is not None else None
    part = _part(node, lexeme.start)
    phrase = sentence(part, text_names.meaning) if part is not node else None
    span = part.span if part is not node else lexeme.span
    return Hover(span, phrase, sentence(node, text_names.meaning), *found)


def _lexeme(text_names: TextNames, offset: int) -> Lexeme | None:
    """The lexeme at a place, else the one that ends there: a cursor behind a word is still at it."""
    touching = [one for one in text_names.lexemes if one.start <= offset <= one.end]
    return touching[-1] if touching else None


def _node(text_names: TextNames, piece: Piece) -> n.Statement | None:
    """The statement that a piece makes, None where it is broken; a group's header is an empty group."""
    lexemes = text_names.lexemes[piece.first : piece.last]
    try:
        made = lr_parser().run(
            "group_open" if piece.word == "group" else "statement", lexemes, text_names.text
        )
    except (Stuck, SyntaxProblem):
        return None
    if isinstance(made, GroupOpen):
        return n.Group(made.name, made.bounds, (), span=made.span)
    node: n.Statement = made
    return node


def _part(node: n.Statement, offset: int) -> n.Node | n.Statement | n.Expression:
    """The smallest part at an offset that can be said by itself; the statement where there is none."""
    smallest: n.Node = node
    part: n.Node | None = node
    while part is not None:
        in_condition = isinstance(part, _HOLD_CONDITIONS)
        part = next((one for one in children(part) if one.span.start <= offset < one.span.end), None)
        if isinstance(part, _SAID) or (in_condition and isinstance(part, n.Expression)):
            smallest = part
    return smallest


def _named(text_names: TextNames, lexeme: Lexeme, node: n.Statement | None) -> tuple[str | None, str | None]:
    """The name at a place, and what it stands for."""
    if lexeme.kind not in ("WORD", "BRACKETED") or not _is_name(lexeme, node):
        return None, None
    name = lexeme.text.strip("[] ")
    meaning = text_names.meaning(name)
    for sort, nodes in _OTHERS.items():
        if meaning is None and text_names.declared(name, *nodes):
            meaning = sort
    if meaning is None:
        return None, None
    gist, often = text_names.about(name, meaning), text_names.often(name, meaning)
    words = f"{_A[meaning]}: {gist}" if gist else _A[meaning]
    return name, f"{words}; most often {often}" if often else words


_OTHERS: dict[str, tuple[type[n.Statement], ...]] = {
    "list": (n.ListDeclaration, n.ListFile),
    "score": (n.ScoreDeclaration,),
    "stage": (n.Stage,),
}
_A = {
    "define": "a definition", "field": "a field", "event": "an event", "list": "a list",
    "score": "a score", "stage": "a stage",
}  # fmt: skip


def _is_name(lexeme: Lexeme, node: n.Statement | None) -> bool:
    """Whether a word is a name where it stands, rather than an object or a word of the language."""
    if node is None:
        return True
    pending: list[n.Node] = [node]
    while pending:
        part = pending.pop()
        if isinstance(part, n.Name) and part.span.start <= lexeme.start < part.span.end:
            return True
        pending += [one for one in children(part) if one.span.start <= lexeme.start < one.span.end]
    return False
