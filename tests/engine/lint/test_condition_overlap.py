import pytest

CODE = "condition-overlap"
HEAD = 'event visited\nlist ICP: "VP *", "CTO"\ndefine big: employees >= 1000\n'


@pytest.mark.parametrize(
    ("condition", "place", "message"),
    [
        (
            "employees > 50 and employees > 100",
            "employees > 50",
            "employees > 50 adds nothing: employees > 100, joined by and, already asks for more",
        ),
        (
            "employees > 100 or employees > 50",
            "employees > 100",
            "employees > 100 adds nothing: employees > 50, joined by or, already lets it in",
        ),
        (
            'title in ICP and title = "CTO"',
            "title in ICP",
            'title in ICP adds nothing: title = "CTO", joined by and, already asks for more',
        ),
        (
            'visited pricing and (country = "DE" and visited)',
            "visited",
            "visited adds nothing: visited pricing, joined by and, already asks for more",
        ),
        (
            "visited pricing >= 2 in last 7 days and visited pricing >= 2 in last 30 days",
            "visited pricing >= 2 in last 30 days",
            "visited pricing >= 2 in last 30 days adds nothing: "
            "visited pricing >= 2 in last 7 days, joined by and, already asks for more",
        ),
        (
            "big and employees >= 500",
            "employees >= 500",
            "employees >= 500 adds nothing: big, joined by and, already asks for more",
        ),
        (
            "visited and visited >= 1",
            "visited >= 1",
            "visited >= 1 adds nothing: visited already says the same",
        ),
        (
            "not (visited pricing >= 3 or visited pricing)",
            "visited pricing >= 3",
            "visited pricing >= 3 adds nothing: visited pricing, joined by or, already lets it in",
        ),
        (
            "employees = 1 and (employees = 1 or visited)",
            "employees = 1 or visited",
            "employees = 1 or visited adds nothing: employees = 1, joined by and, already asks for more",
        ),
    ],
)
def test_a_clause_that_adds_nothing(said, condition: str, place: str, message: str) -> None:
    assert said(CODE, f"{HEAD}when {condition} then +5") == [(place, message)]


@pytest.mark.parametrize(
    "condition",
    [
        "employees between 50 and 200 or employees between 100 and 300",
        "employees > 50 and employees < 100",
        'need is known and need != "just looking"',
        "visited pricing >= 2 in last 7 days and visited pricing >= 3 in last 30 days",
        'title in ICP and title != "CTO"',
        'interests contains "a" and interests contains "b"',
        'title contains "a" and title contains "b"',
        "visited and not visited in last 60 days",
    ],
)
def test_clauses_that_each_ask_something(said, condition: str) -> None:
    assert said(CODE, f"field interests: texts\n{HEAD}when {condition} then +5") == []
