"""Reading a text after one much like it gives what reading it alone gives."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from leadwright.grammar.messages.diagnostics import Source
from leadwright.grammar.syntax.nodes import Span
from leadwright.grammar.syntax.parse import Parsed, parse
from leadwright.grammar.syntax.scan import scan
from leadwright.grammar.syntax.walk import walk

EXAMPLES = sorted((Path(__file__).parents[2] / "rulesets").glob("*.rules"))
BITS = ('"', "\n", "\r\n", "\r", "#", " # x", "rule", "then +5", "when a", "}", "{", 'group "G" {', " and ",
        "(", ")", "[", "x", "\ufeff", ";", "“", "1", ".", "-", "/", "", "\u2028", "\x0b")  # fmt: skip


def spans(parsed: Parsed) -> list[Span]:
    return [node.span for node in walk(parsed.tree)]


def assert_same(again: Parsed, alone: Parsed) -> None:
    assert again == alone
    assert again.scanned == alone.scanned
    assert spans(again) == spans(alone)
    assert [one.span for one in again.diagnostics] == [one.span for one in alone.diagnostics]


@pytest.mark.parametrize("seed", range(40))
def test_a_text_changed_at_random_is_read_as_if_it_were_new(seed: int) -> None:
    some = Random(seed)
    text = some.choice(EXAMPLES).read_text(encoding="utf-8")
    before = parse(Source(text))
    for _ in range(4):
        start = some.randrange(len(text) + 1)
        end = min(len(text), start + some.choice((0, 0, 1, 3, 20, 200)))
        text = text[:start] + "".join(some.choice(BITS) for _ in range(some.randrange(4))) + text[end:]
        again = parse(Source(text), before)
        assert_same(again, parse(Source(text)))
        before = again


def test_the_same_statement_twice_is_read_at_both_places() -> None:
    rule = 'rule "A" when a then +1\n'
    again = parse(Source(rule + "\n" + rule), parse(Source(rule)))
    assert [node.span.start for node in again.tree.statements] == [0, len(rule) + 1]


def test_a_text_that_was_not_read_is_no_help_and_no_harm() -> None:
    endless = parse(Source("#" * 2_000_000))
    text = "when a then +1"
    assert endless.scanned is None
    assert parse(Source(text), endless).scanned == scan(text)
