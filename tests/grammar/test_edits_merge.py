"""Two people at one text: edits on a text that went on, undoing past others' edits, merging whole texts."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from leadwright.grammar.edits import Applied, Conflict, Edit, apply, merge
from leadwright.grammar.edits.document import Document, Item
from leadwright.grammar.messages.diagnostics import Source
from leadwright.grammar.syntax.parse import parse
from leadwright.grammar.text.printer import text_of
from leadwright.tests.effort import examples
from leadwright.tests.grammar.random_edits import any_edit, comments, of_part, of_row, of_series
from leadwright.tests.strategies import scattered, statements

TEXT = """\
# People

when visited pricing >= 2 and title in ICP then +20  # nameless

rule "B"
when b >= 1  # often
then +5

stage MQL when score >= 40
stage SQL when score >= 80
"""
NAMELESS = "unnamed:when visited pricing >= 2 and title in ICP then +20"


def after(text: str, edit: Edit, seen: str | None = None) -> str:
    applied = apply(text, edit, seen=seen)
    assert isinstance(applied, Applied), applied
    return applied.text


def both(mine: Edit, theirs: Edit) -> str:
    """The text when they were first and I, who had not seen it, came after."""
    return after(after(TEXT, theirs), mine, seen=TEXT)


def test_different_places_of_one_statement_never_clash() -> None:
    made = both(
        Edit("set", NAMELESS, "then.0.points", "+20", "+25"), Edit("set", NAMELESS, "when.0.value", "2", "3")
    )
    assert "when visited pricing >= 3 and title in ICP then +25  # nameless\n" in made
    made = both(Edit("add", NAMELESS, "when", new="mine"), Edit("add", NAMELESS, "when", new="theirs"))
    assert "and title in ICP and theirs and mine then +20" in made
    made = both(Edit("set", NAMELESS, "when.1.name", "title", "role"), Edit("remove", NAMELESS, "when.0"))
    assert "when role in ICP then +20" in made


def test_a_comment_of_one_does_not_swallow_what_the_other_adds() -> None:
    text = "stage MQL when a\nstage SQL when b\n"
    noted, asked = text.replace("when a", "when a # old"), text.replace("when a", "when a and c")
    for mine, theirs in ((noted, asked), (asked, noted)):
        assert merge(text, mine, theirs).text == text.replace("when a", "when a and c # old")


def test_statements_of_one_line_stay_side_by_side_where_they_can() -> None:
    text = "when a then +1; when b then +2; when c then +3\n"
    mine, theirs = text.replace("+1", "+4"), text.replace("+2", "+5")
    assert merge(text, mine, theirs).text == "when a then +4; when b then +5; when c then +3\n"
    moved = "when c then +3\nwhen b then +2; when a then +1  # last"
    assert merge(text, moved, text.replace("when b", "when d then +9; when b")).text == (
        "when c then +3\nwhen b then +2; when a then +1  # last\nwhen d then +9; "
    )


def test_the_same_place_is_a_conflict_which_names_what_is_there() -> None:
    theirs = after(TEXT, Edit("set", "rule:B", "when.0.value", "1", "7"))
    mine = Edit("set", "rule:B", "when.0.value", "1", "9")
    for conflict in (apply(theirs, mine), apply(theirs, mine, seen=TEXT)):
        assert isinstance(conflict, Conflict)
        assert "7" in conflict.message
    assert isinstance(apply(after(TEXT, Edit("remove_statement", "rule:B")), mine, seen=TEXT), Conflict)


def test_what_was_renamed_or_moved_meanwhile_is_found() -> None:
    points = Edit("set", "rule:B", "then.0.points", "+5", "+6")
    renamed = both(points, Edit("rename", "rule:B", old="B", new="Better"))
    assert 'rule "Better"\nwhen b >= 1  # often\nthen +6\n' in renamed
    moved = both(points, Edit("move_statement", "rule:B", side="after", beside="stage:SQL"))
    assert moved.endswith('rule "B"\nwhen b >= 1  # often\nthen +6\n')


def test_an_edit_is_undone_past_those_of_others() -> None:
    mine = apply(TEXT, Edit("add", "rule:B", "when", new="c"))
    assert isinstance(mine, Applied)
    theirs = after(
        after(mine.text, Edit("set", "rule:B", "then.0.points", "+5", "+6")),
        Edit("remove_statement", NAMELESS),
    )
    assert after(theirs, mine.inverse) == after(theirs, mine.inverse, seen=mine.text)
    assert "when b >= 1  # often\nthen +6" in after(theirs, mine.inverse)
    taken = after(mine.text, Edit("set", "rule:B", "when.1.name", "c", "d"))
    assert isinstance(apply(taken, mine.inverse), Conflict)
    assert isinstance(apply(after(taken, Edit("remove_statement", "rule:B")), mine.inverse), Conflict)


@pytest.mark.parametrize(
    ("mine", "theirs", "wanted"),
    [
        (TEXT, TEXT + "# new\n", TEXT + "# new\n"),
        (TEXT + "# new\n", TEXT, TEXT + "# new\n"),
        (TEXT.replace("+20", "+21"), TEXT.replace("+5", "+6"),
         TEXT.replace("+20", "+21").replace("+5", "+6")),
        (TEXT.replace("# often", "# seldom"), TEXT.replace("b >= 1", "b >= 2"),
         TEXT.replace("b >= 1  # often", "b >= 2  # seldom")),
        (TEXT + "stage X when a\n", TEXT + "stage Y when a\n", TEXT + "stage Y when a\nstage X when a\n"),
        (TEXT.replace("stage MQL when score >= 40\n", ""), TEXT.replace("+5", "+6"),
         TEXT.replace("stage MQL when score >= 40\n", "").replace("+5", "+6")),
    ],
)  # fmt: skip
def test_texts_are_merged(mine: str, theirs: str, wanted: str) -> None:
    merged = merge(TEXT, mine, theirs)
    assert not merged.conflicts
    assert merged.text == wanted


def test_a_conflict_holds_what_the_merged_text_does_not() -> None:
    mine, theirs = TEXT.replace("b >= 1", "b >= 2"), TEXT.replace("b >= 1", "b >= 3")
    merged = merge(TEXT, mine, theirs)
    assert merged.text == theirs
    (conflict,) = merged.conflicts
    assert conflict.key == "rule:B"
    assert "b >= 2" in conflict.mine
    assert "b >= 3" in conflict.theirs
    assert 'Somebody changed "B" at the same place meanwhile' in conflict.message


def test_what_one_changed_and_the_other_took_out_stays() -> None:
    gone = after(TEXT, Edit("remove_statement", "rule:B"))
    more = TEXT.replace("b >= 1", "b >= 2")
    for mine, theirs in ((gone, more), (more, gone)):
        merged = merge(TEXT, mine, theirs)
        assert "b >= 2" in merged.text
        assert len(merged.conflicts) == 1


def test_broken_texts_are_merged_too() -> None:
    base = "when a >= then +1\nwhen b then +2\n"
    merged = merge(base, base.replace("a >=", "a >= 2"), base.replace("+2", "+3"))
    assert merged == type(merged)("when a >= 2 then +1\nwhen b then +3\n", ())


@st.composite
def texts(draw: st.DrawFn) -> str:
    made = draw(st.lists(statements(), min_size=2, max_size=4))
    text = draw(scattered("\n".join(map(text_of, made))))
    assume(not Document.of(text).parsed.broken)
    return text


def said(text: str) -> tuple[object, Counter[str]]:
    """All that a text says, its layout aside."""
    return parse(Source(text)).tree, comments(text)


def _items(applied: Applied) -> list[Item]:
    return Document.of(applied.text, applied.parsed).items


@settings(max_examples=examples(100), suppress_health_check=list(HealthCheck))
@given(texts(), st.randoms())
def test_edits_of_two_statements_come_to_the_same_in_any_order(text: str, some: Random) -> None:
    now = Document.of(text)
    one, other = some.sample([item for item in now.items if item.sort != "group"], 2)
    mine = some.choice((of_part, of_row, of_series))(some, now, one)
    theirs = some.choice((of_part, of_row, of_series))(some, now, other)
    assume(mine.path != "name" and theirs.path != "name")
    first, second = apply(text, mine), apply(text, theirs)
    assume(isinstance(first, Applied) and isinstance(second, Applied))
    assert isinstance(first, Applied)
    assert isinstance(second, Applied)
    assume(not any(item.key.endswith("#2") for item in (*now.items, *_items(first), *_items(second))))
    made = said(after(second.text, mine))
    assert said(after(first.text, theirs)) == made
    assert said(after(second.text, mine, seen=text)) == made
    merged = merge(text, first.text, second.text)
    assert (said(merged.text), merged.conflicts) == (made, ())


@settings(max_examples=examples(100), suppress_health_check=list(HealthCheck))
@given(texts(), st.randoms())
def test_merging_loses_nothing(text: str, some: Random) -> None:
    sides, taken = [text, text], Counter[str]()
    for side in (0, 1, 0, 1, 0, 1):
        applied = apply(sides[side], any_edit(some, Document.of(sides[side])))
        if isinstance(applied, Applied):
            sides[side] = applied.text
            taken += Counter(applied.taken)
    merged = merge(text, *sides)
    if merged.conflicts:
        assert all(conflict.message and conflict.mine + conflict.theirs for conflict in merged.conflicts)
    else:
        assert not parse(Source(merged.text)).broken
    kept = comments(merged.text + "\n" + "\n".join(conflict.mine for conflict in merged.conflicts))
    assert comments(text) - taken <= kept
