"""What many texts of one column look like and are, where that can be told of all of them at once.

Each says the same as what judges them one by one, and asks that about those of which it cannot be certain.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Sequence
from typing import Any

from ....grammar.syntax.nodes import Kind
from .blanks import LIKELY
from .looks import DOTTED_LOOK, INSTANT_LOOK, TEXT_LOOK, WHOLE_LOOK, WORDS_BEFORE_DIGITS, Look
from .moments import usual_instants
from .stored import Reader
from .yes_no import PLAIN, WORDS

# But for eight digits that can be a day, and for what 1.234 can be.
_PLAIN_NUMBER = re.compile(
    r"^(?:0|[1-9]\d{0,6}|[3-9]\d{7}|[1-9]\d{8,14}|(?:0|[1-9]\d{0,14})\.(?:\d{1,2}|\d{4,9}))$",
    re.ASCII | re.MULTILINE,
)
_WORD = re.compile(r"^[A-Za-z]+(?![^\W\d_])", re.MULTILINE)
_NUMBERS = re.compile(r"\d{1,15}(?:\.\d{1,15})?(?:\n\d{1,15}(?:\.\d{1,15})?)*", re.ASCII)


def _beginnings(texts: Collection[str]) -> frozenset[str]:
    found = (re.match(r"[^\W\d_]+", text) for text in texts)
    return frozenset(word[0].casefold() for word in found if word is not None)


_TELLING = WORDS_BEFORE_DIGITS | _beginnings(LIKELY) | _beginnings(PLAIN) | _beginnings(WORDS)
"""What a text begins with that may be more than a text, folded."""


def looks_of(texts: Sequence[str], look: Callable[[object], Look]) -> list[Look]:
    """What `look` says of each text of a column that has no stated form and no words for blank."""
    if texts[0][:1].isalpha():
        return _looks_of_words(texts, look)
    if usual_instants(texts) is not None:
        return [INSTANT_LOOK] * len(texts)
    plain = set(_PLAIN_NUMBER.findall("\n".join(texts)))
    return [(DOTTED_LOOK if "." in text else WHOLE_LOOK) if text in plain else look(text) for text in texts]


def _looks_of_words(texts: Sequence[str], look: Callable[[object], Look]) -> list[Look]:
    together = "\n".join(texts)
    found = _WORD.findall(together)
    each_begins_so = len(found) == len(texts) == together.count("\n") + 1
    if each_begins_so and _TELLING.isdisjoint(map(str.casefold, set(found))):
        return [TEXT_LOOK] * len(texts)
    words = [None if found is None else found[0] for found in map(_WORD.match, texts)]
    telling = {word for word in set(words) if word is None or word.casefold() in _TELLING}
    return [look(text) if word in telling else TEXT_LOOK for text, word in zip(texts, words, strict=True)]


def read_all(reader: Reader, kind: Kind, texts: Sequence[str]) -> list[Any] | None:
    """What the reader makes of each text read as a kind; None where they are to be read one by one."""
    if reader.blanks:
        return None
    if kind is Kind.TEXT:
        found = list(map(str.strip, texts))
        return found if all(found) else None
    if kind is Kind.NUMBER and reader.decimal == ".":
        together = "\n".join(texts)
        # As many lines as texts: none of them has several.
        if _NUMBERS.fullmatch(together) and together.count("\n") == len(texts) - 1:
            return list(map(float, texts))
    if kind is Kind.DATETIME and usual_instants(texts) is not None:
        return list(texts)  # they are written as they are kept
    return None


_ESCAPED = re.compile(r'["\\\x00-\x1f]')
"""What JSON does not write as it is."""


def write_all(name: str, kind: Kind, reader: Reader, texts: Sequence[str]) -> list[str] | None:
    """What `member_writer` makes of each text; None where they are to be written one by one."""
    found = read_all(reader, kind, texts)
    if found is None:
        return None
    start = json.dumps(name, ensure_ascii=False) + ":"
    if kind is Kind.NUMBER:
        return [
            f"{start}{int(one)}" if one.is_integer() and one < 1e15 else f"{start}{one!r}"
            for one in found
            if isinstance(one, float)
        ]
    if _ESCAPED.search("".join(found)) is not None:
        return None
    return [f'{start}"{one}"' for one in found]
