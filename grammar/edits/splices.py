"""Putting pieces of text into a text so that nothing beside them changes and no comment is lost."""

from __future__ import annotations

from collections.abc import Iterable

from ..frozen import frozen
from ..syntax.nodes import Span
from .document import Document

_QUOTES = frozenset('"“”„')


@frozen
class Splice:
    """What stands from `start` to `end` becomes `text`."""

    start: int
    end: int
    text: str


@frozen
class Splices:
    """All that one edit changes in a text, and the comments that it takes away on purpose."""

    pieces: tuple[Splice, ...]
    taken: tuple[str, ...] = ()

    def __add__(self, other: Splices) -> Splices:
        return Splices(self.pieces + other.pieces, self.taken + other.taken)


NOTHING = Splices(())


def spliced(text: str, pieces: Iterable[Splice]) -> str:
    """The text with all pieces in it. They may touch, not overlap."""
    made: list[str] = []
    done = 0
    for piece in sorted(pieces, key=lambda piece: (piece.start, piece.end)):
        if piece.start < done:
            raise ValueError("two changes overlap")
        made += [text[done : piece.start], piece.text]
        done = piece.end
    return "".join(made) + text[done:]


def replaced(document: Document, span: Span, new: str) -> Splices:
    """A part exchanged for a text, blanks where words would touch; comments in the part stay behind it."""
    text = document.text
    before, after = text[: span.start][-1:], text[span.end :][:1]
    kept = document.comments_in(span.start, span.end)
    made = new
    if touch(before, new[:1] or after):
        made = f" {made}"
    if kept:
        indent = document.newline + document.indent(span.end)
        notes = "".join(f"  {comment.text}{indent}" for comment in kept)
        return Splices((Splice(span.start, span.end, made + notes),))
    if new and touch(new[-1:], after):
        made += " "
    return Splices((Splice(span.start, span.end, made),))


def inserted(document: Document, at: int, new: str) -> Splices:
    """A text put in after what stands before `at`, a blank before it."""
    after = document.text[at:][:1]
    lead = "" if not document.text[:at] or document.text[at - 1] in " \t\r\n(\ufeff" else " "
    return Splices((Splice(at, at, f"{lead}{new}{' ' if touch(new[-1:], after) else ''}"),))


def left_out(document: Document, span: Span) -> Splices:
    """A part taken away with the blanks before it; comments in it stay."""
    text = document.text
    start = span.start
    while start and text[start - 1] in " \t":
        start -= 1
    if start == document.line_start(start) or text[start - 1 : start] == "(":
        return _from_line_start(document, Span(start, span.end))
    return replaced(document, Span(start, span.end), "")


def _from_line_start(document: Document, span: Span) -> Splices:
    """A part that begins its line: the line goes where nothing else stands on it."""
    text = document.text
    end = document.line_end(span.end)
    if not document.comments_in(span.start, end) and not text[span.end : end].strip():
        start = span.start
        if end == len(text):
            while start and text[start - 1] in "\r\n":
                start -= 1
        return Splices((Splice(start, document.next_line(span.end), ""),))
    stop = span.end
    while text[stop : stop + 1] in (" ", "\t"):
        stop += 1
    indent = text[span.start : span.end][
        : len(text[span.start : span.end]) - len(text[span.start : span.end].lstrip())
    ]
    if document.comments_in(span.start, span.end):
        return replaced(document, Span(span.start + len(indent), span.end), "")
    return Splices((Splice(span.start + len(indent), stop, ""),))


def touch(left: str, right: str) -> bool:
    """Whether two characters would become one word, number or text where no blank parts them."""
    if not left or not right:
        return False
    return (_wordish(left) and _wordish(right)) or (left in _QUOTES and right in _QUOTES)


def _wordish(character: str) -> bool:
    return character.isalnum() or character == "_" or "\u0300" <= character <= "\u036f"
