"""Where a node stands, and what all nodes share."""

from __future__ import annotations

from dataclasses import field
from enum import Enum
from typing import NamedTuple

from ...frozen import frozen, frozen_kw_only


class Lexeme(NamedTuple):
    """The smallest piece of a text that means something.

    `kind` is a terminal of the grammar, or one of MALFORMED (see `scan`); a word is "WORD" or "PATH" until
    it is parsed. `word` is a word in lower case, else "". `first`: whether it is the first on its line.
    """

    kind: str
    text: str
    start: int
    end: int
    word: str
    first: bool

    @property
    def span(self) -> Span:
        """Where it stands."""
        return Span(self.start, self.end)


@frozen
class Span:
    """A half-open range of character offsets in one source text.

    The span of a node also keeps the node's own tokens, which are those that belong to none of the nodes
    below it. `moved` is by how many characters the node was shifted after its tokens were read.
    """

    start: int
    end: int
    tokens: tuple[Lexeme, ...] = field(default=(), compare=False, repr=False)
    moved: int = field(default=0, compare=False, repr=False)

    def shifted(self, by: int) -> Span:
        """The same span, so many characters further on."""
        return Span(self.start + by, self.end + by, self.tokens, self.moved + by) if by else self

    def covering(self, start: int, end: int) -> Span:
        """Another range with the same tokens."""
        return Span(start, end, self.tokens, self.moved)

    def token(self, *words: str) -> Span | None:
        """Where the first own token stands that is one of these words or kinds."""
        found = next((one for one in self.tokens if one.word in words or one.kind in words), None)
        return Span(found.start + self.moved, found.end + self.moved) if found is not None else None

    def every(self, word: str) -> list[Span]:
        """Where all own tokens stand that are this word."""
        return [Span(one.start + self.moved, one.end + self.moved) for one in self.tokens if one.word == word]

    def number(self, *words: str) -> tuple[Span, Span] | None:
        """Where these own tokens stand with the number that follows them, and where that stands, signed."""
        kept = [one.word or one.kind for one in self.tokens]
        for at in range(len(kept) - len(words)):
            if tuple(kept[at : at + len(words)]) == words:
                first = last = self.tokens[at + len(words)]
                if first.kind != "NUMERAL":
                    last = self.tokens[at + len(words) + 1]
                end = last.end + self.moved
                return Span(self.tokens[at].start + self.moved, end), Span(first.start + self.moved, end)
        return None


@frozen_kw_only
class Node:
    """What every node has: where it stands."""

    span: Span = field(compare=False, repr=False)


class Kind(Enum):
    """The kinds of value a field can have; the enum's value is the word written in a ruleset."""

    TEXT = "text"
    NUMBER = "number"
    YES_NO = "yes/no"
    DATE = "date"
    DATETIME = "datetime"
    TEXTS = "texts"


class Unit(Enum):
    """Units of time; the enum's value is the singular word."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


# --- small parts ------------------------------------------------------------------------------


@frozen
class Name(Node):
    """A name as meant: `[Lead Source]` has the text `Lead Source`."""

    text: str


@frozen
class Duration(Node):
    """`30 days`: a whole positive amount of one unit."""

    amount: int
    unit: Unit
