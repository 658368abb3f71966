"""Rows of a table of another SQLite database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from ..store.database import guarded
from ..store.records.leads import quoted
from .problems import ImportRefused, near
from .rows import CHUNK_ROWS, REJECT_COLUMNS, Chunk, Rejected
from .values.cells import cell_of


class TableSource:
    """A table or view of a database, which is only read. Its rows are counted from 1 as lines are."""

    def __init__(self, path: Path, table: str | None) -> None:
        self.path = path
        with guarded(path):
            connection = self._connect()
            try:
                self.table = _chosen(connection, path, table)
                rows = connection.execute(f"SELECT * FROM {quoted(self.table)} LIMIT 0")
                self._columns = [
                    "" if column[0] in REJECT_COLUMNS else column[0] for column in rows.description
                ]
                self.count = connection.execute(f"SELECT count(*) FROM {quoted(self.table)}").fetchone()[0]
            finally:
                connection.close()
        self.label = f"{path}, table {self.table}"

    partial = False
    text_columns: frozenset[str] = frozenset()

    @property
    def notes(self) -> list[str]:
        """What a person may want to know of how the file was read."""
        return []

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return self._columns

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(f"file:{quote(str(self.path.absolute()))}?mode=ro", uri=True)
        connection.text_factory = _text
        return connection

    def chunks(self) -> Iterator[Chunk]:
        """All rows, a chunk at a time."""
        with guarded(self.path):
            connection = self._connect()
            try:
                rows = connection.execute(f"SELECT * FROM {quoted(self.table)}")
                number = 0
                while found := rows.fetchmany(CHUNK_ROWS):
                    chunk = Chunk()
                    for row in found:
                        number += 1
                        self._add(chunk, number, row)
                    chunk.share = min(1.0, number / max(1, self.count))
                    yield chunk
            finally:
                connection.close()

    def _add(self, chunk: Chunk, number: int, row: tuple[object, ...]) -> None:
        if any(isinstance(value, bytes) for value in row):
            cells = [None if isinstance(value, bytes) else cell_of(value) for value in row]
            chunk.rejected.append(Rejected(number, "holds bytes that are no text", cells))
            return
        cells = [cell_of(value) for value in row]
        if any(isinstance(cell, str) and "\x00" in cell for cell in cells):
            chunk.rejected.append(Rejected(number, "holds a NUL, which no text has", cells))
            return
        chunk.lines.append(number)
        chunk.rows.append(cells)


def _text(value: bytes) -> str | bytes:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value


def _chosen(connection: sqlite3.Connection, path: Path, table: str | None) -> str:
    known = [
        row[0]
        for row in connection.execute(
            "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' "
            "ESCAPE '\\' ORDER BY name"
        )
    ]
    if table is not None and table in known:
        return table
    if table is None and len(known) == 1:
        return str(known[0])
    listed = f"its tables are {', '.join(known)}" if known else "it has no tables"
    if table is None:
        raise ImportRefused(
            f"the database {path} has several tables or none", f"say which with --table; {listed}"
        )
    raise ImportRefused(f"the database {path} has no table {table}", listed + near(table, known))
