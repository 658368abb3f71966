"""Rows whose own numbers are the ids of the leads, where they have no other."""

from __future__ import annotations

from collections.abc import Iterator

from .mapping import ROW_NUMBER
from .rows import Chunk, Rejected, Source


class NumberedSource:
    """Another source with a first column of ids made of a name and the number of the row, as `contacts:1`.

    The numbers count the rows that can be read, so an export in another order gives them to others.
    """

    def __init__(self, source: Source, name: str) -> None:
        self.source = source
        self.name = name
        self.label = source.label
        self.partial = source.partial
        self.text_columns = source.text_columns

    @property
    def columns(self) -> list[str]:
        """The names of the columns, that of the ids first."""
        return [ROW_NUMBER, *self.source.columns]

    @property
    def notes(self) -> list[str]:
        """What a person may want to know of how the rows were read."""
        return [
            "leads are known by the numbers of their rows: import the same file again only as long as no row "
            "moves",
            *self.source.notes,
        ]

    def chunks(self) -> Iterator[Chunk]:
        """All rows, a chunk at a time."""
        number = 0
        for chunk in self.source.chunks():
            count = len(chunk.lines)
            ids = [f"{self.name}:{one}" for one in range(number + 1, number + count + 1)]
            number += count
            numbered = Chunk(chunk.lines, share=chunk.share, texts=chunk.texts)
            if chunk.rows:
                numbered.rows = [[one, *row] for one, row in zip(ids, chunk.rows, strict=True)]
            else:
                numbered.by_column = [ids, *chunk.columns()]
            numbered.rejected = [
                Rejected(rejected.line, rejected.reason, ["", *rejected.cells]) for rejected in chunk.rejected
            ]
            yield numbered
