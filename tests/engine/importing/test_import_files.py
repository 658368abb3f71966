"""Every kind of file: workbooks, Parquet, JSON arrays, packed files, databases, titles and footers."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
import sqlite3
import zipfile
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from leadwright.engine.importing.mapping import ROW_NUMBER, ColumnMapping, Reading
from leadwright.engine.importing.problems import ImportRefused
from leadwright.engine.importing.report import ImportReport
from leadwright.engine.importing.run import import_file
from leadwright.grammar.syntax.nodes import Kind


def load(desk, path: Path | str, lead: str = "id", **options: Any) -> ImportReport:
    table, query = options.pop("table", None), options.pop("query", None)
    return import_file(desk.store, path, ColumnMapping(lead), Reading(**options), table=table, query=query)


def kinds(report: ImportReport) -> dict[str, Kind | None]:
    return {column.column: column.kind for column in report.columns if column.used_as == "field"}


# --- workbooks --------------------------------------------------------------------------------


def workbook(path: Path, **sheets: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name.strip("_"))
        for row in rows:
            sheet.append(row)
        if name.startswith("_"):
            sheet.sheet_state = "hidden"
    book.save(path)
    return path


TITLED = [
    ["Leads of January"],
    [],
    ["id", "name", "size", "born", "seen", "opted", "zip", "rate"],
    [1, "Zoë", 1200, dt.date(1980, 1, 25), dt.datetime(2026, 1, 1, 10, 30), True, "01234", 0.12],
    [2, None, 2.5, dt.date(1999, 12, 31), dt.datetime(2026, 1, 2), False, "90210", 1],
    [],
    ["Total", None, 1202.5],
    ["Confidential"],
]


def test_workbook(desk) -> None:
    report = load(desk, workbook(desk.folder / "a.xlsx", Leads=TITLED, _Hidden=[["x"]]))
    assert kinds(report) == {
        "name": Kind.TEXT,
        "size": Kind.NUMBER,
        "born": Kind.DATE,
        "seen": Kind.DATETIME,
        "opted": Kind.YES_NO,
        "zip": Kind.TEXT,
        "rate": Kind.NUMBER,
    }
    assert report.source.endswith("a.xlsx, sheet Leads")
    assert report.notes == (
        "the column names are in row 3; the rows above are left out",
        "the last 3 rows are the footer of a report, left out",
    )
    assert desk.rows("SELECT _key, name, size, born, seen, opted, zip, rate FROM lead") == [
        ("1", "Zoë", 1200.0, "1980-01-25", "2026-01-01T10:30:00Z", 1, "01234", 0.12),
        ("2", None, 2.5, "1999-12-31", "2026-01-02T00:00:00Z", 0, "90210", 1.0),
    ]


def test_workbook_agrees_with_a_second_reader(desk) -> None:
    path = workbook(desk.folder / "a.xlsx", Leads=TITLED[2:5])
    load(desk, path)
    rows = list(openpyxl.load_workbook(path, data_only=True).active.iter_rows(values_only=True))[1:]
    stored = desk.rows("SELECT name, size, born, seen, opted, zip, rate FROM lead")
    for (_, name, size, born, seen, opted, zip_, rate), found in zip(rows, stored, strict=True):
        assert found == (
            name,
            float(size),
            born.date().isoformat(),
            f"{seen.isoformat()}Z",
            int(opted),
            zip_,
            float(rate),
        )


def test_sheet_is_chosen_and_named(desk) -> None:
    path = workbook(desk.folder / "a.xlsx", One=[["id", "x"], [1, 2]], Two=[["id", "x"], [1, 3]])
    with pytest.raises(ImportRefused, match="several sheets") as caught:
        load(desk, path)
    assert "--sheet; its sheets are One, Two" in caught.value.hint
    with pytest.raises(ImportRefused, match="has no sheet Tow"):
        load(desk, path, sheet="Tow")
    load(desk, path, sheet="Two")
    assert desk.rows("SELECT x FROM lead") == [(3.0,)]
    load(desk, path, sheet="One", header_row=1)
    with pytest.raises(ImportRefused, match="has no row 9"):
        load(desk, path, sheet="One", header_row=9)


def test_ids_that_a_spreadsheet_cut_are_rejected(desk) -> None:
    path = workbook(desk.folder / "a.xlsx", A=[["id", "x"], [12345678901234567, 1], [123456789012345, 2]])
    report = load(desk, path)
    assert report.reasons == {
        "has the id … in id, of which a spreadsheet has lost the last digits: it keeps …": 1
    }
    assert desk.rows("SELECT _key FROM lead") == [("123456789012345",)]
    report = desk.leads("id,x\n9.00719925474E+15,1\n#N/A,2\n########,3\n12E4,4\n")
    assert (report.rejected, desk.rows("SELECT _key FROM lead WHERE _id > 1")) == (3, [("12E4",)])


def test_errors_and_formulas_without_a_value_are_said(desk) -> None:
    path = workbook(desk.folder / "a.xlsx", A=[["id", "x", "y"], [1, "#N/A", "=1+1"], [2, 5, "=2+2"]])
    report = load(desk, path)
    assert report.notes == (
        "1 cell holds an error, as B2, and so unknown",
        "2 cells hold a formula that was never computed, as C2, and so unknown",
    )


def test_texts_of_dates_in_a_workbook_are_dates(desk) -> None:
    rows = [
        ["id", "seen", "n"],
        ["a", "2026-01-01T10:00:00Z", "1,250.50"],
        ["b", "2026-01-02T10:00:00Z", "7"],
    ]
    report = load(desk, workbook(desk.folder / "a.xlsx", A=rows))
    assert kinds(report) == {"seen": Kind.DATETIME, "n": Kind.NUMBER}


def test_broken_workbook_is_refused(desk) -> None:
    with pytest.raises(ImportRefused, match="looks like a workbook, but cannot be read"):
        load(desk, desk.write(b"PK\x03\x04rubbish", "a.xlsx"))
    with pytest.raises(ImportRefused, match="is a web page or XML"):
        load(desk, desk.write("<html><table><tr><td>id", "a.xls"))


# --- Parquet ----------------------------------------------------------------------------------


def test_parquet_keeps_its_types(desk) -> None:
    table = pa.table(
        {
            "id": pa.array([9007199254740993, 2]),
            "zip": ["10115", "90210"],
            "yes": ["yes", "no"],
            "n": pa.array([1, None], pa.int32()),
            "price": pa.array([Decimal("1.50"), Decimal("2.25")]),
            "ok": [True, None],
            "day": pa.array([dt.date(2026, 1, 1), None]),
            "at": pa.array([dt.datetime(2026, 1, 1, 10), None], pa.timestamp("ns")),
            "tz": pa.array(
                [dt.datetime(2026, 1, 1, 10, tzinfo=dt.UTC), None], pa.timestamp("ms", "Europe/Berlin")
            ),
            "tags": [["a", None, "b"], []],
            "word": pa.array(["x", "y"]).dictionary_encode(),
            "company": [{"size": 5, "name": "A"}, {"size": 6, "name": None}],
        }
    )
    pq.write_table(table, desk.folder / "a.parquet")
    report = load(desk, desk.folder / "a.parquet", timezone="Europe/Berlin")
    assert kinds(report) == {
        "zip": Kind.TEXT,
        "yes": Kind.TEXT,
        "n": Kind.NUMBER,
        "price": Kind.NUMBER,
        "ok": Kind.YES_NO,
        "day": Kind.DATE,
        "at": Kind.DATETIME,
        "tz": Kind.DATETIME,
        "tags": Kind.TEXTS,
        "word": Kind.TEXT,
        "company.size": Kind.NUMBER,
        "company.name": Kind.TEXT,
    }
    assert desk.rows('SELECT _key, zip, n, price, ok, day, at, tz, tags, word, "company.size" FROM lead') == [
        (
            *("9007199254740993", "10115", 1.0, 1.5, 1, "2026-01-01"),
            *("2026-01-01T09:00:00Z", "2026-01-01T10:00:00Z", '["a", "b"]', "x", 5.0),
        ),
        ("2", "90210", None, 2.25, None, None, None, None, None, "y", 6.0),
    ]


def test_empty_and_broken_parquet(desk) -> None:
    pq.write_table(pa.table({"id": pa.array([], pa.int64())}), desk.folder / "a.parquet")
    assert load(desk, desk.folder / "a.parquet").rows == 0
    with pytest.raises(ImportRefused, match="looks like Parquet, but cannot be read"):
        load(desk, desk.write(b"PAR1rubbish", "b.parquet"))


# --- JSON -------------------------------------------------------------------------------------

ROWS = [{"id": 1, "n": 5, "ok": True}, {"id": "2", "n": None, "tags": ["a"]}]
ARRAYS = {
    "array": json.dumps(ROWS),
    "indented": json.dumps(ROWS, indent=2),
    "wrapped": json.dumps({"total": 2, "paging": {"next": "x"}, "results": ROWS, "more": [1]}),
    "nested": json.dumps({"meta": {"n": [1, 2]}, "data": {"contacts": ROWS}}, indent=1),
    "lines": "\n".join(map(json.dumps, ROWS)),
}


@pytest.mark.parametrize("text", ARRAYS.values(), ids=list(ARRAYS))
def test_json_in_every_wrapping(desk, text) -> None:
    report = load(desk, desk.write(text, "a.json"))
    assert kinds(report) == {"n": Kind.NUMBER, "ok": Kind.YES_NO, "tags": Kind.TEXTS}
    assert desk.rows("SELECT _key, n, ok, tags FROM lead") == [
        ("1", 5.0, 1, None),
        ("2", None, None, '["a"]'),
    ]


def test_array_that_breaks_off_keeps_what_came_before(desk) -> None:
    report = load(desk, desk.write('[\n{"id": 1},\n{"id": 2},\n{"id": 3, oops}\n]', "a.json"))
    assert (report.leads_added, report.rejected) == (2, 1)
    assert next(iter(report.reasons)).startswith("is not JSON")
    report = load(desk, desk.write('[\n{"id": 1},\n 7,\n{"id": 2}]', "a.json"))
    assert (report.rows, report.rejected) == (3, 1)


def test_numbers_of_json_never_go_through_text(desk) -> None:
    ids = ["9007199254740993", "9007199254740992", "12.0", '"12"', "null"]
    lines = [f'{{"id": {number}, "t": "{letter}"}}' for number, letter in zip(ids, "abcde", strict=True)]
    report = load(desk, desk.write("\n".join(lines), "a.jsonl"))
    assert (report.leads_added, report.repeated, report.rejected) == (3, 1, 1)
    assert desk.rows("SELECT t FROM lead WHERE _key = '12'") == [("d",)]


# --- packed, long, around ---------------------------------------------------------------------


def test_packed_files(desk) -> None:
    text = b"id,x\n1,2\n"
    assert load(desk, desk.write(gzip.compress(text), "a.csv.gz")).leads_added == 1
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("leads.csv", "id,x\n1,3\n")
    assert load(desk, desk.write(packed.getvalue(), "a.zip")).leads_changed == 1
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("more.csv", "id\n")
    with pytest.raises(ImportRefused, match=r"holds 2 files: leads\.csv, more\.csv"):
        load(desk, desk.write(packed.getvalue(), "b.zip"))
    with pytest.raises(ImportRefused, match="cannot be unpacked"):
        load(desk, desk.write(gzip.compress(text)[:-4], "b.csv.gz"))


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_line_that_is_too_long_is_rejected_alone(desk, name) -> None:
    lines = {"a.csv": "id,x\n1,a\n2,{}\n3,b\n", "a.jsonl": '{{"id":1}}\n{{"id":2,"x":"{}"}}\n{{"id":3}}\n'}
    report = load(desk, desk.write(lines[name].format("x" * 3_000_000), name))
    assert (report.leads_added, report.rejected) == (2, 1)
    assert (desk.folder / f"{name}.rejects.csv").stat().st_size < 2_200_000


FOOTERS = [
    '\n\n"Leads report"\n"Copyright (c) 2000-2026 acme, inc. All rights reserved."\n'
    '"Confidential Information"\n"Generated By:  Zoe  1/15/2026 9:00 AM"\n"Acme"\n',
    "Total,,30\n",
    '"Grand Totals (2 records)","",""\n\n"Copyright © 2026 acme"\n',
    "Copyright (c) 2026 acme,,\nConfidential Information,,\n",
    "\nApplied filters: stage is lead,,\n",
    "Grand Total,,30",
    "Grand Totals (2 records),,\n\nConfidential Information\nCopyright (c) 2026 acme, inc.\n",
    "Average,,15\nSumme,,30\n",
    "Record Count,,2\n",
]


@pytest.mark.parametrize("footer", FOOTERS)
def test_footers_are_left_out_and_said(desk, footer) -> None:
    report = desk.leads(f"id,name,n\nA1,Zoe,10\nA2,Ben,20\n{footer}")
    assert (report.rows, report.leads_added, report.rejected) == (2, 2, 0)
    assert any("footer of a report" in note for note in report.notes)
    assert desk.rows("SELECT _key FROM lead") == [("A1",), ("A2",)]


NO_FOOTERS = [
    *("total@acme.example,,\n", "\nzoe@acme.example\n", "Total Energies,,\n", "Max,,5\n"),
    *("A3,,\n", "A3,Total,5\n", "A3\n", "A3,x,30\nA4,y,5\n"),
]


@pytest.mark.parametrize("rows", NO_FOOTERS)
def test_what_is_no_footer_is_kept(desk, rows) -> None:
    report = desk.leads(f"id,name,n\nA1,Zoe,10\nA2,Ben,20\n{rows}")
    assert report.rows == 2 + rows.strip().count("\n") + 1


def test_sums_among_the_rows_are_put_aside_as_such(desk) -> None:
    report = desk.leads("id,name,n\nA1,Zoe,10\nSubtotal,,10\nA2,Ben,20\nSum of East,,20\nA3,Max,1\n")
    assert (report.leads_added, report.rejected) == (3, 2)
    assert list(report.reasons) == ["sums up other rows, and is no lead"]
    assert desk.rows("SELECT _key FROM lead") == [("A1",), ("A2",), ("A3",)]


def test_the_line_with_the_column_of_the_id_is_the_header_whatever_comes_behind(desk) -> None:
    report = desk.leads("id,n\n1,$1,234,567\n2,5\n")
    assert (report.leads_added, report.rejected, report.notes) == (1, 1, ())


ABOVE = [
    ("sep=;\r\nid;name\r\n1;Zoe\r\n", None),
    ("\ufeffsep=;\r\nid;name\r\n1;Zoe\r\n", None),
    ("My leads report,,\n,,\nid,name,x\n1,Zoe,5\n", "line 3"),
    ("Leads\nExported 2026-01-01\n\nid,name,x\n1,Zoe,5\n", "line 4"),
    ('"id,""name"""\n"1,""Zoe"""\n', None),
]


