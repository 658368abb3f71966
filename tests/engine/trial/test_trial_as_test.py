"""A lead as a test of the ruleset: it can be read, and it passes."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from leadwright.engine.evaluator import Evaluator
from leadwright.engine.personal import impersonal, is_personal
from leadwright.engine.reading import read
from leadwright.engine.score_one.facts import Event
from leadwright.engine.testing import RuleTestResult, run_tests
from leadwright.engine.tryout.as_test import as_test
from leadwright.engine.tryout.case import Case, case_of_test
from leadwright.engine.values import instant_of
from leadwright.grammar.messages.diagnostics import Source
from leadwright.grammar.syntax import nodes as n
from leadwright.grammar.text.printer import text_of
from leadwright.tests import strategies
from leadwright.tests.effort import examples

RULES = """\
field due: date
event paid from "Invoice Paid" by plan
score fit from 0 to 50
rule "Comes back" when visited pricing >= 2 in last 30 days and title not in ("Student") then +20 fit, tag "x"
for each paid "Pro *" where amount > 3.5 then +2 fading 10% every 7 days
when visited followed by requested demo within 36 hours then +3
when due in next 7 days and debt < 0 then +1
stage MQL when score >= 10
stage PQL in product when fit >= 45
grade fit: "A+" from 10, D otherwise
disqualify when country = "XX" because "embargo"
"""
NOW = dt.datetime(2026, 3, 16, 12, tzinfo=dt.UTC)


def evaluator(text: str) -> Evaluator:
    found = read(Source(text))
    assert found.plan is not None, found.errors
    return Evaluator(found.plan)


def happened(type_: str, object_: str | None = None, **properties: object) -> Event:
    """An event at a time of day that no whole number of days or hours leads to."""
    return Event(type_, NOW - dt.timedelta(days=3, hours=2, minutes=20, seconds=7), object_, properties)


def case(*events: Event, **fields: object) -> Case:
    return Case(fields, events, instant_of(NOW))


def result_of(text: str, statement: str) -> RuleTestResult:
    """The outcome of a test added to rules."""
    return run_tests(evaluator(f"{text}\n{statement}").plan)[-1]


def test_it_gives_what_rules_read_and_expects_what_they_say() -> None:
    visits = [happened("visited", "pricing")] * 2
    lead = case(
        *visits,
        happened("Invoice Paid", plan="Pro one", amount=4, note="not read"),
        happened("slept"),
        title=' says "hi" ',
        debt=-0.5,
        due="2026-03-20",
        hobby="not read",
    )
    made = as_test(evaluator(RULES), lead, "Zoë\nMüller")
    assert made == (
        'test "Zoë Müller" at 2026-03-16T12:00Z given title = "says ""hi""", due = 2026-03-20, debt = -0.5, '
        'visited pricing 2 times 3 days ago, paid "Pro one" 3 days ago with amount = 4 '
        'expect fit = 20 and score = 23 and stage = MQL and stage in product = none and grade fit = "A+" '
        'and tag "x"'
    )
    assert result_of(RULES, made).passed


def test_ages_are_as_rough_as_the_decision_allows() -> None:
    visit, demo = happened("visited"), happened("requested", "demo")
    late = replace(demo, at=demo.at + dt.timedelta(hours=36))
    soon = replace(demo, at=demo.at + dt.timedelta(hours=35, seconds=1))
    for event, told in (
        (soon, "1 hour"),
        (late, "38 hours"),
        (replace(late, at=late.at + dt.timedelta(0, 1)), " on "),
    ):
        made = as_test(evaluator(RULES), case(visit, event), "x")
        assert made is not None
        assert result_of(RULES, made).passed
        assert told in made or told == "1 hour"


