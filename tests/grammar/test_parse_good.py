"""Correct texts: each is read without a word, and cut into statements as the grammar itself would."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lark import Lark, Token, Transformer
from leadwright.grammar.messages.diagnostics import Source
from leadwright.grammar.spec.words import RESERVED
from leadwright.grammar.syntax.build_statements import GroupOpen
from leadwright.grammar.syntax.lr_table import GRAMMAR, load
from leadwright.grammar.syntax.nodes import Group, Lexeme, Rule, Span, Statement
from leadwright.grammar.syntax.parse import builder, parse
from leadwright.grammar.syntax.scan import scan

GOOD = sorted((Path(__file__).parents[1] / "language" / "good").glob("*.rules"))


def text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8")


@cache
def whole_grammar() -> Lark:
    return Lark(GRAMMAR.read_text(encoding="utf-8"), parser="lalr", start="ruleset", propagate_positions=True)


class ToNodes(Transformer[Token, Any]):
    """Lark's own tree into nodes, by the same functions that the parser calls."""

    def __init__(self) -> None:
        super().__init__()
        rules = {made.action for made in load().productions if made.action and not made.passes}
        self.actions = {rule: builder(rule) for rule in rules}

    def __default__(self, data: str, children: list[Any], meta: Any) -> Any:
        span = Span(0, 0) if meta.empty else Span(meta.start_pos, meta.end_pos)
        if data == "ruleset":
            return tuple(children)
        if data == "group":
            header, *rules = children
            assert isinstance(header, GroupOpen)
            return Group(header.name, header.bounds, tuple(rules), span=span)
        return self.actions[data](span, *children)

    def __default_token__(self, token: Token) -> Lexeme:
        return Lexeme(token.type, str(token), token.start_pos or 0, token.end_pos or 0, token.lower(), False)


def read_whole(text: str) -> tuple[Statement, ...]:
    """The statements of a text, read in one go by Lark, with no cutting into pieces."""
    parser = whole_grammar().parse_interactive(start="ruleset")
    keywords = {pattern: name for name, pattern in load().terminals.items() if pattern[0].isalpha()}
    signs = {";": "SEMICOLON", "}": "RBRACE"}
    last = None
    for lexeme in scan(text).lexemes:
        kind = signs.get(lexeme.text, lexeme.kind)
        keyword = keywords.get(lexeme.word)
        if keyword and (lexeme.word in RESERVED or keyword in parser.accepts()):
            kind = keyword
        last = Token(kind, lexeme.text, start_pos=lexeme.start, end_pos=lexeme.end)
        if kind == "PATH" and "PATH" not in parser.accepts():  # as in sum(purchased.amount)
            name, dot, rest = lexeme.text.partition(".")
            for part, what in ((name, "WORD"), (dot, "DOT"), (rest, "WORD")):
                parser.feed_token(Token(what, part, start_pos=lexeme.start, end_pos=lexeme.end))
            continue
        parser.feed_token(last)
    tree = parser.feed_eof(last)
    statements: tuple[Statement, ...] = ToNodes().transform(tree)
    return statements


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_good_text_has_no_mistake_and_reads_as_the_whole_grammar_reads_it(path: Path) -> None:
    text = text_of(path)
    parsed = parse(Source(text))
    assert parsed.diagnostics == ()
    assert parsed.broken == ()
    assert parsed.tree.statements == read_whole(text)


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
@pytest.mark.parametrize("seed", range(4))
def test_layout_changes_nothing(path: Path, seed: int) -> None:
    """Any blank or line break between two lexemes, and `;` or none between statements."""
    text = text_of(path)
    choose = random.Random(seed)
    blanks = [[" "], ["\n"], [" ", "\n", "\r\n\t", "  # a comment\n"], [" ", "\n\n"]][seed]
    written = "".join(lexeme.text + choose.choice(blanks) for lexeme in scan(text).lexemes)
    assert parse(Source(written)).tree.statements == parse(Source(text)).tree.statements
    assert parse(Source(written)).diagnostics == ()


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_spans_hold_what_was_written(path: Path) -> None:
    """A statement's own text, cut out by its span, reads the same."""
    text = text_of(path)
    for statement in parse(Source(text)).tree.statements:
        again = parse(Source(text[statement.span.start : statement.span.end]))
        assert again.diagnostics == ()
        assert again.tree.statements == (statement,)


def test_comments_are_all_there_in_order() -> None:
    tree = parse(Source(text_of(next(path for path in GOOD if path.stem == "comments")))).tree
    assert [(comment.text, comment.own_line) for comment in tree.comments] == [
        ("# first", True),
        ("# after a", False),
        ("# between", True),
        ("# after b", False),
        ("# after five", False),
        ("# own line", True),
        ("# in group", False),
        ("# inside", True),
        ("# after group", False),
        ("#last", False),
    ]


def test_rules_of_a_group_stay_in_it() -> None:
    groups = [
        item
        for item in parse(Source(text_of(GOOD_BY_NAME["groups"]))).tree.statements
        if isinstance(item, Group)
    ]
    assert [len(group.rules) for group in groups] == [3, 1, 2, 1, 0]
    assert all(isinstance(rule, Rule) for group in groups for rule in group.rules)


GOOD_BY_NAME = {path.stem: path for path in GOOD}
