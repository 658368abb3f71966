"""Where rows come from: files of text, workbooks, Parquet, databases, packed or not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .csv_source import CsvSource
from .json_source import JsonSource
from .mapping import Reading
from .problems import ImportRefused
from .rows import Source

if TYPE_CHECKING:
    from .database_source import Engine

_SQLITE = b"SQLite format 3\x00"
_DUCKDB = b"DUCK"
_PARQUET = b"PAR1"
_ZIP = b"PK\x03\x04"
_GZIP = b"\x1f\x8b"
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_ADDRESSES = ("postgresql://", "postgres://")


def is_address(name: str) -> bool:
    """Whether a name is the address of a database rather than a file's."""
    return name.startswith(_ADDRESSES)


def open_source(
    path: Path | str,
    reading: Reading,
    table: str | None = None,
    query: str | None = None,
    *,
    wanted: str | None = None,
) -> Source:
    """The source of rows in a file, told by what the file holds, or at an address.

    `wanted` is a column that the line with the column names has. Raises `ImportRefused`.
    """
    if isinstance(path, str):
        from .database_source import DatabaseSource, Postgres

        engine = Postgres(path)
        return DatabaseSource(f"PostgreSQL at {engine.name}", engine, table, query)
    start, size = _head(path)
    database = _database(path, start)
    if database is not None:
        from .database_source import DatabaseSource

        return DatabaseSource(str(path), database, table, query)
    if table is not None or query is not None:
        what = f"table {table}" if table is not None else "query"
        raise ImportRefused(f"the file {path} is not a database, so it has no {what}", "leave that out")
    if not size:
        raise ImportRefused(f"the file {path} is empty", "export it again")
    return _file_source(path, start, reading, wanted)


def _database(path: Path, start: bytes) -> Engine | None:
    if start.startswith(_SQLITE):
        from .sqlite_engine import Sqlite

        return Sqlite(path)
    if start[8:12] == _DUCKDB:
        from .database_source import DuckDb

        return DuckDb(path)
    return None


def _file_source(path: Path, start: bytes, reading: Reading, wanted: str | None) -> Source:
    if start.startswith((_GZIP, _ZIP)):
        from .packed import is_workbook, unpacked

        if not is_workbook(path):
            return unpacked(path, lambda one: open_source(one, reading, wanted=wanted))
    if start.startswith((_ZIP, _OLD_WORKBOOK)):
        from .workbook_source import WorkbookSource

        return WorkbookSource(path, reading, wanted)
    if start.startswith(_PARQUET):
        from .parquet_source import ParquetSource

        return ParquetSource(path)
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text[:1] == b"<":
        raise ImportRefused(
            f"the file {path} is a web page or XML, whatever its name says",
            "export it as CSV, or open it in a spreadsheet and save it as .xlsx",
        )
    if text[:1] == b"{" or (text[:1] == b"[" and text[1:].lstrip()[:1] in (b"{", b"]")):
        return JsonSource(path, reading)
    return CsvSource(path, reading, wanted)


def _head(path: Path) -> tuple[bytes, int]:
    """The first bytes of a file, and how many it has."""
    try:
        with path.open("rb") as file:
            return file.read(64), path.stat().st_size
    except FileNotFoundError:
        raise ImportRefused(f"there is no file {path}", "check the name and the folder") from None
    except IsADirectoryError:
        raise ImportRefused(f"{path} is a folder, not a file", "name a file in it") from None
    except OSError as error:
        raise ImportRefused(
            f"the file {path} cannot be read: {error.strerror}", "ask for permission to read it"
        ) from None
