"""How values are read: numbers, dates, yes and no, blanks and choices as people and systems write them."""

from __future__ import annotations

import itertools
import re
import shlex

import pytest
from leadwright.engine.importing.mapping import ColumnMapping, Reading
from leadwright.engine.importing.preview import preview_file
from leadwright.engine.importing.problems import ImportRefused
from leadwright.engine.importing.report import ImportReport
from leadwright.engine.importing.run import import_file
from leadwright.engine.importing.values.moments import MomentReader
from leadwright.grammar.syntax.nodes import Kind
from leadwright.tests.saved_version import save_version


def csv_of(values: list[str], column: str = "x") -> str:
    quoted = [value.replace('"', '""') for value in values]
    return f"id,{column}\n" + "".join(f'{number},"{cell}"\n' for number, cell in enumerate(quoted, 1))


def stored(desk, column: str = "x") -> list[object]:
    return [value for (value,) in desk.rows(f'SELECT "{column}" FROM lead ORDER BY _id')]


def options_of(text: str) -> list[dict[str, object]]:
    """Each way that an advice offers, as the reading that follows it."""
    ways = []
    for way in re.findall(r"(--[a-z].*?)(?=, or with --|$)", text):
        reading: dict[str, object] = {}
        words = shlex.split(way)
        for option, word in itertools.pairwise(words):
            column, _, value = word.rpartition("=")
            if option == "--kind":
                reading["kinds"] = {column: Kind(value)}
            elif option == "--blank":
                reading["blanks"] = (*reading.get("blanks", ()), word)
            elif option in ("--decimal", "--date-format", "--separator"):
                reading[option[2:].replace("-", "_") + "s"] = {column: value}
        ways.append(reading)
    return ways


NUMBERS = [
    (["1,250,000.00", "80,000.50", "90"], [1250000.0, 80000.5, 90.0]),
    (["1.234,56", "7"], [1234.56, 7.0]),
    (["1 200,50", "85"], [1200.5, 85.0]),
    (["1\u00a0200,50", "85"], [1200.5, 85.0]),
    (["1\u202f200", "85", "12\u2009500,5"], [1200.0, 85.0, 12500.5]),
    (["1'250'000.50", "90"], [1250000.5, 90.0]),
    (["1’250’000", "90"], [1250000.0, 90.0]),
    (["$1,250,000", "$80.50"], [1250000.0, 80.5]),
    (["€ 90.000,00", "1 €"], [90000.0, 1.0]),
    (["1.200,50 €", "85 €"], [1200.5, 85.0]),
    (["EUR 5", "7.5 EUR"], [5.0, 7.5]),
    (["R$ 1.234,56", "R$ 2,00"], [1234.56, 2.0]),
    (["12%", "7.5 %"], [12.0, 7.5]),
    (["(500)", "-20", "30"], [-500.0, -20.0, 30.0]),
    (["($1,500.25)", "$3"], [-1500.25, 3.0]),
    (["-$5.25", "$3"], [-5.25, 3.0]),
    (["\u22125", "3"], [-5.0, 3.0]),
    (["1.5e3", "2"], [1500.0, 2.0]),
    (["9.00719925474E+15", "3E5"], [9.00719925474e15, 300000.0]),
    (["12,34,567.50", "5"], [1234567.5, 5.0]),
    (["1.250.000", "7"], [1250000.0, 7.0]),
    ([" -5", " 12"], [-5.0, 12.0]),
    (["\uff11\uff12\uff0e\uff15", "3"], [12.5, 3.0]),
]


@pytest.mark.parametrize(("written", "values"), NUMBERS, ids=[row[0][0] for row in NUMBERS])
def test_numbers_with_one_reading_are_read(desk, written, values) -> None:
    report = desk.leads(csv_of(written))
    assert (report.columns[1].kind, report.columns[1].unread, stored(desk)) == (Kind.NUMBER, 0, values)
    assert not report.columns[1].hints


TWO_WAYS = [
    (["1,200", "85", "12,500"], [1200.0, 85.0, 12500.0], [1.2, 85.0, 12.5]),
    (["1.200", "85"], [1.2, 85.0], [1200.0, 85.0]),
    (["$1,250", "$900"], [1250.0, 900.0], [1.25, 900.0]),
    (["1.250%", "7%"], [1.25, 7.0], [1250.0, 7.0]),
    (["-3,000"], [-3000.0], [-3.0]),
]


