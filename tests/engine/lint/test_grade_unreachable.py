CODE = "grade-unreachable"
HEAD = "score fit from 0 to 50\nwhen employees > 9 then +40 fit\n"


def test_grades_that_no_lead_can_get(said) -> None:
    grade = "grade fit: A from 45, B from 20, C from 0, D from -5, E otherwise"
    assert said(CODE, HEAD + grade) == [
        (grade, "no lead can get the grade A, which begins at 45: a lead can have at most 40 points of fit"),
        (
            grade,
            "no lead can get the grade D, which ends below 0: no lead can have fewer than 0 points of fit",
        ),
    ]


def test_grades_that_some_can_get(said) -> None:
    assert said(CODE, HEAD + "grade fit: A from 40, B from 20, C from 0, D otherwise") == []
    assert said(CODE, "for each visited then +1\ngrade: A from 1000, B otherwise") == []
