import pytest

CODE = "window-covers-one"


@pytest.mark.parametrize(
    ("condition", "others", "bare"),
    [
        ("visited docs >= 2 and opened mail >= 3 in last 30 days", "visited docs >= 2", "opened mail >= 3"),
        ("visited docs or opened mail in last 30 days", "visited docs", "opened mail"),
        (
            'title = "CTO" and visited docs >= 2 and opened mail >= 3 in last 30 days',
            "visited docs >= 2",
            "opened mail >= 3",
        ),
    ],
)
def test_a_window_that_looks_as_if_it_covered_more(said, condition: str, others: str, bare: str) -> None:
    message = f"in last 30 days belongs to {bare} alone; {others} is counted over all time"
    assert said(CODE, f"when {condition} then +5") == [("in last 30 days", message)]


@pytest.mark.parametrize(
    "condition",
    [
        "visited docs >= 2 in last 30 days and opened mail >= 3 in last 30 days",
        "visited docs >= 2 in last 30 days and opened mail >= 3",
        "(visited docs >= 2 and opened mail >= 3) in last 30 days",
        "visited and not visited in last 60 days",
        'title = "CTO" and opened mail >= 3 in last 30 days',
        "visited docs and opened mail >= 3 in last 30 days",
    ],
)
def test_a_window_that_is_clear(said, condition: str) -> None:
    assert said(CODE, f"event visited\nwhen {condition} then +5") == []