@pytest.mark.parametrize(("written", "dot", "comma"), TWO_WAYS, ids=[row[0][0] for row in TWO_WAYS])
def test_numbers_with_two_readings_are_text_and_each_way_offered_works(desk, written, dot, comma) -> None:
    report = desk.leads(csv_of(written))
    assert (report.columns[1].kind, stored(desk)) == (Kind.TEXT, written)
    ways = options_of(report.columns[1].note)
    assert [way["decimals"] for way in ways] == [{"x": "."}, {"x": ","}]
    # On the same database, where the column is text, and then again: nothing more to say.
    for way, values in zip(ways, (dot, comma), strict=True):
        for _ in range(2):
            again = desk.leads(csv_of(written), **way)
            assert (again.columns[1].kind, again.columns[1].note, stored(desk)) == (Kind.NUMBER, None, values)


def test_one_sign_of_decimals_for_a_file_and_another_for_a_column(desk) -> None:
    text = "id;us;de\n1;1,200;1.200\n2;3,500.5;7\n"
    desk.leads(text, decimal=",", decimals={"us": "."})
    assert desk.rows("SELECT us, de FROM lead") == [(1200.0, 1200.0), (3500.5, 7.0)]


def test_known_numbers_that_can_be_read_two_ways_are_said(desk) -> None:
    desk.leads("id,n\n1,5\n")
    report = desk.leads('id,n\n1,"1,200"\n')
    assert stored(desk, "n") == [1200.0]
    assert report.columns[1].note == (
        "1,200 (line 2) can be two numbers, and nothing in the column tells which, so a point is taken "
        "for the decimal separator: import with --decimal n=. to read it as 1200, or with --decimal n=, "
        "to read it as 1.2"
    )


NOT_NUMBERS = [
    ["12E4", "3E5"],
    ["612 345 678", "911 222 333"],
    ["560 001", "110 002"],
    ["00123", "7"],
    ["+4930123456", "+15550101"],
    ["$5", "€7"],
    ["12%", "7"],
    ["1,250,000.00", "1.234,56"],
    ["192.168.1.1", "10.0.0.1"],
    ["1-2", "11-50"],
    ["12345678901234567890", "1"],
]


@pytest.mark.parametrize("written", NOT_NUMBERS, ids=[row[0] for row in NOT_NUMBERS])
def test_codes_and_mixed_columns_stay_text(desk, written) -> None:
    report = desk.leads(csv_of(written))
    assert (report.columns[1].kind, stored(desk)) == (Kind.TEXT, written)


@pytest.mark.parametrize(
    ("written", "values"), [(["$5", "€7"], [5.0, 7.0]), (["12%", "7"], [12.0, 7.0]), (["12E4"], [120000.0])]
)
def test_advice_on_mixed_numbers_works(desk, written, values) -> None:
    (way,) = options_of(desk.leads(csv_of(written)).columns[1].note)
    assert (desk.leads(csv_of(written), **way).columns[1].note, stored(desk)) == (None, values)


