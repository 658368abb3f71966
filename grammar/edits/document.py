"""A text made ready for edits: its statements by key, its lexemes, comments and lines by offset.

A statement's key is its sort and its name, never its position: `rule:Pricing interest`, `list:ICP`,
`stage:MQL`, `test:...`; the total score is `score:`. A rule without a name is `unnamed:` and its canonical
text. What cannot be read is `text:` and a digest of it. Where two have one key, the later gets `#2` after it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import TypeVar

from ..frozen import frozen
from ..messages.diagnostics import Source
from ..spec.statements import spec_of
from ..syntax import nodes as n
from ..syntax.nodes import Lexeme, Span
from ..syntax.parse import Parsed, parse
from ..syntax.scan import Scanned, scan
from ..text.printer import sort_and_name

_T = TypeVar("_T")

_LINE_END = re.compile(r"\r\n|\r|\n")


@frozen
class Item:
    """One statement, a rule in a group too, or a piece that could not be read (`node` None).

    `parent` is the index of the group it stands in. `head_end` is where the inside of a group begins.
    """

    key: str
    node: n.Statement | None
    span: Span
    parent: int | None
    head_end: int

    @property
    def sort(self) -> str:
        """`rule`, `list`, ...; `text` for what could not be read."""
        return "text" if self.node is None else spec_of(self.node).sort


@dataclass(frozen=True)
class Document:
    """A text and what was read in it."""

    text: str
    parsed: Parsed

    @classmethod
    def of(cls, text: str, parsed: Parsed | None = None, before: Parsed | None = None) -> Document:
        """Reads a text, unless it comes with what was read. `before` is one much like it."""
        if parsed is not None and parsed.source.text == text:
            return cls(text, parsed)
        return cls(text, parse(Source(text), before))

    @cached_property
    def _scanned(self) -> Scanned:
        return self.parsed.scanned or scan(self.text)

    @cached_property
    def lexemes(self) -> list[Lexeme]:
        """Every lexeme, in order."""
        return self._scanned.lexemes

    def _derived(self, name: str, make: Callable[[], list[_T]]) -> list[_T]:
        """What is found out about the text, once for all documents of it."""
        found: list[_T] | None = self.parsed.derived.get(name)
        if found is None:
            found = self.parsed.derived[name] = make()
        return found

    @cached_property
    def _lexeme_starts(self) -> list[int]:
        return self._derived("lexeme starts", lambda: [lexeme.start for lexeme in self.lexemes])

    @cached_property
    def comments(self) -> Sequence[n.Comment]:
        """Every comment, in order."""
        return self._scanned.comments

    @cached_property
    def _comment_starts(self) -> list[int]:
        return [comment.span.start for comment in self.comments]

    @cached_property
    def newline(self) -> str:
        """How the author ends lines."""
        found = _LINE_END.search(self.text)
        return found.group() if found else "\n"

    @cached_property
    def items(self) -> list[Item]:
        """Every statement and every piece that could not be read, in order."""
        return self._derived("items", lambda: _items(self))

    @cached_property
    def _by_key(self) -> dict[str, int]:
        return {item.key: index for index, item in enumerate(self.items)}

    def find(self, key: str) -> int | None:
        """The index of the item with a key."""
        return self._by_key.get(key)

    def children(self, index: int | None) -> list[int]:
        """The items of a group, or those at the top."""
        return [at for at, item in enumerate(self.items) if item.parent == index]

    def written(self, span: Span) -> str:
        """The text of a span."""
        return self.text[span.start : span.end]

    # --- lexemes and comments ---------------------------------------------------------------------

    def lexemes_in(self, start: int, end: int) -> list[Lexeme]:
        """The lexemes that begin in a range."""
        starts = self._lexeme_starts
        return self.lexemes[bisect_left(starts, start) : bisect_left(starts, end)]

    def lexeme_after(self, offset: int) -> Lexeme | None:
        """The first lexeme that begins there or later."""
        index = bisect_left(self._lexeme_starts, offset)
        return self.lexemes[index] if index < len(self.lexemes) else None

    def lexeme_before(self, offset: int) -> Lexeme | None:
        """The last lexeme that begins before."""
        index = bisect_left(self._lexeme_starts, offset)
        return self.lexemes[index - 1] if index else None

    def word(self, word: str, start: int, end: int) -> Lexeme | None:
        """The first such word in a range."""
        return next((lexeme for lexeme in self.lexemes_in(start, end) if lexeme.word == word), None)

    def comments_in(self, start: int, end: int) -> Sequence[n.Comment]:
        """The comments that begin in a range."""
        starts = self._comment_starts
        return self.comments[bisect_left(starts, start) : bisect_left(starts, end)]

    def trailing(self, offset: int) -> n.Comment | None:
        """The comment which ends the line of an offset."""
        found = self.comments_in(offset, self.line_end(offset))
        return found[0] if found else None

    # --- lines ------------------------------------------------------------------------------------

    @cached_property
    def _ends(self) -> list[tuple[int, int]]:
        return self._derived("line ends", lambda: [found.span() for found in _LINE_END.finditer(self.text)])

    @cached_property
    def _line_starts(self) -> list[int]:
        return self._derived("line starts", lambda: [0, *[end for _, end in self._ends]])

    def line_start(self, offset: int) -> int:
        """Where the line of an offset begins."""
        return self._line_starts[bisect_right(self._line_starts, offset) - 1]

    def line_end(self, offset: int) -> int:
        """Where the line of an offset ends, its line end left out."""
        line = bisect_right(self._line_starts, offset) - 1
        return self._ends[line][0] if line < len(self._ends) else len(self.text)

    def next_line(self, offset: int) -> int:
        """Where the line after that of an offset begins, or the text ends."""
        line = bisect_right(self._line_starts, offset) - 1
        return self._ends[line][1] if line < len(self._ends) else len(self.text)

    def indent(self, offset: int) -> str:
        """The blanks with which the line of an offset begins."""
        line = self.text[self.line_start(offset) : self.line_end(offset)].lstrip("\ufeff")
        return line[: len(line) - len(line.lstrip())]

    def one_line(self, start: int, end: int) -> bool:
        """Whether no line ends in a range."""
        return self.line_start(start) == self.line_start(end)

    def first_on_line(self, offset: int) -> bool:
        """Whether nothing but blanks stands before an offset on its line."""
        start = self.line_start(offset)
        return start == offset or not self.lexemes_in(start, offset)


def key_of(node: n.Statement) -> str:
    """The key of a statement; that of its first namesake, where it has some."""
    sort, name = sort_and_name(node)
    return f"{'unnamed' if isinstance(node, n.Rule) and node.name is None else sort}:{name}"


def _items(document: Document) -> list[Item]:
    found: list[tuple[Span, n.Statement | None]] = [(span, None) for span in document.parsed.broken]
    for statement in document.parsed.tree.statements:
        found.append((statement.span, statement))
        found += [(rule.span, rule) for rule in statement.rules] if isinstance(statement, n.Group) else []
    items: list[Item] = []
    keys: set[str] = set()
    group: int | None = None
    for span, node in sorted(found, key=lambda one: (one[0].start, -one[0].end)):
        if group is not None and span.start >= items[group].span.end:
            group = None
        base = key_of(node) if node is not None else f"text:{digest(document.written(span))}"
        key = base if base not in keys else next(key for key in numbered(base) if key not in keys)
        keys.add(key)
        brace = span.token("LBRACE") if isinstance(node, n.Group) else None
        head_end = brace.end if brace is not None else span.end
        items.append(Item(key, node, span, group, head_end))
        if isinstance(node, n.Group):
            group = len(items) - 1
    return items


def numbered(base: str) -> Iterator[str]:
    """A key, and what its namesakes are called."""
    yield base
    number = 2
    while True:
        yield f"{base}#{number}"
        number += 1


def digest(text: str) -> str:
    """What tells a text from others, in a few letters."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