@pytest.mark.parametrize(("text", "line"), ABOVE)
def test_what_stands_above_the_header_is_left_out(desk, text, line) -> None:
    report = desk.leads(text)
    assert desk.rows("SELECT _key, name FROM lead") == [("1", "Zoe")]
    assert (
        any(line in note for note in report.notes)
        if line
        else not any("above" in note for note in report.notes)
    )


def test_lines_quoted_as_a_whole_are_read_again_and_counted(desk) -> None:
    report = desk.leads('id,name,x\n1,Zoe,5\n"2,""Ben, Jr"",6"\n"3,Mei,7"\n')
    assert (report.rows, report.leads_added, report.rejected) == (3, 3, 0)
    assert report.notes == ("2 lines were quoted as a whole, and read without these quotation marks",)
    assert desk.rows("SELECT name FROM lead WHERE _key = '2'") == [("Ben, Jr",)]


def test_columns_of_one_name_can_be_named_by_their_number(desk) -> None:
    desk.leads("id,name,name\n1,Zoe,Maler\n", names={3: "last"})
    assert desk.rows("SELECT name, last FROM lead") == [("Zoe", "Maler")]


def test_header_that_differs_in_case_or_blanks_is_the_known_field(desk) -> None:
    desk.leads("id,Job Title\n1,CTO\n")
    report = desk.leads("id,job_title\n1,CEO\n")
    assert report.notes == ('the column "job_title" is taken for the field "Job Title"',)
    assert desk.rows('SELECT "Job Title" FROM lead') == [("CEO",)]


