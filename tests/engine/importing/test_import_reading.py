"""What files may look like: encodings, delimiters, kinds, dates, broken rows."""

from __future__ import annotations

import csv
import json
import sqlite3
from contextlib import closing

import pytest
from leadwright.engine.importing.mapping import ColumnMapping, EventColumns, Reading
from leadwright.engine.importing.problems import ImportRefused
from leadwright.engine.importing.run import import_file
from leadwright.grammar.syntax.nodes import Kind

KINDS = [
    (["1", "-2.5", "0.5", "1e-7"], Kind.NUMBER),
    (["00123", "7"], Kind.TEXT),
    (["12345678901234567890"], Kind.TEXT),
    (["12E4"], Kind.TEXT),
    (["+4930123456"], Kind.TEXT),
    (["yes", "No", "TRUE", "false"], Kind.YES_NO),
    (["Yes", "No", "Unknown"], Kind.TEXT),
    (["2026-01-31", " 2026-02-28 "], Kind.DATE),
    (["2026-02-30"], Kind.TEXT),
    (["2026-01-31", "2026-01-31T10:00"], Kind.DATETIME),
    (["2026-01-31 10:00:00.123456+02:00"], Kind.DATETIME),
    (['["EU", "Big"]', "[]"], Kind.TEXTS),
    (["[EU]"], Kind.TEXT),
    (["1,5", "2"], Kind.NUMBER),
    (["nan", "inf"], Kind.TEXT),
]


@pytest.mark.parametrize(("values", "kind"), KINDS, ids=str)
def test_kind_is_that_of_every_value(desk, values, kind) -> None:
    cells = [value.replace('"', '""') for value in values]
    rows = "".join(f'{number},"{cell}"\n' for number, cell in enumerate(cells, 1))
    report = desk.leads(f"id,x\n{rows}0,\n")
    known = len([value for value in values if value != "[]"])
    assert [(column.kind, column.values) for column in report.columns if column.name] == [(kind, known)]


def test_one_odd_value_makes_a_column_text_and_says_so(desk) -> None:
    report = desk.leads("id,employees\n" + "".join(f"{n},{n}\n" for n in range(20)) + "x,n/a\n")
    column = report.columns[1]
    assert column.kind is Kind.TEXT
    assert column.note == (
        "20 of 21 values are numbers, but n/a (line 22) is not: import with --kind employees=number "
        "--blank n/a to read that as blank, or with --kind employees=number to leave such a value out as "
        "unknown"
    )
    again = desk.leads("id,staff\n1,5\n2,n/a\n", kinds={"staff": Kind.NUMBER})
    assert (again.columns[1].kind, again.columns[1].unread) == (Kind.NUMBER, 1)
    assert desk.rows("SELECT staff FROM lead WHERE _key IN ('1', '2')") == [(5.0,), (None,)]


def test_column_blank_in_every_row_is_left_out(desk) -> None:
    report = desk.leads("id,x,\n1, ,\n2,,\n")
    assert report.columns[1].note == "blank in every row, so left out"
    assert desk.rows("SELECT name FROM field") == []


ENCODED = [
    ("utf-8", {}),
    ("utf-8-sig", {}),
    ("utf-16", {}),
    ("utf-16-be", {"encoding": "utf-16-be"}),
    ("latin-1", {"encoding": "latin-1"}),
    ("cp1252", {"encoding": "windows-1252"}),
]


@pytest.mark.parametrize(("encoding", "options"), ENCODED)
def test_encodings(desk, encoding, options) -> None:
    desk.leads("id,name\r\n1,Zoë\r\n".encode(encoding), **options)
    assert desk.rows("SELECT _key, name FROM lead") == [("1", "Zoë")]


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_delimiter_is_found_out(desk, sign) -> None:
    desk.leads(f'id{sign}name\n1{sign}"a{sign}b, c"\n2{sign}d\n')
    assert desk.rows("SELECT name FROM lead ORDER BY _key") == [(f"a{sign}b, c",), ("d",)]


def test_quoted_cells_keep_their_lines(desk) -> None:
    desk.leads('id,note\n1,"one\ntwo, ""three"""\n2,x\n')
    assert desk.rows("SELECT note FROM lead ORDER BY _key") == [('one\ntwo, "three"',), ("x",)]


