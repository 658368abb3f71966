"""The cells of leads as they are read: each lead's id, and the values of its fields."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ...grammar.syntax.nodes import Kind
from ..store.database import Store
from ..store.records.identity import kept_out
from ..store.records.lead_keys import lead_key
from .coding import CodedChunk, CodedSource, MappedValues, Values
from .staging import BLANK
from .table_shape import MAYBE_TOTAL, is_total, may_have_totals
from .values.alike import read_all
from .values.cells import cell_text
from .values.stored import UNREAD, Reader

_FORGOTTEN = "is about a person who was forgotten, and is kept out"


class Ids:
    """The ids of leads in one column. `keys` are the different ones as they are kept, by their numbers."""

    def __init__(self, store: Store, source: CodedSource, place: int, prefix: str | None) -> None:
        self.store = store
        self.source = source
        self.place = place
        self.prefix = prefix
        # While all ids are kept as they are given, they are as different as these are.
        self._as_given: list[str] = []
        self._numbers: Values | None = None
        self._mapped: MappedValues | None = None
        self._of_value = np.empty(0, np.int32)
        self._wrong: dict[int, str] = {}
        self._sums: list[int] = []
        self._asked = 0
        self._out: list[int] = []
        self._looked_for = 0

    @property
    def keys(self) -> list[str]:
        """The different ids as they are kept."""
        return self._as_given if self._numbers is None else self._numbers.cells  # type: ignore[return-value]  # texts

    def settle(self) -> list[str]:
        """Lets go of all but `keys`, which it gives."""
        if self._numbers is not None:
            self._numbers.settle()
        self._mapped = None
        self._of_value = np.empty(0, np.int32)
        return self.keys

    def _number(self, keys: Sequence[object]) -> Iterable[int]:
        """The numbers of ids as they are kept."""
        if self._numbers is None:
            self._numbers = Values()
            self._numbers.numbers(self._as_given, True)
        return self._numbers.numbers(keys, True)

    def of(self, chunk: CodedChunk, bad: dict[int, str]) -> NDArray[np.int32]:
        """The numbers of the ids of a chunk's rows; rows without one, or with one that is damaged or kept
        out, go to `bad`."""
        column = chunk.columns[self.place] if self.place < len(chunk.columns) else None
        if isinstance(column, np.ndarray):
            if self._mapped is None:
                self._mapped = MappedValues(self.source.values[self.place], self._numbers_of)
            made = self._mapped.all()
            if len(made) > len(self._of_value):
                self._of_value = np.array(made, np.int32)
            numbers = self._of_value[column]
            wrong = self._wrong
            if wrong:
                rows = np.flatnonzero(np.isin(column, list(wrong)))
                bad.update((row, wrong[int(column[row])]) for row in rows.tolist())
            if self._sums:
                for row in np.flatnonzero(np.isin(column, self._sums)).tolist():
                    if is_total(self.source.row(chunk, row)):
                        bad.setdefault(row, "sums up other rows, and is no lead")
        else:
            numbers = np.full(len(chunk), next(iter(self._number([""]))), np.int32)
            bad.update(dict.fromkeys(range(len(chunk)), self._nothing()))
        self._leave_out(numbers, bad)
        return numbers

    def _leave_out(self, numbers: NDArray[np.int32], bad: dict[int, str]) -> None:
        """Rejects the rows of those who are kept out."""
        news = self.keys[self._looked_for :]
        with self.store.guard():
            out = kept_out(self.store.connection, news)
        if out:
            self._out += [self._looked_for + place for place, key in enumerate(news) if key in out]
        self._looked_for += len(news)
        if self._out:
            for row in np.flatnonzero(np.isin(numbers, self._out)).tolist():
                bad.setdefault(row, _FORGOTTEN)

    def _nothing(self) -> str:
        return f"has no id in {self.source.source.columns[self.place]}"

    def _numbers_of(self, cells: Sequence[object]) -> Iterable[int]:
        """The numbers of new cells' ids, those noted that are wrong."""
        rounded = False
        try:
            keys = list(map(str.strip, cells))  # type: ignore[arg-type]  # texts nearly always
        except TypeError:
            keys = [cell_text(cell).strip() for cell in cells]
            rounded = any(isinstance(cell, float) for cell in cells)
        together = "\n".join(keys)
        if "@" in together:
            keys = [lead_key(key) if "@" in key else key for key in keys]
        if self.prefix:
            keys = [key.removeprefix(self.prefix).strip() for key in keys]
        odd = any(sign in together for sign in ("E+", "e+", "#")) or not all(keys)
        if odd or rounded:
            for place, (key, cell) in enumerate(zip(keys, cells, strict=True), self._asked):
                damage = self._damage(key, cell)
                if damage is not None:
                    self._wrong[place] = damage
        if may_have_totals(together):
            self._sums += [place for place, key in enumerate(keys, self._asked) if MAYBE_TOTAL.match(key)]
        self._asked += len(cells)
        if self._numbers is None and keys == cells:
            self._as_given += keys
            return range(self._asked - len(cells), self._asked)
        return self._number(keys)

    def _damage(self, key: str, cell: object) -> str | None:
        """What is wrong with an id, None where it is sound."""
        if not key:
            return self._nothing()
        if key[0] == "#" or "E+" in key or "e+" in key or isinstance(cell, float):
            damage = _damage(key, cell)
            if damage is not None:
                return f'has the id "{key}" in {self.source.source.columns[self.place]}, {damage}'
        return None


_SHORTENED = re.compile(r"-?\d(?:[.,]\d+)?[eE]\+\d+", re.ASCII)
_ERRORS = ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!")


def _damage(key: str, cell: object) -> str | None:
    """What a spreadsheet did to an id; None where it did nothing."""
    if isinstance(cell, float) and abs(cell) >= 1e15:
        return "of which a spreadsheet has lost the last digits: it keeps 15"
    if _SHORTENED.fullmatch(key):
        return "which a spreadsheet has shortened: export it again, or make the column text before saving"
    if key.upper() in _ERRORS or not key.strip("#"):
        return "which is an error of a spreadsheet"
    return None


class FieldReader:
    """Reads the cells of one column as values of a field."""

    def __init__(self, source: CodedSource, place: int, kind: Kind, reader: Reader) -> None:
        self.source = source
        self.place = place
        self.kind = kind
        self.reader = reader
        self._read = reader.of(kind, blank=BLANK, absent=None)
        self._mapped: MappedValues | None = None

    def of(self, chunk: CodedChunk) -> tuple[Sequence[object], bool]:
        """The values of a chunk, and whether some of them are `UNREAD`."""
        column = chunk.columns[self.place] if self.place < len(chunk.columns) else None
        if isinstance(column, np.ndarray):
            if self._mapped is None:
                self._mapped = MappedValues(self.source.values[self.place], partial(map, self._read))
            found = self._mapped.of(column)
        else:
            cells = self.source.cells(chunk, self.place)
            made = read_all(self.reader, self.kind, cells) if chunk.texts else None  # type: ignore[arg-type]
            if made is not None:
                return made, False
            found = list(map(self._read, cells))
        return found, UNREAD in found
