"""Checks and lints leave nothing behind for the garbage collector: an editor asks for one at each key."""

from __future__ import annotations

import gc

import pytest
from leadwright.engine.reading import Reading, linted, read
from leadwright.grammar.messages.diagnostics import Source

HEAD = """\
field employees: number
define big: employees >= 500
stage MQL when score >= 10
handoff "Sales" of MQL when employees >= 5 to "ada@acme.example"
guarantee "Small" never stage = MQL when not big and employees < 2
test "Big" given employees = 600 expect score >= 1
"""


def rules(number: int) -> str:
    """A ruleset of so many rules."""
    return HEAD + "".join(
        f'rule "Rule {n}" when (big or employees > {n}) and visited page{n} where device = "phone" >= 2 '
        f"then +{n % 7 + 1}\n"
        for n in range(number)
    )


def left_in_circles(text: str, before: Reading) -> int:
    """How many objects only the garbage collector finds after a text was read and linted."""
    gc.collect()
    gc.disable()
    try:
        reading = read(Source(text), before=before.parsed, known=before.known, lints=False)
        assert not reading.errors, reading.errors
        linted(reading)
        del reading
        return gc.collect()
    finally:
        gc.enable()


@pytest.mark.parametrize("edit", ["", "x"])
def test_what_a_check_leaves_in_circles_does_not_grow_with_the_rules(edit: str) -> None:
    left = []
    for number in (5, 50):
        text = rules(number)
        before = read(Source(text))
        left_in_circles(text, before)
        left.append(left_in_circles(text.replace('"Rule 3"', f'"Rule {edit}3"'), before))
    assert left[1] <= left[0] + 10
