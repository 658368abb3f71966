"""What may be written next, at places of all sorts. The bar is where it is to be written."""

from __future__ import annotations

import pytest
from leadwright.assist.completion import complete, instead
from leadwright.engine.catalogue import Catalogue, EventFacts, FieldFacts
from leadwright.grammar.syntax.nodes import Kind

DATA = Catalogue(
    10,
    {
        "title": FieldFacts("title", Kind.TEXT, 9, {"CTO": 5, 'a "b"': 1}, True),
        "Lead Source": FieldFacts("Lead Source", Kind.TEXT, 3, {"Fair": 3}, True),
    },
    {
        "visited": EventFacts("visited", 20, {"pricing": 12, "Case A": 2}, {"seconds": Kind.NUMBER}),
        "Page Viewed": EventFacts("Page Viewed", 4, {"/docs": 4}, {}),
    },
)

TEXT = """\
list ICP: "a", "b", "c", "d"
define big: title = "x"
score fit from 0 to 9
rule "Big ones" when big then +5 fit, tag "key account"
stage MQL when score >= 1
grade fit: "A+" from 5, B otherwise
"""

CASES = [
    ("w|", ["when"]),
    ("|", ["define", "disqualify", "event", "field"]),
    ("when |", ["big", "title", "[Lead Source]", "visited", "[Page Viewed]", "sum("]),
    ("when ti|", ["title"]),
    ("when not sour|", ["[Lead Source]"]),
    ("when [lead|", ["[Lead Source]"]),
    ("when visited |", ["pricing", '"Case A"']),
    ("when visited case|", ['"Case A"']),
    ('when visited "ca|', ['"Case A"']),
    ("when title = |", ['"CTO"', '"a ""b"""']),
    ('when title = "CTO" or title = "c|', ['"CTO"']),
    ("when title in (|", ['"CTO"']),
    ('when title in ("x", |', ['"CTO"']),
    ("when title in I|", ["ICP"]),
    ("when title i|", ["in", "is"]),
    ("when visited where s|", ["seconds", "score"]),
    ("when visited pricing where (s|", ["seconds", "score"]),
    ("when sum(visited.|", ["seconds"]),
    ("when visited pricing >= 2 in last 3 d|", ["day", "days"]),
    ("when visited followed by |", ["visited", "[Page Viewed]"]),
    ("for each v|", ["visited"]),
    ("when title = 1 then +5 f|", ["fit", "fading", "field", "for"]),
    ("when title = 1 then +5 at |", ["least", "most"]),
    ("grade f|", ["fit"]),
    ('test "x" given ti|', ["title"]),
    ('test "x" given title = "a" expect fi|', ["fit"]),
    ('test "x" given title = "a" expect stage = m|', ["MQL"]),
    ("when title |", ["contains", "="]),
    ("when title is known then |", ["tag", "+", "-"]),
    ("list VIP: |", ['"CTO"', '"Fair"', '"a ""b"""']),
    ('list VIP: "CTO", fa|', ['"Fair"']),
    ("when visited pricing |", [">=", "then"]),
    ('test "x" given title = "a" expect grade fit = |', ['"A+"', "B"]),
    ('test "x" given title = "a" expect rule |', ['"Big ones"']),
    ('test "x" given title = "a" expect tag |', ['"key account"']),
    ("field |", ["title", "[Lead Source]"]),
    ("field source from |", ['"title"', '"Lead Source"']),
    ("event seen from |", ['"visited"', '"Page Viewed"']),
    ('event seen from "visited" by |', ["seconds"]),
    ("event visited by |", ["seconds"]),
    ("event |", ["visited", "[Page Viewed]"]),
    ("when visited # why |", []),
    ("when title = = |", []),
    ("rule |", []),
]


@pytest.mark.parametrize(("marked", "wanted"), CASES, ids=[case[0] for case in CASES])
def test_what_may_follow_is_offered(marked: str, wanted: list[str]) -> None:
    before, _, after = marked.partition("|")
    text = TEXT + before
    found = complete(text + after, len(text), DATA)
    offered = [item.text for item in found.suggestions]
    assert offered[: len(wanted)] == wanted or set(wanted) <= set(offered), offered
    if not wanted:
        assert offered == []


