"""Words of the language that are free: as a name, each reads as it does in square brackets or quotes."""

from __future__ import annotations

import pytest
from leadwright.grammar.messages.diagnostics import Source
from leadwright.grammar.spec.words import RESERVED
from leadwright.grammar.syntax.lr_table import load
from leadwright.grammar.syntax.parse import Parsed, parse

FREE = sorted(word for word in load().terminals.values() if word.isalpha() and word not in RESERVED)

NAME_PLACES = """
field {}: text
field {} from "x": number, otherwise 3
event {}
event {} from "x" by path
event visited from "x" by {}
event visited by {}
list {}: "a"
list {} from "x.csv" column {}
define {}: a > 1
score {} from 0 to 5
score {} to 5
score {}
when {} then +1
when {} > 1 and not {} then +1
when {} pricing >= 2 in last 3 days then +1
when {} "x" or {} /docs then +1
when {} where {} = 1 then +1
when visited where {} then +1
when x in {} then +1
when x not in {} and y then +1
when x = {} then +1
when ({} + {}) * {} > -{} then +1
when {} is known then +1
when {} in (1, 2) and {} in last 3 days then +1
when {} between 1 and {} then +1
when {} contains "x" or {} starts with "x" then +1
when {} followed by visited within 3 days then +1
when visited followed by {} within 3 days then +1
when visited followed by {} where {} = 1 within 3 days then +1
when sum({}.{}) > 3 then +1
when distinct({}) > 3 or days({} pricing) > 2 then +1
when days since {} > 3 or days until {} > 3 then +1
when days since first {} > 3 then +1
when domain({}) = "x" then +1
when a then +5 {}
when a then +5 {} at most 3, -2 {} at least 3
when a then +5 {} fading 3% every 2 days, +3 {} halving every 3 days, tag "x"
for each {} then +1
for latest {} in last 3 days when {} once per day then +1
for first {} where {} = 1 then +1
group "x" at most 3 {{ when {} then +1 {} }}
stage {} when {} > 1
stage {} in {} when score > 1
disqualify when {} because "x"
grade {}: A from 3, {} from 2, {} otherwise
grade: {} from 1
outcome {} when {}
outcome {} when {} = 1 at {} within 3 days born {}
test "x" given {} = 1, {} is unknown, {} expect disqualified
test "x" given {} 3 times 2 days ago with {} = 1 and {} = 2, {} on 2026-01-01 expect disqualified
test "x" given {} pricing 2 days ago expect disqualified
test "x" expect {} >= 3, not {} = 2 and stage in {} = A
test "x" expect grade {} = {}
""".strip().splitlines()

OBJECT_PLACES = """
when visited {} then +1
when visited {} >= 2 in last 3 days then +1
when visited {} where a = 1 then +1
when visited {} followed by requested {} within 3 days then +1
when distinct(visited {}) > 1 or days(visited {} where a = 1) > 2 then +1
when days since first visited {} > 2 then +1
for each visited {} once per day then +1
outcome won when became {}
test "x" given visited {} expect disqualified
test "x" given visited {} 3 times 2 days ago, visited {} on 2026-01-01 expect disqualified
test "x" given visited {}, visited {} with a = 1 expect disqualified
""".strip().splitlines()


def read(text: str) -> Parsed:
    parsed = parse(Source(text))
    assert parsed.diagnostics == (), text
    return parsed


@pytest.mark.parametrize("place", NAME_PLACES)
def test_free_word_is_a_name(place: str) -> None:
    for word in FREE:
        if word == "none" and "stage" in place:
            continue
        assert read(place.replace("{}", word).replace("{{", "{").replace("}}", "}")).tree.statements
        bare = read(place.replace("{{", "{").replace("}}", "}").replace("{}", word))
        bracketed = read(place.replace("{{", "{").replace("}}", "}").replace("{}", f"[{word}]"))
        assert bare.tree.statements == bracketed.tree.statements


@pytest.mark.parametrize("place", OBJECT_PLACES)
def test_free_word_is_an_object(place: str) -> None:
    for word in FREE:
        if place.startswith("outcome") and word in ("at", "within", "born"):
            continue
        bare, quoted = (read(place.replace("{}", written)) for written in (word, f'"{word}"'))
        assert bare.tree.statements == quoted.tree.statements


@pytest.mark.parametrize("word", sorted(RESERVED))
def test_reserved_word_is_a_name_in_brackets_and_an_object_in_quotes(word: str) -> None:
    parsed = read(f'field [{word}]: number when [{word}] > 1 and visited "{word}" then +1 [{word}]')
    assert parsed.tree.statements[0].name.text == word  # type: ignore[union-attr]


def test_a_word_in_capitals_is_a_keyword_and_a_name_keeps_its_case() -> None:
    upper = read("WHEN Visited Pricing >= 2 IN LAST 30 DAYS THEN +5 Fit AT MOST 3")
    lower = read("when Visited Pricing >= 2 in last 30 days then +5 Fit at most 3")
    assert upper.tree.statements == lower.tree.statements
    assert "name=Name(text='Fit')" in repr(upper) or "Fit" in repr(upper.tree)
