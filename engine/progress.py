"""How far work is that takes a while."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, float], None]
"""Takes what is being done and, from 0 to 1, how much of it is done."""


def no_progress(_what: str, _share: float) -> None:
    """Where nobody asks how far work is."""
