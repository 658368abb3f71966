"""The file that rows go to which cannot be read: line, reason, and the row as it was."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from .problems import ImportRefused
from .rows import REJECT_COLUMNS, Rejected
from .values.cells import cell_text

_PARTICULAR = re.compile(r'"[^"]*"|\d[\d,]*')


class Rejects:
    """Collects rejected rows. The file is made with the first of them; one of an earlier import of the
    same file is replaced, or removed where no row is rejected any more. Use it in a `with` statement."""

    def __init__(self, path: Path, columns: list[str]) -> None:
        self.path = path
        self.columns = columns
        self.count = 0
        self.reasons: Counter[str] = Counter()
        self._file: TextIO | None = None

    def __enter__(self) -> Rejects:
        if self.path.is_file() and _is_ours(self.path):
            try:
                self.path.unlink()
            except OSError as error:
                raise self._unwritable(error) from None
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def add_all(self, rejected: Iterable[Rejected]) -> None:
        """Writes rows away."""
        for row in rejected:
            self._add(row)

    def _add(self, rejected: Rejected) -> None:
        try:
            if self._file is None:
                self._file = self.path.open("x", encoding="utf-8", newline="", errors="backslashreplace")
                csv.writer(self._file).writerow([*REJECT_COLUMNS, *self.columns])
            csv.writer(self._file).writerow([rejected.line, rejected.reason, *map(cell_text, rejected.cells)])
        except OSError as error:
            raise self._unwritable(error) from None
        self.count += 1
        # Reasons are counted by kind: without the value and the numbers of the one row.
        self.reasons[_PARTICULAR.sub("…", rejected.reason)] += 1

    def _unwritable(self, error: OSError) -> ImportRefused:
        return ImportRefused(
            f"rows that cannot be read should go to {self.path}, which cannot be written: {error.strerror}",
            "make room for it, move a file of that name away, or name another place with --rejects",
        )


def _is_ours(path: Path) -> bool:
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.readline().startswith(",".join(REJECT_COLUMNS))
