"""The cells of a file as numbers: each different value of a column is kept and judged once.

A text file is split into cells one time: what the first pass made of them waits for the second. Rows with
types of their own come again from their source.
"""

from __future__ import annotations

import io
import pickle
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .plain_lines import Cells, Words
from .rows import Chunk, Rejected, Source
from .spill import Spill, memory_of
from .values.cells import ABSENT
from .values.moments import usual_instants, usual_text

Numbers = NDArray[np.int32]

_SAMPLE = 1_000
_FEWEST_SLOTS = 1 << 10
_FEWEST_SLOTS_EACH = 2
_FREE = -1
_MOST_DIFFERENT = 200_000
"""Values of a column that are kept; of more, one is not expected to come again."""


class Values:
    """The different values of a column, numbered in the order of their coming. Values of different types are
    different."""

    def __init__(self) -> None:
        # Counting where a value is missing, without a call into Python.
        self._numbers: dict[object, int] = defaultdict(count().__next__)
        self._cells: list[object] = []
        self._texts_alone = True
        self._by_bytes = _ByBytes()
        self._mostly_new = False

    def __len__(self) -> int:
        return len(self._numbers) or len(self._cells)

    @property
    def repeat(self) -> bool:
        """Whether most of the cells that were numbered last had been there before."""
        return len(self) > 0 and not self._mostly_new

    def settle(self) -> None:
        """Lets go of what numbers values, where none is to be numbered any more."""
        self._cells = self.cells
        self._numbers = {}
        self._by_bytes = _ByBytes()

    @property
    def cells(self) -> list[object]:
        """The different values by their numbers."""
        if len(self._cells) < len(self._numbers):
            news = list(islice(reversed(self._numbers), len(self._numbers) - len(self._cells)))
            news.reverse()
            if not self._texts_alone:
                news = [key[1] if isinstance(key, tuple) else key for key in news]
            self._cells += news
        return self._cells

    def numbers(self, cells: Sequence[object], texts: bool) -> Numbers:
        """The numbers of cells; `texts`: all of them are texts."""
        keys = cells
        if not texts:
            self._texts_alone = False
            keys = [cell if isinstance(cell, str) else (type(cell), cell) for cell in cells]
        return np.fromiter(map(self._numbers.__getitem__, keys), np.int32, len(cells))

    def numbers_of(self, cells: Cells) -> Numbers:
        """The numbers of cells, of which those seen before are found by their bytes where these are many."""
        before, numbers = len(self), None
        if self._by_bytes.sound and not self._mostly_new:
            numbers = self._by_bytes.find(self, cells)
        if numbers is None:
            numbers = self.numbers(cells.texts(), True)
        self._mostly_new = (len(self) - before) * 2 > len(cells)
        return numbers


