from dataclasses import replace

import pytest

LIST = 'list people: "CTO", "VP *", "Cheif *"\n'


@pytest.mark.parametrize(
    ("condition", "place", "message"),
    [
        (
            'title != "Student"',
            'title != "Student"',
            'title != "Student" is not true of 120 leads whose title is unknown',
        ),
        ('not title contains "vp"', 'not title contains "vp"', None),
        ('title not in ("CTO", "VP *")', 'title not in ("CTO", "VP *")', None),
        ("not opted_in", "not opted_in", "not opted_in is not true of 300 leads whose opted_in is unknown"),
        ('domain(email) != "x.example"', 'domain(email) != "x.example"', None),
        ('not (title = "CTO" or visited docs)', 'not (title = "CTO" or visited docs)', None),
        ("not boss", "not boss", "not boss is not true of 120 leads whose title is unknown"),
    ],
)
def test_a_denial_that_skips_blanks(said, data, condition: str, place: str, message: str | None) -> None:
    found = said("negation-skips-unknown", f'define boss: title = "CTO"\nwhen {condition} then +5', data)
    assert [at for at, _ in found] == [place]
    assert message is None or found[0][1] == message


@pytest.mark.parametrize(
    "text",
    [
        'when title != "Student" or title is unknown then +5',
        'when title is known and title != "Student" then +5',
        'list ICP: "VP *"\nwhen title in ICP and title != "CTO" then +5',
        'when country != "Germany" then +5',
        "field opted_in: yes/no, otherwise no\nwhen not opted_in then +5",
        "when not visited docs then +5",
        "when employees >= 50 then +5",
        'when title = "CTO" then +5',
    ],
)
def test_a_condition_that_skips_nobody_unawares(said, data, text: str) -> None:
    assert said("negation-skips-unknown", text, data) == []


def test_only_what_stays_undecided_is_counted(said, data) -> None:
    """What else a denial asks may decide it, so that fewer leads are skipped than have a blank."""
    (_, alone), (_, beside) = (
        said("negation-skips-unknown", f"when {denied} then +5", data)[0]
        for denied in ('not title = "Student"', 'not (title = "Student" or visited docs)')
    )
    assert " of up to " not in alone
    assert " of up to " in beside


def test_nothing_is_said_of_blanks_without_data(said) -> None:
    assert said("negation-skips-unknown", 'when title != "Student" then +5') == []


@pytest.mark.parametrize(
    ("condition", "place", "message"),
    [
        ('country = "Germny"', '"Germny"', 'no lead has "Germny" here'),
        ('country != "DE"', '"DE"', 'no lead has "DE" here'),
        ('country in ("France", "Spain", "Germany")', '"Spain"', 'no lead has "Spain" here'),
        ('title like "Head *"', '"Head *"', 'no lead has "Head *" here'),
        ('not domain(email) in ("y.example", "x.example")', '"y.example"', 'no lead has "y.example" here'),
        (
            "employees >= 10000",
            "employees >= 10000",
            "employees >= 10000 is true of no lead there is: the data has 10 to 5,000",
        ),
        (
            "employees < 100000",
            "employees < 100000",
            "employees < 100000 is true of every lead whose employees is known: the data has 10 to 5,000",
        ),
    ],
)
def test_a_value_that_no_lead_has(said, data, condition: str, place: str, message: str) -> None:
    assert said("value-not-in-data", f"when {condition} then +5", data) == [(place, message)]
    assert said("value-not-in-data", f"when {condition} then +5") == []


def test_a_default_is_a_value_too(said, data) -> None:
    text = 'field country: text, otherwise "none"\nwhen country = "none" then +5'
    assert said("value-not-in-data", text, data) == []
    text = "field employees: number, otherwise 0\nwhen employees < 5 then +5"
    assert said("value-not-in-data", text, data) == []


def test_few_leads_prove_nothing_but_a_slip_of_the_pen(said, data) -> None:
    facts = replace(data.fields["country"], known=2, values={"Germany": 1, "France": 1})
    few = replace(data, leads=2, fields={"country": facts})
    text = 'list places: "Spain"\nwhen country in ("Spain", "Germny") or country in places then +5'
    assert said("value-not-in-data", text, few) == [('"Germny"', 'no lead has "Germny" here')]
    assert said("list-entry-unmatched", text, few) == []


@pytest.mark.parametrize(
    "condition",
    [
        'country = " GERMANY"',
        'country contains "man"',
        'city = "Paris"',
        "employees >= 10",
        "employees between 100 and 999",
        "country is unknown",
    ],
)
def test_a_value_that_some_lead_has_or_may_have(said, data, condition: str) -> None:
    assert said("value-not-in-data", f"when {condition} then +5", data) == []


def test_a_field_that_is_blank_everywhere(said, data) -> None:
    message = "no lead has a value for fax, so this is unknown for everybody"
    text = 'when fax = "1" then +5\nwhen fax = "2" then +5'
    assert said("field-never-known", text, data) == [('fax = "1"', message)]
    assert said("field-never-known", "when fax is unknown then +5", data) == []


def test_an_entry_that_matches_nothing(said, data) -> None:
    text = LIST + "when title in people then +5"
    assert said("list-entry-unmatched", text, data) == [('"Cheif *"', '"Cheif *" matches no lead')]


def test_many_entries_are_said_together(said, data) -> None:
    entries = ", ".join(f'"N{number}"' for number in range(9))
    text = f"list many: {entries}\nwhen title in many then +5"
    ((place, message),) = said("list-entry-unmatched", text, data)
    assert place == f"list many: {entries}"
    assert message == '9 of 9 entries of many match no lead: "N0", "N1", "N2", "N3", "N4" and 4 more'


@pytest.mark.parametrize(
    "rules",
    [
        "when city in people then +5",
        "when title in people or city in people then +5",
        "when visited where device in people then +5",
        "",
    ],
)
def test_silent_where_the_data_may_hold_more(said, data, rules: str) -> None:
    assert said("list-entry-unmatched", LIST + rules, data) == []
