"""People's fields may be called as the tables' own columns are, and nothing is mistaken for them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from leadwright.engine.cli.program import run
from leadwright.engine.store.database import open_store
from leadwright.engine.store.handoffs.reading import Standing, counts, handed_to, latest, loads, waiting
from leadwright.engine.store.records.leads import find_lead
from leadwright.engine.store.records.merges import anonymous_leads, lead_ids, suspected_duplicates

RULES = """
list sales: "ana@acme.example"
rule "Demo" when requested demo then +50
outcome won when paid invoice
stage MQL when score >= 20 until score < 10
stage SQL when score >= 50
handoff "To sales" of SQL when state is known
to sales in turn, keeping [stage], answered by contacted within 1 hour
handoff "Others" of MQL to sales
"""


def column_names(tmp_path: Path) -> list[str]:
    """The names of all columns of all tables and views."""
    with open_store(tmp_path / "names.db", create=True) as store:
        tables = store.connection.execute("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')")
        names = {
            row[1]
            for (table,) in tables.fetchall()
            for row in store.connection.execute(f'PRAGMA table_info("{table}")')
        }
    return sorted(name for name in names if not name.startswith("_"))


def test_no_name_of_a_field_is_in_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = column_names(tmp_path)
    assert {"at", "stage", "lead", "total"} <= set(names)
    with Path("leads.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["email", *names])
        for lead in ("zoe", "joe", "moe"):
            writer.writerow([f"{lead}@x.example", *[f"{lead} {name}" for name in names]])
    Path("events.csv").write_text(
        "lead,type,object,at\n"
        "zoe@x.example,requested,demo,2026-01-15T12:00Z\n"
        "zoe@x.example,paid,invoice,2026-01-16T12:00Z\n"
        "joe@x.example,requested,demo,2026-01-15T12:30Z\n"
    )
    Path("in.rules").write_text(RULES)
    assert run(["import", "leads.csv", "--lead-id", "email"]) == 0
    assert run(["score", "in.rules", "--at", "2026-01-15T11:00Z"]) == 0
    assert (
        run(
            [
                "import",
                "events.csv",
                "--lead-id",
                "lead",
                "--at",
                "at",
                "--type",
                "type",
                "--object",
                "object",
            ]
        )
        == 0
    )
    assert run(["score", "in.rules", "--at", "2026-01-15T13:00Z"]) == 0
    assert run(["score", "in.rules", "--at", "2026-01-15T15:00Z"]) == 0
    for command in (
        ["explain", "zoe@x.example"],
        ["explain", "zoe@x.example", "--changes"],
        ["export", "--scores", "scores.csv"],
        ["export", "--scores", "scores.jsonl", "--stage", "SQL", "--search", "zoe"],
        ["export", "--parquet", "out"],
        ["measure", "in.rules", "--at", "2026-06-01"],
        ["diff", "in", "in.rules"],
        ["lead", "zoe@x.example"],
        ["fields"],
        ["merge", "moe@x.example", "joe@x.example"],
        ["score", "in.rules", "--all", "--at", "2026-01-15T16:00Z"],
        ["merge", "--undo", "joe@x.example"],
        ["forget", "moe@x.example", "--yes"],
    ):
        assert run(command) in {0, 1}, command
    with open_store(tmp_path / "leads.db") as store:
        assert handed_to(store, "ana@acme.example", Standing.WAITING)
        assert latest(store)
        assert loads(store, 1_768_500_000_000_000)
        assert counts(store)
        assert waiting(store) == []
        assert suspected_duplicates(store) == []
        assert anonymous_leads(store, 10) == []
        lead = find_lead(store, "zoe@x.example")
        assert lead is not None
        assert lead_ids(store, lead).others == ()
