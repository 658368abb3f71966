"""Names of columns and steps: plain lower-case letters, short enough for every engine, each once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from hashlib import sha256

_PLAIN = re.compile(r"[a-z][a-z0-9_]*")
_LONGEST = 50


def plain(text: str) -> str:
    """The text as lower-case letters, digits and `_`; different texts may come to the same."""
    letters = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", letters).strip("_")[:_LONGEST].strip("_")


def fixed(text: str) -> str:
    """`plain`, but different for different texts wherever it is asked, also for `Email` and `email`."""
    name = plain(text)
    if _PLAIN.fullmatch(text) and name == text:
        return name
    mark = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:6]
    return f"{name}_{mark}" if name[:1].isalpha() else f"x_{name}_{mark}".replace("__", "_")


class Names:
    """Gives names that were not given before."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)

    def fresh(self, wish: str) -> str:
        """The wish made plain, with a number behind it where it is taken."""
        base = plain(wish) or "x"
        name, number = base, 1
        while name in self._taken:
            number += 1
            name = f"{base}_{number}"
        self._taken.add(name)
        return name
