"""Rows of JSON: one object a line, or those of an array; their members are the columns."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from .json_elements import Broken, elements
from .mapping import Reading
from .problems import ImportRefused, shortened
from .rows import CHUNK_ROWS, REJECT_COLUMNS, Chunk, Rejected
from .text_encoding import LONGEST_LINE, Encoded, find_encoding, short_lines
from .values.cells import ABSENT, cell_of

_MOST_COLUMNS = 5_000
_DEEPEST = 8


class JsonSource:
    """A file of JSON Lines, of an array of objects, or of an object around one. Members of objects within
    are columns with a dot: `company.size`.

    Columns are known once the file has been read through.
    """

    def __init__(self, path: Path, reading: Reading) -> None:
        self.label = str(path)
        self.path = path
        self.encoded: Encoded = find_encoding(path, reading.encoding)
        self.is_array = self._is_array()
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
            for number, line in self._lines(file):
                read += len(line) if isinstance(line, str) else 0
                if isinstance(line, str) and line.isspace():
                    continue
                try:
                    row = self._row(line)
                except ValueError as error:
                    text = _as_written(line)
                    chunk.rejected.append(Rejected(number, str(error), [text[:LONGEST_LINE]]))
                else:
                    chunk.add(number, row)
                if len(chunk.lines) + len(chunk.rejected) >= CHUNK_ROWS:
                    chunk.share = min(1.0, read / max(1, self.encoded.size))
                    yield chunk
                    chunk = Chunk()
            chunk.share = 1.0
            if chunk.lines or chunk.rejected:
                yield chunk

    def _lines(self, file: TextIO) -> Iterator[tuple[int, object]]:
        """The lines of the file, or the elements of its array, with the line each begins in."""
        if not self.is_array:
            lines = short_lines(file) if self.encoded.long_lines else file
            yield from enumerate(lines, 1)
            return
        try:
            yield from elements(file)
        except Broken as error:
            yield error.line, error

    def _is_array(self) -> bool:
        """Whether the file is one JSON value rather than one in each line."""
        with self.path.open(encoding=self.encoded.encoding) as file:
            first = file.readline(LONGEST_LINE)
            while first.isspace():
                first = file.readline(LONGEST_LINE)
            if first.lstrip()[:1] == "[":
                return True
            rest = next((line for line in iter(lambda: file.readline(1 << 16), "") if not line.isspace()), "")
        try:
            found = json.loads(first)
        except (ValueError, RecursionError):
            # An object over several lines, rather than a broken line above others.
            return first.strip() == "{" or not rest.lstrip().startswith("{")
        objects = isinstance(found, dict) and any(_has_objects(value) for value in found.values())
        return not rest and objects

    def _row(self, line: object) -> list[object]:
        """The cells of a line or an element; `ValueError` with the reason where it is no row."""
        if isinstance(line, Broken):
            raise line
        if isinstance(line, str) and not self.is_array:
            if len(line) > LONGEST_LINE:
                raise ValueError(f"has more than {LONGEST_LINE:,} characters")
            found = self._parsed(line)
        else:
            found = line
        return self._cells(found, "\\u" in line if isinstance(line, str) else True)

    def _parsed(self, line: str) -> object:
        try:
            found: object = json.loads(line, parse_constant=_no_number)
        except json.JSONDecodeError as error:
            raise ValueError(f"is not JSON: {error.msg} at letter {error.pos + 1}") from None
        except RecursionError:
            raise ValueError("is nested too deeply") from None
        except ValueError:
            raise ValueError("holds a number that is none") from None
        return found

    def _cells(self, found: object, doubtful: bool) -> list[object]:
        if not isinstance(found, dict):
            raise ValueError("is not an object in braces")
        cells: dict[str, object] = {}
        _flatten(found, "", cells, 1)
        if doubtful:
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


def _as_written(line: object) -> str:
    if isinstance(line, str):
        return line.rstrip("\r\n")
    return "" if isinstance(line, Broken) else json.dumps(line, ensure_ascii=False)


def _has_objects(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_has_objects, value.values()))
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


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
