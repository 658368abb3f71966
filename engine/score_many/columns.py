"""One value of every lead, as small as it can be held and read back exactly as it was.

A column of few different values holds each of them once, and a number for every lead; others hold their
numbers as numbers, or portions of whatever they are in one string of bytes. All say how many bytes they take.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, repeat
from operator import is_
from typing import Any

import numpy as np
from numpy.typing import NDArray

FEW = 1 << 16
"""Up to so many different values are numbered."""

NEVER = -(1 << 63)
"""Stands for an unknown whole number; no instant reaches it."""

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Whole = NDArray[np.signedinteger[Any]]


_MOST_TEXTS, _LONGEST_TEXT = 1 << 15, 64


class Column:
    """One value of every lead, numbered or not."""

    nbytes: int

    def listed(self) -> list[Any]:
        """The values, None for unknown."""
        raise NotImplementedError

    def taken(self, places: Ints) -> Column:
        """The values at these places."""
        raise NotImplementedError

    def whole_numbers(self) -> Ints:
        """The values, which are whole numbers, `NEVER` for unknown."""
        values = self.listed()
        return np.fromiter((NEVER if v is None else v for v in values), np.int64, len(values))


class Numbered(Column):
    """Few different values: each once, and for every lead which one it has."""

    def __init__(self, codes: NDArray[np.unsignedinteger[Any]], values: Sequence[Any]) -> None:
        self.codes = codes
        self.values = list(values)
        self._whole: Ints | None = None

    @cached_property
    def nbytes(self) -> int:  # type: ignore[override]  # measured only for what is to be kept
        return self.codes.nbytes + size_of(self.values)

    def listed(self) -> list[Any]:
        return list(map(self.values.__getitem__, self.codes.tolist()))

    def taken(self, places: Ints) -> Column:
        return Numbered(self.codes[places], self.values)

    @cached_property
    def texts(self) -> tuple[NDArray[np.str_], Bools] | None:
        """The values, which are texts, as an array, "" for unknown, and which are unknown. None where they
        are too many or too long, or hold what ends a text in an array."""
        texts = ["" if value is None else value for value in self.values]
        longest = len(max(texts, key=len, default=""))
        if len(texts) > _MOST_TEXTS or longest > _LONGEST_TEXT or "\0" in "".join(texts):
            return None
        unknown = np.fromiter(map(is_, self.values, repeat(None)), np.bool_, len(texts))
        return np.array(texts, f"U{max(longest, 1)}"), unknown

    def whole_numbers(self) -> Ints:
        if self._whole is None:
            whole = (NEVER if value is None else value for value in self.values)
            self._whole = np.fromiter(whole, np.int64, len(self.values))
        return np.take(self._whole, self.codes)


class Scattered(Column):
    """Many different values, in portions: each an array of numbers, or bytes."""

    def __init__(self, portions: Sequence[Ints | NDArray[np.float64] | bytes]) -> None:
        self.portions = tuple(portions)
        self.nbytes = sum(p.nbytes if isinstance(p, np.ndarray) else len(p) for p in self.portions)

    @property
    def instants(self) -> Ints | None:
        """The values where they are whole numbers, `NEVER` for unknown."""
        if any(isinstance(one, bytes) or one.dtype != np.int64 for one in self.portions):
            return None
        return self.whole_numbers()

    def listed(self) -> list[Any]:
        return list(chain.from_iterable(map(_unpacked, self.portions)))

    def taken(self, places: Ints) -> Column:
        arrays = [portion for portion in self.portions if isinstance(portion, np.ndarray)]
        if len(arrays) == len(self.portions) and len({array.dtype for array in arrays}) == 1:
            return Scattered([np.concatenate(arrays)[places]])  # type: ignore[list-item]  # of one kind
        listed = self.listed()
        return Scattered((_packed([listed[place] for place in places.tolist()]),))

    def whole_numbers(self) -> Ints:
        whole = [
            portion
            if isinstance(portion, np.ndarray) and portion.dtype == np.int64
            else np.array([NEVER if value is None else value for value in _unpacked(portion)], np.int64)
            for portion in self.portions
        ]
        return np.concatenate([np.empty(0, np.int64), *whole])


@dataclass(frozen=True)
class InstantLists:
    """Any number of instants for each lead: how many each has, and all of them one lead after another."""

    counts: NDArray[np.int32]
    all: Ints

    @property
    def nbytes(self) -> int:
        """The memory it takes."""
        return self.counts.nbytes + self.all.nbytes

    def taken(self, places: Ints) -> InstantLists:
        """Those of the leads at these places."""
        counts = self.counts[places]
        begins = np.cumsum(self.counts, dtype=np.int64)[places] - counts
        moved = np.repeat(begins - (np.cumsum(counts, dtype=np.int64) - counts), counts)
        return InstantLists(counts, self.all[moved + np.arange(len(moved))])

    def sums(self, worth: Ints) -> Ints:
        """For each lead the sum of what is given for each of all instants."""
        ends = np.cumsum(self.counts)
        running = np.concatenate((np.zeros(1, np.int64), np.cumsum(worth)))
        sums: Ints = running[ends] - running[ends - self.counts]
        return sums


class Numbering:
    """A column in the making, portion by portion."""

    def __init__(self) -> None:
        self._places = _Places()
        self._codes: list[NDArray[np.uint32]] = []
        self._portions: list[Ints | NDArray[np.float64] | bytes] | None = None

    def add(self, values: Sequence[Any]) -> None:
        """Adds the values of the next leads."""
        if self._portions is None:
            codes = map(self._places.__getitem__, values)
            self._codes.append(np.fromiter(codes, np.uint32, len(values)))
            if len(self._places) > FEW:
                self._scatter()
        else:
            self._portions.append(_packed(values))

    def add_column(self, column: Column) -> None:
        """Adds the values of the next leads, which are a column already."""
        if isinstance(column, Numbered) and self._portions is None:
            places = np.fromiter(map(self._places.__getitem__, column.values), np.uint32, len(column.values))
            self._codes.append(np.take(places, column.codes))
            if len(self._places) > FEW:
                self._scatter()
        elif isinstance(column, Scattered):
            if self._portions is None:
                self._scatter()
            assert self._portions is not None
            self._portions += column.portions
        else:
            self.add(column.listed())

    def _scatter(self) -> None:
        """Holds the values themselves from here on."""
        known = list(self._places)
        self._portions = [_packed([known[c] for c in codes.tolist()]) for codes in self._codes]
        self._codes.clear()
        self._places.clear()

    def column(self) -> Column:
        """The column of all leads added."""
        if self._portions is not None:
            return Scattered(self._portions)
        codes = np.concatenate([np.empty(0, np.uint32), *self._codes])
        small = codes.astype(np.uint8) if len(self._places) <= 1 << 8 else codes.astype(np.uint16)
        return Numbered(small, list(self._places))


class _Places(dict[Any, int]):
    """Which number each value has, in the order of their coming."""

    def __missing__(self, value: Any) -> int:
        place = self[value] = len(self)
        return place


class Gathering:
    """Instants in the making, portion by portion."""

    def __init__(self) -> None:
        self._counts: list[NDArray[np.int32]] = []
        self._all: list[Ints] = []

    def add(self, values: Sequence[Sequence[int]]) -> None:
        """Adds the instants of the next leads."""
        counts = np.fromiter(map(len, values), np.int32, len(values))
        self._counts.append(counts)
        self._all.append(np.fromiter(chain.from_iterable(values), np.int64, int(counts.sum())))

    def add_column(self, column: InstantLists) -> None:
        """Adds the instants of the next leads, which are together already."""
        self._counts.append(column.counts)
        self._all.append(column.all)

    def column(self) -> InstantLists:
        """The instants of all leads added."""
        return InstantLists(
            np.concatenate([np.empty(0, np.int32), *self._counts]),
            np.concatenate([np.empty(0, np.int64), *self._all]),
        )


def numbered_range(values: Ints) -> Column:
    """A column of whole numbers that are all known."""
    low, high = (int(values.min()), int(values.max())) if len(values) else (0, -1)
    if high - low < FEW:
        return Numbered((values - low).astype(np.uint16), range(low, high + 1))
    return Scattered((values,))


def compact(values: Ints) -> Whole:
    """The same whole numbers in as few bytes as hold all of them; to be made `Ints` again before sums."""
    low, high = (int(values.min()), int(values.max())) if len(values) else (0, 0)
    for kind in (np.int8, np.int16, np.int32):
        if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max:
            return values.astype(kind)
    return values


def size_of(values: Iterable[Any]) -> int:
    """About how many bytes these values take in a list."""
    return sum(8 + _size(value) for value in values)


def _size(value: object) -> int:
    match value:
        case str():
            return 56 + len(value) * (1 if value.isascii() else 4)
        case tuple():
            return 56 + size_of(value)
        case None | bool():
            return 0
    return 32


def _packed(values: Sequence[Any]) -> Ints | NDArray[np.float64] | bytes:
    kinds = set(map(type, values)) - {type(None)}
    if kinds == {int}:
        return np.array([NEVER if value is None else value for value in values], np.int64)
    if kinds == {float}:
        return np.array([np.nan if value is None else value for value in values], np.float64)
    return marshal.dumps(list(values))


def _unpacked(portion: Ints | NDArray[np.float64] | bytes) -> list[Any]:
    if isinstance(portion, bytes):
        found: list[Any] = marshal.loads(portion)
        return found
    values: list[Any] = portion.tolist()
    unknown = np.isnan(portion) if portion.dtype.kind == "f" else portion == NEVER
    for place in np.flatnonzero(unknown).tolist():
        values[place] = None
    return values
