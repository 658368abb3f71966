"""Which words are taken, and what can be written without brackets or quotes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from . import operators
from .statements import STATEMENT_WORDS

# fmt: off
RESERVED = STATEMENT_WORDS | {
    "then", "and", "or", "since", "before", "where", "followed", "because", "once", "given", "expect",
    "known", "unknown", "off", "days", "surely", "yes", "true", "no", "false",
} | operators.WORDS
"""Words, in lower case, that are a name or an object only in brackets or quotes; all others are free."""
# fmt: on

_AFTER_EVENTS = {"at", "within", "born", "to", "until"}
"""Words that may follow an event in outcomes, handoffs and stages, and so are no objects unless quoted."""

_WORD = r"[^\W\d][\w\u0300-\u036f]*"
_PART = r"[\w\u0300-\u036f]+"
_NAME = re.compile(_WORD)
_OBJECT = re.compile(rf"{_WORD}(?:[-./]{_PART})*|/{_PART}(?:[-./]{_PART})*")


def bare_name(text: str) -> bool:
    """Whether a name can be written without square brackets."""
    return _NAME.fullmatch(text) is not None and text.lower() not in RESERVED


def bare_object(text: str) -> bool:
    """Whether the object of an event can be written without quotes."""
    return _OBJECT.fullmatch(text) is not None and text.lower() not in RESERVED | _AFTER_EVENTS


def near(word: str, candidates: Iterable[str]) -> list[str]:
    """The candidates that a word may be a misspelling of, the likeliest first."""
    found = []
    for candidate in sorted(set(candidates)):
        allowed = 1 if min(len(word), len(candidate)) <= 4 else 2
        steps = distance(word, candidate, allowed)
        if 0 < steps <= allowed and len(candidate) > 1:
            found.append((steps, abs(len(word) - len(candidate)), candidate))
    return [candidate for _, _, candidate in sorted(found)]


def distance(one: str, other: str, limit: int) -> int:
    """How many letters must be added, dropped, changed or swapped; anything past the limit is limit + 1."""
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    earlier: list[int] = []
    before = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, wanted in enumerate(other, 1):
            steps = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                steps = min(steps, earlier[j - 2] + 1)
            row.append(steps)
        earlier, before = before, row
    return min(before[-1], limit + 1)
