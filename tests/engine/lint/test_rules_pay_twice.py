import pytest

CODE = "rules-pay-twice"


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        (
            'rule "Two" when visited pricing >= 2 then +10\nrule "Five" when visited pricing >= 5 then +20',
            "visited pricing >= 5",
            'wherever this rule pays, rule "Two" on line 1 pays too, for the same events',
        ),
        (
            "when visited pricing in last 7 days then +10\nwhen visited pricing in last 30 days then +5",
            "visited pricing in last 7 days",
            "wherever this rule pays, the rule on line 2 pays too, for the same events",
        ),
        (
            "for each visited in last 7 days then +1\nfor each visited in last 30 days then +1",
            "for each visited in last 7 days then +1",
            "wherever this rule pays, the rule on line 2 pays too, for the same events",
        ),
        (
            "when visited pricing then +10\nwhen visited pricing >= 1 then +5",
            "visited pricing >= 1",
            "wherever this rule pays, the rule on line 1 pays too, for the same events",
        ),
        (
            'when a_b = "x" and visited pricing then +10\nwhen visited pricing >= 3 and a_b = "x" then +5\n'
            'when a_b = "x" and visited pricing >= 9 then +1',
            'a_b = "x" and visited pricing >= 9',
            "wherever this rule pays, the rule on line 1 and the rule on line 2 pay too, for the same events",
        ),
    ],
)
def test_rules_that_pay_for_the_same_events(said, text: str, place: str, message: str) -> None:
    assert (place, message) in said(CODE, text)


@pytest.mark.parametrize(
    "text",
    [
        "when visited pricing between 2 and 4 then +10\nwhen visited pricing >= 5 then +20",
        "score fit\nwhen visited pricing >= 2 then +10 fit\nwhen visited pricing >= 5 then +20",
        'group "G" at most 25 { when visited pricing >= 2 then +10\nwhen visited pricing >= 5 then +20 }',
        "when visited pricing >= 1 then +10\nwhen visited >= 1 then +2",
        'when visited pricing >= 2 and title = "CTO" then +10\nwhen visited pricing then +10',
        "when visited pricing then +10\nwhen visited pricing >= 9 then -5",
        "when employees >= 50 then +10\nwhen employees >= 500 then +10",
        "for each visited then +1\nwhen visited >= 5 then +10",
    ],
)
def test_rules_that_do_not(said, text: str) -> None:
    assert said(CODE, text) == []
