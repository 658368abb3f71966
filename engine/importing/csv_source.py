"""Rows of a CSV file, whatever its delimiter, with the broken ones named one by one."""

from __future__ import annotations

import csv
import io
import itertools
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from .mapping import Reading
from .problems import ImportRefused, shortened
from .rows import CHUNK_ROWS, REJECT_COLUMNS, Chunk, Rejected
from .text_encoding import Encoded, find_encoding

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_SAMPLE_LINES = 200
_SAMPLE_LETTERS = 1 << 18


class CsvSource:
    """A CSV file with one line of column names. Raises `ImportRefused` where it cannot be one."""

    def __init__(self, path: Path, reading: Reading) -> None:
        self.label = str(path)
        self.path = path
        self.encoded: Encoded = find_encoding(path, reading.encoding)
        sample = self._sample()
        self.delimiter = _delimiter(path, sample, reading.delimiter)
        self._columns = _header(path, sample, self.delimiter)

    partial = False
    text_columns: frozenset[str] = frozenset()

    @property
    def notes(self) -> list[str]:
        """What a person may want to know of how the file was read."""
        return []

    @property
    def columns(self) -> list[str]:
        """The names of the columns; blank for one without a name."""
        return self._columns

    def _sample(self) -> list[str]:
        with self.path.open(encoding=self.encoded.encoding, newline="") as file:
            text = file.read(_SAMPLE_LETTERS)
        return list(itertools.islice(io.StringIO(text, newline=""), _SAMPLE_LINES))

    def chunks(self) -> Iterator[Chunk]:
        """All rows, a chunk at a time."""
        with self.path.open("rb") as raw:
            text = io.TextIOWrapper(raw, self.encoded.encoding, newline="")
            records = _Records(text, self.delimiter, len(self._columns), self.encoded.has_nul)
            while True:
                chunk = records.next_chunk()
                chunk.share = min(1.0, raw.tell() / max(1, self.encoded.size))
                if chunk.lines or chunk.rejected:
                    yield chunk
                if records.ended:
                    return


class _Records:
    """Records read chunk by chunk: all at once where every line is a sound record, else one by one.

    After a broken record that took several lines, as one does whose opening quotation mark is never
    closed, reading goes on with its second line, so that no line is lost.
    """

    def __init__(self, text: io.TextIOBase, delimiter: str, width: int, has_nul: bool) -> None:
        self.text = text
        self.delimiter = delimiter
        self.width = width
        self.has_nul = has_nul
        self.ended = False
        self.line = 0
        self.taken: list[str] = []
        self.again: deque[str] = deque()
        next(self._reader(), None)
        self._count()

    def _reader(self) -> Iterator[list[str]]:
        # Strict, as a mark never closed would else take all that follows into its cell in silence.
        return csv.reader(self._lines(), delimiter=self.delimiter, strict=True)

    def _lines(self) -> Iterator[str]:
        while True:
            line = self.again.popleft() if self.again else next(self.text, None)
            if line is None:
                return
            self.taken.append(line)
            yield line

    def _count(self) -> int:
        """The line the record just read begins on."""
        first = self.line + 1
        self.line += len(self.taken)
        self.taken.clear()
        return first

    def next_chunk(self) -> Chunk:
        """The next rows, at most `CHUNK_ROWS`; `ended` once there are no more."""
        lines = [self.again.popleft() for _ in range(min(CHUNK_ROWS, len(self.again)))]
        lines += itertools.islice(self.text, CHUNK_ROWS - len(lines))
        if not lines:
            self.ended = True
            return Chunk()
        rows = self._sound_rows(lines)
        if rows is None:
            self.again.extendleft(reversed(lines))
            return self._one_by_one()
        first = self.line + 1
        self.line += len(lines)
        return Chunk(list(range(first, self.line + 1)), rows)

    def _sound_rows(self, lines: list[str]) -> list[Sequence[object]] | None:
        """A row for each line, or None where that cannot be told for certain."""
        if self.has_nul or lines[-1].count('"') % 2:
            return None
        try:
            rows: list[Sequence[object]] = list(csv.reader(lines, delimiter=self.delimiter, strict=True))
        except csv.Error:
            return None
        return rows if len(rows) == len(lines) and set(map(len, rows)) == {self.width} else None

    def _one_by_one(self) -> Chunk:
        chunk = Chunk()
        reader = self._reader()
        while len(chunk.lines) + len(chunk.rejected) < CHUNK_ROWS:
            try:
                row = next(reader)
            except StopIteration:
                break
            except csv.Error as error:
                self._reject(chunk, _said(error), [])
                reader = self._reader()
                continue
            mended = self._mended(chunk, row)
            if mended is None:
                reader = self._reader()
                continue
            chunk.rows.append(mended)
            chunk.lines.append(self._count())
        return chunk

    def _mended(self, chunk: Chunk, row: list[str]) -> list[str] | None:
        """The row where it is one after all; else None, having rejected it."""
        if len(row) > self.width and not any(cell.strip() for cell in row[self.width :]):
            row = row[: self.width]
        if len(row) != self.width:
            if any(cell.strip() for cell in row):
                reason = f"has {_cells(len(row))} where the first line has {self.width}"
                self._reject(chunk, reason, row)
            else:
                self._count()
            return None
        if any("\x00" in cell for cell in row):
            self._reject(chunk, "holds a NUL, which no text has", row)
            return None
        return row

    def _reject(self, chunk: Chunk, reason: str, row: list[str]) -> None:
        if len(self.taken) > 1:
            reason += f", with the {len(self.taken) - 1:,} lines that a quotation mark joins to it"
            self.again.extendleft(reversed(self.taken[1:]))
            row = [self.taken[0].rstrip("\r\n")]
            del self.taken[1:]
        if not row:
            row = [self.taken[0].rstrip("\r\n")] if self.taken else []
        chunk.rejected.append(Rejected(self._count(), reason, row))


