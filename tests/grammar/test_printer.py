"""Canonical texts: what is printed parses to an equal tree, and equal trees print alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from leadwright.grammar.messages.diagnostics import Source
from leadwright.grammar.syntax import nodes as n
from leadwright.grammar.syntax.parse import parse
from leadwright.grammar.syntax.walk import walk
from leadwright.grammar.text.printer import text_of
from leadwright.tests.effort import examples
from leadwright.tests.strategies import NAMES, renamed, rulesets, statements

CASES = Path(__file__).parents[1] / "language" / "format"
IDENTITIES = (CASES / "identities.rules").read_text(encoding="utf-8").splitlines()[1:]
SPELLINGS = (CASES / "spellings.txt").read_text(encoding="utf-8").splitlines()[1:]


def tree_of(text: str) -> n.Tree:
    parsed = parse(Source(text))
    assert not parsed.diagnostics, (text, [item.message for item in parsed.diagnostics])
    return parsed.tree


def printed(text: str) -> str:
    (statement,) = tree_of(text).statements
    return text_of(statement)


@pytest.mark.parametrize("line", IDENTITIES)
def test_a_canonical_line_is_printed_as_it_stands(line: str) -> None:
    assert printed(line) == line


@pytest.mark.parametrize(("written", "canonical"), list(zip(SPELLINGS[::2], SPELLINGS[1::2], strict=True)))
def test_every_spelling_is_printed_in_the_one_canonical_way(written: str, canonical: str) -> None:
    assert printed(written) == canonical.removeprefix("= ")
    assert tree_of(written) == tree_of(printed(written))


def test_the_identities_cover_every_kind_of_node() -> None:
    seen = {type(node) for line in IDENTITIES for node in walk(tree_of(line))}
    kinds = {kind for kind in vars(n).values() if isinstance(kind, type) and issubclass(kind, n.Node)}
    assert kinds - seen == {n.Node, n.Statement, n.Comment}


def test_a_tree_is_printed_a_line_a_statement() -> None:
    assert text_of(tree_of('list a: "x"; when b\nthen +1')) == 'list a: "x"\nwhen b then +1'


def test_equal_numbers_are_printed_alike() -> None:
    assert printed("when a = 01.50 then +1") == printed("when a = 1.5 then +1")


@settings(max_examples=examples(100))
@given(rulesets())
def test_a_printed_ruleset_parses_to_an_equal_tree(tree: n.Tree) -> None:
    assert tree_of(text_of(tree)) == tree


@settings(max_examples=examples(200))
@given(statements(), st.data())
def test_a_printed_statement_parses_to_an_equal_one_whatever_the_names(
    made: Any, data: st.DataObject
) -> None:
    drawn: dict[str, str] = {}
    strange = renamed(made, lambda name: drawn.setdefault(name, data.draw(NAMES)))
    assert tree_of(text_of(strange)).statements == (strange,)
