import pytest

CODE = "stage-unreachable"
HEAD = """
event requested
score fit from 0 to 25
score engagement from 0 to 40
when employees >= 1000 then +30 fit
for each visited docs then +2 engagement
"""


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        (
            HEAD + "stage SQL when score >= 80 and requested demo",
            "score >= 80",
            "no lead can be in SQL: score >= 80 is never true: a lead can have at most 65 points",
        ),
        (
            HEAD + "stage SQL when fit > 25",
            "fit > 25",
            "no lead can be in SQL: fit > 25 is never true: a lead can have at most 25 points of fit",
        ),
        (
            HEAD + "stage Cold when score < 0",
            "score < 0",
            "no lead can be in Cold: score < 0 is never true: no lead can have fewer than 0 points",
        ),
        (
            HEAD + "stage Odd when score >= 20 and score < 20",
            "score < 20",
            "no lead can be in Odd: score >= 20 and score < 20 are never true together",
        ),
        (
            HEAD + "stage Odd when requested demo and not requested",
            "not requested",
            "no lead can be in Odd: requested demo and not requested are never true together",
        ),
        (
            'when title = "CTO" then +50\nwhen country = "DE" then +20\n'
            'stage Other when score >= 30 and title = "CEO"',
            'score >= 30 and title = "CEO"',
            "no lead can be in Other: where the rest of it is true, a lead can have at most 20 points",
        ),
        (
            'when title = "CTO" then +30\nwhen title = "CEO" then +30\nstage Both when score >= 60',
            "score >= 60",
            "no lead can be in Both: score >= 60 is never true: a lead can have at most 30 points",
        ),
        (
            "for each visited in last 7 days once per day then +1\nstage Keen when score >= 9",
            "score >= 9",
            "no lead can be in Keen: score >= 9 is never true: a lead can have at most 8 points",
        ),
        (
            'group "G" at most 30 { for each visited then +5 when visited docs then +50 }'
            "stage Keen when score > 30",
            "score > 30",
            "no lead can be in Keen: score > 30 is never true: a lead can have at most 30 points",
        ),
    ],
)
def test_a_stage_that_cannot_be_reached(said, text: str, place: str, message: str) -> None:
    assert said(CODE, text) == [(place, message)]


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "stage SQL when score >= 65 and requested demo",
        HEAD + "stage SQL when score >= 80 or requested demo",
        "for each visited then +1\nstage Keen when score >= 1000000",
        'when visited docs then +30\nwhen title = "CTO" then +30\nstage Both when score >= 60',
        'when title = "CTO" then +30\nwhen title = "CEO" then +30\nstage Both when score >= 30',
        "when employees > 5 then -10\nstage Cold when score < 0",
    ],
)
def test_a_stage_that_can(said, text: str) -> None:
    assert said(CODE, text) == []


def test_the_hint_says_which_limits_hold_the_score_back() -> None:
    from leadwright.engine.reading import read
    from leadwright.grammar.messages.diagnostics import Source

    found = read(Source(HEAD + "stage SQL when score >= 80")).diagnostics
    hint = next(item.hint for item in found if item.code == CODE)
    assert hint == (
        "fit gives at most 25, its range; engagement gives at most 40, its range; "
        "ask for less, or let more be had"
    )
