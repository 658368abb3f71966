"""The place in a piece of text where it stops being a sentence of the language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from ..syntax.lr_parser import LrParser, Stuck
from ..syntax.lr_table import END
from ..syntax.nodes import Lexeme, Span
from .diagnostics import SyntaxProblem

Detector = Callable[["ErrorContext"], SyntaxProblem | None]
"""Looks at one kind of mistake; None where it is another."""

CONDITION_STARTS = frozenset({"WORD", "QUOTED", "NUMERAL", "LPAR"})
"""Where all of these may stand, a condition or a value may."""


def brief(lexeme: Lexeme) -> str:
    """A lexeme as a hint shows it, not too long."""
    if not lexeme.text.isprintable():
        return " ".join(f"U+{ord(character):04X}" for character in lexeme.text[:4])
    return lexeme.text if len(lexeme.text) <= 40 else lexeme.text[:38] + "…"


def shown(lexeme: Lexeme) -> str:
    """A lexeme as a message names it: in quotes, unless it has its own."""
    return brief(lexeme) if lexeme.kind in ("QUOTED", "UNCLOSED_QUOTE") else f'"{brief(lexeme)}"'


@dataclass(frozen=True)
class ErrorContext:
    """What was taken, what could not follow (None: the end), and what comes after that."""

    parser: LrParser
    start: str
    text: str
    taken: tuple[Lexeme, ...]
    at: Lexeme | None
    rest: tuple[Lexeme, ...]

    @cached_property
    def accepted(self) -> frozenset[str]:
        """The kinds of lexeme that could have followed."""
        return self.parser.accepted(self.start, [lexeme.kind for lexeme in self.taken])

    def accepted_after(self, count: int) -> frozenset[str]:
        """The kinds that could have followed the first lexemes, of those that were taken."""
        if count == len(self.taken):
            return self.accepted
        return self.parser.accepted(self.start, [lexeme.kind for lexeme in self.taken[:count]])

    @cached_property
    def in_awards(self) -> bool:
        """Whether what the rule gives has begun."""
        return any(lexeme.kind == "THEN" for lexeme in self.taken)

    @cached_property
    def head(self) -> str:
        """The word that the piece begins with."""
        first = self.taken[0] if self.taken else self.at
        return first.word if first is not None else ""

    @cached_property
    def span(self) -> Span:
        """Where the problem shows."""
        if self.at is not None:
            return self.at.span
        return Span(self.taken[-1].end, self.taken[-1].end)

    @property
    def word(self) -> str:
        """The word there, "" for anything else."""
        return self.at.word if self.at is not None else ""

    @property
    def kind(self) -> str:
        """The kind of what is there."""
        return self.at.kind if self.at is not None else END

    def before(self, back: int = 1) -> Lexeme | None:
        """The lexeme taken last, or so many before."""
        return self.taken[-back] if len(self.taken) >= back else None

    def words_before(self, count: int) -> tuple[str, ...]:
        """The last lexemes that were taken, words in lower case, all else as written."""
        return tuple(lexeme.word or lexeme.text for lexeme in self.taken[-count:])

    def after(self, ahead: int = 0) -> Lexeme | None:
        """The first lexeme after the place, or a later one."""
        return self.rest[ahead] if len(self.rest) > ahead else None

    def condition_missing(self) -> bool:
        """Whether a condition or a value is what should stand here."""
        return self.accepted >= CONDITION_STARTS

    def reads(self, lexemes: list[Lexeme], *, whatever_it_says: bool = False) -> bool:
        """Whether other lexemes would make a whole piece, and unless said otherwise one without a mistake."""
        try:
            self.parser.run(self.start, lexemes, self.text)
        except Stuck:
            return False
        except SyntaxProblem:
            return whatever_it_says
        return True

    def piece(self) -> list[Lexeme]:
        """All lexemes of the piece, as they were before it was understood what they are."""
        there = [self.at] if self.at is not None else []
        return [
            lexeme._replace(kind="WORD" if lexeme.text.isalnum() or "_" in lexeme.text else "PATH")
            if lexeme.word and lexeme.kind not in ("WORD", "PATH")
            else lexeme
            for lexeme in (*self.taken, *there, *self.rest)
        ]