# --- ids --------------------------------------------------------------------------------------


def test_mail_addresses_are_one_id_whatever_their_case(desk) -> None:
    desk.leads("id,title\nZoe@Example.com,CTO\n")
    report = desk.leads("id,title\n zoe@example.com ,CEO\n")
    events = desk.events(
        "id,type,at\nZOE@example.com,requested,2026-01-13\nghost@example.com,requested,2026-01-13\n"
    )
    assert (report.leads_added, report.leads_changed) == (0, 1)
    assert (events.leads_added, events.nameless) == (1, 1)
    assert desk.rows("SELECT _key, title FROM lead") == [
        ("zoe@example.com", "CEO"),
        ("ghost@example.com", None),
    ]


SIMILAR = [
    ("AB-7", "ab-7"),
    ("007", "7"),
    ("12.0", "12"),
    ("zcrm_495490000010864021", "495490000010864021"),
    ("{1E2F-AB}", "1e2f-ab"),
    ("00Q5e00001abcDE", "00Q5e00001abcDEEAY"),
    ("'+15550102", "+15550102"),
    ("zoe@x.example", "mailto:zoe@x.example"),
    ("Zoe Maler <zoe@x.example>", "zoe@x.example"),
    ("zoe@x.example.", "zoe@x.example"),
]