DATES = [
    (["Nov 3, 2025", "November 13, 2025"], ["2025-11-03", "2025-11-13"]),
    (["3 November 2025", "3. Nov. 2025"], ["2025-11-03", "2025-11-03"]),
    (["03-Nov-25", "13-Dec-1999"], ["2025-11-03", "1999-12-13"]),
    (["November 3rd, 2025"], ["2025-11-03"]),
    (["3. März 2025", "1er août 2025", "5 de mayo de 2025"], ["2025-03-03", "2025-08-01", "2025-05-05"]),
    (["Monday, November 3, 2025"], ["2025-11-03"]),
    (["2025/11/03", "2025.1.3"], ["2025-11-03", "2025-01-03"]),
    (["Mon, 03 Nov 2025 09:05:00 GMT"], ["2025-11-03T09:05:00Z"]),
    (["Mon, 03 Nov 2025 09:05:00 CET"], ["2025-11-03T08:05:00Z"]),
    (["2025-11-03 09:05:00 PST"], ["2025-11-03T17:05:00Z"]),
    (["Mon Nov 3 09:05:00 2025"], ["2025-11-03T09:05:00Z"]),
    (["Mon Nov 03 09:05:00 +0100 2025"], ["2025-11-03T08:05:00Z"]),
    (["Mon Nov 03 2025 09:05:00 GMT+0100 (Central European Standard Time)"], ["2025-11-03T08:05:00Z"]),
    (["20251103T090500Z"], ["2025-11-03T09:05:00Z"]),
    (["Nov 3, 2025 9:05 AM", "Nov 3, 2025, 12:05 p.m."], ["2025-11-03T09:05:00Z", "2025-11-03T12:05:00Z"]),
    (["Nov 3, 2025, 9:05:01\u202fPM"], ["2025-11-03T21:05:01Z"]),
    (["11/1/16 3pm", "11/13/16 12 am"], ["2016-11-01T15:00:00Z", "2016-11-13T00:00:00Z"]),
    (["11/3/2025 9:05 AM", "1/25/2026 12:05 AM"], ["2025-11-03T09:05:00Z", "2026-01-25T00:05:00Z"]),
    (["31/01/2026", "13/02/2026", "02/03/2026"], ["2026-01-31", "2026-02-13", "2026-03-02"]),
    (["31.01.26 9:05", "03.11.25"], ["2026-01-31T09:05:00Z", "2025-11-03T00:00:00Z"]),
    (["2026-01-31", "31/01/2026"], ["2026-01-31", "2026-01-31"]),
    (["2025-11-03T09:05:00.123Z"], ["2025-11-03T09:05:00.123000Z"]),
]


@pytest.mark.parametrize(("written", "values"), DATES, ids=[row[0][0] for row in DATES])
def test_dates_with_one_reading_are_read(desk, written, values) -> None:
    report = desk.leads(csv_of(written))
    kind = Kind.DATETIME if "T" in values[0] else Kind.DATE
    assert (report.columns[1].kind, report.columns[1].unread, stored(desk)) == (kind, 0, values)
    for way in options_of(report.columns[1].note or ""):
        assert desk.leads(csv_of(written), **way).columns[1].note is None
        assert stored(desk) == values


DATES_TWO_WAYS = [
    (["11/3/2025 9:05 AM"], ["2025-03-11T09:05:00Z"], ["2025-11-03T09:05:00Z"]),
    (["03.11.2025", "12.12.2025"], ["2025-11-03", "2025-12-12"], ["2025-03-11", "2025-12-12"]),
    (["03/11/25"], ["2025-11-03"], ["2025-03-11"]),
    (["11/3/2025 9:05", "2026-01-25"], ["2025-03-11T09:05:00Z", "2026-01-25T00:00:00Z"], None),
]


@pytest.mark.parametrize(
    ("written", "day", "month"), DATES_TWO_WAYS, ids=[row[0][0] for row in DATES_TWO_WAYS]
)
def test_dates_with_two_readings_are_text_and_each_way_offered_works(desk, written, day, month) -> None:
    report = desk.leads(csv_of(written))
    assert (report.columns[1].kind, stored(desk)) == (Kind.TEXT, written)
    ways = options_of(report.columns[1].note)
    assert len(ways) == 2
    for way, values in zip(ways, (day, month), strict=True):
        again = desk.leads(csv_of(written), **way)
        assert again.columns[1].note is None
        assert values is None or stored(desk) == values


def test_each_column_has_its_own_form_of_dates(desk) -> None:
    text = "id,created,birthday\n1,11/3/2025 9:05 AM,25/1/1980\n2,1/13/2026 12:05 PM,3/12/1999\n"
    report = desk.leads(text)
    assert [(column.kind, column.form) for column in report.columns[1:]] == [
        (Kind.DATETIME, "%m/%d/%Y %I:%M %p"),
        (Kind.DATE, "%d/%m/%Y"),
    ]
    assert desk.rows("SELECT created, birthday FROM lead") == [
        ("2025-11-03T09:05:00Z", "1980-01-25"),
        ("2026-01-13T12:05:00Z", "1999-12-03"),
    ]
    # One of the two said for the whole file does not undo the other.
    ways = [options_of(column.note)[0] for column in report.columns[1:]]
    assert [way["date_formats"] for way in ways] == [
        {"created": "%m/%d/%Y %I:%M %p"},
        {"birthday": "%d/%m/%Y"},
    ]


