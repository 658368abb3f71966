"""What the table of statements gives a statement that is new to it."""

from __future__ import annotations

import pytest
from leadwright.grammar.frozen import frozen
from leadwright.grammar.spec.statements import BY_NODE, HEADS, Slot, StatementSpec, head_of
from leadwright.grammar.syntax import nodes as n
from leadwright.grammar.text.sentences import sentence


@frozen
class Penalty(n.Statement):
    """`penalty "Students" of 20 when title`."""

    name: n.Text
    points: int
    condition: n.Expression


SPEC = StatementSpec(
    Penalty,
    "penalty",
    "penalty",
    "Penalty",
    (
        Slot("name", "text"),
        Slot("points", "whole", "of"),
        "when",
        Slot("condition", "condition", path="when"),
    ),
    "{name} takes {points} points away when {condition}.",
)
NOWHERE = n.Span(0, 0)


def test_a_statement_that_begins_with_a_text_goes_on_to_its_when() -> None:
    head = head_of([SPEC])
    assert (head.quoted, head.needed, head.length) == (True, "when", 4)
    assert HEADS["ruleset"].needed == ""


def test_a_number_is_said_in_its_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BY_NODE, Penalty, SPEC)
    title = n.Reference(n.Name("title", span=NOWHERE), span=NOWHERE)
    said = sentence(Penalty(n.Text("Students", span=NOWHERE), 20, title, span=NOWHERE))
    assert said == '"Students" takes 20 points away when title.'
