"""The table of operators: what the checker takes, what texts say and what the page offers are the same."""

from __future__ import annotations

import pytest
from leadwright.engine.check import check
from leadwright.grammar.messages.diagnostics import Source, has_errors
from leadwright.grammar.spec.operators import CONTRARY, MIRROR, OPERATORS, Form, Operator, operator_of
from leadwright.grammar.syntax import nodes as n
from leadwright.grammar.syntax.nodes import Kind
from leadwright.grammar.syntax.parse import parse
from leadwright.grammar.text.printer import text_of
from leadwright.web.editor.comparisons import BY_KIND

VALUES = {
    Kind.TEXT: '"CTO"',
    Kind.NUMBER: "40",
    Kind.YES_NO: "yes",
    Kind.DATE: "2026-01-31",
    Kind.DATETIME: "2026-01-31T12:00Z",
    Kind.TEXTS: '"CTO"',
}
PAIRS = [(kind, operator) for kind in Kind for operator in OPERATORS.values()]


def clause(kind: Kind, operator: Operator) -> str:
    value = VALUES[kind]
    after = {
        Form.COMPARE: value,
        Form.BETWEEN: f"{value} and {value}",
        Form.AMONG: f"({value})",
        Form.MATCH: '"CTO"',
        Form.KNOWN: "",
    }[operator.form]
    return f"a {operator.written} {after}".rstrip()


@pytest.mark.parametrize(("kind", "operator"), PAIRS, ids=lambda one: getattr(one, "written", one))
def test_the_checker_takes_what_the_table_says(kind: Kind, operator: Operator) -> None:
    source = Source(f"field a: {kind.value}\nwhen {clause(kind, operator)} then +1")
    found = check(parse(source)).diagnostics
    assert has_errors(list(found)) is (kind not in operator.kinds), found


@pytest.mark.parametrize(("kind", "operator"), PAIRS, ids=lambda one: getattr(one, "written", one))
def test_the_page_offers_what_the_checker_takes(kind: Kind, operator: Operator) -> None:
    codes = [code.removesuffix(" values").removesuffix(" list") for code, _ in BY_KIND[kind]]
    codes += ["="] if kind is Kind.YES_NO and "= no" in codes else []
    assert (operator.written in codes) is (kind in operator.kinds)


@pytest.mark.parametrize("operator", OPERATORS.values(), ids=lambda one: one.written)
def test_an_operator_is_read_and_printed_as_its_line_says(operator: Operator) -> None:
    kind = next(kind for kind in Kind if kind in operator.kinds)
    text = f"when {clause(kind, operator)} then +1"
    rule = parse(Source(text)).tree.statements[0]
    assert isinstance(rule, n.Rule)
    assert isinstance(rule.body, n.When)
    assert isinstance(rule.body.condition, n.Clause)
    assert rule.body.condition.test is not None
    assert operator_of(rule.body.condition.test) is operator
    assert text_of(rule) == text


def test_contraries_and_mirrors_go_both_ways() -> None:
    assert all(OPERATORS[one.contrary].contrary == one.written for one in OPERATORS.values())
    assert all(CONTRARY[CONTRARY[sign]] == sign == MIRROR[MIRROR[sign]] for sign in CONTRARY)
