"""What is said of a place in a text. The bar stands before the place."""

from __future__ import annotations

import pytest
from leadwright.assist.hover import hover_at
from leadwright.engine.catalogue import Catalogue, EventFacts, FieldFacts
from leadwright.grammar.syntax.nodes import Kind

DATA = Catalogue(
    10,
    {"title": FieldFacts("title", Kind.TEXT, 9, {"CTO": 5, "CEO": 2, "VP": 1, "CMO": 1}, True)},
    {"visited": EventFacts("visited", 20, {"pricing": 12, "docs": 2}, {})},
)

DECLARED = """\
list ICP: "VP *", "CTO"
define big: title = "x"
score fit from 0 to 9
stage MQL when score >= 1
"""

PHRASES = [
    (
        "when |visited pricing >= 2 in last 9 days then +5",
        "the lead visited pricing at least 2 times in the last 9 days",
    ),
    (
        "when visited pricing >= 2 in last |9 days then +5",
        "the lead visited pricing at least 2 times in the last 9 days",
    ),
    ("when title in |ICP and visited then +5", "title is one of ICP"),
    ("when title in ICP |and visited then +5", "title is one of ICP and visited happened"),
    ("when visited and (big or title in ICP|) then +5", "big applies or title is one of ICP"),
    ('when big then |+20 fit, tag "a"', "gets 20 points of fit"),
    ('when big then +20 fit, |tag "a"', 'gets the tag "a"'),
    ("for |each visited once per day then +1", "for each visited, at most once per day"),
    ("stage SQL when |score >= 9 and big", "its score is at least 9"),
    ("grade fit: |A from 5, B otherwise", "A from 5"),
    ('test "t" given |title = "x" expect score = 0', 'title is "x"'),
    ('test "t" given title = "x" expect |score = 0', "the score is 0"),
    ("|when big then +5", "when big applies"),
    ("when big |then +5", None),
    ("|stage SQL when score >= 9", None),
    ("when title in ICP| and visited then +5", "title is one of ICP"),
]

ABOUT = [
    ("when |title in ICP then +5", "title", "a field: text, 9 leads; most often CTO (5), CEO (2) and VP (1)"),
    ("when title in |ICP then +5", "ICP", 'a list: "VP *", "CTO"'),
    ("when |visited pricing then +5", "visited", "an event: 20 times; most often pricing (12) and docs (2)"),
    ("when visited |pricing then +5", None, None),
    ("when |big then +5", "big", 'a definition: title = "x"'),
    ("when big then +5 |fit", "fit", "a score: from 0 to 9"),
    ('test "t" given big = 1 expect stage = |MQL', "MQL", "a stage: when score >= 1"),
    ("when big| then +5", "big", 'a definition: title = "x"'),
    ("when |came_by then +5", None, None),
    ("when |title = = then", "title", "a field: text, 9 leads; most often CTO (5), CEO (2) and VP (1)"),
]


def place(marked: str) -> tuple[str, int]:
    before, _, after = marked.partition("|")
    return DECLARED + before + after, len(DECLARED + before)


@pytest.mark.parametrize(("marked", "phrase"), PHRASES, ids=[case[0] for case in PHRASES])
def test_the_smallest_part_that_can_be_said(marked: str, phrase: str | None) -> None:
    found = hover_at(*place(marked), DATA)
    assert found is not None
    assert found.phrase == phrase
    assert found.statement is not None


@pytest.mark.parametrize(("marked", "name", "about"), ABOUT, ids=[case[0] for case in ABOUT])
def test_what_a_name_stands_for(marked: str, name: str | None, about: str | None) -> None:
    found = hover_at(*place(marked), DATA)
    assert found is not None
    assert (found.name, found.about) == (name, about)


def test_the_part_is_where_the_phrase_says() -> None:
    text, offset = place("when visited docs and |title in ICP then +5")
    found = hover_at(text, offset, DATA)
    assert found is not None
    assert text[found.span.start : found.span.end] == "title in ICP"
    assert found.statement == "When the lead visited docs and title is one of ICP, it gets 5 points."


@pytest.mark.parametrize("marked", ["when big then +5  # |why", "when big then +5 |\n", "when |= 3", "\n|"])
def test_where_there_is_nothing_to_say_nothing_is_said(marked: str) -> None:
    assert hover_at(*place(marked), DATA) is None


def test_a_groups_head_is_said_without_its_rules() -> None:
    found = hover_at('group "W" at most 5 { when visited then +5 }', 0, DATA)
    assert found is not None
    assert found.statement == 'The rules of "W" together give at most 5 points.'


def test_no_place_in_any_text_breaks_it() -> None:
    text = (
        DECLARED + 'group "G" at most 5 {\nwhen visited "a" where (seconds > 5) then +5 fit, tag "x" }\n[ "x'
    )
    for offset in range(len(text) + 1):
        for cut in (len(text), offset + 3):
            found = hover_at(text[:cut], min(offset, cut), DATA)
            assert found is None or 0 <= found.span.start < found.span.end <= cut
