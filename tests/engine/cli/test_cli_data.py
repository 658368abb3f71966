"""`leadwright import`, `fields` and `new`."""

import json
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from leadwright.engine.store.database import open_store

Run = Callable[..., Any]


def leads_in(folder: Path, name: str = "leads.db") -> int:
    connection = sqlite3.connect(folder / name)
    try:
        return connection.execute("SELECT count(*) FROM lead").fetchone()[0]
    finally:
        connection.close()


# --- import -----------------------------------------------------------------------------------


def test_the_report_says_what_each_column_became(leadwright: Run, data: Path) -> None:
    ended = leadwright("import", "leads.csv", "--lead-id", "id", "--db", "other.db")
    assert ended.code == 0
    assert ended.out == (
        "4 rows of leads.csv: 4 new leads.\n"
        "\n"
        "  column     is             kind    values\n"
        "  id         the lead's id\n"
        "  name       field          text         4\n"
        "  title      field          text         4\n"
        "  employees  field          number       3\n"
        "  opted_in   field          yes/no       3\n"
        "  joined     field          date         3\n"
    )


def test_the_same_file_again_changes_nothing(leadwright: Run, data: Path) -> None:
    ended = leadwright("import", "leads.csv", "--lead-id", "id")
    assert ended.out.startswith("4 rows of leads.csv: nothing new.\n")
    columns = ("--lead-id", "lead", "--at", "at", "--type", "what", "--object", "page")
    found = json.loads(leadwright("import", "events.csv", *columns, "--json").out)
    assert (found["events_added"], found["events_known"]) == (0, 5)


def test_json_reports_everything(leadwright: Run, data: Path) -> None:
    found = json.loads(leadwright("import", "leads.csv", "--lead-id", "id", "--json").out)
    assert list(found) == [
        "source",
        "rows",
        "leads_added",
        "leads_changed",
        "events_added",
        "events_known",
        "events_corrected",
        "repeated",
        "nameless",
        "left_unknown",
        "rejected",
        "reasons",
        "rejects",
        "columns",
        "notes",
        "hints",
        "leads_merged",
        "ids_added",
        "gone",
        "fault",
    ]
    assert found["columns"][3] == {
        "column": "employees",
        "used_as": "field",
        "name": "employees",
        "kind": "number",
        "form": "",
        "values": 3,
        "unread": 0,
        "cleared": 0,
        "kept": 0,
        "note": None,
        "hints": [],
    }


def test_rows_that_cannot_be_read_are_put_aside(leadwright: Run, folder: Path) -> None:
    (folder / "events.csv").write_text("lead,at\nL1,2026-01-01\nL2,last Tuesday\n,2026-01-02\n")
    ended = leadwright("import", "events.csv", "--lead-id", "lead", "--at", "at", "--type-is", "visited")
    assert ended.code == 1
    assert "2 rows could not be read" in ended.out
    assert "events.csv.rejects.csv" in ended.out
    assert (folder / "events.csv.rejects.csv").read_text().count("\n") == 3


def test_standard_input(leadwright: Run, folder: Path) -> None:
    ended = leadwright("import", "-", "--lead-id", "id", stdin="id,title\nA,CTO\nB,VP\n")
    assert ended.out.startswith("2 rows of standard input: 2 new leads.\n")
    assert leads_in(folder) == 2
    leadwright("import", "-", "--lead-id", "id", stdin="id,title\n,CTO\nB,VP\n")
    assert (folder / "stdin.rejects.csv").exists()


def test_without_an_id_it_asks_for_one(leadwright: Run, data: Path) -> None:
    assert leadwright("import", "leads.csv") == (
        2,
        "",
        "error: which column of leads.csv has the lead's id?\n"
        "  help: say it with --lead-id COLUMN, or --row-number where there is none; "
        "its columns are id, name, title, employees, opted_in, joined\n",
    )


