"""Rows of values with types, as chunks of cells."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence

from .rows import CHUNK_ROWS, REJECT_COLUMNS, Chunk, Rejected
from .values.cells import cell_of


def column_names(names: Iterable[object]) -> list[str]:
    """The column names; blank for those that a rejects file has of its own."""
    return ["" if str(name) in REJECT_COLUMNS else str(name).strip() for name in names]


class TypedRows:
    """Makes chunks of numbered rows of values.

    Bytes are taken as UTF-8, since many programs write texts as such; those that are none are unknown, and
    counted. A row with a NUL in a text is rejected.
    """

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = columns
        self._undecoded = 0
        self._example = ""

    @property
    def notes(self) -> list[str]:
        """What a person may want to know of how the values were read, of the last pass."""
        if not self._undecoded:
            return []
        cells = "1 cell holds" if self._undecoded == 1 else f"{self._undecoded:,} cells hold"
        return [f"{cells} bytes that are no text, as {self._example}, and so unknown"]

    def chunks(self, rows: Iterable[tuple[int, Sequence[object]]], total: int = 0) -> Iterator[Chunk]:
        """Rows as chunks; `total` is the last number, 0 where that is not known."""
        self._undecoded = 0
        chunk = Chunk()
        for number, row in rows:
            self._add(chunk, number, row)
            if len(chunk.lines) + len(chunk.rejected) >= CHUNK_ROWS:
                chunk.share = min(1.0, number / total) if total else 0.0
                yield chunk
                chunk = Chunk()
        if chunk.lines or chunk.rejected:
            chunk.share = 1.0
            yield chunk

    def _add(self, chunk: Chunk, number: int, row: Sequence[object]) -> None:
        cells = [
            self._decoded(value, number, place)
            if isinstance(value, bytes | bytearray | memoryview)
            else cell_of(value)
            for place, value in enumerate(row)
        ]
        if any(isinstance(cell, str) and "\x00" in cell for cell in cells):
            chunk.rejected.append(Rejected(number, "holds a NUL, which no text has", cells))
            return
        chunk.add(number, cells)

    def _decoded(self, value: bytes | bytearray | memoryview, number: int, place: int) -> Hashable:
        try:
            text = bytes(value).decode()
        except UnicodeDecodeError:
            text = "\x00"
        if "\x00" not in text:
            return text
        if not self._undecoded:
            self._example = f"{self._columns[place]} in row {number:,}"
        self._undecoded += 1
        return None
