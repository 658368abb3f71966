"""Which words are taken, and what can be written without brackets or quotes."""

from __future__ import annotations

import re

from . import operators
from .statements import STATEMENT_WORDS

# fmt: off
RESERVED = STATEMENT_WORDS | {
    "then", "and", "or", "since", "before", "where", "followed", "because", "once", "given", "expect",
    "known", "unknown", "off", "days", "yes", "true", "no", "false",
} | operators.WORDS
"""Words, in lower case, that are a name or an object only in brackets or quotes; all others are free."""
# fmt: on

_AFTER_OUTCOMES = {"at", "within", "born"}
"""Words that may follow an event in an outcome, and so are no objects there unless quoted."""

_WORD = r"[^\W\d][\w\u0300-\u036f]*"
_PART = r"[\w\u0300-\u036f]+"
_NAME = re.compile(_WORD)
_OBJECT = re.compile(rf"{_WORD}(?:[-./]{_PART})*|/{_PART}(?:[-./]{_PART})*")


def bare_name(text: str) -> bool:
    """Whether a name can be written without square brackets."""
    return _NAME.fullmatch(text) is not None and text.lower() not in RESERVED


def bare_object(text: str) -> bool:
    """Whether the object of an event can be written without quotes."""
    return _OBJECT.fullmatch(text) is not None and text.lower() not in RESERVED | _AFTER_OUTCOMES