def test_a_format_that_does_not_read_is_named_and_not_offered_again(desk) -> None:
    report = desk.leads(csv_of(["01/31/2026"]), date_formats={"x": "%d/%m/%Y"})
    assert report.columns[1].note == (
        "01/31/2026 (line 2) is no date as %d/%m/%Y says: import with --kind x=date --date-format x=%m/%d/%Y "
        "for such dates"
    )


def test_known_dates_that_can_be_read_two_ways_are_refused_before_anything_is_lost(desk) -> None:
    desk.leads(csv_of(["31/01/2026"]))
    with pytest.raises(ImportRefused, match=r"looks like dates, as 02/03/2026 \(line 2\)") as caught:
        desk.leads(csv_of(["02/03/2026"]))
    assert "--date-format x=%d/%m/%Y if the day stands first" in caught.value.hint
    assert stored(desk) == ["2026-01-31"]


def test_dates_with_the_day_and_with_the_month_first_stay_text(desk) -> None:
    note = desk.leads(csv_of(["31/01/2026", "01/31/2026"])).columns[1].note
    assert note == (
        "mixes dates with the day first and with the month first, as 31/01/2026 (line 2) and 01/31/2026 "
        "(line 3), so it is left text"
    )


LIKE_NUMBERS = [
    (["1762160700000", "1762160800000"], "x", "2025-11-03T09:05:00Z"),
    (["1762160700"], "created at", "2025-11-03T09:05:00Z"),
    (["20170801", "20180101"], "x", "2017-08-01"),
]


@pytest.mark.parametrize(("written", "column", "first"), LIKE_NUMBERS, ids=["ms", "s", "day"])
def test_numbers_that_may_be_dates_are_numbers_and_the_form_is_offered(desk, written, column, first) -> None:
    report = desk.leads(csv_of(written, column))
    assert report.columns[1].kind is Kind.NUMBER
    (way,) = options_of(report.columns[1].note)
    assert desk.leads(csv_of(written, column), **way).columns[1].note is None
    assert stored(desk, column)[0] == first


YES_NO = [
    (["1", "0"], [1, 0]),
    (["Y", "n"], [1, 0]),
    (["T", "F"], [1, 0]),
    (["on", "Off"], [1, 0]),
    (["Ja", "Nein"], [1, 0]),
    (["Oui", "non"], [1, 0]),
    (["Sí", "No"], [1, 0]),
    (["Checked", "Unchecked"], [1, 0]),
    (["x", ""], [1, 0]),
    (["✓", ""], [1, 0]),
    (["TRUE", ""], [1, None]),
    (["yes", "maybe"], [1, None]),
]


@pytest.mark.parametrize(("written", "values"), YES_NO, ids=[row[0][0] for row in YES_NO])
def test_yes_and_no_where_asked_for(desk, written, values) -> None:
    report = desk.leads(csv_of(written), kinds={"x": Kind.YES_NO})
    assert stored(desk) == values
    assert report.columns[1].unread == ("maybe" in written)


@pytest.mark.parametrize(
    "written", [["NO", "NO"], ["no"], ["Yes"], ["1", "0"], ["Y", "N"], ["true"]], ids=str
)
def test_yes_and_no_are_never_found_in_one_word_alone(desk, written) -> None:
    report = desk.leads(csv_of(written))
    assert report.columns[1].kind is not Kind.YES_NO
    if report.columns[1].kind is Kind.TEXT:
        ways = options_of(report.columns[1].note)
        assert ways == [{"kinds": {"x": Kind.YES_NO}}]
        assert desk.leads(csv_of(written), **ways[0]).columns[1].kind is Kind.YES_NO


@pytest.mark.parametrize(
    ("written", "real"),
    [
        ("0000-00-00", "2025-11-03"),
        ("0000-00-00 00:00:00", "2025-11-03 09:00:00"),
        ("00/00/0000", "11/23/2025"),
        ("(not provided)", "5"),
    ],
)
def test_what_databases_write_for_no_date_is_a_word_for_nothing(desk, written, real) -> None:
    assert f"--blank {written}" in desk.leads(f"id,x\n1,{written}\n2,{real}\n").notes[-1].replace('"', "")
    report = desk.leads(f"id,y\n1,{written}\n2,{real}\n", blanks=(written,))
    assert (report.columns[1].values, report.columns[1].kind is Kind.TEXT) == (1, False)


