"""Colours: by patterns, made from the parse table and nearly as it reads; by Pygments, exactly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from leadwright.assist.classify import classified
from leadwright.assist.pygments_lexer import LeadwrightLexer
from leadwright.assist.textmate import made, patterns
from leadwright.grammar.messages.diagnostics import Source
from leadwright.grammar.syntax.parse import parse
from pygments.token import Keyword

ROOT = Path(__file__).parents[2]
RULESETS = sorted((ROOT / "rulesets").glob("*.rules"))
CASES = sorted((ROOT / "tests/language").rglob("*.rules"))


def test_the_committed_files_are_fresh() -> None:
    for path, text in made().items():
        assert path.read_text("utf-8") == text, "write them again: python -m leadwright.assist.textmate"


def keywords(text: str) -> set[int]:
    """Where the patterns see a keyword, as TextMate applies them: line by line, the first match first."""
    compiled = {sort: re.compile(pattern) for sort, pattern in patterns().items()}
    found, start = set(), 0
    for line in text.split("\n"):
        at = 0
        while at < len(line):
            matches = [
                (m.start(), sort, m) for sort, one in compiled.items() if (m := one.search(line, at)) and m[0]
            ]
            if not matches:
                break
            first, sort, match = min(matches, key=lambda item: item[0])
            if sort in ("statement", "keyword"):
                found.update(range(start + first, start + match.end()))
            at = match.end()
        start += len(line) + 1
    return found


def words(text: str) -> Iterator[tuple[int, bool]]:
    """The words outside of texts and comments, and whether the parser reads each as a keyword."""
    for one in classified(parse(Source(text))):
        if text[one.span.start].isalpha():
            yield one.span.start, one.sort == "keyword"


@pytest.mark.parametrize(("files", "least"), [(RULESETS, 0.995), (CASES, 0.98)], ids=["rulesets", "cases"])
def test_patterns_read_nearly_as_the_parser_does(files: list[Path], least: float) -> None:
    right = every = 0
    for path in files:
        text = path.read_text("utf-8")
        seen = keywords(text)
        for at, is_keyword in words(text):
            every += 1
            right += (at in seen) is is_keyword
    assert every > 1_000
    assert right / every >= least


@given(st.text(alphabet='rule when"[]#\n\r 1+é🙂\ufeff', max_size=60))
def test_pygments_gets_every_character(text: str) -> None:
    pieces = list(LeadwrightLexer().get_tokens_unprocessed(text))
    assert "".join(piece for _, _, piece in pieces) == text
    assert [at for at, _, _ in pieces] == [sum(len(p) for _, _, p in pieces[:n]) for n in range(len(pieces))]


def test_pygments_reads_as_the_parser_does() -> None:
    text = RULESETS[-1].read_text("utf-8")
    seen = {at for at, token, _ in LeadwrightLexer().get_tokens_unprocessed(text) if token is Keyword}
    assert seen == {at for at, is_keyword in words(text) if is_keyword}
