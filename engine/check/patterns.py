"""From texts as written to patterns over keys."""

from __future__ import annotations

import re

from ..plan import Pattern
from ..values import pattern_key, text_key

_STAR = re.compile(r"(?<!\\)\*+")


def glob(text: str) -> Pattern:
    """The pattern of a text in which `*` stands for anything and `\\*` for a star.

    Without a star, white space at either end does not count, as in every comparison of text; with one,
    the spaces typed by the writer do.
    """
    if "*" not in text:
        return Pattern((text_key(text),))
    pieces = [piece.replace("\\*", "*") for piece in _STAR.split(text)]
    if len(pieces) == 1:
        return Pattern((text_key(pieces[0]),))
    return Pattern(tuple(pattern_key(piece) for piece in pieces))


def matching(operator: str, text: str) -> Pattern:
    """The pattern of `contains`, `starts with` and `ends with`, which know no stars, and of `like`."""
    match operator:
        case "contains":
            return Pattern(("", pattern_key(text), ""))
        case "starts with":
            return Pattern((pattern_key(text), ""))
        case "ends with":
            return Pattern(("", pattern_key(text)))
    pieces = _STAR.split(text)
    return glob(text) if len(pieces) > 1 else Pattern((pattern_key(pieces[0].replace("\\*", "*")),))


def is_in_vain(pattern: Pattern) -> bool:
    """Whether a pattern asks for white space at an end, where no text that is compared has any."""
    first, last = pattern.parts[0], pattern.parts[-1]
    return first[:1].isspace() or last[-1:].isspace()