def test_words_for_nothing_are_counted_and_blank_where_asked_for(desk) -> None:
    text = "id,score,note\n1,null,N/A\n2,5,x\n3,null,-\n4,7,Select\n"
    report = desk.leads(text)
    assert report.columns[1].kind is Kind.TEXT
    assert report.notes == (
        "5 cells have words that may stand for nothing: null (2), N/A (1), - (1), Select (1): import with "
        "--blank null --blank N/A --blank - --blank Select to read them as blank",
    )
    (way,) = options_of(report.notes[0])
    again = desk.leads(text, kinds={"score": Kind.NUMBER}, **way)
    assert again.notes == ('the field "score" was text and is number now',)
    assert desk.rows("SELECT score, note FROM lead") == [(None, None), (5.0, "x"), (None, None), (7.0, None)]


CHOICES = [
    (["email;phone", "email", "phone"], '["email", "phone"]'),
    (["email; phone", "email", "phone"], '["email", "phone"]'),
    (["email|phone", "email", "phone"], '["email", "phone"]'),
    (["email, phone", "phone, fax", "email, fax"], '["email", "phone"]'),
    (["email, phone", "phone"], '["email", "phone"]'),
    (["email,phone", "phone"], '["email", "phone"]'),
]


@pytest.mark.parametrize(("written", "first"), CHOICES, ids=[row[0][0] for row in CHOICES])
def test_several_choices_are_pointed_out_and_the_advice_reads_them(desk, written, first) -> None:
    report = desk.leads(csv_of(written))
    assert report.columns[1].kind is Kind.TEXT
    (way,) = options_of(report.columns[1].note)
    again = desk.leads(csv_of(written), **way)
    assert (again.columns[1].kind, again.columns[1].note, stored(desk)[0]) == (Kind.TEXTS, None, first)


def test_a_comma_in_an_address_is_no_sign_between_choices(desk) -> None:
    report = desk.leads(csv_of(["Berlin, Germany", "Munich, Germany", "Paris"]))
    assert report.columns[1].note is None


@pytest.mark.parametrize(
    ("form", "written", "kept"),
    [
        ("unix-ms", "1762160700000", "2025-11-03T09:05:00Z"),
        ("unix", "1762160700", "2025-11-03T09:05:00Z"),
        ("%Y%m%d", "20260102", "2026-01-02T00:00:00Z"),
    ],
)
@pytest.mark.parametrize("known", [True, False])
def test_numbers_in_a_column_of_instants_name_the_form_that_reads_them(
    desk, form: str, written: str, kept: str, known: bool
) -> None:
    reading = {} if known else {"kinds": {"x": Kind.DATETIME}}
    if known:
        desk.leads(csv_of(["2026-01-01T10:00:00Z"]))
    report = desk.leads(csv_of([written]), **reading)
    assert report.columns[1].unread == 1
    (way,) = options_of(report.columns[1].note)
    assert way == {"date_formats": {"x": form}}
    again = desk.leads(csv_of([written]), **reading, **way)
    assert (again.columns[1].unread, again.columns[1].note, stored(desk)) == (0, None, [kept])


def test_a_fixed_offset_is_a_time_zone(desk) -> None:
    for zone in ("GMT+1", "UTC+01:00", "+0100"):
        desk.leads(csv_of(["2026-07-01 10:00:00"]), timezone=zone)
        assert stored(desk) == ["2026-07-01T09:00:00Z"]


def test_lists_in_json_may_have_nulls(desk) -> None:
    desk.leads('{"id": 1, "x": ["a", null, 3]}\n{"id": 2, "x": []}\n', name="a.jsonl")
    desk.leads(csv_of(['["a", null]', "[]"], "y"))
    assert desk.rows("SELECT x, y FROM lead") == [('["a", "3"]', '["a"]'), (None, None)]


def changed(report: ImportReport) -> dict[str, tuple[int, int]]:
    return {
        column.column: (column.cleared, column.kept) for column in report.columns if column.used_as == "field"
    }


ALL = "id,title,opted,tags,demo,n\n"


