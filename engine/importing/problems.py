"""What stops an import before anything is loaded."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from ..store.database import StoreError


class ImportRefused(StoreError):
    """A file cannot be imported as asked. Nothing of it was loaded.

    `message` says what is wrong and where, `hint` what to do.
    """


def near(word: str, known: Iterable[str]) -> str:
    """`; did you mean "x"?` for the known word nearest to this one, or nothing."""
    folded = {item.casefold(): item for item in known}
    found = difflib.get_close_matches(word.casefold(), folded, n=1)
    return f'; did you mean "{folded[found[0]]}"?' if found else ""


def shortened(text: str, most: int = 60) -> str:
    """A value as messages show it: one line, not too long."""
    text = " ".join(text.replace("\x00", "\\0").split())
    return text if len(text) <= most else text[: most - 1] + "…"
