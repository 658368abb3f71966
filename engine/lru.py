"""A cache with a limit: what was used longest ago goes first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class LruCache(Generic[K, V]):
    """Values by their keys, at most `limit` of them. It only saves time; safe in threads.

    With `size`, which says how large a value is, the limit is that of all sizes together; the latest value is
    kept whatever its size.
    """

    def __init__(self, limit: int, size: Callable[[K, V], int] | None = None) -> None:
        self.limit = limit
        self._size = size or (lambda _key, _value: 1)
        self._lock = Lock()
        self._values: OrderedDict[K, V] = OrderedDict()
        self._taken = 0

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: K) -> V | None:
        """The value of a key, None where there is none."""
        with self._lock:
            if key not in self._values:
                return None
            self._values.move_to_end(key)
            return self._values[key]

    def put(self, key: K, value: V) -> V:
        """Keeps a value, and gives it back."""
        with self._lock:
            if key in self._values:
                self._taken -= self._size(key, self._values.pop(key))
            self._values[key] = value
            self._taken += self._size(key, value)
            while self._taken > self.limit and len(self._values) > 1:
                self._taken -= self._size(*self._values.popitem(last=False))
        return value

    def made(self, key: K, make: Callable[[], V]) -> V:
        """The value of a key, made where it is not kept; two who ask at once may both make it."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        return self.put(key, make())
