"""Text -> tree."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from . import syntax_errors
from .build import actions_for
from .build_statements import GroupOpen
from .diagnostics import Diagnostic, Severity, Source
from .machine import Machine, Stuck
from .nodes import Group, Rule, Span, Statement, Tree
from .scan import Lexeme, scan
from .split import Piece, split
from .table import load
from .trouble import Trouble


@dataclass(frozen=True)
class Parsed:
    """What came of a text: its statements, what is wrong with it, and where the broken statements stand.

    A statement with a mistake in its syntax is left out of the tree; all others are in it. `broken`
    has the span of each piece that was left out, in order.
    """

    source: Source
    tree: Tree
    diagnostics: tuple[Diagnostic, ...]
    broken: tuple[Span, ...]


@cache
def machine() -> Machine:
    """The machine for the whole language."""
    table = load()
    rules = {made.action for made in table.productions if made.action is not None and not made.passes}
    return Machine(table, actions_for(rules))


def parse(source: Source) -> Parsed:
    """The tree of a text, and everything that is wrong with its syntax. Never raises, whatever the text."""
    scanned = scan(source.text)
    reading = _Reading(source, scanned.lexemes)
    for piece in split(scanned.lexemes):
        reading.take(piece)
    reading.finish()
    tree = Tree(tuple(reading.statements), scanned.comments, span=Span(0, len(source.text)))
    diagnostics = sorted(reading.diagnostics, key=Diagnostic.sort_key)
    return Parsed(source, tree, tuple(diagnostics), tuple(reading.broken))


class _Reading:
    """A text half read: what was found so far, and the group that is open."""

    def __init__(self, source: Source, lexemes: list[Lexeme]) -> None:
        self.source = source
        self.lexemes = lexemes
        self.statements: list[Statement] = []
        self.diagnostics: list[Diagnostic] = []
        self.broken: list[Span] = []
        self.group: GroupOpen | None = None
        self.rules: list[Rule] = []

    def take(self, piece: Piece) -> None:
        lexemes = self.lexemes[piece.first : piece.last]
        if piece.word == "}":
            if self.group is not None:
                self._close(lexemes[-1].end)
            return
        start = "group_open" if piece.word == "group" else "statement"
        try:
            node = machine().run(start, lexemes, self.source.text)
        except Trouble as trouble:
            self._broken(lexemes, syntax_errors.from_trouble(self.source, trouble))
        except Stuck as stuck:
            self._broken(lexemes, syntax_errors.from_stuck(self.source, machine(), start, lexemes, stuck))
        else:
            if isinstance(node, GroupOpen):
                self.group = node
            elif self.group is not None and isinstance(node, Rule):
                self.rules.append(node)
            else:
                self.statements.append(node)

    def _broken(self, lexemes: list[Lexeme], diagnostic: Diagnostic) -> None:
        self.broken.append(Span(lexemes[0].start, lexemes[-1].end))
        self.diagnostics.append(diagnostic)

    def _close(self, end: int) -> None:
        assert self.group is not None
        span = Span(self.group.span.start, end)
        self.statements.append(Group(self.group.name, self.group.bounds, tuple(self.rules), span=span))
        self.group, self.rules = None, []

    def finish(self) -> None:
        if self.group is not None:
            self._close(self.rules[-1].span.end if self.rules else self.group.span.end)
