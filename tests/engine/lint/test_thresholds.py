import pytest

HEAD = "score fit from 0 to 25\nevent requested\nwhen size >= 1000 then +30 fit\nwhen size < 5 then -3 fit\n"


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        (
            "stage MQL when score >= 0 and requested demo",
            "score >= 0",
            "score >= 0 is always true: no lead can have fewer than 0 points",
        ),
        (
            "stage MQL when fit <= 25",
            "fit <= 25",
            "fit <= 25 is always true: a lead can have at most 25 points of fit",
        ),
        (
            "disqualify when not score < 0",
            "not score < 0",
            "not score < 0 is always true: no lead can have fewer than 0 points",
        ),
    ],
)
def test_a_threshold_that_all_meet(said, text: str, place: str, message: str) -> None:
    assert said("threshold-always-met", HEAD + text) == [(place, message)]


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        (
            "stage MQL when score >= 80 or requested demo",
            "score >= 80",
            "score >= 80 is never true: a lead can have at most 25 points",
        ),
        (
            "disqualify when score < 0",
            "score < 0",
            "score < 0 is never true: no lead can have fewer than 0 points",
        ),
    ],
)
def test_a_threshold_that_none_meets(said, text: str, place: str, message: str) -> None:
    assert said("threshold-unreachable", HEAD + text) == [(place, message)]


@pytest.mark.parametrize(
    "text", ["stage MQL when score >= 1", "stage MQL when score >= 25 or requested demo"]
)
def test_a_threshold_that_some_meet(said, text: str) -> None:
    assert said("threshold-unreachable", HEAD + text) == []
    assert said("threshold-always-met", HEAD + text) == []


def test_a_score_that_can_fall_below_0_has_a_threshold_at_0(said) -> None:
    assert said("threshold-always-met", "when employees < 5 then -3\nstage MQL when score >= 0") == []
