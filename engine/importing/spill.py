"""What waits for its turn: in memory as long as there is little of it, behind that in a temporary file."""

from __future__ import annotations

import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import IO, Generic, TypeVar

Item = TypeVar("Item")

_MOST_IN_MEMORY = 1 << 26
_SAMPLE = 100
_SIZE = 8


def scratch_file() -> IO[bytes]:
    """A file without a name, which is gone once it is closed."""
    return tempfile.TemporaryFile()  # whoever asks closes it


class Spill(Generic[Item]):
    """Items in the order of their coming, which are given back once. `write` makes bytes of those that go to
    the file, `read` the items again. Close it after use."""

    def __init__(self, write: Callable[[Item], bytes], read: Callable[[bytes], Item]) -> None:
        self._write = write
        self._read = read
        self._items: deque[Item] = deque()
        self._held = 0
        self._file: IO[bytes] | None = None

    def add(self, item: Item, size: int) -> None:
        """Adds an item that takes about so many bytes of memory."""
        self._held += size
        if self._file is None and self._held <= _MOST_IN_MEMORY:
            self._items.append(item)
            return
        if self._file is None:
            self._file = scratch_file()
        written = self._write(item)
        self._file.write(len(written).to_bytes(_SIZE))
        self._file.write(written)

    def take(self) -> Iterator[Item]:
        """All items, each of which is let go of here."""
        while self._items:
            yield self._items.popleft()
        if self._file is not None:
            self._file.seek(0)
            while size := int.from_bytes(self._file.read(_SIZE)):
                yield self._read(self._file.read(size))

    def close(self) -> None:
        """Lets go of all items."""
        self._items.clear()
        if self._file is not None:
            self._file.close()
            self._file = None


def memory_of(values: Sequence[object]) -> int:
    """About how many bytes a list of values takes; those that stand in it again and again are taken to be
    kept elsewhere."""
    some = values[:_SAMPLE]
    each = 0
    if len({id(value) for value in some}) * 2 > len(some):
        each = sum(map(sys.getsizeof, some)) // len(some)
    return len(values) * (each + 8)
