"""A draft with errors, tried out all the same: by its statements that have none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...engine.reading import Reading
from ...grammar.edits.document import Document, Item
from ...grammar.syntax.parse import Parsed

_ROUNDS = 8


@dataclass(frozen=True, slots=True)
class Partial:
    """What can run of a draft: the same text, each statement that was left out turned into blanks, so that
    all others keep their places. `left_out` are the keys of those."""

    reading: Reading
    left_out: tuple[str, ...]


def without_errors(reading: Reading, read: Callable[[str, Parsed | None], Reading]) -> Partial | None:
    """The draft without the statements that have errors, and those that cannot do without them; None where
    an error is in what is included, or nothing that can run is left. `read` is given a text, and another that
    was read and is much like it."""
    left_out: list[str] = []
    for _ in range(_ROUNDS):
        if reading.plan is not None:
            return Partial(reading, tuple(left_out)) if left_out else None
        text = reading.source.text
        document = Document.of(text, reading.parsed)
        broken = {
            item.key: item
            for error in reading.errors
            if error.source is reading.source and (item := _at(document, error.span.start)) is not None
        }
        if not broken or any(item.sort == "include" for item in broken.values()):
            return None
        for item in broken.values():
            text = _blanked(text, item.span.start, item.span.end)
        left_out += broken
        reading = read(text, reading.parsed)
    return None


def _at(document: Document, offset: int) -> Item | None:
    """The innermost statement around a place, or else the last before it."""
    around = [item for item in document.items if item.span.start <= offset <= item.span.end]
    if around:
        return min(around, key=lambda item: item.span.end - item.span.start)
    before = [item for item in document.items if item.span.start <= offset]
    return before[-1] if before else None


def _blanked(text: str, start: int, end: int) -> str:
    inside = "".join(letter if letter in "\r\n" else " " for letter in text[start:end])
    return text[:start] + inside + text[end:]