def test_a_renamed_event_offers_the_objects_of_what_it_renames() -> None:
    text = 'event viewed from "Page Viewed"\nwhen viewed '
    found = complete(text, len(text), DATA).suggestions
    assert [(item.text, item.count) for item in found if item.kind == "object"] == [("/docs", 4)]


def test_what_was_begun_is_replaced_and_counts_are_told() -> None:
    found = complete("when visited pri and title", 16, DATA)
    assert (found.start, found.end) == (13, 16)
    assert [(item.text, item.kind, item.count) for item in found.suggestions] == [("pricing", "object", 12)]


def test_each_name_is_told_about() -> None:
    text = TEXT + "field size: number\nwhen "
    notes = {item.text: item.note for item in complete(text, len(text), DATA).suggestions}
    assert {name: notes[name] for name in ("title", "size", "visited", "big", "sum(")} == {
        "title": "text, 9 leads",
        "size": "number",
        "visited": "20 times",
        "big": 'title = "x"',
        "sum(": "of a property, over events",
    }
    text = TEXT + "when title in "
    assert [item.note for item in complete(text, len(text), DATA).suggestions if item.kind == "list"] == [
        '"a", "b", "c" and 1 more'
    ]


MISSPELT = [
    ("when |titel| = 3 then +5", ["title"]),
    ("when |Led Source| = 3 then +5", ["[Lead Source]"]),
    ("when |[Lead Sorce]| = 3 then +5", ["[Lead Source]"]),
    ('when visited |"Case B"| then +5', ['"Case A"']),
    ("when visited |prcing| then +5", ["pricing"]),
    ('when title = |"CT0"| then +5', ['"CTO"']),
    ("when title in |IPC| then +5", ["ICP"]),
    ("when |bog| then +5", ["big"]),
    ("when big then +5 |fti|", ["fit"]),
    ("when visited in |lsat| 3 days then +5", ["last"]),
    ("when visited in last 3 |dayz| then +5", ["day", "days"]),
    ('|ruel| "x" when big then +5', ["rule"]),
    ("when |nothing_like_it| = 3 then +5", []),
    ("when title = = |titel| then +5", []),
]


@pytest.mark.parametrize(("marked", "wanted"), MISSPELT, ids=[case[0] for case in MISSPELT])
def test_what_was_meant_is_found_where_it_was_misspelt(marked: str, wanted: list[str]) -> None:
    before, wrong, after = marked.split("|")
    start = len(TEXT) + len(before)
    found = instead(TEXT + before + wrong + after, start, start + len(wrong), DATA)
    assert {item.text for item in found} == set(wanted)


def test_entries_of_lists_tell_the_field_that_has_them() -> None:
    text = "list VIP: "
    notes = [(item.text, item.note) for item in complete(text, len(text), DATA).suggestions]
    assert notes == [
        ('"CTO"', "title, 5 leads"),
        ('"Fair"', "Lead Source, 3 leads"),
        ('"a ""b"""', "title, 1 lead"),
    ]


def test_an_order_is_not_offered_where_there_is_none() -> None:
    text = "when title "
    signs = [item.text for item in complete(text, len(text), DATA).suggestions if item.kind == "sign"]
    assert signs == ["=", "!="]


def test_a_quote_that_is_closed_already_is_not_closed_twice() -> None:
    found = complete('when title = "ct" then', 16, DATA)
    assert (found.start, found.end, found.suggestions[0].text) == (13, 17, '"CTO"')
    found = complete("when [lead s] = 1", 12, DATA)
    assert (found.start, found.end, found.suggestions[0].text) == (5, 13, "[Lead Source]")


def test_what_is_declared_behind_the_place_is_offered_too() -> None:
    text = "when title in \n" + TEXT
    assert "ICP" in [item.text for item in complete(text, 14, DATA).suggestions]


def test_no_prefix_of_a_text_breaks_it() -> None:
    text = TEXT + 'group "G" at most 5 {\nwhen visited "a" where (seconds > 5) then +5 fit, tag "x" }\n'
    for offset in range(len(text) + 1):
        found = complete(text, offset, DATA)
        assert 0 <= found.start <= offset <= found.end <= offset + 1
