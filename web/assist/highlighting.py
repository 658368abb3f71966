"""What the text view must know of the language to colour it: read from the parse table, so never out of date.

Most words of the language are free to be names too, and only the table knows where they are which. The page
gets, for each such word, the lexemes it can stand after and before; between two of them it is the keyword.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import Any

from ...grammar.spec.statements import STATEMENT_WORDS
from ...grammar.spec.words import RESERVED
from ...grammar.syntax.lr_table import END, load
from ...grammar.syntax.scan import PLAIN_SIGNS


@cache
def language() -> dict[str, Any]:
    """The words and signs of the language.

    `statements` are the words that begin statements, `reserved` those that are never names. `kinds` maps a
    word to its kind of lexeme, `signs` a sign to its. `free` maps the kind of a word that may be a name to
    the kinds `after` which and `before` which it is a keyword.
    """
    keywords = load().keywords()
    free = sorted(kind for word, kind in keywords.items() if word not in RESERVED)
    following = _following()
    return {
        "statements": sorted(STATEMENT_WORDS),
        "reserved": sorted(RESERVED),
        "kinds": dict(sorted(keywords.items())),
        "signs": _signs(),
        "free": {
            kind: {
                "after": sorted(before for before, kinds in following.items() if kind in kinds),
                "before": sorted(following[kind]),
            }
            for kind in free
        },
    }


def _signs() -> dict[str, str]:
    terminals = load().terminals.items()
    signs = {text: kind for kind, text in terminals if len(text) <= 2 and not text[0].isalpha()}
    signs |= {"}": "RBRACE", ";": "SEMICOLON"}
    return dict(sorted((signs | {fine: signs[plain] for fine, plain in PLAIN_SIGNS.items()}).items()))


def _following() -> dict[str, set[str]]:
    """For each kind of lexeme, those that can come right after it, in the same statement or in the next."""
    table = load()
    begins = {kind for first, _ in table.starts.values() for kind in table.actions[first]}
    ends = {"RBRACE", "SEMICOLON"}
    following: defaultdict[str, set[str]] = defaultdict(set)
    for row in table.actions:
        for kind, goal in row.items():
            if goal >= 0:
                following[kind] |= table.actions[goal].keys()
    for kind, kinds in following.items():
        if END in kinds:
            following[kind] = kinds - {END} | begins | ends
    return following
