"""Rows on their way from a file to the store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Protocol

from ...grammar.frozen import frozen
from .plain_lines import PlainLines
from .values.cells import ABSENT

CHUNK_ROWS = 20_000
"""How many rows are handled at a time: enough to spread the cost of a step, little to keep."""

REJECT_COLUMNS = ("_line", "_reason")
"""The columns that a rejects file has before those of its rows; never imported as attributes."""


@frozen
class Rejected:
    """A row that cannot be read: the line it begins on, why, and its cells as far as they were found."""

    line: int
    reason: str
    cells: Sequence[object]


@dataclass(slots=True)
class Chunk:
    """Rows in a row: the line each begins on, its cells, the rows not readable, how far into the file.

    Cells are as `values.cells` says: texts, or values with a type. A row can have fewer of them than there
    are columns, where columns were found after it; those are absent. `rows` is empty where the cells were
    read `by_column`, or are `plain` still; `texts`: all of them are texts.
    """

    lines: list[int] | range = field(default_factory=list)
    rows: list[Sequence[object]] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    share: float = 0.0
    by_column: list[Sequence[object]] | None = None
    texts: bool = False
    plain: PlainLines | None = None

    def add(self, line: int, row: Sequence[object]) -> None:
        """Adds a row to those that come one by one."""
        self.lines.append(line)  # type: ignore[union-attr]  # only plain lines are a range
        self.rows.append(row)

    def columns(self) -> list[Sequence[object]]:
        """The cells of each column, as many as the longest row has."""
        if self.by_column is None and self.plain is not None:
            self.by_column = [cells.texts() for cells in self.plain.columns()]
        elif self.by_column is None:
            self.by_column = list(zip_longest(*self.rows, fillvalue=ABSENT))
        return self.by_column

    def row(self, place: int) -> Sequence[object]:
        """The cells of one row."""
        if self.rows:
            return self.rows[place]
        return [cells[place] for cells in self.columns()]


class Source(Protocol):
    """Rows of cells under named columns; a blank cell is an unknown value.

    `columns` is complete before the first pass where the file says so, else after it. Each call of
    `chunks` is a new pass over all rows. `partial`: a row may lack cells, which is not the same as a blank
    cell. `text_columns` are those that the source says are text. `notes` is what a person may want to know of
    how the file was read, complete after the last pass.
    """

    label: str
    partial: bool
    text_columns: frozenset[str]

    @property
    def notes(self) -> list[str]: ...

    @property
    def columns(self) -> list[str]: ...

    def chunks(self) -> Iterator[Chunk]: ...