@pytest.mark.parametrize("keep", [False, True], ids=["clear", "keep"])
def test_a_blank_clears_or_keeps_and_the_report_counts_it(desk, keep) -> None:
    full = ALL + '1,CTO,yes,"[""a""]",2026-01-01,5\n2,CEO,no,"[""b""]",2026-01-02,6\n'
    desk.leads(full)
    before = desk.rows("SELECT * FROM lead")
    report = desk.leads(ALL + '1,,,,,\n2,CEO,no,"[""b""]",2026-01-02,6\n', keep_blank=keep)
    assert changed(report) == dict.fromkeys(ALL.strip().split(",")[1:], (0, 1) if keep else (1, 0))
    assert report.leads_changed == (0 if keep else 1)
    one, two = desk.rows("SELECT title, opted, tags, demo, n FROM lead ORDER BY _key")
    assert one == (("CTO", 1, '["a"]', "2026-01-01", 5.0) if keep else (None,) * 5)
    assert two == ("CEO", 0, '["b"]', "2026-01-02", 6.0)
    assert keep is (desk.rows("SELECT * FROM lead") == before)


@pytest.mark.parametrize("keep", [False, True], ids=["clear", "keep"])
def test_null_in_json_clears_and_a_member_that_is_not_there_does_not(desk, keep) -> None:
    desk.leads("id,title,n\n1,CTO,5\n2,CEO,6\n")
    desk.leads(
        '{"id": 1, "title": null}\n{"id": 2, "n": null, "title": "CFO"}\n', name="a.jsonl", keep_blank=keep
    )
    assert desk.rows("SELECT title, n FROM lead ORDER BY _key") == (
        [("CTO", 5.0), ("CFO", 6.0)] if keep else [(None, 5.0), ("CFO", None)]
    )


def test_a_blank_does_not_take_away_what_another_row_of_the_file_says(desk) -> None:
    desk.leads("id,title,n\n1,CTO,\n1,,5\n")
    assert desk.rows("SELECT title, n FROM lead") == [("CTO", 5.0)]


@pytest.mark.parametrize("keep", [False, True], ids=["clear", "keep"])
def test_what_the_report_calls_unknown_is_unknown(desk, keep) -> None:
    desk.leads("id,n,d\n1,1200,2026-01-01\n2,7,2026-01-02\n")
    report = desk.leads("id,n,d\n1,1000-5000,soon\n2,8,2026-01-03\n", keep_blank=keep)
    assert [(column.unread, column.unread_example) for column in report.columns[1:]] == [
        (1, "1000-5000"),
        (1, "soon"),
    ]
    assert desk.rows("SELECT n, d FROM lead ORDER BY _key") == [(None, None), (8.0, "2026-01-03")]


TEXT_KEPT = ["", "7", "2026-01-01", "yes", "a; b", "1,200", "N/A", "11/3/2025"]


@pytest.mark.parametrize("value", TEXT_KEPT)
@pytest.mark.parametrize("stated", [False, True], ids=["known", "stated"])
def test_a_text_stays_a_text_whatever_comes(desk, value, stated) -> None:
    desk.leads("id,x,y\n1,CTO,a\n")
    options = {"kinds": {"x": Kind.TEXT}} if stated else {}
    report = desk.leads(f'id,x,y\n2,"{value}",b\n', **options)
    column = report.columns[1]
    assert (column.kind, column.unread, column.hints) == (Kind.TEXT, 0, ())
    assert desk.rows("SELECT x FROM lead WHERE _key = '2'") == [(value or None,)]


@pytest.mark.parametrize("value", TEXT_KEPT)
def test_a_property_that_is_text_stays_text_whatever_comes(desk, value) -> None:
    desk.events("id,type,at,note\n1,visited,2026-01-01,hello\n")
    report = desk.events(f'id,type,at,note\n1,visited,2026-01-02,"{value}"\n')
    assert (report.events_added, report.columns[-1].unread) == (1, 0)


def test_dates_of_one_column_do_not_make_instants_of_all_numbers(desk) -> None:
    desk.leads("id,created,staff\n1,1762160700,12\n", date_format="unix")
    assert desk.rows("SELECT created, staff FROM lead") == [("2025-11-03T09:05:00Z", 12.0)]


def test_reading_says_what_it_does_not_know() -> None:
    with pytest.raises(ImportRefused, match="cannot be the decimal separator"):
        Reading(decimals={"x": ";"})


DECLARED = """
field ok: yes/no
field size from "Company Size": number
field zip: text
field made: date
when ok then +1
"""


