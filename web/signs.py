"""How the page writes what it shows, and never what can be typed or copied into rules."""

from __future__ import annotations

import re

_MINUS = re.compile(r"(?<![\w-])-(?=\d)")


def real_minus(text: str) -> str:
    """A text with a minus sign before negative numbers, where rules have a hyphen."""
    return _MINUS.sub("\N{MINUS SIGN}", text)
