"""Rows of a file of JSON Lines: one object a line, its members the columns."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .mapping import Reading
from .problems import ImportRefused, shortened
from .rows import CHUNK_ROWS, REJECT_COLUMNS, Chunk, Rejected
from .text_encoding import Encoded, find_encoding
from .values.cells import ABSENT, cell_of

_MOST_COLUMNS = 5_000
_DEEPEST = 8


class JsonSource:
    """A file of JSON Lines. Members of objects within are columns with a dot: `company.size`.

    Columns are known once the file has been read through.
    """

    def __init__(self, path: Path, reading: Reading) -> None:
        self.label = str(path)
        self.path = path
        self.encoded: Encoded = find_encoding(path, reading.encoding)
        self._places: dict[str, int] = {}

    partial = True
    text_columns: frozenset[str] = frozenset()

    @property
    def notes(self) -> list[str]:
        """What a person may want to know of how the file was read."""
        return []

    @property
    def columns(self) -> list[str]:
        """The names seen so far, in the order of their coming."""
        return list(self._places)

    def chunks(self) -> Iterator[Chunk]:
        """All rows, a chunk at a time."""
        with self.path.open(encoding=self.encoded.encoding) as file:
            chunk, read = Chunk(), 0
            for number, line in enumerate(file, 1):
                read += len(line)
                if line.isspace():
                    continue
                try:
                    row = self._row(line)
                except ValueError as error:
                    chunk.rejected.append(Rejected(number, str(error), [line.rstrip("\r\n")]))
                else:
                    chunk.lines.append(number)
                    chunk.rows.append(row)
                if len(chunk.lines) + len(chunk.rejected) >= CHUNK_ROWS:
                    chunk.share = min(1.0, read / max(1, self.encoded.size))
                    yield chunk
                    chunk = Chunk()
            chunk.share = 1.0
            if chunk.lines or chunk.rejected:
                yield chunk

    def _row(self, line: str) -> list[object]:
        """The cells of a line; `ValueError` with the reason where it is no row."""
        try:
            found = json.loads(line, parse_constant=_no_number)
        except json.JSONDecodeError as error:
            raise ValueError(f"is not JSON: {error.msg} at letter {error.pos + 1}") from None
        except RecursionError:
            raise ValueError("is nested too deeply") from None
        except ValueError:
            raise ValueError("holds a number that is none") from None
        if not isinstance(found, dict):
            raise ValueError("is not an object in braces")
        cells: dict[str, object] = {}
        _flatten(found, "", cells, 1)
        if "\\u" in line:
            _check_letters(cells)
        places = self._places
        row: list[object] = [ABSENT] * len(places)
        for name, cell in cells.items():
            place = places.get(name)
            if place is None:
                place = self._new_place(name)
                row.append(cell)
            else:
                row[place] = cell
        return row

    def _new_place(self, name: str) -> int:
        if len(self._places) >= _MOST_COLUMNS:
            raise ImportRefused(
                f"the file {self.path} has more than {_MOST_COLUMNS:,} different names in its objects",
                "names there should be those of attributes; values belong behind the colon",
            )
        return self._places.setdefault(name, len(self._places))


def _flatten(found: dict[str, Any], prefix: str, cells: dict[str, object], depth: int) -> None:
    for key, value in found.items():
        name = prefix + key.strip()
        if isinstance(value, dict):
            if depth >= _DEEPEST:
                raise ValueError("is nested too deeply")
            _flatten(value, f"{name}.", cells, depth + 1)
        elif name and name not in REJECT_COLUMNS:
            cells[name] = cell_of(value)


def _no_number(word: str) -> float:
    raise ValueError(word)


def _check_letters(cells: dict[str, object]) -> None:
    for name, cell in cells.items():
        text = "".join(cell) if isinstance(cell, tuple) else cell if isinstance(cell, str) else ""
        if "\x00" in text or "\x00" in name:
            raise ValueError("holds a NUL, which no text has")
        try:
            text.encode()
            name.encode()
        except UnicodeEncodeError:
            raise ValueError(f"holds half a letter in {shortened(ascii(name))}") from None
