"""What the text view must know of the language to colour it: read from the parse table, so never out of date.

Most words of the language are free to be names too, and only the table knows where they are which. The page
gets, for each such word, the lexemes it can stand after and before; between two of them it is the keyword.
The word that begins a statement is told from the same word inside one: after `score` a declaration goes on
with `from`, a condition with `at`.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import Any

from ..grammar.spec.statements import STATEMENT_WORDS
from ..grammar.spec.words import RESERVED
from ..grammar.syntax.lr_table import END, load
from ..grammar.syntax.scan import PLAIN_SIGNS


@cache
def language() -> dict[str, Any]:
    """The words and signs of the language.

    `statements` are the words that begin statements, `named` those of them after whose quoted name the
    statement goes on, `reserved` those that are never names. `kinds` maps a
    word to its kind of lexeme, `signs` a sign to its. `ends` are the kinds that can end a statement: after
    one of them, and at the start of the text, a word of `statements` begins one. `free` maps the kind of a
    word that may be a name to the kinds `after` which and `before` which it is a keyword; `after_head` is
    `after` for a word that begins a statement.
    """
    keywords = load().keywords()
    free = sorted(kind for word, kind in keywords.items() if word not in RESERVED)
    heads, inside, ends = _following()
    return {
        "statements": sorted(STATEMENT_WORDS),
        "named": sorted(word for word in STATEMENT_WORDS if _goes_on_after_name(keywords[word])),
        "reserved": sorted(RESERVED),
        "kinds": dict(sorted(keywords.items())),
        "signs": _signs(),
        "ends": sorted(ends),
        "free": {
            kind: {
                "after": _allowing(kind, inside),
                "after_head": _allowing(kind, heads),
                "before": sorted(inside[kind]),
            }
            for kind in free
        },
    }


def _allowing(kind: str, following: dict[str, set[str]]) -> list[str]:
    return sorted(before for before, kinds in following.items() if kind in kinds)


def _signs() -> dict[str, str]:
    terminals = load().terminals.items()
    signs = {text: kind for kind, text in terminals if len(text) <= 2 and not text[0].isalpha()}
    signs |= {"}": "RBRACE", ";": "SEMICOLON"}
    return dict(sorted((signs | {fine: signs[plain] for fine, plain in PLAIN_SIGNS.items()}).items()))


def _goes_on_after_name(head: str) -> bool:
    """Whether a statement that begins with a word and a quoted name cannot end there."""
    table = load()
    for first, _ in table.starts.values():
        path = [first]
        for kind in (head, "QUOTED"):
            goal = table.actions[path[-1]].get(kind, -1)
            if goal < 0:
                break
            path.append(goal)
        else:
            return not _can_end(path)
    return False


def _can_end(path: list[int]) -> bool:
    """Whether the text may end after the states of a path."""
    table, states = load(), list(path)
    accepted = {state for _, state in table.starts.values()}
    while states[-1] not in accepted:
        goal = table.actions[states[-1]].get(END, 0)
        if goal >= 0:
            return False
        production = table.productions[~goal]
        del states[len(states) - production.size :]
        states.append(table.gotos[states[-1]][production.makes])
    return True


def _following() -> tuple[dict[str, set[str]], dict[str, set[str]], set[str]]:
    """For each kind of lexeme, those that can come right after it, in the same statement or in the next.

    First for the kinds that begin a statement, then for those inside one. Third, the kinds that can end one.
    """
    table = load()
    firsts = {first for first, _ in table.starts.values()}
    begins = {kind for first in firsts for kind in table.actions[first]}
    closing = {"RBRACE", "SEMICOLON"}
    heads: defaultdict[str, set[str]] = defaultdict(set)
    inside: defaultdict[str, set[str]] = defaultdict(set)
    for state, row in enumerate(table.actions):
        for kind, goal in row.items():
            if goal >= 0:
                (heads if state in firsts else inside)[kind] |= table.actions[goal].keys()
    ends = {kind for kind, kinds in inside.items() if END in kinds}
    for kind in ends:
        inside[kind] = inside[kind] - {END} | begins | closing
    return heads, inside, ends | closing
