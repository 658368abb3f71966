"""Rows of a CSV file, whatever its delimiter, with the broken ones named one by one."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

from .ahead import ahead
from .mapping import Reading
from .plain_lines import FileLines, by_block
from .problems import ImportRefused, shortened
from .rows import CHUNK_ROWS, REJECT_COLUMNS, Chunk, Rejected
from .table_shape import count_footer, find_header
from .text_encoding import LONGEST_LINE, Encoded, find_encoding, short_lines

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_SAMPLE_LINES = 200
_SAMPLE_LETTERS = 1 << 18
_TAIL = 1 << 14
_FOOTER_LINES = 40
_SEP = re.compile(r"\ufeff?(\"?)sep=(.)\1", re.IGNORECASE)


class CsvSource:
    """A CSV file with a line of column names. Raises `ImportRefused` where it cannot be one.

    Titles above that line, the line `sep=;` of spreadsheets, and a report's footer are left out, and said.
    """

    partial = False
    text_columns: frozenset[str] = frozenset()

    def __init__(self, path: Path, reading: Reading, wanted: str | None = None) -> None:
        self._wanted = wanted
        self.label = str(path)
        self.path = path
        self.encoded: Encoded = find_encoding(path, reading.encoding)
        sample = self._sample()
        separated = _SEP.fullmatch(sample[0].rstrip("\r\n")) if sample else None
        stated = separated[2] if separated and reading.delimiter is None else reading.delimiter
        self.skipped = 1 if separated else 0
        self.delimiter = _delimiter(path, sample[self.skipped :], stated)
        self.skipped += self._lines_above(sample[self.skipped :], reading.header_row)
        self._columns = _header(path, sample[self.skipped :], self.delimiter, reading.names, self.skipped + 1)
        self.footer = self._footer()
        self.unquoted = 0

    @property
    def columns(self) -> list[str]:
        """The names of the columns; blank for one without a name."""
        return self._columns

    @property
    def notes(self) -> list[str]:
        """What a person may want to know of how the file was read."""
        notes = []
        if self.skipped > 1 or (self.skipped and not self._begins_with_sep):
            notes.append(f"the column names are in line {self.skipped + 1}; the lines above are left out")
        if self.footer:
            lines = "the last line is" if self.footer == 1 else f"the last {self.footer} lines are"
            notes.append(f"{lines} the footer of a report, left out")
        if self.unquoted:
            lines = "1 line was" if self.unquoted == 1 else f"{self.unquoted:,} lines were"
            notes.append(f"{lines} quoted as a whole, and read without these quotation marks")
        return notes

    def _sample(self) -> list[str]:
        with self.path.open(encoding=self.encoded.encoding, newline="") as file:
            text = file.read(_SAMPLE_LETTERS)
        sample = list(islice(io.StringIO(text, newline=""), _SAMPLE_LINES))
        self._begins_with_sep = bool(sample and _SEP.fullmatch(sample[0].rstrip("\r\n")))
        return sample

    def _lines_above(self, sample: list[str], stated: int | None) -> int:
        """How many lines stand above the one with the column names."""
        if stated is not None:
            if not 1 <= stated - self.skipped <= len(sample):
                raise ImportRefused(
                    f"the file {self.path} has no column names in line {stated}",
                    "say another --header-row",
                )
            return stated - self.skipped - 1
        rows = [_cells_of(line, self.delimiter) for line in sample]
        place = find_header(rows, self._wanted)
        # A quoted cell of several lines makes lines no rows; then the first line has to do.
        return place if all(line.count('"') % 2 == 0 for line in sample[: place + 1]) else 0

    def _footer(self) -> int:
        """How many lines at the end are a report's footer."""
        size = self.encoded.size
        if not self.encoded.line_feeds or self.encoded.encoding.startswith("utf-16"):
            return 0
        with self.path.open("rb") as file:
            file.seek(max(0, size - _TAIL))
            text = file.read().decode(self.encoded.encoding, "replace")
        lines = io.StringIO(text, newline="").readlines()
        lines = lines[1:] if size > _TAIL else lines[self.skipped + 1 :]
        last = lines[-_FOOTER_LINES:]
        if text.count("\r") != text.count("\r\n") or any(line.count('"') % 2 for line in last):
            return 0
        width = len(self._columns)
        rows = [row + [""] * (width - len(row)) for row in (_cells_of(line, self.delimiter) for line in last)]
        found = count_footer(rows)
        return found if found < _FOOTER_LINES else 0

    def chunks(self) -> Iterator[Chunk]:
        """All rows, a chunk at a time."""
        self.unquoted = 0
        return ahead(self._chunks()) if by_block(self.encoded) else self._chunks()

    def _chunks(self) -> Iterator[Chunk]:
        with self.path.open("rb") as raw:
            most = None
            if self.footer:
                # A last line without an end is one more than there are ends of lines.
                most = self.encoded.line_feeds + (0 if self._ends_with_feed() else 1) - self.footer
            lines: Iterator[str]
            if by_block(self.encoded):
                lines = FileLines(raw, self.encoded, most)
            else:
                text = io.TextIOWrapper(raw, self.encoded.encoding, newline="")
                lines = islice(short_lines(text) if self.encoded.long_lines else text, most)
            records = _Records(lines, self.delimiter, len(self._columns), self.encoded.has_nul, self.skipped)
            while True:
                chunk = records.next_chunk()
                chunk.share = min(1.0, raw.tell() / max(1, self.encoded.size))
                if chunk.lines or chunk.rejected:
                    yield chunk
                if records.ended:
                    self.unquoted = records.unquoted
                    return

    def _ends_with_feed(self) -> bool:
        with self.path.open("rb") as file:
            file.seek(-1, io.SEEK_END)
            return file.read(1) == b"\n"


