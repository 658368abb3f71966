"""Whatever the ruleset, the lints come to an end, and what they say of rules and stages is so."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from leadwright.engine.check import check
from leadwright.engine.evaluator import Evaluator
from leadwright.engine.lint.lints import CODES, lint
from leadwright.grammar.messages.diagnostics import Diagnostic, Severity, Source
from leadwright.grammar.syntax.nodes import Tree
from leadwright.grammar.syntax.parse import parse
from leadwright.grammar.text.printer import text_of
from leadwright.tests.effort import examples
from leadwright.tests.strategies import NOW, leads, rulesets


def found_in(text: str) -> tuple[Evaluator, list[Diagnostic]]:
    """A ruleset ready to run, and what the lints say of it."""
    parsed = parse(Source(text))
    checked = check(parsed)
    assert checked.plan is not None, checked.diagnostics
    return Evaluator(checked.plan), lint(checked.plan, parsed.tree, None)


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.too_slow])
@given(rulesets(), st.lists(leads(), min_size=3, max_size=5))
def test_what_lints_say_of_rules_and_stages_is_so(tree: Tree, some: list[Any]) -> None:
    source = Source("\n".join(text_of(statement) for statement in tree.statements))
    parsed = parse(source)
    checked = check(parsed)
    if checked.plan is None:
        return
    evaluator, found = Evaluator(checked.plan), lint(checked.plan, parsed.tree, None)
    for item in found:
        assert item.code in CODES
        assert item.severity is Severity.LINT
        assert item.hint
        assert 0 <= item.span.start < item.span.end <= len(source.text)

    def told(code: str, at: Any) -> bool:
        inside = (at.origin.span.start, at.origin.span.end)
        return any(
            item.code == code and inside[0] <= item.span.start and item.span.end <= inside[1]
            for item in found
        )

    for lead, events in some:
        decision = evaluator.decide(evaluator.facts(lead, events), NOW)
        for rule, its in zip(checked.plan.rules, decision.rules, strict=True):
            assert not (its.fired and told("rule-never-fires", rule)), rule.origin.text
            assert its.fired or not told("rule-always-fires", rule), rule.origin.text
        for stage, of in zip(checked.plan.stages, decision.stage_findings, strict=True):
            assert not (of.holds and told("stage-unreachable", stage)), stage.origin.text
            assert not (of.current and told("stage-never-current", stage)), stage.origin.text


@pytest.mark.parametrize(
    "text",
    [
        "when " + " or ".join(f'title = "t{number}"' for number in range(1_000)) + " then +1",
        "when " + " and ".join(f"visited p{number} >= 2" for number in range(500)) + " then +1",
        "when " + " and ".join(f"(a{number} > 1 or b{number} > 2)" for number in range(200)) + " then +1",
        "when " + "not (" * 45 + "size > 5 and size < 9" + ")" * 45 + " then +1",
        "\n".join(f'define d{number}: d{number - 1} or title = "t{number}"' for number in range(1, 49))
        + '\ndefine d0: title = "x"\nwhen d48 and not d47 then +1',
        "define v0: size\n"
        + "\n".join(f"define v{number}: v{number - 1} + v{number - 1}" for number in range(1, 49))
        + "\nwhen v48 > 5 then +1",
        "list many: "
        + ", ".join(f'"e{number}*"' for number in range(3_000))
        + "\nwhen title in many then +1",
        "\n".join(f"when visited >= {number} then +1" for number in range(1, 300)),
        "when " + " or ".join(f"size = {number}" for number in range(10_000)) + " then +1",
    ],
    ids=["or", "and", "both", "deep", "defines", "values", "list", "tiers", "numbers"],
)
def test_large_conditions_come_to_an_end(text: str) -> None:
    found_in("field size: number\nfield title: text\nevent visited\n" + text)
