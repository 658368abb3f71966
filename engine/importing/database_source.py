"""Rows of a table, or of a query, of a database: SQLite, DuckDB or PostgreSQL. It is only read."""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from .problems import ImportRefused, near
from .rows import CHUNK_ROWS, Chunk
from .typed_rows import TypedRows, column_names

_TEXT_TYPES = ("VARCHAR", "STRING", "TEXT", "CHAR", "BPCHAR")


class Engine(Protocol):
    """What differs between databases. Each raises `ImportRefused` where the database says no."""

    def tables(self) -> list[str]:
        """The names of its tables and views."""

    def quoted(self, table: str) -> str:
        """A table's name as its SQL writes it."""

    def columns(self, sql: str) -> list[tuple[str, str]]:
        """The columns of a query, each with the name of its type."""

    def rows(self, sql: str) -> Iterator[list[tuple[Any, ...]]]:
        """The rows of a query, some at a time."""


class DatabaseSource:
    """A table, view or query of a database. Rows are counted from 1."""

    partial = False

    def __init__(self, label: str, engine: Engine, table: str | None, query: str | None) -> None:
        self.engine = engine
        if query is not None:
            self.sql, self.label = query.strip().rstrip(";"), f"a query of {label}"
        else:
            name = _chosen(engine.tables(), label, table)
            self.sql, self.label = f"SELECT * FROM {engine.quoted(name)}", f"{label}, table {name}"
        found = engine.columns(self.sql)
        self._columns = column_names(name for name, _ in found)
        self._rows = TypedRows(self._columns)
        twice = [name for name in self._columns if name and self._columns.count(name) > 1]
        if twice:
            raise ImportRefused(
                f"{self.label} has the column {twice[0]} more than once",
                "give each a name of its own with AS",
            )
        self.text_columns = frozenset(
            name
            for name, (_, kind) in zip(self._columns, found, strict=True)
            if kind.upper().startswith(_TEXT_TYPES) and not kind.endswith("]")
        )

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return self._columns

    @property
    def notes(self) -> list[str]:
        """What a person may want to know of how the rows were read."""
        return self._rows.notes

    def chunks(self) -> Iterator[Chunk]:
        """All rows, a chunk at a time."""
        rows = (row for found in self.engine.rows(self.sql) for row in found)
        yield from self._rows.chunks(enumerate(rows, 1))


def _chosen(known: list[str], label: str, table: str | None) -> str:
    if table is not None and table in known:
        return table
    if table is None and len(known) == 1:
        return known[0]
    listed = f"its tables are {', '.join(known)}" if known else "it has no tables"
    if table is None:
        raise ImportRefused(
            f"the database {label} has several tables or none", f"say which with --table; {listed}"
        )
    raise ImportRefused(f"the database {label} has no table {table}", listed + near(table, known))


class DuckDb:
    """A database file of DuckDB."""

    def __init__(self, path: Path) -> None:
        try:
            import duckdb
        except ImportError:
            raise ImportRefused(
                "databases of DuckDB are read with the package duckdb, which is not installed",
                "pip install 'leadwright[duckdb]'",
            ) from None
        self._error = duckdb.Error
        self.path = path
        try:
            self._connection = duckdb.connect(str(path), read_only=True)
        except duckdb.Error as error:
            raise self._refused(error) from None
        weakref.finalize(self, self._connection.close)

    def _refused(self, error: Exception) -> ImportRefused:
        said = str(error).strip().splitlines()[0]
        return ImportRefused(f"DuckDB cannot read {self.path}: {said}", "check the file and the query")

    def tables(self) -> list[str]:
        """The names of its tables and views."""
        with self._guard():
            rows = self._connection.execute(
                "SELECT table_name FROM duckdb_tables() UNION "
                "SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY 1"
            ).fetchall()
        return [name for (name,) in rows]

    def quoted(self, table: str) -> str:
        """A table's name as SQL writes it."""
        return '"' + table.replace('"', '""') + '"'

    def columns(self, sql: str) -> list[tuple[str, str]]:
        """The columns of a query, each with the name of its type."""
        with self._guard():
            description = self._connection.execute(f"SELECT * FROM ({sql}) LIMIT 0").description
        return [(column[0], str(column[1])) for column in description or ()]

    def rows(self, sql: str) -> Iterator[list[tuple[Any, ...]]]:
        """The rows of a query, some at a time."""
        with self._guard():
            result = self._connection.cursor().execute(sql)
            while found := result.fetchmany(CHUNK_ROWS):
                yield found

    @contextlib.contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except self._error as error:
            raise self._refused(error) from None


class Postgres:
    """A database of PostgreSQL, by its address. Both passes over the rows see it as it was at the first."""

    def __init__(self, address: str) -> None:
        try:
            import psycopg
        except ImportError:
            raise ImportRefused(
                "databases of PostgreSQL are read with the package psycopg, which is not installed",
                "pip install 'leadwright[postgres]'",
            ) from None
        self._error = psycopg.Error
        self.name = address.rpartition("@")[2]
        try:
            self._connection = psycopg.connect(address, connect_timeout=10)
        except psycopg.Error as error:
            raise self._refused(error) from None
        weakref.finalize(self, self._connection.close)
        self._connection.read_only = True
        self._connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ

    def _refused(self, error: Exception) -> ImportRefused:
        said = str(error).strip().splitlines()[0]
        return ImportRefused(
            f"PostgreSQL at {self.name} says: {said}", "check the address, the table and the query"
        )

    def tables(self) -> list[str]:
        """The names of its tables and views; with the schema where it is not public."""
        with self._guard():
            rows = self._connection.execute(
                "SELECT CASE table_schema WHEN 'public' THEN '' ELSE table_schema || '.' END || table_name "
                "FROM information_schema.tables "
                "WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
            ).fetchall()
        return [name for (name,) in rows]

    def quoted(self, table: str) -> str:
        """A table's name as SQL writes it."""
        schema, _, name = table.rpartition(".")
        return ".".join('"' + part.replace('"', '""') + '"' for part in (schema, name) if part)

    def columns(self, sql: str) -> list[tuple[str, str]]:
        """The columns of a query, each with the name of its type."""
        from psycopg.postgres import types

        with self._guard():
            description = self._connection.execute(f"SELECT * FROM ({sql}) AS asked LIMIT 0").description
        found = []
        for column in description or ():
            known = types.get(column.type_code)
            found.append((column.name, known.name if known is not None else ""))
        return found

    def rows(self, sql: str) -> Iterator[list[tuple[Any, ...]]]:
        """The rows of a query, some at a time, out of a cursor of the server."""
        with self._guard(), self._connection.cursor(name="leadwright_import") as cursor:
            cursor.itersize = CHUNK_ROWS
            cursor.execute(sql)
            while found := cursor.fetchmany(CHUNK_ROWS):
                yield found

    @contextlib.contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except self._error as error:
            raise self._refused(error) from None