def test_what_is_yet_to_come_is_left_out() -> None:
    later = replace(happened("visited", "pricing"), at=NOW + dt.timedelta(days=1))
    made = as_test(evaluator(RULES), case(later, country="xx"), "x")
    assert made == (
        'test "x" at 2026-03-16T12:00Z given country = "xx" '
        "expect fit = 0 and score = 0 and disqualified and grade fit = D"
    )


def test_an_event_that_has_no_name_of_its_own_makes_no_test() -> None:
    rules = 'event seen from "A"\nevent seen from "B"\nwhen seen then +1\n'
    assert as_test(evaluator(rules), case(happened("A")), "x") is not None
    assert as_test(evaluator(rules), case(happened("B")), "x") is None


def test_a_reason_without_words_disqualifies_as_well() -> None:
    rules = 'disqualify when country = "xx" because ""\n'
    made = as_test(evaluator(rules), case(country="xx"), "x")
    assert made is not None
    assert result_of(rules, made).passed


@settings(
    max_examples=examples(60),
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(tree=strategies.rulesets(), drawn=strategies.leads())
def test_the_test_of_any_lead_passes(tree: n.Tree, drawn) -> None:
    rules = text_of(replace(tree, statements=tuple(s for s in tree.statements if not isinstance(s, n.Test))))
    fields, events = drawn
    lead = Case(fields, tuple(Event(**event) for event in events), instant_of(strategies.NOW))
    found = evaluator(rules)
    made = as_test(found, lead, "drawn")
    if made is None:
        # Every event of the rules drawn has a name, so it is that they ask who somebody is.
        assert any(impersonal(name, str(value)) != str(value) for name, value in fields.items()), rules
        return
    result = result_of(rules, made)
    assert result.passed, (rules, made, result.failures)
    again = case_of_test(found.plan, result.test)
    decided = found.decide(again.facts(found), again.now)
    assert decided.lines == found.decide(lead.facts(found), lead.now).lines


PERSONAL = """\
when domain(email) = "acme.example" then +5
when title = "CTO" then +3
when referrer contains "partner" then +2
when visited where page contains "pricing" then +1
"""


def test_it_never_says_who_somebody_is() -> None:
    lead = case(
        happened("visited", None, page="https://x.example/pricing?for=zoe@acme.example"),
        email="Zoe.Frotzle@acme.example",
        title="CTO",
        referrer="L1",
        name="Zoe Frotzle",
    )
    made = as_test(evaluator(PERSONAL), lead, "a lead", ids=["l1"])
    assert made == (
        'test "a lead" at 2026-03-16T12:00Z given email = "someone@acme.example", title = "CTO", '
        'referrer = "someone", visited 3 days ago '
        'with page = "https://x.example/pricing?for=someone@acme.example" '
        "expect score = 9"
    )
    assert result_of(PERSONAL, made).passed


def test_where_rules_ask_who_somebody_is_no_test_can_say_it() -> None:
    for rule in ('full_name = "Zoe Frotzle"', 'email = "zoe@acme.example"', 'code = "L1"'):
        lead = case(full_name="Zoe Frotzle", email="zoe@acme.example", code="L1")
        assert as_test(evaluator(f"when {rule} then +5"), lead, "a lead", ids=["L1"]) is None


def test_a_blank_value_tells_nobody() -> None:
    rules = 'when email is known then +5\nwhen title = "CTO" then +1\n'
    made = as_test(evaluator(rules), case(email="\xa0", title="CTO"), "a lead")
    assert made is not None
    assert result_of(rules, made).passed


@pytest.mark.parametrize(
    ("field", "personal"),
    [
        *(("name", True), ("First Name", True), ("lastName", True), ("work_email", True), ("Mobile", True)),
        *(("company_name", False), ("title", False), ("email_opt_in", False), ("campaign name", False)),
        *(("phone_country", False), ("employees", False), ("HubSpot Phone", True), ("username", True)),
    ],
)
def test_which_fields_tell_who_somebody_is(field: str, personal: bool) -> None:
    assert is_personal(field) is personal