@pytest.mark.parametrize(("one", "other"), SIMILAR)
def test_two_ways_to_write_one_id_are_pointed_out(desk, one, other) -> None:
    desk.leads(f"id,x\n{one},1\n")
    (note,) = desk.leads(f"id,x\n{other},1\n").notes
    assert note.startswith(f"{one} and {other} are probably one record under two ids")


def test_several_pairs_of_such_ids_are_named(desk) -> None:
    (note,) = desk.leads("id,x\n007,1\nAB,1\nzcrm_9,1\n7,1\nab,1\n9,1\nCD,1\ncd,1\n").notes
    assert note == (
        "4 leads are probably one record each under two ids, as CD and cd; zcrm_9 and 9; AB and ab; "
        "--id-prefix zcrm_ leaves the prefix out"
    )


def test_ids_of_salesforce_that_differ_in_case_are_two(desk) -> None:
    assert desk.leads("id,x\n00Q5e00001abcDE,1\n00Q5e00001abcde,2\n").notes == ()


def test_prefix_of_ids_is_left_out_where_asked_for(desk) -> None:
    desk.leads("id,x\nzcrm_7,1\n", id_prefix="zcrm_")
    assert desk.leads("id,x\n7,1\n").leads_added == 0


def test_column_that_is_no_id_is_refused_before_rows_are_merged(desk) -> None:
    text = "country,n\n" + "".join(f"{'DE' if n % 2 else 'US'},{n}\n" for n in range(40))
    path = desk.write(text)
    with pytest.raises(ImportRefused, match=r"40 rows of .* would be merged into 2 leads"):
        import_file(desk.store, path, ColumnMapping("country"))
    assert desk.rows("SELECT count(*) FROM lead") == [(0,)]
    report = import_file(desk.store, path, ColumnMapping("country", merge_rows=True))
    assert (report.leads_added, report.repeated) == (2, 38)
    report = import_file(desk.store, path, ColumnMapping(ROW_NUMBER))
    assert report.leads_added == 40
    assert desk.rows("SELECT _key, n FROM lead WHERE _key LIKE '%:3'") == [("data:3", 2.0)]


