"""What each piece of a text is."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from leadwright.assist.classify import classified
from leadwright.assist.outline import folds, symbols
from leadwright.assist.references import References
from leadwright.grammar.messages.diagnostics import Source
from leadwright.grammar.syntax.parse import parse

ROOT = Path(__file__).parents[2]


def pieces(text: str) -> list[tuple[str, str]]:
    parsed = parse(Source(text))
    found = classified(parsed, References([(parsed.source, parsed.tree)]).of(parsed.source))
    return [(one.sort, text[one.span.start : one.span.end]) for one in found]


def test_a_word_is_a_keyword_only_where_the_parser_reads_it_so() -> None:
    text = 'field number: number # n\nrule "A" when number >= 2 and visited text then +5\n'
    assert pieces(text) == [
        ("keyword", "field"), ("field", "number"), ("sign", ":"), ("keyword", "number"), ("comment", "# n"),
        ("keyword", "rule"), ("rule", '"A"'), ("keyword", "when"), ("field", "number"), ("sign", ">="),
        ("number", "2"), ("keyword", "and"), ("name", "visited"), ("name", "text"), ("keyword", "then"),
        ("sign", "+"), ("number", "5"),
    ]  # fmt: skip


def test_in_a_broken_statement_the_reserved_words_are_keywords() -> None:
    assert pieces("rule when then\n") == [("keyword", "rule"), ("keyword", "when"), ("keyword", "then")]


@given(st.text(alphabet='rule when"[]#\n\r 1+é🙂', max_size=40))
def test_pieces_never_overlap_and_blanks_alone_are_left_out(text: str) -> None:
    parsed = parse(Source(text))
    end = 0
    for one in classified(parsed):
        assert not text[end : one.span.start].strip("\ufeff").strip()
        assert one.span.start >= end
        end = one.span.end
    assert not text[end:].strip()


def test_statements_are_listed_and_folded() -> None:
    text = (
        '# one\n# two\n\nruleset "X"\ngroup "G" at most 10 {\n  rule "A"\n  when visited pricing then +1\n}\n'
    )
    parsed = parse(Source(text))
    found = symbols(parsed)
    assert [(one.word, one.name, [inner.name for inner in one.inner]) for one in found] == [
        ("ruleset", 'ruleset "X"', []),
        ("group", "G", ["A"]),
    ]
    lines = [
        (text[: s.start].count("\n"), text[: s.end].count("\n"), comment) for s, comment in folds(parsed)
    ]
    assert [one for one in lines if one[0] < one[1]] == [(4, 7, False), (5, 6, False), (0, 1, True)]
