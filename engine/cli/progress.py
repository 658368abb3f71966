"""A line on the terminal that says how far long work has come; nothing where nobody watches."""

from __future__ import annotations

import shutil
import sys
import time
from types import TracebackType

from ..report.text_style import cut

_PATIENCE = 0.4
"""Seconds before the line appears: what is done by then needs none."""

_EVERY = 0.1


class ProgressLine:
    """Call it with what is being done and the share done, 0 to 1. It clears itself at its end."""

    def __init__(self) -> None:
        self._watched = sys.stderr.isatty()
        self._next = time.monotonic() + _PATIENCE
        self._written = False

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._written:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def __call__(self, what: str, share: float) -> None:
        """Writes the line again, but not more often than eyes can follow."""
        if not self._watched or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _EVERY
        self._written = True
        share = min(max(share, 0.0), 1.0)
        done = int(share * 30)
        line = f"{what:<16} {'#' * done}{'.' * (30 - done)} {share:4.0%}"
        sys.stderr.write(f"\r{cut(line, shutil.get_terminal_size().columns - 1)}\x1b[K")
        sys.stderr.flush()
