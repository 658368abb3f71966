"""Edits of comments: changed, added, taken out; headings; nothing else moves."""

from __future__ import annotations

import pytest
from leadwright.grammar.edits import Applied, Card, Conflict, Edit, Rejection, apply, outline, places
from leadwright.grammar.messages.diagnostics import Source
from leadwright.grammar.syntax.parse import parse

TEXT = """\
# Head one.
# more

# Why A.
rule "A"
when a  # because
  # second
  and b
then +5 # end

# --- Fit ---

stage X when score > 1; stage Y when score > 2
"""


def cards(text: str) -> tuple[Card, ...]:
    return outline(parse(Source(text)))


def done(text: str, edit: Edit) -> Applied:
    """The edit done; undone again it gives the text it came from."""
    made = apply(text, edit)
    assert isinstance(made, Applied), made
    back = apply(made.text, made.inverse)
    assert isinstance(back, Applied)
    assert back.text == text
    return made


def key_of(title: str) -> str:
    return next(card.key for card in cards(TEXT) if card.title == title)


def test_every_comment_has_a_path_where_it_is_shown() -> None:
    rule = cards(TEXT)[1]
    assert [(note.path, note.text) for note in rule.comments] == [
        ("comments", "Why A."),
        ("comments.3", "end"),
    ]
    assert rule.condition is not None
    assert rule.condition.rows is not None
    assert [note.path for row in rule.condition.rows for note in row.comments] == ["comments.1", "comments.2"]


@pytest.mark.parametrize(
    ("edit", "old", "new"),
    [
        (Edit("set", "rule:A", "comments.0", "Why A.", "Why not."), "# Why A.", "# Why not."),
        (Edit("set", "rule:A", "comments.0", new="One\n\n# Two"), "# Why A.", "# One\n# Two"),
        (Edit("set", "rule:A", "comments.1", "because", "so"), "# because", "# so"),
        (Edit("set", "rule:A", "comments.1", "because"), "when a  # because\n", "when a\n"),
        (Edit("remove", "rule:A", "comments.2", "second"), "  # second\n", ""),
        (Edit("set", "rule:A", "comments.3", "end", " "), "then +5 # end\n", "then +5\n"),
        (Edit("set", "rule:A", "comments", "Why A.", "One\n\nTwo"), "# Why A.", "# One\n#\n# Two"),
        (Edit("set", "rule:A", "comments", "Why A."), "# Why A.\n", ""),
        (
            Edit("set", key_of("Head one."), "comments", "Head one.\nmore", "Head"),
            "# Head one.\n# more",
            "# Head",
        ),
        (Edit("set", key_of("Head one."), "comments"), "# Head one.\n# more\n\n", ""),
        (Edit("add", "rule:A", "comments", new="new"), "# Why A.\n", "# Why A.\n# new\n"),
        (Edit("head", "rule:A", new="Fit"), "# Why A.", "# Fit\n\n# Why A."),
        (Edit("set", key_of("Head one."), "comments.1", "more", "less"), "# more", "# less"),
        (Edit("remove_statement", key_of("Head one.")), "# Head one.\n# more\n\n", ""),
        (Edit("remove_statement", key_of("Fit")), "# --- Fit ---\n\n", ""),
    ],
)
def test_an_edit_of_a_comment_changes_that_comment_alone(edit: Edit, old: str, new: str) -> None:
    assert done(TEXT, edit).text == TEXT.replace(old, new)


def test_a_section_goes_by_its_new_words() -> None:
    made = done(TEXT, Edit("set", key_of("Fit"), "comments.0", new="Engagement"))
    assert made.key in {card.key for card in cards(made.text)}
    assert made.key != key_of("Fit")


def test_what_was_taken_out_is_named() -> None:
    assert done(TEXT, Edit("remove_statement", key_of("Head one."))).taken == ("# Head one.", "# more")


def test_a_comment_that_somebody_changed_is_not_overwritten() -> None:
    found = apply(TEXT, Edit("set", "rule:A", "comments.0", old="Why B.", new="x"))
    assert isinstance(found, Conflict)
    assert found.found == "Why A."
    assert isinstance(apply(TEXT, Edit("set", "rule:A", "comments.9", old="x", new="y")), Conflict)


@pytest.mark.parametrize(
    "edit",
    [
        Edit("set", "rule:A", "comments.1", new="two\nlines"),
        Edit("add", "stage:Y", "comments", new="shares its line"),
        Edit("head", "stage:Y", new="shares its line"),
        Edit("head", "rule:A", new="  "),
        Edit("add", "rule:A", "comments", new="#"),
        Edit("negate", "rule:A", "comments.0"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(edit: Edit) -> None:
    assert isinstance(apply(TEXT, edit), Rejection)


def test_a_part_of_a_text_makes_the_card_that_the_whole_makes() -> None:
    text = TEXT + '\ngroup "G" at most 5 {\n    # In it.\n\n    # Of B.\n    rule "B" when b then +1\n}\n'
    whole = {card.key: card for card in cards(text)}
    for place in places(parse(Source(text))):
        alone = [card for card in cards(text[place.start : place.end]) if card.sort == place.sort]
        assert [card.value for card in alone] == [whole[place.keys[0]].value]
        assert [card.comments for card in alone] == [whole[place.keys[0]].comments]
        assert len(place.keys) == 1 + len(whole[place.keys[0]].cards)
