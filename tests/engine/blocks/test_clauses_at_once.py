"""Clauses over columns of many different values, found from arrays, against each value asked about."""

from __future__ import annotations

import numpy as np
import pytest
from leadwright import load
from leadwright.engine.score_many import truths
from leadwright.engine.score_many.columns import NEVER, Numbered, Scattered
from leadwright.engine.score_one.facts import instant_from
from leadwright.engine.score_one.scorer import Scorer
from leadwright.engine.values import DAY, MICROSECONDS
from leadwright.grammar.syntax.nodes import Unit

NOW = instant_from("2026-01-15T12:00Z", "now")
HOUR = MICROSECONDS[Unit.HOUR]

TEXTS = ["", "a", "ab", "b", "ba", "aba", "abab", "vp", "vp ", "vp of", "über", "ü", "日本", "😀", " a"]
PATTERNS = ["a", "a*", "*a", "a*a", "ab*b", "*b*", "a*b*a", "*", "ü*", "*ber", "vp *", "😀", "日*", "A*"]
ASKED_OF_TEXT = [
    *(f'when name = "{pattern}" then +1' for pattern in PATTERNS),
    *(f'when name != "{pattern}" then +1' for pattern in PATTERNS),
    'when name starts with "a" then +1',
    'when name ends with "*b" then +1',
    'when name contains "ba" then +1',
    'when name in ("a", "b*", "*ü") then +1',
    'when name not in ("a", "b*", "*ü") then +1',
    "when name is known then +1",
    'when domain(name) = "a" then +1',
]
ASKED_OF_INSTANTS = [
    *(f"when days since visited {operator} 4 then +1" for operator in ("<", "<=", ">", ">=", "=", "!=")),
    "when days since first visited > 4 then +1",
]


def answers(text: str, column: Numbered | Scattered) -> list[int]:
    parts = Scorer(load(f"field name: text\n{text}\n").plan).parts
    (clause,) = parts.clauses
    inputs = parts.semantic_keys.inputs(clause)
    found: list[int] = truths.answer(parts, clause, inputs, [column], NOW).tolist()
    return found


@pytest.mark.parametrize("text", ASKED_OF_TEXT)
def test_texts(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for values in ([*TEXTS, None], [*TEXTS, "a\0", None], [*TEXTS, "a" * 100]):
        codes = np.arange(len(values), dtype=np.uint16)[::-1]
        one_by_one = answers(text, Numbered(codes, values))
        with monkeypatch.context() as patched:
            patched.setattr(truths, "_MANY", 0)
            assert answers(text, Numbered(codes, values)) == one_by_one


@pytest.mark.parametrize("text", ASKED_OF_INSTANTS)
def test_instants(text: str) -> None:
    days = [NOW - 4 * DAY + by for by in (-DAY, -HOUR, -1, 0, 1, HOUR, DAY)]
    instants = np.array([*days, NOW, 0, NEVER], np.int64)
    values = [None if at == NEVER else at for at in instants.tolist()]
    numbered = Numbered(np.arange(len(values), dtype=np.uint8), values)
    assert answers(text, Scattered((instants,))) == answers(text, numbered)
