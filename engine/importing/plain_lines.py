"""The lines of a text file, and those without quotation marks by column, without a text for each cell."""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from typing import IO

import numpy as np
from numpy.typing import NDArray

from .text_encoding import Encoded
from .values.moments import WORD_PLACES, usual_instants_of

Places = NDArray[np.int64]
Words = NDArray[np.uint64]

_BLOCK = 1 << 22
_WORD = 8
_MOST_WORDS = 4
"""Longer values are told apart as texts."""

_MANY = 1_000
_SAMPLE = 1 << 14
_LINE_FEED = ord("\n")
_ONE_BYTE = ("iso8859", "cp125")
_MASKS = np.array([(1 << 8 * count) - 1 for count in range(_WORD + 1)], np.uint64)
_FACTORS = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93], np.uint64
)


def by_block(encoded: Encoded) -> bool:
    """Whether a file can be cut at the bytes of its line feeds and delimiters."""
    plain = encoded.encoding in ("utf-8-sig", "ascii") or encoded.encoding.startswith(_ONE_BYTE)
    return plain and not (encoded.has_nul or encoded.long_lines)


class Cells:
    """The cells of one column in some lines, as places in their bytes."""

    def __init__(self, lines: PlainLines, begins: Places, sizes: Places) -> None:
        self.lines = lines
        self.begins = begins
        self.sizes = sizes

    def __len__(self) -> int:
        return len(self.begins)

    def texts(self, rows: NDArray[np.int64] | slice = slice(None)) -> list[str]:
        """The cells of some rows as texts."""
        begins = self.begins[rows]
        bounds = zip(begins.tolist(), (begins + self.sizes[rows]).tolist(), strict=True)
        text = self.lines.as_ascii()
        if text is not None:
            return [text[begin:end] for begin, end in bounds]
        encoding, letters = self.lines.encoding, self.lines.letters
        return [letters[begin:end].decode(encoding) for begin, end in bounds]

    def instants(self) -> NDArray[np.int64] | None:
        """As `usual_instants`."""
        if not len(self) or (self.sizes != 20).any():
            return None
        return usual_instants_of([self._words_at(place) for place in WORD_PLACES])

    def _words_at(self, place: int) -> Words:
        """The eight bytes from a place on of each cell, and of what follows it."""
        windows = np.ndarray(len(self.lines.padded) - _WORD + 1, "<u8", self.lines.padded, 0, (1,))
        return windows[self.begins + place]

    @cached_property
    def words(self) -> list[Words] | None:
        """The bytes of each cell as whole numbers of 64 bits, zeros behind its end; None where some are too
        long for that."""
        count = -(-int(self.sizes.max(initial=1)) // _WORD) or 1
        if count > _MOST_WORDS:
            return None
        words = []
        for place in range(0, count * _WORD, _WORD):
            left = np.clip(self.sizes - place, 0, _WORD)
            words.append(self._words_at(place) & _MASKS.take(left))
        return words

    @cached_property
    def mixed(self) -> Words | None:
        """A number for each cell, which that of another one equals by the rarest chance; None as above."""
        if self.words is None:
            return None
        total = np.zeros(len(self), np.uint64)
        for word, factor in zip(self.words, _FACTORS, strict=False):
            total += (word ^ (word >> np.uint64(31))) * factor
        return total

    def differ(self) -> bool:
        """Whether there are many, and most of the first of them differ."""
        if len(self) < _MANY:
            return False
        some = Cells(self.lines, self.begins[:_SAMPLE], self.sizes[:_SAMPLE])
        different = set(some.texts()) if some.mixed is None else np.unique(some.mixed)
        return len(different) * 2 > len(some)


class PlainLines:
    """Lines, each with as many cells as there are columns; `letters` ends with a line feed."""

    def __init__(self, letters: bytes, ends: Places, encoding: str) -> None:
        self.letters = letters
        self.encoding = encoding
        self.count = len(ends)
        # A word can be read at every letter.
        self.padded = letters + bytes(_WORD * (_MOST_WORDS + 1))
        self.bytes = np.frombuffer(letters, np.uint8)
        # By column.
        self._ends = np.ascontiguousarray(ends.T)
        self._text: str | None = letters.decode("ascii") if letters.isascii() else None

    def as_ascii(self) -> str | None:
        """All of it as a text, where a letter is a byte."""
        return self._text

    def columns(self) -> list[Cells]:
        """The cells, by column."""
        begins = np.empty_like(self._ends)
        begins[1:] = self._ends[:-1] + 1
        begins[0, 0] = 0
        begins[0, 1:] = self._ends[-1, :-1] + 1
        return [Cells(self, *column) for column in zip(begins, self._ends - begins, strict=True)]


def plain_lines(letters: bytes, delimiter: str, width: int, encoding: str, most: int) -> PlainLines | None:
    """The lines of a block without a quotation mark that each have `width` cells, at most so many; None
    where that cannot be told for certain."""
    if not letters or b'"' in letters or not delimiter.isascii():
        return None
    if b"\r" in letters:
        letters = letters.replace(b"\r\n", b"\n")
        if b"\r" in letters:
            return None
    if not letters.endswith(b"\n"):
        letters += b"\n"
    if width == 1 and (letters[0] == _LINE_FEED or b"\n\n" in letters):
        return None
    all_bytes = np.frombuffer(letters, np.uint8)
    feeds = all_bytes == _LINE_FEED
    ends = np.flatnonzero(feeds | (all_bytes == ord(delimiter)))
    count = len(ends) // width
    # All have as many cells where the end of a line is found just after every so many of them.
    of_lines = ends[width - 1 :: width]
    if len(ends) != count * width or np.count_nonzero(feeds) != count or not feeds[of_lines].all():
        return None
    if np.diff(of_lines, prepend=-1).max() >= csv.field_size_limit():
        return None
    if most < count:
        ends = ends[: most * width]
        letters = letters[: int(ends[-1]) + 1] if most else b""
    return PlainLines(letters, ends.reshape(-1, width), encoding) if len(ends) else None


class FileLines:
    """The lines of a file, at most so many, one at a time or a block at a time, as `io.TextIOWrapper` gives
    them without a translation of their ends."""

    def __init__(self, file: IO[bytes], encoded: Encoded, most: int | None) -> None:
        self._file = file
        self._encoding = encoded.encoding
        self._left = encoded.size if most is None else most
        self._block = b""
        self._at = 0
        self._split: deque[str] = deque()
        self._asked = False
        if self._encoding == "utf-8-sig":
            self._encoding = "utf-8"
            self._next_block()
            self._at = 3 if self._block.startswith(b"\xef\xbb\xbf") else 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if not self._left:
            raise StopIteration
        if not self._split:
            if self._at == len(self._block) and not self._next_block():
                raise StopIteration
            end = self._block.find(b"\n", self._at) + 1 or len(self._block)
            self._take(end)
        self._left -= 1
        return self._split.popleft()

    def some(self, most: int) -> list[str]:
        """The next lines, those of one block at most."""
        if not self._split and (self._at < len(self._block) or self._next_block()):
            self._take(len(self._block))
        return list(islice(self, min(most, len(self._split))))

    def plain(self, delimiter: str, width: int) -> PlainLines | None:
        """The next lines up to the end of their block, where they are plain; else they are still to come."""
        if self._split or not self._left or (self._at == len(self._block) and not self._next_block()):
            return None
        if self._asked:
            return None
        self._asked = True
        lines = plain_lines(self._block[self._at :], delimiter, width, self._encoding, self._left)
        if lines is not None:
            self._left -= lines.count
            self._at = len(self._block)
        return lines

    def _take(self, end: int) -> None:
        text = self._block[self._at : end].decode(self._encoding)
        self._at = end
        self._split.extend(io.StringIO(text, newline=""))

    def _next_block(self) -> bool:
        """Reads on, to the end of a line."""
        block = self._file.read(_BLOCK)
        if block and not block.endswith(b"\n"):
            block += self._file.readline()
        self._block, self._at, self._asked = block, 0, False
        return bool(block)