def test_a_new_field_is_read_as_live_rules_declare_it(desk) -> None:
    save_version(desk.store, "inbound", DECLARED, "d1")
    path = desk.write("id,ok,Company Size,zip,made\n1,Y,12,01234,2026-01-02\n2,N,5 %,10115,2026-01-03\n")
    shown = {column.column: column.kind for column in preview_file(desk.store, path).columns[1:]}
    report = import_file(desk.store, path, ColumnMapping("id"))
    assert shown == {column.column: column.kind for column in report.columns[1:]}
    assert list(shown.values()) == [Kind.YES_NO, Kind.NUMBER, Kind.TEXT, Kind.DATE]
    assert desk.rows("SELECT ok, zip FROM lead ORDER BY _id") == [(1, "01234"), (0, "10115")]
    assert str(report.columns[1].hints[0]) == "read as yes/no, as the live rules of inbound declare it"
    assert report.columns[4].hints == ()


@pytest.mark.parametrize(
    ("words", "stored"),
    [
        (("1", "0"), (1, 0)),
        (("on", "off"), (1, 0)),
        (("Ja", "Nein"), (1, 0)),
        (("Checked", "Unchecked"), (1, 0)),
        (("x", ""), (1, 0)),
        (("oui", "non"), (1, 0)),
        (("NO", "NO"), (0, 0)),
    ],
)
def test_yes_and_no_are_read_where_live_rules_declare_them(desk, words: tuple[str, str], stored) -> None:
    save_version(desk.store, "inbound", DECLARED, "d1")
    desk.leads(f"id,ok\n1,{words[0]}\n2,{words[1]}\n")
    assert tuple(value for (value,) in desk.rows("SELECT ok FROM lead ORDER BY _id")) == stored


def test_what_does_not_read_as_declared_is_left_as_it_is_found(desk) -> None:
    save_version(desk.store, "inbound", DECLARED, "d1")
    save_version(desk.store, "other", "field zip: number", "d2")
    report = desk.leads('id,ok,Company Size,zip,made\n1,Y,"1,200",01234,01/02/2026\n2,perhaps,85,2,\n')
    kinds = [column.kind for column in report.columns[1:]]
    assert kinds == [Kind.TEXT, Kind.TEXT, Kind.TEXT, Kind.TEXT]  # 01234: two rulesets disagree
    assert [len(column.hints[0].choices) for column in report.columns if column.hints] == [2, 2]


def test_a_field_that_is_another_kind_than_declared_is_pointed_out_and_the_way_works(desk) -> None:
    text = "id,ok,zip\n1,1,5\n2,0,6\n"
    desk.leads(text)
    save_version(desk.store, "inbound", DECLARED, "d1")
    (hint,) = desk.leads(text).columns[1].hints
    assert str(hint) == (
        "is number in the database, and the live rules of inbound declare it yes/no: "
        "import with --kind ok=yes/no to make it yes/no"
    )
    assert desk.leads(text, kinds={"ok": Kind.YES_NO}).columns[1].hints == ()
    assert desk.rows("SELECT ok FROM lead ORDER BY _id") == [(1,), (0,)]
    assert desk.leads(text).columns[1].hints == ()


def test_dates_of_events_that_no_order_reads_are_refused_with_what_they_are(desk) -> None:
    rows = ["17/3/2025 9:05", "1/25/2026 12:05", "nonsense", "more"]
    text = "id,type,at\n" + "".join(f"1,seen,{row}\n" for row in rows)
    with pytest.raises(ImportRefused, match="mixes dates with the day first and with the month first"):
        desk.events(text)


def test_instants_of_machines_are_read_at_once_as_one_by_one() -> None:
    reader = MomentReader("Europe/Vienna")
    cells = ["0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "2026-02-28T12:30:01Z", "9999-12-31T23:59:59Z"]
    assert reader.instants(cells) == [reader.instant(cell) for cell in cells]
    assert reader.instants([]) is None
    for odd in ("2026-02-30T00:00:00Z", "0000-01-01T00:00:00Z", "2026-01-01 00:00:00Z", "2026-01-01", "", 5):
        assert reader.instants([*cells, odd]) is None
    assert reader.instants(["2026-01-01T00:00:00Z\n2026-01-01T00:00:00Z"]) is None
