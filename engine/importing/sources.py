"""Where rows come from: a file of CSV or JSON Lines, or a table of another SQLite database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from .csv_source import CsvSource
from .json_source import JsonSource
from .mapping import Reading
from .problems import ImportRefused
from .rows import Chunk
from .table_source import TableSource

_SQLITE = b"SQLite format 3\x00"
_OTHERS = {
    b"PK\x03\x04": (
        "a workbook or an archive",
        "open it where it was made and save the sheet as CSV (UTF-8)",
    ),
    b"\x1f\x8b": ("compressed", "unpack it first, as in: gunzip -k"),
    b"\xd0\xcf\x11\xe0": ("an old workbook", "open it where it was made and save the sheet as CSV (UTF-8)"),
    b"PAR1": ("a Parquet file", "write it as CSV or JSON Lines first"),
}


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


@dataclass(frozen=True, slots=True)
class _Head:
    start: bytes
    size: int


def open_source(path: Path, reading: Reading, table: str | None = None) -> Source:
    """The source of rows in a file, told by what the file holds. Raises `ImportRefused`."""
    head = _head(path)
    if head.start == _SQLITE or table is not None:
        if head.start != _SQLITE:
            raise ImportRefused(
                f"the file {path} is not a database, so it has no table {table}", "leave the table out"
            )
        return TableSource(path, table)
    for magic, (what, hint) in _OTHERS.items():
        if head.start.startswith(magic):
            raise ImportRefused(f"the file {path} is {what}, which cannot be read", hint)
    if not head.size:
        raise ImportRefused(f"the file {path} is empty", "export it again")
    if head.start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{":
        return JsonSource(path, reading)
    return CsvSource(path, reading)


def _head(path: Path) -> _Head:
    try:
        with path.open("rb") as file:
            return _Head(file.read(len(_SQLITE)), path.stat().st_size)
    except FileNotFoundError:
        raise ImportRefused(f"there is no file {path}", "check the name and the folder") from None
    except IsADirectoryError:
        raise ImportRefused(f"{path} is a folder, not a file", "name a file in it") from None
    except OSError as error:
        raise ImportRefused(
            f"the file {path} cannot be read: {error.strerror}", "ask for the right to it"
        ) from None
