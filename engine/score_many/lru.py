"""What was found out and may be asked again, within a limit of memory: what was asked longest ago goes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Protocol


class Sized(Protocol):
    """Something that knows how many bytes it takes."""

    @property
    def nbytes(self) -> int:
        """How many bytes it takes."""


class LruBytes:
    """Answers by what was asked, together never more than `limit` bytes."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.nbytes = 0
        self._answers: OrderedDict[Hashable, Sized] = OrderedDict()

    def get(self, key: Hashable) -> Sized | None:
        """The answer, None where it is not kept."""
        answer = self._answers.get(key)
        if answer is not None:
            self._answers.move_to_end(key)
        return answer

    def put(self, key: Hashable, answer: Sized) -> None:
        """Keeps an answer in the place of those asked longest ago."""
        if (former := self._answers.pop(key, None)) is not None:
            self.nbytes -= former.nbytes
        if answer.nbytes > self.limit:
            return
        self._answers[key] = answer
        self.nbytes += answer.nbytes
        while self.nbytes > self.limit:
            _, oldest = self._answers.popitem(last=False)
            self.nbytes -= oldest.nbytes

    def clear(self) -> None:
        """Forgets everything."""
        self._answers.clear()
        self.nbytes = 0
