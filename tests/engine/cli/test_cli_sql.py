"""`leadwright sql`."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from leadwright.engine.cli.commands.sql import DIALECTS
from leadwright.engine.sql import DIALECTS as KNOWN

Run = Callable[..., Any]

RULES = 'ruleset "Inbound"\nrule "Price"\nwhen visited pricing >= 2 in last 30 days then +20\n'


@pytest.fixture(autouse=True)
def rules(folder: Path) -> None:
    (folder / "price.rules").write_text(RULES)


def test_the_command_knows_the_dialects_without_loading_them() -> None:
    assert tuple(KNOWN) == DIALECTS


def test_what_it_prints_runs(leadwright: Run, folder: Path) -> None:
    at = ("--at", "2026-01-15T12:00Z")
    ended = leadwright("sql", "price.rules", "--dialect", "duckdb", *at)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith(
        "-- Inbound, for duckdb, as of 2026-01-15T12:00:00.000000Z\nWITH instants AS ("
    )
    assert '/* "Price", line 2 */' in ended.out
    tables = leadwright("sql", "price.rules", "--dialect", "duckdb", "--tables").out
    with duckdb.connect() as connection:
        connection.execute(tables)
        connection.execute("INSERT INTO leads VALUES ('a'), ('b')")
        at_noon = 1_768_478_400_000_000
        events = [("a", at_noon - day * 86_400_000_000, "visited", "pricing", day) for day in (1, 2)]
        connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?)", events)
        found = connection.execute(ended.out).fetchall()
        assert sorted(row[:2] for row in found) == [("a", 20), ("b", 0)]


def test_live_it_looks_from_the_time_it_is_run(leadwright: Run) -> None:
    ended = leadwright("sql", "price.rules", "--dialect", "duckdb", "--live")
    assert ended.out.startswith("-- Inbound, for duckdb, as of whenever it is run\nWITH clock AS (")
    with duckdb.connect() as connection:
        connection.execute(leadwright("sql", "price.rules", "--dialect", "duckdb", "--tables").out)
        connection.execute("INSERT INTO leads VALUES ('a')")
        for days in (3, 29, 31):
            at = time.time_ns() // 1000 - days * 86_400_000_000
            connection.execute("INSERT INTO events VALUES ('a', ?, 'visited', 'pricing', 0)", [at])
            assert connection.execute(ended.out).fetchone()[1] == (0 if days == 3 else 20)
    both = leadwright("sql", "price.rules", "--dialect", "duckdb", "--live", "--at", "2026-01-01")
    assert (both.code, "cannot be used together" in both.err) == (2, True)


def test_json_has_the_statement_and_its_columns(leadwright: Run) -> None:
    found = json.loads(leadwright("sql", "price.rules", "--dialect", "snowflake", "--json").out)
    assert list(found) == ["dialect", "sql", "columns", "tables"]
    assert found["columns"][:2] == [
        {"name": "lead_id", "tells": "lead", "of": None},
        {"name": "total", "tells": "total", "of": None},
    ]


def test_names_come_from_a_file(leadwright: Run, folder: Path) -> None:
    (folder / "tables.toml").write_text("leads = \"{{ ref('people') }}\"\n")
    ended = leadwright("sql", "price.rules", "--dialect", "bigquery", "--names", "tables.toml")
    assert "FROM {{ ref('people') }} AS l" in ended.out


def test_failures_are_told(leadwright: Run, folder: Path) -> None:
    ended = leadwright("sql", "price.rules", "--dialect", "duckdb", "--names", "none.toml")
    assert (ended.code, ended.err) == (
        2,
        "error: there is no none.toml\n  help: check the name, and the folder you are in\n",
    )
    (folder / "tables.toml").write_text("lead = 'a'\n")
    ended = leadwright("sql", "price.rules", "--dialect", "duckdb", "--names", "tables.toml")
    assert ended.code == 1
    assert ended.err.startswith('error: a mapping of tables cannot name "lead"\n  help: it can name leads,')
    (folder / "bad.rules").write_text("when size >= then +1\n")
    assert leadwright("sql", "bad.rules", "--dialect", "duckdb").code == 1


def test_without_sqlglot_it_says_what_to_install(leadwright: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    ended = leadwright("sql", "price.rules", "--dialect", "duckdb")
    assert ended.code == 2
    assert "pip install 'leadwright[sql]'" in ended.err
