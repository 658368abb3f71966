"""Rows of values with types, as chunks of cells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from .rows import CHUNK_ROWS, REJECT_COLUMNS, Chunk, Rejected
from .values.cells import cell_of


def column_names(names: Iterable[object]) -> list[str]:
    """The names of columns; blank for those that a rejects file has of its own."""
    return ["" if str(name) in REJECT_COLUMNS else str(name).strip() for name in names]


def chunks_of(rows: Iterable[tuple[int, Sequence[object]]], total: int) -> Iterator[Chunk]:
    """Numbered rows of values as chunks; rows with bytes or a NUL in them are rejected."""
    chunk = Chunk()
    for number, row in rows:
        add_row(chunk, number, row)
        if len(chunk.lines) + len(chunk.rejected) >= CHUNK_ROWS:
            chunk.share = min(1.0, number / max(1, total))
            yield chunk
            chunk = Chunk()
    if chunk.lines or chunk.rejected:
        chunk.share = 1.0
        yield chunk


def add_row(chunk: Chunk, number: int, row: Sequence[object]) -> None:
    """Adds a row of values to a chunk, or to those that it rejects."""
    if any(isinstance(value, bytes | bytearray | memoryview) for value in row):
        cells = [
            None if isinstance(value, bytes | bytearray | memoryview) else cell_of(value) for value in row
        ]
        chunk.rejected.append(Rejected(number, "has bytes that are no text", cells))
        return
    cells = [cell_of(value) for value in row]
    if any(isinstance(cell, str) and "\x00" in cell for cell in cells):
        chunk.rejected.append(Rejected(number, "holds a NUL, which no text has", cells))
        return
    chunk.lines.append(number)
    chunk.rows.append(cells)