REFUSED = [
    ("id,name\n1,Zo\xeb\n".encode("latin-1"), {}, "line 2 has the byte 0xeb", "--encoding cp1252"),
    ("id,name\n1,x\n".encode("utf-16-le"), {}, "UTF-16 without the mark", "--encoding utf-16-le"),
    (b"id,name\n1,x\n", {"encoding": "klingon"}, "no encoding klingon", "utf-8"),
    (b"id,name\n1,x\n", {"delimiter": ";"}, 'one column when separated by ";"', "leave --delimiter out"),
    (b"id,name\n1,x\n", {"delimiter": ";;"}, "cannot divide columns", "--delimiter"),
    (b"id,a;name\n1,b;x\n2,c;y\n", {}, "a comma (2 columns) or a semicolon (2 columns)", "--delimiter"),
    (b"id,x,id\n1,2,3\n", {}, "names the column id more than once (columns 1 and 3)", "a name of its own"),
    (b"email,x\n1,2\n", {}, "there is no column id", "its columns are email, x"),
    (b"ID,x\n1,2\n", {}, "there is no column id", 'did you mean "ID"?'),
    (b"", {}, "is empty", "export it again"),
    (b"\n\n", {}, "holds no column names", "first line"),
    (b"PK\x03\x04....", {}, "a workbook", "save the sheet as CSV"),
    (
        b"id,x\n1,2\n",
        {"timezone": "Europe/Belin"},
        "no time zone Europe/Belin",
        'did you mean "Europe/Berlin"?',
    ),
    (b"id,x\n1,2\n", {"date_format": "%d/%m"}, "does not say day, month and year", "%d/%m/%Y"),
    (b"id,x\n1,2\n", {"decimal": "x"}, "cannot be the decimal separator", '"." or ","'),
]


@pytest.mark.parametrize(("content", "options", "message", "hint"), REFUSED, ids=[row[2] for row in REFUSED])
def test_what_cannot_be_read_is_refused_before_anything_is_loaded(
    desk, content, options, message, hint
) -> None:
    with pytest.raises(ImportRefused) as caught:
        desk.leads(content, **options)
    assert message in caught.value.message
    assert hint in caught.value.hint
    assert desk.rows("SELECT count(*) FROM lead") == [(0,)]
    assert desk.rows("SELECT count(*) FROM field") == [(0,)]


DATES = [
    ("31/01/2026", {"date_format": "%d/%m/%Y"}, "2026-01-31T00:00:00.000000Z"),
    ("31.01.26 9:05", {"date_format": "%d.%m.%y"}, "2026-01-31T09:05:00.000000Z"),
    ("2026-01-31", {"date_format": "%d/%m/%Y"}, "2026-01-31T00:00:00.000000Z"),
    ("Jan 31, 2026 09:05 PM", {"date_format": "%b %d, %Y %I:%M %p"}, "2026-01-31T21:05:00.000000Z"),
    ("1769817600", {"date_format": "unix"}, "2026-01-31T00:00:00.000000Z"),
    ("1769817600123", {"date_format": "unix-ms"}, "2026-01-31T00:00:00.123000Z"),
    ("2026-01-31T10:00:00.5+02:00", {}, "2026-01-31T08:00:00.500000Z"),
    ("2026-01-31 10:00 -0300", {}, "2026-01-31T13:00:00.000000Z"),
    ("2026-01-31 10:00:00 UTC", {}, "2026-01-31T10:00:00.000000Z"),
    ("2026-01-31 10:00", {"timezone": "Europe/Berlin"}, "2026-01-31T09:00:00.000000Z"),
    ("2026-07-31 10:00", {"timezone": "Europe/Berlin"}, "2026-07-31T08:00:00.000000Z"),
    ("2026-01-31", {"timezone": "Europe/Berlin"}, "2026-01-31T00:00:00.000000Z"),
    ("2026-10-25 02:30", {"timezone": "Europe/Berlin"}, "2026-10-25T00:30:00.000000Z"),
    ("2026-03-29 02:30", {"timezone": "Europe/Berlin"}, "2026-03-29T01:30:00.000000Z"),
    ("1969-12-31T23:59:59.999999Z", {}, "1969-12-31T23:59:59.999999Z"),
]


