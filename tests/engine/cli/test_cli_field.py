"""`leadwright field`: a kind changed later, with what would become unknown shown first."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from leadwright.tests.engine.cli.conftest import Run


def stored(folder: Path, column: str) -> list[object]:
    with closing(sqlite3.connect(folder / "leads.db")) as connection, connection:
        found = connection.execute(f'SELECT "{column}" FROM lead ORDER BY _id').fetchall()
    connection.close()
    return [value for (value,) in found]


def test_a_kind_is_changed_where_nothing_is_lost(leadwright: Run, folder: Path) -> None:
    (folder / "a.csv").write_text('id,size,size_new,n\n1,"1,200",7,x\n2,85,8,y\n3,"3,500.5",9,z\n')
    leadwright("import", "a.csv", "--lead-id", "id", "--kind", "size=text")
    ended = leadwright("field", "size", "--kind", "number")
    assert (ended.code, ended.out) == (0, "size is number now; all of its values read as it.\n")
    assert stored(folder, "size") == [1200.0, 85.0, 3500.5]
    assert stored(folder, "size_new") == [7.0, 8.0, 9.0]
    assert leadwright("field", "size", "--kind", "number").out == "size is number already.\n"


def test_what_would_become_unknown_is_shown_first(leadwright: Run, folder: Path) -> None:
    rows = "".join(f"{number},{number}0\n" for number in range(30))
    (folder / "a.csv").write_text(f"id,employees\n{rows}a,N/A\nb,11-50\nc,11-50\n")
    leadwright("import", "a.csv", "--lead-id", "id")
    before = stored(folder, "employees")
    ended = leadwright("field", "employees", "--kind", "number", "--blank", "N/A")
    assert ended.code == 1
    assert ended.out.startswith("As number, employees would be unknown for 2 leads:\n")
    assert "11-50" in ended.out
    assert "N/A" not in ended.out
    assert ended.out.endswith("Nothing is changed. With --yes it is, and these values are gone.\n")
    assert stored(folder, "employees") == before
    told = json.loads(leadwright("field", "employees", "--kind", "number", "--json").out)
    assert told == {
        "field": "employees",
        "from": "text",
        "to": "number",
        "readable": 30,
        "lost": {"11-50": 2, "N/A": 1},
        "changed": False,
    }
    assert leadwright("field", "employees", "--kind", "number", "--yes").code == 0
    assert stored(folder, "employees") == [*(number * 10.0 for number in range(30)), None, None, None]


def test_an_import_that_would_lose_values_names_the_command(leadwright: Run, folder: Path) -> None:
    (folder / "a.csv").write_text("id,Lead Size\n1,12\n2,11-50\n")
    leadwright("import", "a.csv", "--lead-id", "id")
    (folder / "b.csv").write_text("id,Lead Size\n1,12\n")
    ended = leadwright("import", "b.csv", "--lead-id", "id", "--kind", "Lead Size=number")
    assert ended.code == 2
    assert 'leadwright field "Lead Size" --kind number shows them all' in ended.err
    assert stored(folder, "Lead Size") == ["12", "11-50"]
    # The file that has these values may say what they are.
    assert leadwright("import", "a.csv", "--lead-id", "id", "--kind", "Lead Size=number").code == 0
    assert stored(folder, "Lead Size") == [12.0, None]


def test_values_with_two_readings_are_not_guessed(leadwright: Run, folder: Path) -> None:
    (folder / "a.csv").write_text('id,size\n1,"1,200"\n2,85\n')
    leadwright("import", "a.csv", "--lead-id", "id")
    ended = leadwright("field", "size", "--kind", "number")
    assert (ended.code, stored(folder, "size")) == (2, ["1,200", "85"])
    assert "can be two numbers" in ended.err
    assert leadwright("field", "size", "--kind", "number", "--decimal", ",").code == 0
    assert stored(folder, "size") == [1.2, 85.0]
    ended = leadwright("field", "sise", "--kind", "number")
    assert (ended.code, 'did you mean "size"?' in ended.err) == (2, True)


def test_fields_wraps_values_rather_than_dropping_them(leadwright: Run, folder: Path) -> None:
    rows = "".join(f"{number},a rather long value of the kind {number % 4}\n" for number in range(12))
    (folder / "a.csv").write_text(f"id,note\n{rows}")
    leadwright("import", "a.csv", "--lead-id", "id")
    printed = leadwright("fields").out
    for number in range(4):
        assert f"a rather long value of the kind {number} 3" in printed
    assert max(map(len, printed.splitlines())) <= 100


def test_a_declared_kind_that_no_stored_value_reads_as_is_a_warning(leadwright: Run, folder: Path) -> None:
    (folder / "a.csv").write_text("id,opted in\n1,Y\n2,N\n")
    leadwright("import", "a.csv", "--lead-id", "id")
    (folder / "r.rules").write_text("field [opted in]: yes/no\nwhen [opted in] then +5\n")
    printed = leadwright("check", "r.rules").out
    assert '"opted in" is text in the data, and no value of it reads as yes/no, as "N"' in printed
    command = 'leadwright field "opted in" --kind yes/no'
    assert command in printed
    assert leadwright("field", "opted in", "--kind", "yes/no").code == 0
    assert "field-kind-in-data" not in leadwright("check", "r.rules").out
