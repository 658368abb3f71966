"""Events on their way in as rows of numbers: gathered in any order, given back in that of the store.

What does not fit into a few dozen megabytes waits in temporary files, so that memory does not grow with the
file.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from .spill import scratch_file

EVENT = np.dtype([("at", "i8"), ("key", "i8"), ("properties", "i8"), ("lead", "i4"), ("kind", "i4")])
"""An event: its instant, key, and the numbers of its properties, of its lead's id and of its kind."""

Events = NDArray[Any]

_AT_ONCE = 1 << 20
_MOST_PARTS = 200
_MOST_TEXTS = 50_000
_MOST_LETTERS = 1 << 24
_BOUND = np.dtype("i8")

NONE = -1
"""In the place of the number of properties: an event has none."""


class Properties:
    """Texts in temporary files, numbered in the order of their coming; NONE is the number of None. Close it
    after use."""

    def __init__(self) -> None:
        self._file = scratch_file()
        self._bounds = scratch_file()
        self._bounds.write(bytes(_BOUND.itemsize))
        self._count = 0
        self._end = 0
        self._few: NDArray[np.object_] | None = None

    def add(self, texts: Sequence[bytes]) -> NDArray[np.int64]:
        """Keeps texts in UTF-8, an empty one as None; gives their numbers."""
        sizes = np.fromiter(map(len, texts), np.int64, len(texts))
        there = sizes > 0
        numbers = np.where(there, there.cumsum() + (self._count - 1), NONE)
        ends = sizes[there].cumsum() + self._end
        self._file.write(b"".join(texts))
        self._bounds.write(ends.astype(_BOUND).tobytes())
        if len(ends):
            self._count, self._end, self._few = self._count + len(ends), int(ends[-1]), None
        return numbers

    def texts(self, numbers: NDArray[np.int64]) -> list[str | None]:
        """The texts of some numbers."""
        if self._count > _MOST_TEXTS or self._end > _MOST_LETTERS:
            used, inverse = np.unique(numbers, return_inverse=True)
            return self._read(used).take(inverse).tolist()  # type: ignore[no-any-return]
        if self._few is None:
            self._few = self._read(np.append(np.arange(self._count), NONE))
        # The last of all, as a sequence has it at -1.
        return self._few.take(numbers).tolist()  # type: ignore[no-any-return]

    def _read(self, numbers: NDArray[np.int64]) -> NDArray[np.object_]:
        """The texts of different numbers."""
        texts = np.full(len(numbers), None, np.object_)
        there = numbers[numbers != NONE]
        if len(there):
            self._file.flush()
            self._bounds.flush()
            bounds = np.memmap(self._bounds, _BOUND, "r")
            begins, ends = bounds[there].tolist(), bounds[there + 1].tolist()
            with mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ) as all_texts:
                read = [all_texts[begin:end].decode() for begin, end in zip(begins, ends, strict=True)]
            texts[numbers != NONE] = read
        return texts

    def close(self) -> None:
        """Lets go of all texts."""
        self._file.close()
        self._bounds.close()


