"""Plain sentences: what each kind of node says, word for word."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from leadwright.grammar.messages.diagnostics import Source
from leadwright.grammar.syntax import nodes as n
from leadwright.grammar.syntax.parse import parse
from leadwright.grammar.text.sentences import sentence
from leadwright.tests.effort import examples
from leadwright.tests.strategies import statements

SENTENCES = {
    'ruleset "Inbound scoring"': 'This ruleset is called "Inbound scoring".',
    'include "shared.rules"': 'Everything in "shared.rules" belongs to this ruleset too.',
    "field employees: number": "The field employees is a number.",
    'field size from "Company Size": number, otherwise 0': (
        'The field size is a number, read from "Company Size", taken as 0 where it is blank.'
    ),
    'event visited from "Page Viewed" by path': (
        'The event visited is called "Page Viewed" in the data, and its object is its property path.'
    ),
    'list ICP: "VP *", "CTO"': 'The list ICP has 2 entries: "VP *" and "CTO".',
    'list l: "a", "b", "c", "d", "e", "f"': 'The list l has 6 entries: "a", "b", "c", "d" and 2 more.',
    'list rivals from "rivals.csv" column domain': (
        'The list rivals is read from the column domain of "rivals.csv".'
    ),
    "define enterprise: employees >= 1000": '"enterprise" means that employees is at least 1000.',
    "define per_head: revenue / employees": '"per_head" means revenue divided by employees.',
    "score fit from 0 to 50": "The score fit goes from 0 to 50.",
    "score to 100": "The total score is never above 100.",
    "when visited pricing >= 2 in last 30 days and title in ICP then +20 engagement": (
        "When the lead visited pricing at least 2 times in the last 30 days and title is one of ICP, "
        "it gets 20 points of engagement."
    ),
    "when employees between 50 and 200 then +5 fit": (
        "When employees is between 50 and 200, the lead gets 5 points of fit."
    ),
    'when downloaded "Pricing Guide 2026" where locale = "de" then +1, tag "german"': (
        'When the lead downloaded "Pricing Guide 2026" where locale is "de", '
        'it gets 1 point and the tag "german".'
    ),
    "when visited docs and requested demo then +5 fit, -5 risk at least -20": (
        "When the lead visited docs and requested demo, "
        "it gets 5 points of fit and loses 5 points of risk, at most 20 in all."
    ),
    "when not visited pricing in last 1 day then -15": (
        "When the lead never visited pricing in the last day, it loses 15 points."
    ),
    "when visited pricing = 0 or visited docs > 1 then +1": (
        "When the lead never visited pricing or the lead visited docs more than once, it gets 1 point."
    ),
    'when a = 1 and (title is known or not country in ("DE", "AT")) then +1': (
        'When a is 1, and either title is known or country is not one of "DE" and "AT", '
        "the lead gets 1 point."
    ),
    "when not (visited docs or visited blog) then +1": (
        "When it is not true that either the lead visited docs or the lead visited blog, it gets 1 point."
    ),
    "when visited pricing followed by requested demo within 7 days in last 2 weeks then +10": (
        "When visited pricing was followed by requested demo within 7 days, both in the last 2 weeks, "
        "the lead gets 10 points."
    ),
    "when sum(purchased.amount) >= 1000 in last 90 days then +20": (
        "When the sum of purchased.amount in the last 90 days is at least 1000, the lead gets 20 points."
    ),
    "when distinct(visited where mobile) >= 5 then +5": (
        "When the number of different objects of visited where mobile is yes is at least 5, "
        "the lead gets 5 points."
    ),
    "when days since visited case-studies < 4 then +5": (
        "When fewer than 4 days have passed since the lead last visited case-studies, it gets 5 points."
    ),
    "when trial_ends in next 7 days then +10": (
        "When trial_ends is in the next 7 days, the lead gets 10 points."
    ),
    "when signed_up >= 2026-01-15 and signed_up < 2026-01-16T12:30Z then +1": (
        "When signed_up is on or after 15 January 2026 and signed_up is before 16 January 2026 at 12:30 UTC, "
        "the lead gets 1 point."
    ),
    'when title not contains "Assistant" and email ends with ".example" then +1': (
        'When title does not contain "Assistant" and email ends with ".example", the lead gets 1 point.'
    ),
    'rule "Mail" off when opened email then +5': (
        "When the lead opened email, it gets 5 points; this rule is switched off."
    ),
    "for each visited docs in last 90 days then +2 engagement at most +10": (
        "For each visited docs in the last 90 days, the lead gets 2 points of engagement, at most 10 in all."
    ),
    "for each visited blog when enterprise once per day then +3 engagement fading 25% every 30 days": (
        "For each visited blog, at most once per day, when enterprise, "
        "the lead gets 3 points of engagement, losing 25% of them every 30 days."
    ),
    "for latest attended webinar then +15 halving every 14 days": (
        "For the latest attended webinar, the lead gets 15 points, halved every 14 days."
    ),
    'group "Website" at most 30 { when a then +1 }': (
        'The rules of "Website" together give at most 30 points.'
    ),
    'group "Losses" at least -20 { when a then -1 }': (
        'The rules of "Losses" together take away at most 20 points.'
    ),
    "stage SQL when score >= 80 and demo_requested": (
        "A lead is SQL when its score is at least 80 and demo_requested."
    ),
    "stage PQL in product when requested demo and fit >= 10": (
        "A lead is PQL in product when it requested demo and fit is at least 10."
    ),
    'disqualify when domain(email) in competitors because "works for a competitor"': (
        "A lead is disqualified when the domain of email is one of competitors, "
        'with the reason "works for a competitor".'
    ),
    'grade fit: "A+" from 40, B from 25, D otherwise': (
        "The grade of fit is A+ from 40, B from 25 and D otherwise."
    ),
    "outcome won when became customer": "A lead counts as won when it became customer.",
    'test "T" given title = "VP", visited pricing 3 times 2 days ago expect fit = 25 and not stage = SQL': (
        'The test "T" expects, given that title is "VP" and the lead visited pricing 3 times 2 days ago, '
        "that fit is 25 and the stage is not SQL."
    ),
    'test "T" at 2026-01-15 expect not disqualified and not rule "R" fires and tag "x" and score < 5': (
        'The test "T" expects, on 15 January 2026, that the lead is not disqualified, '
        'the rule "R" does not fire, the lead has the tag "x" and the score is less than 5.'
    ),
}

MEANINGS = {"demo_requested": "event", "enterprise": "define", "opted_in": "field", "trial_ends": "field"}

DESCRIBED = {
    "stage SQL when score >= 80 and demo_requested": (
        "A lead is SQL when its score is at least 80 and demo_requested happened."
    ),
    "when enterprise and not opted_in then +1": (
        "When enterprise applies and opted_in is no, the lead gets 1 point."
    ),
    "when not demo_requested in last 7 days then +1": (
        "When demo_requested did not happen in the last 7 days, the lead gets 1 point."
    ),
    "when demo_requested between 2026-01-01 and 2026-01-31 then +1": (
        "When demo_requested happened between 1 January 2026 and 31 January 2026, the lead gets 1 point."
    ),
    "when demo_requested > 1 then +1": "When demo_requested happened more than once, the lead gets 1 point.",
    "when trial_ends since 2026-01-01 then +1": (
        "When trial_ends is on or after 1 January 2026, the lead gets 1 point."
    ),
    "when days since demo_requested > 1 then +1": (
        "When more than 1 day has passed since demo_requested last happened, the lead gets 1 point."
    ),
}


def statement(text: str) -> n.Statement:
    (made,) = parse(Source(text)).tree.statements
    return made


@pytest.mark.parametrize(("text", "wanted"), SENTENCES.items(), ids=str)
def test_a_statement_reads_as_a_sentence(text: str, wanted: str) -> None:
    assert sentence(statement(text)) == wanted


@pytest.mark.parametrize(("text", "wanted"), DESCRIBED.items(), ids=str)
def test_names_read_as_what_they_mean_where_that_is_known(text: str, wanted: str) -> None:
    assert sentence(statement(text), MEANINGS) == wanted
    assert sentence(statement(text), MEANINGS.get) == wanted


def test_parts_read_as_phrases() -> None:
    rule: Any = statement("when visited pricing >= 2 in last 1 week and a then +5 fit at most +10")
    clause, name = rule.body.condition.operands
    assert sentence(clause) == "the lead visited pricing at least 2 times in the last week"
    assert sentence(name) == "a"
    assert sentence(name, {"a": "event"}) == "a happened"
    assert sentence(clause.window) == "in the last week"
    assert sentence(rule.awards[0]) == "gets 5 points of fit, at most 10 in all"
    assert sentence(rule.body) == ("when the lead visited pricing at least 2 times in the last week and a")


def test_a_ruleset_reads_line_by_line() -> None:
    tree = parse(Source("score to 100; when a then +1")).tree
    assert sentence(tree) == "The total score is never above 100.\nWhen a, the lead gets 1 point."


@settings(max_examples=examples(150))
@given(statements())
def test_every_statement_is_one_sentence(made: n.Statement) -> None:
    said = sentence(made)
    assert said.endswith(".")
    assert "\n" not in said
    assert said[0] == '"' or said[0].isupper()
