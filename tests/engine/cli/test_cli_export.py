"""`leadwright export`."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from leadwright.tests.engine.cli.conftest import Run


def test_what_it_writes_is_what_the_statement_reads(leadwright: Run, data: Path) -> None:
    ended = leadwright("export", "--parquet", "warehouse", "inbound.rules")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("Wrote 4 leads and 5 events to warehouse, each in 1 file.\n")
    statement = leadwright("sql", "inbound.rules", "--dialect", "duckdb", "--at", "2026-01-15").out
    scored = json.loads(leadwright("score", "inbound.rules", "--at", "2026-01-15", "--json").out)
    with duckdb.connect() as engine:
        for name in ("leads", "events"):
            engine.execute(f"CREATE VIEW {name} AS SELECT * FROM '{data}/warehouse/{name}/*.parquet'")
        found = engine.execute(statement).fetchall()
    assert len(found) == scored["leads"] == 4
    assert len({row[1] for row in found}) > 1


def test_a_folder_in_use_and_a_database_that_is_missing_are_told(leadwright: Run, data: Path) -> None:
    assert json.loads(leadwright("export", "--parquet", "out", "--json").out) == {
        "leads": 4,
        "events": 5,
        "files": 1,
        "folder": "out",
    }
    again = leadwright("export", "--parquet", "out")
    assert (again.code, again.err) == (
        2,
        "error: out is there, and is not an empty folder\n  help: name another, or take it away\n",
    )
    assert leadwright("export", "--parquet", "new", "--db", "none.db").code == 2
    assert leadwright("export").code == 2


def test_without_pyarrow_it_says_what_to_install(
    leadwright: Run, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadwright.engine.cli.commands.export.find_spec", lambda _: None)
    ended = leadwright("export", "--parquet", "out")
    assert ended.code == 2
    assert "pip install 'leadwright[parquet]'" in ended.err
    assert not (data / "out").exists()
