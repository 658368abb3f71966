import pytest

HEAD = (
    "event requested\nscore fit from 0 to 50\nwhen visited docs then +45\nwhen employees > 9 then +50 fit\n"
)


@pytest.mark.parametrize(
    "upper", ["requested demo", "score >= 30", "fit >= 50 or requested demo", 'score >= 30 and title = "CTO"']
)
def test_a_stage_that_can_be_had_without_the_one_below(said, upper: str) -> None:
    text = f"{HEAD}stage MQL when score >= 40\nstage SQL when {upper}"
    message = "a lead can be in SQL without what MQL asks for"
    assert said("stage-not-implied", text) == [(upper, message)] or said("stage-never-current", text)


@pytest.mark.parametrize(
    "upper",
    [
        "score >= 80",
        "score >= 40 and requested demo",
        "fit >= 50",
        "fit >= 50 and requested demo",
        "visited docs",
    ],
)
def test_a_stage_that_asks_for_the_one_below(said, upper: str) -> None:
    assert said("stage-not-implied", f"{HEAD}stage MQL when score >= 40\nstage SQL when {upper}") == []


def test_tracks_are_on_their_own(said) -> None:
    text = f"{HEAD}stage MQL when score >= 40\nstage PQL in product when requested demo"
    assert said("stage-not-implied", text) == []


def test_stages_in_the_wrong_order(said) -> None:
    text = f"{HEAD}stage SQL when score >= 80 and requested demo\nstage MQL when score >= 40"
    message = "no lead is ever in SQL: whoever meets it also meets MQL, which is higher"
    assert said("stage-never-current", text) == [("score >= 80 and requested demo", message)]
    assert said("stage-not-implied", text) == []
    assert said("stage-never-current", f"{HEAD}stage MQL when score >= 40\nstage SQL when score >= 80") == []