@pytest.mark.parametrize(("written", "options", "instant"), DATES, ids=[row[0] for row in DATES])
def test_instants(desk, written, options, instant) -> None:
    report = desk.events(f'id,type,at\n1,visited,"{written}"\n', **options)
    assert desk.rows("SELECT at FROM events") == [(instant,)]
    odd = "02:30" in written
    assert [f"as {written}" in note for note in report.notes] == [True] * odd


AT_REFUSED = [
    (
        "01/02/2026",
        "writes dates as 01/02/2026 (line 2)",
        "--date-format at=%d/%m/%Y if the day stands first, or with --date-format at=%m/%d/%Y if the month",
    ),
    ("1769817600", "has no date: 1769817600", "--date-format at=unix to read it as 2026-01-31"),
    ("1769817600123", "has no date: 1769817600123", "--date-format at=unix-ms to read it as 2026-01-31"),
    ("20260131", "has no date: 20260131", "--date-format at=%Y%m%d to read it as 2026-01-31"),
    ("42", "has no date: 42", "--at"),
    ("soon", "has no date: soon", "--at"),
]


@pytest.mark.parametrize(("written", "message", "hint"), AT_REFUSED)
def test_events_whose_dates_cannot_be_told_are_refused(desk, written, message, hint) -> None:
    with pytest.raises(ImportRefused) as caught:
        desk.events(f"id,type,at\n1,visited,{written}\n")
    assert message in caught.value.message
    assert hint in caught.value.hint
    assert desk.rows("SELECT count(*) FROM event") == [(0,)]


def test_rows_that_cannot_be_read_are_put_aside_and_the_rest_is_loaded(desk) -> None:
    broken = (
        "id,type,at,page\n"  # 1
        "1,visited,2026-01-01,a\n"
        "2,visited,2026-01-01\n"
        ",visited,2026-01-01,a\n"
        "3,visited,,a\n"  # 5
        "3,visited,soon,a\n"
        "3,,2026-01-01,a\n"
        "\n"
        "4,visited,2026-01-01,nul\x00\n"
        f"5,visited,2026-01-01,{'x' * 140_000}\n"  # 10
        '6,visited,2026-01-01,"never closed\n'
        "7,visited,2026-01-02,a,,\n"
        "8,visited,2026-02-30,a\n"
        "9,visited,2026-01-03,a\n"
    )
    report = desk.events(broken, object="page")
    assert desk.rows("SELECT lead, at FROM events ORDER BY lead") == [
        ("1", "2026-01-01T00:00:00.000000Z"),
        ("7", "2026-01-02T00:00:00.000000Z"),
        ("9", "2026-01-03T00:00:00.000000Z"),
    ]
    assert (report.rows, report.events_added, report.rejected) == (12, 3, 9)
    assert report.rejects == desk.folder / "data.csv.rejects.csv"
    with report.rejects.open(newline="") as file:
        short = (line.partition(',"5,visited,')[0] for line in file)
        rejects = [(int(row[0]), row[1]) for row in list(csv.reader(short))[1:]]
    assert [line for line, _ in rejects] == [3, 4, 5, 6, 7, 9, 10, 11, 13]
    assert [reason for _, reason in rejects] == [
        "has 3 cells where the first line has 4",
        "has no id in id",
        "has no date in at",
        '"soon" in at is not a date',
        "has no type of event",
        "holds a NUL, which no text has",
        "has a cell of more than 131,072 characters",
        "has a quotation mark that is not closed, or not doubled within its cell, with the 3 lines that a "
        "quotation mark joins to it",
        '"2026-02-30" in at is not a date',
    ]
    assert report.reasons["… in at is not a date"] == 2


