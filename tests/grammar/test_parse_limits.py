"""Texts past the limits: one clear error, soon, whatever they are made of."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from leadwright.grammar.messages.diagnostics import Severity, Source
from leadwright.grammar.syntax.limits import DEEPEST, LARGEST_TEXT, MOST_STATEMENTS
from leadwright.grammar.syntax.parse import Parsed, parse


def read(text: str) -> Parsed:
    return parse(Source(text))


def codes(text: str) -> list[str]:
    return [item.code for item in read(text).diagnostics]


@pytest.mark.parametrize("letter", ["a", "ä"])
def test_text_past_one_mebibyte_is_not_read(letter: str) -> None:
    fits = f"# {letter * ((LARGEST_TEXT - 2) // len(letter.encode()))}"
    assert codes(fits) == []
    assert codes(fits + letter) == ["text-too-long"]
    assert read(fits + letter).tree.statements == ()


def test_ten_thousand_statements_are_read_and_no_more() -> None:
    text = "when a then +1\n" * MOST_STATEMENTS
    assert codes(text) == []
    beyond = read(text + "when b then +1\nwhen c then +1\n")
    assert [item.code for item in beyond.diagnostics] == ["too-many-statements"]
    assert len(beyond.tree.statements) == MOST_STATEMENTS
    assert beyond.diagnostics[0].line == MOST_STATEMENTS + 1
    assert len(beyond.broken) == 1


def test_rules_in_groups_count_as_statements() -> None:
    text = 'group "G" {' + "when a then +1\n" * MOST_STATEMENTS + "}"
    assert codes(text) == ["too-many-statements"]


@pytest.mark.parametrize(
    "nested",
    [
        lambda depth: "(" * depth + "a" + ")" * depth,
        lambda depth: "not " * depth + "a",
        lambda depth: "b = " + "-" * depth + "1",
        lambda depth: "b = 1" + " + 1" * depth,
        lambda depth: "not (" * (depth // 2) + "a" + ")" * (depth // 2),
    ],
)
def test_nesting(nested: Callable[[int], str]) -> None:
    assert codes(f"when {nested(DEEPEST - 4)} then +1") == []
    for depth in (DEEPEST + 4, 10_000):
        assert codes(f"when {nested(depth)} then +1\nwhen b then +1") == ["too-deep"]
        assert len(read(f"when {nested(depth)} then +1\nwhen b then +1").tree.statements) == 1


def test_width_is_not_nesting() -> None:
    assert codes("when a" + " and b >= -1" * 500 + " then +1") == []
    assert codes("list L: " + ", ".join(['"x"'] * 5_000)) == []
    assert codes("when a in (" + ", ".join(["-1"] * 500) + ") then +1") == []


@pytest.mark.parametrize(
    "text",
    [
        "when a = {} then +1",
        "when a then +{}",
        "when a in last {} days then +1",
        "score x from {} to 5",
        "for each a then +1 fading {}% every 2 days",
        'test "x" given a = {} expect score = 1',
        'test "x" expect score = {}',
    ],
)
def test_absurdly_long_number(text: str) -> None:
    assert codes(text.replace("{}", "9" * 15)) == []
    for digits in (16, 5_000):
        assert codes(text.replace("{}", "9" * digits)) == ["number-too-long"]


@pytest.mark.parametrize(
    "text",
    [
        *(sign * 50_000 for sign in '"[{}('),
        *(word * 20_000 for word in ("when ", "when\n", "a ", "a#", "1.", "foo\n")),
        'group "x" {\n' * 5_000,
        "when a" + " and a or a" * 10_000,
        "when title contains VP and and x = 3 3 then +1\n" * 2_000,
        "list L: " + '"a" ' * 20_000,
    ],
    ids=lambda text: text[:12],
)
def test_heaps_of_rubbish_end_in_errors(text: str) -> None:
    parsed = read(text)
    assert parsed.diagnostics
    assert all(item.severity is Severity.ERROR for item in parsed.diagnostics)
    assert len(parsed.diagnostics) <= MOST_STATEMENTS + 1