class Gathered:
    """Events in the order of their coming. Close it after use."""

    def __init__(self) -> None:
        self.count = 0
        self._file: IO[bytes] | None = None
        self._waiting: list[Events] = []
        self._held = 0

    def add(self, events: Events) -> None:
        """Adds events behind the others."""
        self.count += len(events)
        self._held += len(events)
        self._waiting.append(events)
        if self._held > _AT_ONCE:
            if self._file is None:
                self._file = scratch_file()
            for some in self._waiting:
                self._file.write(some.tobytes())
            self._waiting, self._held = [], 0

    def blocks(self) -> Iterator[Events]:
        """All events, some at a time."""
        if self._file is not None:
            self._file.seek(0)
            while read := self._file.read(_AT_ONCE * EVENT.itemsize):
                yield np.frombuffer(read, EVENT)
        yield from self._waiting

    def ordered(self, ranks: NDArray[np.int64]) -> Iterator[Events]:
        """All events in the order of their leads' ranks, instants, kinds and keys, those of a lead together.

        `ranks` are by the numbers of leads' ids; events of one with a rank below 0 are left out.
        """
        if self.count <= _AT_ONCE:
            yield _in_order(_known(np.concatenate([np.empty(0, EVENT), *self.blocks()]), ranks), ranks)
            return
        ends = self._parts(ranks)
        with ExitStack() as stack:
            parts = [stack.enter_context(_Part()) for _ in range(len(ends) + 1)]
            for block in self.blocks():
                some = _known(block, ranks)
                # Few bits are sorted in a tenth of the time.
                which = np.searchsorted(ends, ranks[some["lead"]], side="right").astype(np.uint8)
                by_part = np.argsort(which, kind="stable")
                bounds = np.searchsorted(which[by_part], np.arange(len(parts) + 1))
                some = some.take(by_part)
                for part, start, end in zip(parts, bounds, bounds[1:], strict=False):
                    part.write(some[start:end])
            for part in parts:
                yield _in_order(part.read(), ranks)

    def _parts(self, ranks: NDArray[np.int64]) -> NDArray[np.int64]:
        """The ranks at which a new part begins, so that none has many more events than the others."""
        counts = np.zeros(int(ranks.max(initial=-1)) + 1, np.int64)
        for block in self.blocks():
            counts += np.bincount(ranks[_known(block, ranks)["lead"]], minlength=len(counts))
        before = counts.cumsum()
        size = max(_AT_ONCE // 2, self.count // _MOST_PARTS)
        return np.unique(np.searchsorted(before, np.arange(size, self.count, size))) + 1

    def close(self) -> None:
        """Lets go of all events."""
        if self._file is not None:
            self._file.close()
        self._waiting = []


class _Part:
    """Some of the events, in a file."""

    def __init__(self) -> None:
        self._file = scratch_file()

    def __enter__(self) -> _Part:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, events: Events) -> None:
        """Adds events."""
        self._file.write(events.tobytes())

    def read(self) -> Events:
        """All of them; the file is let go of."""
        self._file.seek(0)
        events = np.frombuffer(self._file.read(), EVENT)
        self._file.close()
        return events


def _known(events: Events, ranks: NDArray[np.int64]) -> Events:
    known = ranks[events["lead"]] >= 0
    return events if known.all() else events[known]


def _in_order(events: Events, ranks: NDArray[np.int64]) -> Events:
    """Events in order; of those of one lead with the same given key the last alone, as it is the correction,
    and equal ones told apart by how many stood before them."""
    events = _last_of_each_key(events)
    events = events.take(_order(events, ranks))
    same = np.zeros(len(events), bool)
    same[1:] = events["key"][1:] >= 0
    for name in ("lead", "at", "kind", "key"):
        same[1:] &= events[name][1:] == events[name][:-1]
    if same.any():
        places = np.arange(len(events))
        events["key"] += places - np.maximum.accumulate(np.where(same, 0, places))
    return events


def _last_of_each_key(events: Events) -> Events:
    given = np.flatnonzero(events["key"] < 0)
    if not len(given):
        return events
    order = given[np.lexsort((events["key"][given], events["lead"][given]))]
    again = np.zeros(len(order), bool)
    for_all = (events["lead"][order], events["key"][order])
    again[:-1] = np.logical_and.reduce([one[1:] == one[:-1] for one in for_all])
    kept = np.ones(len(events), bool)
    kept[order[again]] = False
    return events[kept]


def _order(events: Events, ranks: NDArray[np.int64]) -> NDArray[np.int64]:
    """The order of events: by one number where that can be, which takes a tenth of the time."""
    if len(events) < 2:
        return np.arange(len(events))
    rank, at = ranks[events["lead"]], events["at"]
    rank = rank - rank.min()
    first = int(at.min())
    unit = int(np.gcd.reduce(at - first)) or 1
    span = (int(at.max()) - first) // unit + 1
    if (int(rank.max()) + 1) * span >= 1 << 62:
        return np.lexsort((events["key"], events["kind"], at, rank))
    number = rank * span + (at - first) // unit
    order = np.argsort(number)
    number = number[order]
    alike = number[1:] == number[:-1]
    if alike.any():
        tied = np.flatnonzero(np.append(alike, False) | np.insert(alike, 0, False))
        some = order[tied]
        order[tied] = some[np.lexsort((some, events["key"][some], events["kind"][some], number[tied]))]
    return order