def _cells_of(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return [line]


class _Records:
    """Records read chunk by chunk: all at once where every line is a sound record, else one by one.

    After a broken record that took several lines, as one does whose opening quotation mark is never
    closed, reading goes on with its second line, so that no line is lost.
    """

    def __init__(self, text: Iterator[str], delimiter: str, width: int, has_nul: bool, skipped: int) -> None:
        self.text = text
        self.delimiter = delimiter
        self.width = width
        self.has_nul = has_nul
        self.ended = False
        self.line = 0
        self.taken: list[str] = []
        self.again: deque[str] = deque()
        self.unquoted = 0
        for _ in range(skipped):
            next(text, None)
        self.line = skipped
        try:
            next(self._reader(), None)
        except csv.Error:
            # Then the line alone holds the names, as `_header` takes them.
            self.again.extend(self.taken[1:])
            del self.taken[1:]
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
        blocks = self.text if isinstance(self.text, FileLines) and not self.again else None
        plain = blocks.plain(self.delimiter, self.width) if blocks else None
        if plain is not None:
            first = self.line + 1
            self.line += plain.count
            return Chunk(range(first, self.line + 1), texts=True, plain=plain)
        lines = [self.again.popleft() for _ in range(min(CHUNK_ROWS, len(self.again)))]
        lines += blocks.some(CHUNK_ROWS) if blocks else islice(self.text, CHUNK_ROWS - len(lines))
        if not lines:
            self.ended = True
            return Chunk()
        cells = self._sound_cells(lines)
        if cells is None:
            self.again.extendleft(reversed(lines))
            return self._one_by_one()
        first = self.line + 1
        self.line += len(lines)
        return Chunk(range(first, self.line + 1), by_column=cells, texts=True)

    def _sound_cells(self, lines: list[str]) -> list[Sequence[object]] | None:
        """The cells of each column, one for each line; None where that cannot be told for certain."""
        longest = len(max(lines, key=len))
        if self.has_nul or longest > LONGEST_LINE:
            return None
        text = "".join(lines)
        if '"' not in text and longest < csv.field_size_limit():
            return self._split(text, len(lines))
        if lines[-1].count('"') % 2:
            return None
        try:
            rows = list(csv.reader(lines, delimiter=self.delimiter, strict=True))
        except csv.Error:
            return None
        if len(rows) != len(lines) or set(map(len, rows)) != {self.width}:
            return None
        return list(zip(*rows, strict=True))

    def _split(self, text: str, count: int) -> list[Sequence[object]] | None:
        """The cells of so many lines without a quotation mark, each of which is its record, as `csv.reader`
        gives them in more than twice the time."""
        if "\r" in text:
            text = text.replace("\r\n", "\n")
        if "\r" in text or (self.width == 1 and (text[0] == "\n" or "\n\n" in text)):
            return None
        sign, step = self.delimiter, self.width + 1
        cells = text.removesuffix("\n").replace("\n", f"{sign}\n{sign}").split(sign)
        # All have as many cells where the end of a line is found just after every so many of them.
        if len(cells) != count * step - 1 or cells[self.width :: step].count("\n") != count - 1:
            return None
        return [cells[place::step] for place in range(self.width)]

    def _one_by_one(self) -> Chunk:
        chunk = Chunk(texts=True)
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
            chunk.add(self._count(), mended)
        return chunk

    def _mended(self, chunk: Chunk, row: list[str]) -> list[str] | None:
        """The row where it is one after all; else None, having rejected it."""
        if len(row) == 1 and self.width > 1 and self.delimiter in row[0]:
            # A line that was quoted as a whole is a row within a cell.
            within = _cells_of(row[0], self.delimiter)
            if len(within) == self.width:
                self.unquoted += 1
                row = within
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
        return f"has a cell of more than {csv.field_size_limit():,} characters"
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
            f"the columns of {path} could be separated by {names}",
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
            f'the first line of {path} is one column when separated by "{stated}": {shortened(sample[0])}',
            f"it looks separated by a {_DELIMITERS[others[0]]}: leave --delimiter out",
        )
    return sign


def _header(path: Path, sample: list[str], delimiter: str, given: Mapping[int, str], line: int) -> list[str]:
    try:
        names = [name.strip() for name in next(csv.reader(sample, delimiter=delimiter, strict=True), [])]
    except csv.Error:
        names = [name.strip() for name in _cells_of(sample[0], delimiter)] if sample else []
    if len(names) == 1 and delimiter in names[0]:
        names = [name.strip() for name in _cells_of(names[0], delimiter)]
    return named_columns(names, given, f"{'the first line' if line == 1 else f'line {line}'} of {path}")


def named_columns(names: list[str], given: Mapping[int, str], where: str) -> list[str]:
    """The names of the columns, some of them given by their numbers. Raises `ImportRefused` where two are
    alike or there are none."""
    names = [given.get(place, name) for place, name in enumerate(names, 1)]
    if not any(names):
        raise ImportRefused(
            f"{where} holds no column names", "write them into the first line, or say --header-row"
        )
    if any("\x00" in name for name in names):
        raise ImportRefused(f"{where} holds a NUL", "export the file again, as CSV in UTF-8")
    twice = [name for name, count in Counter(names).items() if count > 1 and name]
    if twice:
        places = [str(place) for place, name in enumerate(names, 1) if name == twice[0]]
        raise ImportRefused(
            f"{where} names the column {twice[0]} more than once (columns {' and '.join(places)})",
            f'give each column a name of its own, as with --rename "{places[-1]}={twice[0]} {places[-1]}"',
        )
    return ["" if name in REJECT_COLUMNS else name for name in names]