def test_known_only_makes_no_leads(desk) -> None:
    desk.leads("id,x\n1,2\n")
    path = desk.write("id,x\n1,3\n2,4\n")
    report = import_file(desk.store, path, ColumnMapping("id", known_only=True))
    assert (report.leads_added, report.leads_changed, report.left_unknown) == (0, 1, 1)
    assert desk.rows("SELECT _key, x FROM lead") == [("1", 3.0)]


# --- databases --------------------------------------------------------------------------------


def test_table_and_query_of_duckdb(desk) -> None:
    path = desk.folder / "crm.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "CREATE TABLE contact AS SELECT 9007199254740993 AS id, '007' AS zip, true AS ok, "
            "TIMESTAMP '2026-01-01 10:00' AS at, DATE '2026-01-02' AS day, ['a', 'b'] AS tags, 1.50 AS price"
        )
        connection.execute("CREATE VIEW other AS SELECT 1 AS id")
    with pytest.raises(ImportRefused, match="several tables"):
        load(desk, path)
    report = load(desk, path, table="contact")
    assert kinds(report) == {
        "zip": Kind.TEXT,
        "ok": Kind.YES_NO,
        "at": Kind.DATETIME,
        "day": Kind.DATE,
        "tags": Kind.TEXTS,
        "price": Kind.NUMBER,
    }
    report = load(desk, path, query="SELECT id, 'x' || zip AS zip FROM contact;")
    assert desk.rows("SELECT _key, zip FROM lead") == [("9007199254740993", "x007")]
    with pytest.raises(ImportRefused, match="DuckDB cannot read"):
        load(desk, path, query="SELECT nonsense")


