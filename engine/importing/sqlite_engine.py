"""Tables and queries of another SQLite database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ..store.database import guarded
from ..store.records.leads import quoted
from .problems import ImportRefused
from .rows import CHUNK_ROWS


class Sqlite:
    """A database of SQLite, which is only read.

    Its texts are read as those of a CSV file are, since it has no types for days, instants and yes or no.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(f"file:{quote(str(self.path.absolute()))}?mode=ro", uri=True)
        connection.text_factory = _text
        return connection

    def _all(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        with guarded(self.path):
            connection = self._connect()
            try:
                found = connection.execute(sql)
                return [column[0] for column in found.description or ()], found.fetchall()
            except _UNUSABLE as error:
                raise self._refused(error) from None
            finally:
                connection.close()

    def _refused(self, error: Exception) -> ImportRefused:
        return ImportRefused(f"SQLite cannot read {self.path}: {error}", "check the file and the query")

    def tables(self) -> list[str]:
        """The names of its tables and views."""
        _, rows = self._all(
            "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' "
            "ESCAPE '\\' ORDER BY name"
        )
        return [str(name) for (name,) in rows]

    def quoted(self, table: str) -> str:
        """A table's name as SQL writes it."""
        return quoted(table)

    def columns(self, sql: str) -> list[tuple[str, str]]:
        """The columns of a query; what they hold is up to each row."""
        names, _ = self._all(f"SELECT * FROM ({sql}) LIMIT 0")
        return [(name, "") for name in names]

    def rows(self, sql: str) -> Iterator[list[tuple[Any, ...]]]:
        """The rows of a query, some at a time."""
        with guarded(self.path):
            connection = self._connect()
            try:
                rows = connection.execute(sql)
                while found := rows.fetchmany(CHUNK_ROWS):
                    yield found
            except _UNUSABLE as error:
                raise self._refused(error) from None
            finally:
                connection.close()


_UNUSABLE = (sqlite3.OperationalError, sqlite3.ProgrammingError, UnicodeDecodeError)
"""A damaged database can have names, and so messages about them, that are no UTF-8."""


def _text(value: bytes) -> str | bytes:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value
