import pytest

DECLARED = """
list people: "CTO"
define boss: title in people
field title: text
event visited
score fit
"""


def test_what_is_declared_and_never_used(said) -> None:
    text = DECLARED + 'field fax: text\nevent requested\nlist cities: "Bern"\nwhen employees > 5 then +5'
    assert said("never-used", text) == [
        ("boss", "the define boss is never used"),
        ("visited", "the event visited is never used"),
        ("fax", "the field fax is never used"),
        ("requested", "the event requested is never used"),
        ("cities", "the list cities is never used"),
    ]
    assert said("score-never-fed", text) == [("score fit", "no rule gives points to fit, so it is always 0")]


@pytest.mark.parametrize(
    "rules",
    [
        "when boss and visited then +5 fit",
        'rule "later" off when boss and visited then +5 fit',
        'group "G" { rule "later" off when boss and visited then +5 fit }',
        'test "t" given title = "x", visited docs expect score = 0\nwhen boss then +1 fit',
    ],
)
def test_what_is_used_somewhere(said, rules: str) -> None:
    assert said("never-used", DECLARED + rules) == []
    assert said("score-never-fed", DECLARED + rules) == []