def test_mended_rejects_can_be_imported_and_then_are_gone(desk) -> None:
    report = desk.events("id,type,at,amount\n1,bought,2026-01-01,5\n2,bought,2026-13-01,7\n")
    mended = report.rejects.read_text().replace("2026-13-01", "2026-12-01")
    assert mended.splitlines()[0] == "_line,_reason,id,type,at,amount"
    again = desk.events(mended, name="fixed.csv")
    assert (again.events_added, again.rejected) == (1, 0)
    assert desk.rows("SELECT lead, properties FROM events") == [("1", '{"amount":5}'), ("2", '{"amount":7}')]
    desk.events("id,type,at,amount\n1,bought,2026-01-01,5\n")
    assert not report.rejects.exists()


def test_file_of_another_kind_is_not_overwritten_by_rejects(desk) -> None:
    desk.write("my notes\n", "data.csv.rejects.csv")
    with pytest.raises(ImportRefused, match=r"data\.csv\.rejects\.csv, which cannot be written"):
        desk.events("id,type,at\n1,bought,2026-01-01\n2,bought,never\n")
    assert (desk.folder / "data.csv.rejects.csv").read_text() == "my notes\n"


def test_json_lines(desk) -> None:
    lines = [
        '{"id": 7, "name": "Zoë", "company": {"size": 12, "tags": ["EU", "Big"]}, "in": true}',
        "",
        '{"id": "8", "company": {"size": 3.5}, "in": false, "code": "007", "since": "2026-01-02"}',
        '{"id": "9", "name": null, "big": 12345678901234567890}',
        "[1, 2]",
        '{"id": "10", "x": NaN}',
        '{"id": "11", "x": "\\ud800"}',
        '{"id": "12", "x": "a\\u0000b"}',
        '{"id": "13"',
        "[" * 100_000,
    ]
    report = desk.leads("\n".join(lines), name="data.jsonl")
    assert report.rejected == 6
    assert {column.name: column.kind for column in report.columns if column.used_as == "field"} == {
        "name": Kind.TEXT,
        "company.size": Kind.NUMBER,
        "company.tags": Kind.TEXTS,
        "in": Kind.YES_NO,
        "code": Kind.TEXT,
        "since": Kind.DATE,
        "big": Kind.TEXT,
    }
    assert desk.rows('SELECT _key, name, "company.size", "company.tags", "in", code FROM lead') == [
        ("7", "Zoë", 12.0, '["EU", "Big"]', 1, None),
        ("8", None, 3.5, None, 0, "007"),
        ("9", None, None, None, None, None),
    ]
    kept = (desk.folder / "data.jsonl.rejects.csv").read_text()
    assert "is not an object in braces" in kept
    assert json.dumps("[1, 2]") in kept


def test_table_of_another_database(desk) -> None:
    path = desk.folder / "crm.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE contact (id INTEGER, name TEXT, price REAL, photo BLOB)")
        connection.execute("CREATE TABLE other (id)")
        connection.executemany(
            "INSERT INTO contact VALUES (?, ?, ?, ?)",
            [(1, "Ann", 2.5, None), (2, None, 3, None), (3, "", 1, b"\xff")],
        )
    connection.close()
    with pytest.raises(ImportRefused, match="several tables") as caught:
        import_file(desk.store, path, ColumnMapping("id"))
    assert "contact, other" in caught.value.hint
    with pytest.raises(ImportRefused) as caught:
        import_file(desk.store, path, ColumnMapping("id"), table="contacts")
    assert 'did you mean "contact"?' in caught.value.hint
    report = import_file(desk.store, path, ColumnMapping("id"), table="contact")
    assert (report.leads_added, report.rejected) == (3, 0)
    assert any("bytes that are no text, as photo in row 3" in note for note in report.notes)
    kept = [("1", "Ann", 2.5), ("2", None, 3.0), ("3", None, 1.0)]
    assert desk.rows("SELECT _key, name, price FROM lead") == kept


def test_missing_column_of_events_is_named_with_the_option(desk) -> None:
    path = desk.write("id,at,what\n1,2026-01-01,x\n")
    mapping = ColumnMapping("id", events=(EventColumns("at", type="deal won"),))
    with pytest.raises(ImportRefused) as caught:
        import_file(desk.store, path, mapping, Reading())
    assert "for the type of the event" in caught.value.message
    assert '--type-is "deal won"' in caught.value.hint
