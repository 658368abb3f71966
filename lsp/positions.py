"""Places in a text as an editor counts them: lines, and columns in units of UTF-8, UTF-16 or UTF-32.

Lines end with LF, CR LF or CR. The end of a text is a place like any other, also after a last line end and
in an empty text; what lies beyond a line's end is that end.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from lsprotocol.types import Position, PositionEncodingKind, Range

from ..grammar.syntax.nodes import Span

_LINE_END = re.compile(r"\r\n|\n|\r")


class Lines:
    """The lines of a text."""

    def __init__(self, text: str, encoding: PositionEncodingKind | str) -> None:
        self.text = text
        self._starts = [0, *(found.end() for found in _LINE_END.finditer(text))]
        self._plain = text.isascii() or encoding == PositionEncodingKind.Utf32
        self._size = _bytes if encoding == PositionEncodingKind.Utf8 else _halves

    def position(self, offset: int) -> Position:
        """The place of a character."""
        line = bisect_right(self._starts, offset) - 1
        start = self._starts[line]
        return Position(line, offset - start if self._plain else self._size(self.text[start:offset]))

    def offset(self, place: Position) -> int:
        """The character at a place; inside of one, the place before it."""
        if place.line >= len(self._starts):
            return len(self.text)
        start = self._starts[max(place.line, 0)]
        end = self._end(place.line)
        if self._plain:
            return min(start + place.character, end)
        used = 0
        for offset in range(start, end):
            used += self._size(self.text[offset])
            if used > place.character:
                return offset
        return end

    def _end(self, line: int) -> int:
        """Where a line ends, before its line end."""
        if line + 1 == len(self._starts):
            return len(self.text)
        end = self._starts[line + 1]
        return end - 2 if self.text[end - 2 : end] == "\r\n" else end - 1

    def range(self, span: Span) -> Range:
        """A span as a range."""
        return Range(self.position(span.start), self.position(span.end))

    def span(self, range_: Range) -> Span:
        """A range as a span."""
        return Span(self.offset(range_.start), self.offset(range_.end))


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _halves(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)