class _ByBytes:
    """The numbers of values by the bytes of their texts: a hash table that is asked for many at once. `sound`
    until two have the same mixed number."""

    def __init__(self) -> None:
        self.sound = True
        self._count = 0
        self._slots = np.full(_FEWEST_SLOTS, _FREE, np.int32)
        # Of each entry, with room for more: its value's mixed number, its words, and the value's number.
        self._mixed = np.zeros(1, np.uint64)
        self._words: list[Words] = []
        self._numbers = np.zeros(1, np.int32)

    def find(self, values: Values, cells: Cells) -> Numbers | None:
        """The numbers of cells; None where they are not to be found so."""
        words, wanted = cells.words, cells.mixed
        if words is None or wanted is None:
            return None
        for _ in range(len(words) - len(self._words)):
            self._words.append(np.zeros(len(self._mixed), np.uint64))
        entries, missing = self._entries_of(wanted)
        if len(missing):
            self._add(values, cells, words, wanted, missing)
            entries[missing], _ = self._entries_of(wanted[missing])
        self.sound = self._are_the_same(words, entries)
        return self._numbers.take(entries) if self.sound else None

    def _are_the_same(self, words: list[Words], entries: NDArray[np.int32]) -> bool:
        """Whether cells of the same mixed number are the same."""
        return all(
            bool((of_entries.take(entries) == (words[place] if place < len(words) else 0)).all())
            for place, of_entries in enumerate(self._words)
        )

    def _entries_of(self, wanted: Words) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """The entry of each mixed number, and the rows of those that have none."""
        slots = self._first_slots(wanted)
        entries = self._slots.take(slots)
        # In the place of a free slot's, any entry may stand: the number wanted has none.
        left = np.flatnonzero(self._mixed.take(entries, mode="wrap") != wanted)
        slots = slots[left]
        missing = [left[:0] if self._count else np.arange(len(wanted))]
        while self._count and len(left):
            taken = entries[left] != _FREE
            missing.append(left[~taken])
            left, slots = left[taken], self._next(slots[taken])
            entries[left] = found = self._slots[slots]
            other = self._mixed.take(found, mode="wrap") != wanted[left]
            left, slots = left[other], slots[other]
        return entries, np.sort(np.concatenate(missing))

    def _first_slots(self, mixed: Words) -> NDArray[np.int64]:
        """Where each is looked for first: the highest bits are the best mixed ones."""
        return (mixed >> np.uint64(65 - len(self._slots).bit_length())).view(np.int64)

    def _next(self, slots: NDArray[np.int64]) -> NDArray[np.int64]:
        return (slots + 1) & (len(self._slots) - 1)

    def _add(
        self, values: Values, cells: Cells, words: list[Words], wanted: Words, rows: NDArray[np.int64]
    ) -> None:
        """Adds the values of some rows."""
        _, first = np.unique(wanted[rows], return_index=True)
        rows = rows[np.sort(first)]
        before, self._count = self._count, self._count + len(rows)
        if self._count > len(self._mixed):
            self._grow()
        entries = np.arange(before, self._count, dtype=np.int32)
        self._numbers[entries] = values.numbers(cells.texts(rows), True)
        self._mixed[entries] = wanted[rows]
        for word, of_entries in zip(words, self._words, strict=False):
            of_entries[entries] = word[rows]
        if self._count * _FEWEST_SLOTS_EACH > len(self._slots):
            self._slots = np.full(2 * len(self._mixed) * _FEWEST_SLOTS_EACH, _FREE, np.int32)
            entries = np.arange(self._count, dtype=np.int32)
        self._occupy(entries)

    def _grow(self) -> None:
        room = (1 << self._count.bit_length()) - len(self._mixed)
        self._mixed = np.append(self._mixed, np.zeros(room, np.uint64))
        self._words = [np.append(word, np.zeros(room, np.uint64)) for word in self._words]
        self._numbers = np.append(self._numbers, np.zeros(room, np.int32))

    def _occupy(self, entries: NDArray[np.int32]) -> None:
        """Gives each of some entries, which are all different, the next free slot."""
        slots = self._first_slots(self._mixed[entries])
        while len(entries):
            free = self._slots[slots] == _FREE
            self._slots[slots[free]] = entries[free]
            # Of several that want the same, one has it.
            without = self._slots[slots] != entries
            entries, slots = entries[without], self._next(slots[without])


@dataclass(slots=True)
class Instants:
    """Cells that are instants as most machines write them, in microseconds since 1970 UTC."""

    micros: NDArray[np.int64]


Coded = Numbers | Instants | Sequence[object]
"""The cells of a column: numbers of its values, instants, or the cells as they are where most differ."""


@dataclass(slots=True)
class CodedChunk:
    """Rows in a row, by column; see `Chunk`."""

    lines: list[int] | range
    columns: list[Coded]
    rejected: list[Rejected] = field(default_factory=list)
    share: float = 0.0
    texts: bool = False

    def __len__(self) -> int:
        return len(self.lines)


