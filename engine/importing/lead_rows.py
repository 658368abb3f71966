"""Rows of leads on their way in: gathered by column, given back in their order."""

from __future__ import annotations

import marshal
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from .spill import Spill, memory_of

Columns = list[Sequence[object]]
"""The ids of some leads, then their values of each field, as the database takes them."""


class LeadRows:
    """Rows of leads in the order of their coming. `each_once` while no lead has two. Close it after use."""

    def __init__(self) -> None:
        self.count = 0
        self.each_once = True
        self._seen = np.zeros(0, bool)
        self._rows: Spill[Columns] = Spill(_written, marshal.loads)

    def add(self, numbers: NDArray[np.int32], columns: Columns) -> None:
        """Adds rows behind the others; `numbers` are those of their ids."""
        if not len(numbers):
            return
        self.count += len(numbers)
        self._look(numbers)
        self._rows.add(columns, sum(map(memory_of, columns)))

    def _look(self, numbers: NDArray[np.int32]) -> None:
        size = int(numbers.max()) + 1
        if size > len(self._seen):
            self._seen = np.append(
                self._seen, np.zeros(max(size, 2 * len(self._seen)) - len(self._seen), bool)
            )
        again = self._seen[numbers].any() or len(np.unique(numbers)) < len(numbers)
        self.each_once = self.each_once and not again
        self._seen[numbers] = True

    def batches(self, most: int) -> Iterator[Columns]:
        """All rows, at most so many at a time; they are given back once."""
        for columns in self._rows.take():
            for first in range(0, len(columns[0]), most):
                yield [column[first : first + most] for column in columns]

    def close(self) -> None:
        """Lets go of all rows."""
        self._rows.close()


def _written(columns: Columns) -> bytes:
    # What the database takes is of the few types that this writes, in half of pickle's time.
    return marshal.dumps(list(map(list, columns)))


def flat(columns: Sequence[Sequence[object]]) -> list[object]:
    """The values of rows, one row behind the other."""
    values: list[object] = [None] * (len(columns) * len(columns[0]))
    for place, column in enumerate(columns):
        values[place :: len(columns)] = column
    return values