def test_the_mapping_beside_a_file_is_used(leadwright: Run, data: Path) -> None:
    (data / "leads.toml").write_text('lead = "id"\nfields = ["title"]\n')
    ended = leadwright("import", "leads.csv", "--db", "other.db")
    assert (ended.code, ended.err) == (0, "Columns are understood as leads.toml says.\n")
    assert "Left out: name, employees, opted_in, joined" in ended.out
    named = leadwright("import", "events.csv", "--mapping", "leads.toml", "--db", "other.db")
    assert named.err.startswith("error: there is no column id in events.csv")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nope.csv", "--lead-id", "id"], "there is no file nope.csv"),
        (["leads.csv", "--lead-id", "ID"], "there is no column ID in leads.csv for the lead's id"),
        (
            ["leads.csv", "--lead-id", "id", "--type-is", "x"],
            "--type-is is about events, but nothing says when they happened",
        ),
        (
            ["leads.csv", "--lead-id", "id", "--mapping", "x.toml"],
            "--lead-id and --mapping both say what the columns mean",
        ),
        (["leads.csv", "--lead-id", "id", "--rename", "title"], '--rename "title" has no two sides'),
        (
            ["leads.csv", "--lead-id", "id", "--kind", "title=words"],
            "--kind names the kind words, which there is not",
        ),
        (["leads.csv", "--lead-id", "id", "--db", "no/such.db"], "there is no folder no"),
        (["leads.csv", "--lead-id", "id", "--db", "leads.csv"], "the file leads.csv is not a database"),
        (["leads.csv", "--lead-id", "id", "--timezone", "Mars/Base"], "there is no time zone Mars/Base"),
    ],
)
def test_what_cannot_be_imported_says_so(
    leadwright: Run, data: Path, arguments: list[str], message: str
) -> None:
    ended = leadwright("import", *arguments)
    assert (ended.code, ended.out) == (2, "")
    first, second = ended.err.splitlines()
    assert first == f"error: {message}"
    assert second.startswith("  help: ")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Databases in use are not waited for."""
    monkeypatch.setattr("leadwright.engine.store.database.open_store", partial(open_store, wait=0.01))


@pytest.mark.usefixtures("impatient")
def test_a_database_in_use(leadwright: Run, data: Path) -> None:
    connection = sqlite3.connect(data / "leads.db", isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    ended = leadwright("import", "-", "--lead-id", "id", stdin="id\nL5\n")
    connection.close()
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == (
        "error: the database leads.db is in use by another program\n"
        "  help: wait until the other program has finished, then run the same again\n"
    )
    assert leads_in(data) == 4


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("PRAGMA user_version = 99", "the database leads.db was made by another version of Leadwright"),
        ("PRAGMA application_id = 7", "the database leads.db belongs to another program"),
    ],
)
def test_a_database_of_another_kind(leadwright: Run, data: Path, change: str, message: str) -> None:
    connection = sqlite3.connect(data / "leads.db")
    connection.execute(change)
    connection.close()
    for arguments in (["fields"], ["score", "inbound.rules"], ["explain", "L1"], ["check", "inbound.rules"]):
        ended = leadwright(*arguments)
        assert (ended.code, ended.out) == (2, "")
        assert ended.err.startswith(f"error: {message}")


# --- fields -----------------------------------------------------------------------------------


def test_fields_lists_fields_events_and_objects(leadwright: Run, data: Path) -> None:
    assert leadwright("fields").out == (
        "4 leads, 5 events\n"
        "\n"
        "Fields\n"
        "  name       kind    known  values\n"
        "  name       text     100%  Ann Lee 1, Ben Okafor 1, Ida Berg 1, Zoë Müller 1\n"
        "  title      text     100%  VP Marketing 2, Head of Growth 1, Student 1\n"
        "  employees  number    75%  40 to 1,200\n"
        "  opted_in   yes/no    75%  yes 2, no 1\n"
        "  joined     date      75%  2025-11-20 to 2026-01-03\n"
        "\n"
        "Events\n"
        "  name       seen  objects\n"
        "  visited       4  pricing 3, docs 1\n"
        "  requested     1  demo 1\n"
    )


def test_fields_as_json(leadwright: Run, data: Path) -> None:
    found = json.loads(leadwright("fields", "--json").out)
    assert list(found) == ["leads", "fields", "events"]
    assert found["fields"][2] == {
        "name": "employees",
        "kind": "number",
        "known": 3,
        "values": {"1200": 1, "300": 1, "40": 1},
        "values_complete": True,
        "low": 40.0,
        "high": 1200.0,
    }
    assert found["events"][0] == {
        "type": "visited",
        "count": 4,
        "objects": {"pricing": 3, "docs": 1},
        "properties": {},
        "newest": "2026-01-13T09:00:00Z",
    }


def test_fields_of_a_database_that_is_not_there(leadwright: Run) -> None:
    assert leadwright("fields") == (
        2,
        "",
        "error: there is no database leads.db\n"
        "  help: import leads into it first, as in: leadwright import leads.csv --lead-id email\n",
    )


def test_values_cannot_steer_the_terminal(leadwright: Run, folder: Path) -> None:
    leadwright("import", "-", "--lead-id", "id", stdin="id,title\nA,\x1b[2Jboo\nB,\x1b[2Jboo\n")
    out = leadwright("fields").out
    assert "\x1b" not in out
    assert "\ufffd[2Jboo 2" in out


# --- new --------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", ["data", "nothing"])
def test_a_new_ruleset_has_no_mistakes_and_its_tests_pass(
    leadwright: Run, folder: Path, request: pytest.FixtureRequest, source: str
) -> None:
    if source == "data":
        request.getfixturevalue("data")
    ended = leadwright("new", "mine.rules")
    assert ended.out == "Wrote mine.rules. Read it, change what is wrong, then: leadwright check mine.rules\n"
    assert leadwright("check", "--strict", "mine.rules").code == 0
    assert leadwright("fmt", "--check", "mine.rules").code == 0
    assert leadwright("test", "mine.rules").out == "mine.rules: 2 tests passed\n"
    assert ("Made from" in (folder / "mine.rules").read_text()) is False


def test_a_new_ruleset_asks_about_the_data(leadwright: Run, data: Path) -> None:
    text = leadwright("new").out
    assert "field employees: number" in text
    assert "for each visited in last 30 days once per day" in text
    assert "when requested demo in last 90 days" in text


def test_names_that_rules_cannot_write_are_given_plainer_ones(leadwright: Run, folder: Path) -> None:
    rows = 'Contact ID,Lead Source,when,fit\n1,web ""x"",yes,3\n2,fair,no,4\n3,fair,no,8\n4,web,no,9\n'
    leadwright("import", "-", "--lead-id", "Contact ID", stdin=rows.replace('""', ""))
    leadwright(
        "import",
        "-",
        "--lead-id",
        "id",
        "--at",
        "at",
        "--type-is",
        "Page Viewed",
        stdin="id,at\n1,2026-01-01\n",
    )
    text = leadwright("new").out
    assert 'field lead_source from "Lead Source": text' in text
    assert 'event page_viewed from "Page Viewed"' in text
    (folder / "mine.rules").write_text(text)
    assert leadwright("check", "mine.rules", "--no-lint").out.startswith("No problems")
    assert leadwright("test", "mine.rules").code == 0


def test_a_file_that_is_there_is_not_written_over(leadwright: Run, folder: Path) -> None:
    (folder / "mine.rules").write_text("# precious\n")
    ended = leadwright("new", "mine.rules")
    assert ended.code == 2
    assert (
        ended.err
        == "error: mine.rules is there already\n  help: name another file, or write over it with --force\n"
    )
    assert (folder / "mine.rules").read_text() == "# precious\n"
    assert leadwright("new", "mine.rules", "--force").code == 0


@pytest.mark.parametrize(
    "broken",
    [
        "leadwright.engine.importing.report._columns",
        "leadwright.engine.importing.report.similar_ids",
        "leadwright.engine.report.imports._hint",
        "leadwright.engine.store.records.catalogue._compute",
    ],
)
@pytest.mark.parametrize("rejected", [0, 1])
def test_a_fault_in_the_report_does_not_look_like_a_failed_import(
    leadwright: Run, folder: Path, monkeypatch: pytest.MonkeyPatch, broken: str, rejected: int
) -> None:
    def fail(*_: object) -> None:
        raise KeyError("COMMA_NUMBER")

    (folder / "a.csv").write_text("id,size\n1,01/02/2026\n" + "2\n" * rejected)
    monkeypatch.setattr(broken, fail)
    ended = leadwright("import", "a.csv", "--lead-id", "id")
    assert ended.code == rejected
    assert "new lead" in ended.out
    assert ("could not be read" in ended.out) == bool(rejected)
    assert "The rows are in, but not all could be said of them: this is a fault in Leadwright" in ended.err
    assert "help: run the same again with --debug" in ended.err
    assert "Traceback" not in ended.err
    again = leadwright("import", "a.csv", "--lead-id", "id", "--json", "--debug")
    assert again.code == rejected
    assert json.loads(again.out)["leads_added"] == 0
    if not broken.endswith("._hint"):  # which data does without
        assert json.loads(again.out)["fault"] == "KeyError: 'COMMA_NUMBER'"
        assert "Traceback" in again.err
    assert leads_in(folder) == 1