class CodedSource:
    """A source whose cells are coded as they are read. `instants` names the columns that are looked for
    instants; the column `ids` is coded even where its values mostly differ. `keep`: there will be a second
    pass. Close it then."""

    def __init__(self, source: Source, *, instants: set[str], ids: str, keep: bool = False) -> None:
        self.source = source
        self.values: dict[int, Values] = {}
        self._instants = instants
        self._ids = ids
        self._keep = keep
        self._kept: Spill[CodedChunk] | None = None

    def first_pass(self) -> Iterator[CodedChunk]:
        """All rows, as they are read."""
        self._kept = Spill(_pickled, pickle.loads) if self._keep else None
        for chunk in self.source.chunks():
            coded = self.coded(chunk)
            if not chunk.texts:
                self.close()
            if self._kept is not None:
                self._kept.add(coded, sum(map(_memory_of, coded.columns)))
            yield coded

    def second_pass(self) -> Iterator[CodedChunk]:
        """All rows again."""
        if self._kept is None:
            yield from map(self.coded, self.source.chunks())
            return
        for values in self.values.values():
            values.settle()
        yield from self._kept.take()

    def close(self) -> None:
        """Lets go of what was kept for a second pass."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def coded(self, chunk: Chunk) -> CodedChunk:
        """A chunk by column."""
        names = self.source.columns
        found: Sequence[Cells | Sequence[object]] = ()
        if chunk.lines:
            found = chunk.columns() if chunk.plain is None else chunk.plain.columns()
        columns = [self._column(place, names[place], cells, chunk.texts) for place, cells in enumerate(found)]
        return CodedChunk(chunk.lines, columns, chunk.rejected, chunk.share, chunk.texts)

    def _column(self, place: int, name: str, cells: Cells | Sequence[object], texts: bool) -> Coded:
        values = self.values.get(place)
        if values is None:
            values = self.values[place] = Values()
        if name != self._ids:
            if name in self._instants:
                instants = cells.instants() if isinstance(cells, Cells) else usual_instants(cells)
                if instants is not None:
                    return Instants(instants)
            if isinstance(cells, Cells):
                differ = not values.repeat and len(values) < len(cells) and cells.differ()
            else:
                sample = cells[:_SAMPLE]
                differ = (
                    len(sample) == _SAMPLE and len(set(sample)) * 2 > _SAMPLE and len(values) < len(cells)
                )
            if len(values) > _MOST_DIFFERENT or differ:
                return cells.texts() if isinstance(cells, Cells) else cells
        return values.numbers_of(cells) if isinstance(cells, Cells) else values.numbers(cells, texts)

    def cells(self, chunk: CodedChunk, place: int) -> Sequence[object]:
        """The cells of a column as they were read; absent where the chunk does not have the column."""
        if place >= len(chunk.columns):
            return [ABSENT] * len(chunk)
        column = chunk.columns[place]
        if isinstance(column, Instants):
            return list(map(usual_text, column.micros.tolist()))
        if isinstance(column, np.ndarray):
            return list(map(self.values[place].cells.__getitem__, column.tolist()))
        return column

    def row(self, chunk: CodedChunk, row: int) -> list[object]:
        """The cells of one row as they were read."""
        return [self.cell(chunk, place, row) for place in range(len(chunk.columns))]

    def cell(self, chunk: CodedChunk, place: int, row: int) -> object:
        """One cell as it was read; absent where the chunk does not have the column."""
        if place >= len(chunk.columns):
            return ABSENT
        column = chunk.columns[place]
        if isinstance(column, Instants):
            return usual_text(int(column.micros[row]))
        if isinstance(column, np.ndarray):
            return self.values[place].cells[column[row]]
        return column[row]


def _pickled(chunk: CodedChunk) -> bytes:
    written = io.BytesIO()
    pickler = pickle.Pickler(written, pickle.HIGHEST_PROTOCOL)
    # Nothing in it refers to itself, and no text is worth being looked up.
    pickler.fast = True
    pickler.dump(chunk)
    return written.getvalue()


def _memory_of(column: Coded) -> int:
    if isinstance(column, Instants):
        return column.micros.nbytes
    return column.nbytes if isinstance(column, np.ndarray) else memory_of(column)


class MappedValues:
    """What is made of each cell of a column, each different one judged once. `make` is given new ones, in the
    order of their numbers, and gives what becomes of each."""

    def __init__(self, values: Values, make: Callable[[Sequence[object]], Iterable[object]]) -> None:
        self.values = values
        self.make = make
        self.made: list[Any] = []

    def all(self) -> list[Any]:
        """What was made of the values, by their numbers."""
        cells = self.values.cells
        if len(self.made) < len(cells):
            self.made.extend(self.make(cells[len(self.made) :]))
        return self.made

    def of(self, column: Numbers) -> list[Any]:
        """What was made of the cells of a chunk."""
        return list(map(self.all().__getitem__, column.tolist()))
