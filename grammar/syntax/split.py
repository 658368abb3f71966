"""Lexemes -> pieces, a piece a statement.

Every statement begins with a reserved word, but some of these words also stand inside statements
(`score >= 80`, `rule "X" fires`, the `when` of a stage). Which it is, is decided by what comes before
and after, so that a correct text is always cut right, however it is laid out. In a broken text a
statement's word at the start of a line begins a statement wherever it could not go on with the one before.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from ..spec import operators
from ..spec.statements import HEADS, STATEMENT_WORDS, Head
from ..spec.words import RESERVED, near
from .nodes import Lexeme


class Piece(NamedTuple):
    """Lexemes `first` up to `last` (exclusive), and the word they begin with.

    `word` is "group" for a group's header up to its brace, "}" for a closing brace, and "" for text
    that does not begin as a statement.
    """

    word: str
    first: int
    last: int


# After these no statement can be over.
_GOES_ON_WORDS = (STATEMENT_WORDS - {"score"}) | {
    "then", "and", "or", "since", "before", "where", "followed", "because", "once", "given", "expect",
    "surely", "until",
} | operators.WORDS  # fmt: skip
_GOES_ON_SIGNS = frozenset("(,:.+-−*/=<>≤≥≠") | {"<=", ">=", "!=", "==", "=>", "<>", "=<"}

# The only ones that also stand inside statements.
_INSIDE = frozenset({"rule", "when", "for", "score", "stage", "grade", "handoff"})

# The statements' words that go on with a statement which began with the other word, or with none.
_AWAITED = {word: ("when",) for word, head in HEADS.items() if head.needed == "when"} | {
    "rule": ("when", "for"), "for": ("when",), "handoff": ("when",), "": ("when", "for"),
}  # fmt: skip
_NO_HEAD = Head()


@cache
def alike(word: str) -> tuple[str, ...]:
    """The words that begin statements which a word may be a misspelling of."""
    return tuple(near(word, STATEMENT_WORDS))


def split(lexemes: Sequence[Lexeme]) -> list[Piece]:
    """The pieces of a text, in order; together they hold every lexeme but the semicolons."""
    return _Splitter(lexemes).run()


class _Splitter:
    def __init__(self, lexemes: Sequence[Lexeme]) -> None:
        self.lexemes = lexemes
        self.pieces: list[Piece] = []
        self.word = ""
        self.begin = 0
        self.awaited: tuple[str, ...] = _AWAITED[""]
        self.needed = ""
        self.open = 0

    def run(self) -> list[Piece]:
        for at, lexeme in enumerate(self.lexemes):
            if lexeme.word:
                if lexeme.word in STATEMENT_WORDS:
                    self._statement_word(at, lexeme)
                elif self.word == "guarantee" and lexeme.word in ("falls", "rises"):
                    self.awaited, self.needed = (), ""  # a trend has no condition
                elif lexeme.first and lexeme.word not in RESERVED:
                    self._perhaps_misspelt(at, lexeme)
                elif lexeme.word == "then":
                    self.awaited = ()
                if lexeme.word == self.needed:
                    self.needed = ""
                    if self.word == "handoff":
                        self.awaited = ()
            elif lexeme.text == self.needed:
                self.needed = ""
            elif lexeme.kind == "UNCLOSED_QUOTE" and self.needed in lexeme.text.split():
                self.awaited = ()  # the rest of the statement is lost in the quote
            elif lexeme.kind in ("LPAR", "RPAR"):
                self.open += 1 if lexeme.kind == "LPAR" else -1
            elif lexeme.kind == "SEMICOLON":
                self._cut(at, at + 1)
            elif lexeme.kind == "RBRACE":
                self._cut(at, at + 1)
                self.pieces.append(Piece("}", at, at + 1))
            elif lexeme.kind == "LBRACE" and self.word == "group":
                self._cut(at + 1, at + 1)
        self._cut(len(self.lexemes), len(self.lexemes))
        return self.pieces

    def _cut(self, end: int, begin: int) -> None:
        if end > self.begin:
            self.pieces.append(Piece(self.word, self.begin, end))
        self.word, self.begin, self.awaited, self.needed, self.open = "", begin, _AWAITED[""], "", 0

    def _statement_word(self, at: int, lexeme: Lexeme) -> None:
        word = lexeme.word
        if at > self.begin and not self._begins(at, lexeme):
            if word in self.awaited:
                self.awaited = ("when",) if word == "for" else ()
            return
        self._cut(at, at)
        self.word = word
        self.awaited = _AWAITED.get(word, ())
        self.needed = HEADS[word].needed

    def _perhaps_misspelt(self, at: int, lexeme: Lexeme) -> None:
        """A line that begins as a statement does but for the spelling of its word: a piece of its own.

        In a correct text no name that ends a line's statement is followed by what heads another.
        """
        begins = at == self.begin
        if not begins and (at == self.begin + 1 or self._goes_on(at)):
            return
        for word in alike(lexeme.word):
            if (word != "when" and self._has_shape(at, word)) or (begins and word != "when"):
                self._cut(at, at)
                self.awaited = _AWAITED.get(word, ())
                return

    def _goes_on(self, at: int) -> bool:
        before = self.lexemes[at - 1]
        if self.word == "guarantee" and before.word in ("never", "always"):
            return True
        return before.word in _GOES_ON_WORDS if before.word else before.text in _GOES_ON_SIGNS

    def _begins(self, at: int, lexeme: Lexeme) -> bool:
        """Whether the statement's word there begins one, rather than going on with the one before."""
        if lexeme.word in self.awaited:
            inner = "for" if self.word == "rule" and "for" not in self.awaited else self.word
            return lexeme.first and at - self.begin > HEADS.get(inner, _NO_HEAD).length
        if self.word == "guarantee" and at == self.begin + 2 and lexeme.word == "score":
            following = self._next(at + 1)
            if following is not None and following.word == "never":
                return False
        before = at - 2 if self.lexemes[at - 1].word == "not" else at - 1
        if before > self.begin and self.lexemes[before].word == "surely" and lexeme.word in _INSIDE:
            return False
        goes_on = self._goes_on(at)
        if not lexeme.first:
            return not goes_on and not self.needed and self.open <= 0 and self._has_shape(at, lexeme.word)
        if lexeme.word not in _INSIDE:
            return True
        return self._has_shape(at, lexeme.word) or (not goes_on and not self._is_operand(at))

    def _next(self, at: int) -> Lexeme | None:
        return self.lexemes[at] if at < len(self.lexemes) else None

    def _has_shape(self, at: int, word: str) -> bool:
        """Whether what follows there is what follows this word at the head of its statement."""
        one, two = self._next(at + 1), self._next(at + 2)
        if one is None:
            return False
        head, then = HEADS[word], (two.word or two.text) if two is not None else ""
        if head.quoted:
            named = one.kind in ("QUOTED", "UNCLOSED_QUOTE")
            return named and then != "fires" and (head.then is None or then in head.then)
        if one.word in head.words or one.text in head.words:
            return True
        if not head.named:
            return not head.words
        named = one.kind == "BRACKETED" or (one.kind == "WORD" and one.word not in RESERVED)
        return named and (head.then is None or then in head.then)

    def _is_operand(self, at: int) -> bool:
        """Whether a word such as `score` is compared with something, which no statement begins with."""
        following = self._next(at + 1)
        if self.lexemes[at].word not in ("score", "stage", "grade") or following is None:
            return False
        return following.text in _GOES_ON_SIGNS - set("(,:.")
