"""Random edits of random texts: nothing is lost, nothing else changes, and all can be undone."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from leadwright.grammar.edits import Applied, Edit, apply
from leadwright.grammar.edits.document import Document
from leadwright.grammar.text.printer import text_of
from leadwright.tests.effort import examples
from leadwright.tests.grammar.random_edits import any_edit, comments
from leadwright.tests.strategies import scattered, statements

TAKING = ("remove", "remove_statement", "set")


def undone(text: str, applied: Applied) -> None:
    """Undoing gives the text back, redoing the edit, and so on."""
    back = apply(applied.text, applied.inverse)
    assert isinstance(back, Applied)
    assert back.text == text
    again = apply(text, back.inverse)
    assert isinstance(again, Applied)
    assert again.text == applied.text
    assert replace(again.inverse, key="") == replace(applied.inverse, key="")


@settings(max_examples=examples(400), suppress_health_check=list(HealthCheck))
@given(st.data(), st.randoms())
def test_edits_change_their_place_alone_and_can_be_undone(data: st.DataObject, some: Random) -> None:
    made = data.draw(st.lists(statements(), min_size=1, max_size=4))
    text = data.draw(scattered("\n".join(map(text_of, made))))
    assume(not Document.of(text).parsed.broken)
    for _ in range(8):
        now = Document.of(text)
        edit = any_edit(some, now)
        assert Edit.from_dict(edit.as_dict()) == edit
        done = apply(text, edit, parsed=now.parsed)
        if not isinstance(done, Applied):
            assert done.message
            continue
        assert not done.parsed.broken
        before, after = comments(text), comments(done.text) + Counter(done.taken)
        noted = edit.op == "head" or edit.path.startswith("comments")
        assert before == after if edit.op != "duplicate" and not noted else before <= after
        assert not done.taken or edit.op in TAKING or noted
        assert text.startswith(done.text[: done.span.start])
        assert text.endswith(done.text[done.span.end :])
        undone(text, done)
        text = done.text