def test_query_of_sqlite_keeps_numbers_and_texts_apart(desk) -> None:
    path = desk.folder / "crm.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE contact (id INTEGER, code TEXT, n REAL, at TEXT)")
        connection.execute("INSERT INTO contact VALUES (9007199254740993, '007', 0.1, '2026-01-01 10:00:00')")
    connection.close()
    report = load(desk, path, query="SELECT * FROM contact WHERE n > 0")
    assert kinds(report) == {"code": Kind.TEXT, "n": Kind.NUMBER, "at": Kind.DATETIME}
    assert desk.rows("SELECT _key, code, n FROM lead") == [("9007199254740993", "007", 0.1)]
    with pytest.raises(ImportRefused, match="SQLite cannot read"):
        load(desk, path, query="SELECT nonsense FROM nowhere")
    with pytest.raises(ImportRefused, match="is not a database, so it has no query"):
        load(desk, desk.write("id\n1\n"), query="SELECT 1")


def test_bytes_are_read_as_text_where_they_are_some_and_unknown_where_not(desk) -> None:
    from pyarrow import parquet, table

    data = table({"id": [b"1", b"2", b"3"], "name": [b"Zo\xc3\xab", b"\xff\xfe", None], "n": [5, 6, 7]})
    parquet.write_table(data, desk.folder / "a.parquet")
    report = load(desk, desk.folder / "a.parquet")
    assert (report.leads_added, report.rejected) == (3, 0)
    assert report.notes == ("1 cell holds bytes that are no text, as name in row 2, and so unknown",)
    assert desk.rows("SELECT _key, name, n FROM lead") == [("1", "Zoë", 5), ("2", None, 6), ("3", None, 7)]
