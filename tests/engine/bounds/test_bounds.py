"""How sure a score is: what blank fields could make of it, and how that is said."""

from __future__ import annotations

import datetime as dt

import leadwright
import pytest
from leadwright.engine.bounds.worth import counted_worth
from leadwright.engine.explain.decision import Decision
from leadwright.engine.plan import lower
from leadwright.engine.report.bounds import bounds_data, bounds_words, worth_text

NOW = dt.datetime(2026, 11, 28, tzinfo=dt.UTC)
RULES = """
field employees: number
field budget: number
field title: text
field email: text
field opted_in: yes/no
field country: text, otherwise "DE"
score fit from 0 to 30
define size: employees / 2
rule "Large" when employees >= 500 then +20 fit
rule "Small" when size < 5 then -10 fit
rule "Money" when budget >= 10000 then +15
rule "Abroad" when country != "DE" then -3
rule "Free" when domain(email) in ("gmail.com", "*.example") then -5
for each visited then +2 at most +10
stage MQL when score >= 20
stage SQL when score >= 30 and opted_in
disqualify when title like "*student*"
"""
KNOWN = {
    "employees": 100,
    "budget": 1,
    "title": "CTO",
    "email": "a@b.com",
    "opted_in": True,
    "country": "DE",
}
EVENTS = [{"type": "visited", "at": f"2026-11-{day:02}"} for day in range(1, 9)]


def decided(rules: str = RULES, **fields: object) -> Decision:
    lead = {name: value for name, value in (KNOWN | fields).items() if value is not None}
    return leadwright.evaluate(rules, lead, EVENTS, NOW)


def said(rules: str = RULES, **fields: object) -> str:
    return bounds_words(decided(rules, **fields).bounds)


def test_nothing_is_said_of_what_is_sure() -> None:
    bounds = decided().bounds
    assert (bounds.total, bounds.unknown, bounds.exact) == ((10, 10), (), True)
    assert bounds_words(bounds) == ""
    # Without points from events it is sure too: no budget that could be brings the score to a stage.
    assert said(opted_in=None) == ""


@pytest.mark.parametrize(
    ("blank", "words"),
    [
        ({"budget": None}, "Between 10 and 25, in MQL or no stage, with budget unknown."),
        (
            {"employees": None},
            "Between 10 and 30, fit between 0 and 20, in SQL or no stage, with employees unknown.",
        ),
        (
            {"employees": None, "opted_in": False},
            "Between 10 and 30, fit between 0 and 20, in MQL or no stage, with employees unknown.",
        ),
        (
            {"employees": None, "opted_in": None},
            "Between 10 and 30, fit between 0 and 20, in SQL, MQL or no stage, with employees and opted_in unknown.",  # noqa: E501
        ),
        ({"title": None}, "Disqualified or not, with title unknown."),
        ({"country": None}, "Between 7 and 10, with country unknown."),
        ({"email": "nobody"}, ""),
        ({"email": None}, "Between 5 and 10, with email unknown."),
    ],
)
def test_what_blank_fields_could_make_of_a_score(blank: dict[str, object], words: str) -> None:
    assert said(**blank) == words


def test_one_field_has_one_value() -> None:
    rules = """
        when employees > 100 then +10
        when employees < 50 then +10
        when employees between 40 and 45 and not budget >= 5 then -30
        stage A when score >= 20
    """
    assert said(rules, employees=None, budget=9) == "Between 0 and 10, with employees unknown."
    assert (
        said(rules, employees=None, budget=None) == "Between -20 and 10, with employees and budget unknown."
    )


def test_what_is_not_followed_is_said() -> None:
    rules = "when employees > budget then +10\nwhen employees * employees = 4 then +1"
    bounds = decided(rules, employees=None, budget=None).bounds
    assert (bounds.total, bounds.unknown, bounds.exact) == ((0, 11), ("employees", "budget"), False)
    assert bounds_words(bounds).endswith("It may be narrower: not all of it could be followed.")


def test_a_predicate_that_nothing_is_known_of_makes_bounds_wide(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = 'when title like "chief*" then +7\nwhen title like "*officer" and title = "clerk" then +5'
    bounds = decided(rules, title=None).bounds
    assert (bounds.total, bounds.exact) == ((0, 7), True)
    monkeypatch.setattr(lower, "_REASONED_ABOUT", (lower.Comparison, lower.Known))
    bounds = decided(rules, title=None).bounds
    assert (bounds.total, bounds.exact) == ((0, 12), False)


def test_a_calculation_is_followed_to_the_last_digit() -> None:
    rules = """
        when 100 / (employees - 5) > 3 then +1
        when employees + 0.1 = 0.3 and employees != 0.2 then +100
        when days since born >= 30 and days since born < 31 and born > 2026-10-28 then +1000
        field born: date
    """
    bounds = decided(rules, employees=None, born=None).bounds
    assert (bounds.total, bounds.exact) == ((0, 1100), True)
    assert decided(rules, employees=0.2000001, born="2026-10-29").total == 1100


def test_bounds_as_data() -> None:
    assert bounds_data(decided(title=None, budget=None).bounds) == {
        "score": {"low": 10, "high": 25},
        "scores": {"fit": {"low": 0, "high": 0}},
        "stages": {"main": ["MQL", None]},
        "disqualified": None,
        "unknown": ["budget", "title"],
        "exact": True,
    }


def test_more_blanks_than_can_be_combined_end_in_wider_bounds() -> None:
    several = [f"when (a{n} > 1 and b{n} > 2) or a{(n + 1) % 12} > 3 then +{1 + n}" for n in range(12)]
    rules = "\n".join([*several, "stage A when score >= 1000", "stage B when score >= 2000"])
    bounds = decided(rules).bounds
    assert (bounds.total, bounds.exact) == ((0, 78), False)
    assert bounds.stages["main"] == ("B", "A", None)


def test_the_fields_worth_filling_first() -> None:
    rules = leadwright.load("""
        field budget: number
        when budget >= 10 then +10
        when employees >= 100 then +10
        when title = "CTO" then +5
        stage A when score >= 20
        stage B when score >= 100
    """)
    evaluator = rules.evaluator
    leads = [
        {"employees": 500, "title": "CTO"},
        {"employees": 500},
        {"employees": 1},
        {"title": "CTO"},
        {"budget": 20, "title": "x"},
        {"employees": 500, "budget": 50},
    ]
    now = int(NOW.timestamp()) * 1_000_000
    worth = counted_worth(evaluator.possible, [evaluator.facts(one) for one in leads], now)
    assert (worth.leads, worth.open) == (6, 4)
    # A budget decides two whose size is known; of the one with neither it decides nothing by itself.
    assert worth.fields == [("budget", 3, 2), ("employees", 2, 1)]
    assert worth_text(worth)[0] == "4 of 6 leads could be in another stage, with blank fields known."