def _said(error: csv.Error) -> str:
    if "field larger than field limit" in str(error):
        return f"has a cell of more than {csv.field_size_limit():,} letters"
    return "has a quotation mark that is not closed, or not doubled within its cell"


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count} cells"


def _widths(sample: list[str], delimiter: str) -> tuple[int, float]:
    """The columns of the header under a delimiter, and the share of the sampled rows that agree."""
    rows: list[list[str]] = []
    with suppress(csv.Error):
        rows += (row for row in csv.reader(sample, delimiter=delimiter) if row)
    if not rows:
        return 1, 0.0
    # The last record of a sample may be cut off.
    body = rows[1:-1] or rows[1:]
    width = len(rows[0])
    return width, sum(len(row) == width for row in body) / len(body) if body else 1.0


def _delimiter(path: Path, sample: list[str], stated: str | None) -> str:
    widths = {sign: _widths(sample, sign) for sign in _DELIMITERS}
    several = {sign: agreement for sign, (width, agreement) in widths.items() if width > 1}
    if stated is not None:
        return _stated_delimiter(path, sample, stated, several)
    if not several:
        return ","
    best = max(several.values())
    likely = [sign for sign, agreement in several.items() if agreement >= min(best, 0.95)]
    if len(likely) > 1:
        # With a header alone there is nothing to agree; then the sign that stands most often.
        most = max(widths[sign][0] for sign in likely)
        likely = [sign for sign in likely if widths[sign][0] == most] if len(sample) == 1 else likely
    if len(likely) > 1:
        names = " or ".join(f"a {_DELIMITERS[sign]} ({widths[sign][0]} columns)" for sign in likely)
        raise ImportRefused(
            f"the columns of {path} could be divided by {names}",
            f'say which, as in --delimiter "{likely[0]}"',
        )
    return likely[0]


def _stated_delimiter(path: Path, sample: list[str], stated: str, several: dict[str, float]) -> str:
    sign = {"tab": "\t", "\\t": "\t"}.get(stated.lower(), stated)
    if len(sign) != 1 or sign in '"\r\n\x00 ':
        raise ImportRefused(
            f'"{stated}" cannot divide columns', 'write one sign, as in --delimiter ";", or tab'
        )
    others = [other for other, agreement in several.items() if other != sign and agreement > 0.5]
    if others and _widths(sample, sign)[0] == 1:
        raise ImportRefused(
            f'the first line of {path} is one column when divided by "{stated}": {shortened(sample[0])}',
            f"it looks divided by a {_DELIMITERS[others[0]]}: leave --delimiter out",
        )
    return sign


def _header(path: Path, sample: list[str], delimiter: str) -> list[str]:
    try:
        names = [name.strip() for name in next(csv.reader(sample, delimiter=delimiter), [])]
    except csv.Error:
        names = []
    if not any(names):
        raise ImportRefused(
            f"the first line of {path} holds no names of columns", "write them into the first line"
        )
    if any("\x00" in name for name in names):
        raise ImportRefused(f"the first line of {path} holds a NUL", "export the file again, as CSV in UTF-8")
    twice = [name for name, count in Counter(names).items() if count > 1 and name]
    if twice:
        places = " and ".join(str(place) for place, name in enumerate(names, 1) if name == twice[0])
        raise ImportRefused(
            f"the first line of {path} names the column {twice[0]} more than once (columns {places})",
            "give each column a name of its own in the first line",
        )
    return ["" if name in REJECT_COLUMNS else name for name in names]
