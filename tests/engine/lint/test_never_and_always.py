import pytest

CODES = (
    "rule-never-fires",
    "rule-always-fires",
    "condition-contradiction",
    "condition-always-true",
    "disqualifies-everyone",
)
HEAD = "event visited\nevent requested\nfield opted_in: yes/no, otherwise no\n"


@pytest.mark.parametrize(
    ("code", "text", "place", "message"),
    [
        (
            "rule-never-fires",
            'when employees > 50 and title = "CTO" and employees < 20 then +5',
            "employees < 20",
            "this rule never fires: employees > 50 and employees < 20 are never true together",
        ),
        (
            "rule-never-fires",
            "when visited pricing >= 1 and not visited pricing then +5",
            "not visited pricing",
            "this rule never fires: visited pricing >= 1 and not visited pricing are never true together",
        ),
        (
            "rule-never-fires",
            "when visited < 0 then +5",
            "visited < 0",
            "this rule never fires: visited < 0 is never true: a count is whole, and never below 0",
        ),
        (
            "rule-never-fires",
            'when title = "" then +5',
            'title = ""',
            'this rule never fires: title = "" is never true: no text is blank; a blank one is unknown',
        ),
        (
            "rule-never-fires",
            "when days(visited) > 8 in last 7 days then +5",
            "days(visited) > 8 in last 7 days",
            "this rule never fires: days(visited) > 8 in last 7 days is never true: "
            "so long a time touches at most 8 days",
        ),
        (
            "rule-never-fires",
            "for each visited docs when not visited then +5",
            "not visited",
            "this rule never fires: where not visited is true, it has no event to pay for",
        ),
        (
            "rule-always-fires",
            "when days(visited) >= 0 in last 7 days then +5",
            "days(visited) >= 0 in last 7 days",
            "this rule fires for every lead: days(visited) >= 0 in last 7 days is always true: "
            "a count is whole, and never below 0",
        ),
        (
            "rule-always-fires",
            "when opted_in or not opted_in then +5",
            "opted_in or not opted_in",
            "this rule fires for every lead: opted_in or not opted_in is always true",
        ),
        (
            "condition-contradiction",
            "when requested demo or (employees > 50 and employees < 20) then +5",
            "employees < 20",
            "employees > 50 and employees < 20 are never true together",
        ),
        (
            "condition-contradiction",
            "when visited where (n > 5 and n < 3) then +5",
            "n < 3",
            "n > 5 and n < 3 are never true together, so no event passes this filter",
        ),
        (
            "condition-contradiction",
            'define odd: title = "a" and title = "b"\nwhen odd then +5\nwhen odd and visited then +6',
            'title = "b"',
            'title = "a" and title = "b" are never true together',
        ),
        (
            "condition-contradiction",
            "disqualify when visited docs and visited = 0",
            "visited = 0",
            "visited docs and visited = 0 are never true together, so nobody is disqualified by it",
        ),
        (
            "condition-always-true",
            'when visited docs >= 0 and title = "CTO" then +5',
            "visited docs >= 0",
            "visited docs >= 0 is always true: a count is whole, and never below 0",
        ),
        (
            "disqualifies-everyone",
            "disqualify when not visited < 0",
            "not visited < 0",
            "every lead is disqualified: not visited < 0 is always true: a count is whole, and never below 0",
        ),
    ],
)
def test_what_is_never_or_always_true(said, code: str, text: str, place: str, message: str) -> None:
    assert said(code, HEAD + text) == [(place, message)]
    assert [other for other in CODES if said(other, HEAD + text)] == [code]


@pytest.mark.parametrize(
    "text",
    [
        "when employees > 20 and employees < 50 then +5",
        "when visited and not visited in last 60 days then -5",
        "when visited docs and visited pricing = 0 then +5",
        'when title = "a" or title != "a" then +5',
        "for each visited docs when not visited pricing then +5",
        "when sum(visited.n) < 0 then +5",
        "when trial_ends in next 3 days and trial_ends in last 3 days then +5",
        "stage A when score >= 5",
    ],
)
def test_what_can_be_either(said, text: str) -> None:
    head = "field trial_ends: date\n" + HEAD
    assert [code for code in CODES if said(code, head + text)] == []
