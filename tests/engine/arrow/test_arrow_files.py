"""Parquet files scored by processes: in pairs, in buckets, from the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from leadwright import arrow as lw
from leadwright import load
from leadwright.engine.arrow import blocks
from leadwright.engine.arrow.naming import read_columns
from leadwright.engine.cli.program import run
from leadwright.tests.engine.arrow.tables import Drawn, drawn

RULES = """
field f1: number
field f0: text

event visited
event viewed from "Page Viewed"

score fit from 0 to 100

rule "Large"
when f1 >= 2
then +5 fit

rule "Visits"
for each visited in last 90 days
then +3 fit at most +30 halving every 14 days, tag "seen"

rule "Amounts"
when sum(viewed.amount) > 3
then +1 fit

stage MQL when fit >= 6
disqualify when f0 is unknown because "No title"
"""
NOW = "2026-03-31T12:00Z"


@pytest.fixture(scope="module")
def given() -> Drawn:
    return drawn(load(RULES).plan, 7, 600)


@pytest.fixture(scope="module")
def expected(given: Drawn) -> pa.Table:
    return lw.score(RULES, given.leads, given.events, now=NOW).sort_by("lead_id")


def lake(folder: Path, given: Drawn, shuffled: int | None = None) -> Path:
    """The tables as files of about a hundred leads, events in any order."""
    events = given.events
    if shuffled is not None:
        events = events.take(np.random.default_rng(shuffled).permutation(len(events)))
    for name, table in (("leads", given.leads), ("events", events)):
        (folder / name).mkdir(parents=True)
        size = -(-len(table) // 6)
        for number in range(6):
            pq.write_table(table.slice(number * size, size), folder / name / f"part-{number}.parquet")
    return folder


def read(folder: Path) -> pa.Table:
    return pa.concat_tables([pq.read_table(path) for path in sorted(folder.glob("*.parquet"))]).sort_by(
        "lead_id"
    )


def test_each_of_a_hundred_thousand_leads_has_another_text(tmp_path: Path) -> None:
    """More different values than two bytes can number, in one file whose texts are read as a dictionary."""
    numbers = list(map(str, range(100_000)))
    leads = {"lead_id": numbers, "email": [f"a{number}@example.com" for number in numbers]}
    pq.write_table(pa.table(leads), tmp_path / "leads.parquet")
    rules = 'field email: text\nwhen email starts with "a7" then +5\n'
    lw.score_parquet(rules, tmp_path, tmp_path / "out", now=NOW, processes=1)
    found = read(tmp_path / "out")
    wanted = {number for number in numbers if number.startswith("7")}
    assert set(found.filter(pa.compute.equal(found["total"], 5))["lead_id"].to_pylist()) == wanted
    assert pa.compute.sum(found["total"]).as_py() == 5 * len(wanted)


@pytest.mark.parametrize("buckets", [1, 7, 64])
def test_the_same_bytes_in_any_number_of_buckets(
    buckets: int, given: Drawn, expected: pa.Table, tmp_path: Path
) -> None:
    source = lake(tmp_path / "lake", given, buckets)
    tally = lw.score_parquet(RULES, source, tmp_path / "to", now=NOW, buckets=buckets, processes=1)
    found = read(tmp_path / "to")
    assert found.equals(expected)
    assert found.schema.metadata == expected.schema.metadata
    assert tally.leads == 600
    assert sum(tally.stages["main"].values()) == 600
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize("leads", [1, 7, 100, 599, 600])
def test_the_same_in_blocks_of_any_size(
    leads: int, given: Drawn, expected: pa.Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "leads_per_block", lambda _plan: leads)
    size = 60 if leads == 1 else 600
    some = given.leads.slice(0, size)
    shuffled = given.events.take(np.random.default_rng(leads).permutation(len(given.events)))
    found = lw.score(RULES, some, shuffled, now=NOW)
    wanted = expected.filter(pa.compute.is_in(expected.column("lead_id"), some.column("lead_id")))
    assert found.sort_by("lead_id").equals(wanted)


def test_no_leads_make_a_file_without_rows(given: Drawn, expected: pa.Table, tmp_path: Path) -> None:
    source = lake(tmp_path / "lake", replace(given, leads=given.leads.slice(0, 0)))
    for number, how in enumerate(({}, {"paired": True}, {"buckets": 3})):
        lw.score_parquet(RULES, source, tmp_path / str(number), now=NOW, **how)
        found = read(tmp_path / str(number))
        assert (len(found), found.schema.names) == (0, expected.schema.names)


def test_small_tables_need_no_buckets(given: Drawn, expected: pa.Table, tmp_path: Path) -> None:
    lw.score_parquet(RULES, lake(tmp_path / "lake", given, 1), tmp_path / "to", now=NOW)
    assert read(tmp_path / "to").equals(expected)


def test_pairs_are_scored_by_two_processes(given: Drawn, expected: pa.Table, tmp_path: Path) -> None:
    """In a program of its own, which the processes read, as a user's would be."""
    call = f"print(lw.score_parquet(sys.argv[1], *sys.argv[2:], now={NOW!r}, paired=True, processes=2).leads)"
    done = in_a_program(f'if __name__ == "__main__":\n    {call}', given, tmp_path)
    assert (done.stdout, done.stderr) == ("600\n", "")
    assert read(tmp_path / "to").equals(expected)


def test_a_program_that_its_processes_must_not_run_says_so(given: Drawn, tmp_path: Path) -> None:
    call = f"lw.score_parquet(sys.argv[1], *sys.argv[2:], now={NOW!r}, paired=True, processes=2)"
    done = in_a_program(call, given, tmp_path)
    assert done.returncode == 1
    assert 'Call score_parquet under `if __name__ == "__main__":`' in done.stderr.splitlines()[-1]
    assert not (tmp_path / "to").exists()


def in_a_program(call: str, given: Drawn, folder: Path) -> subprocess.CompletedProcess[str]:
    """A program that is given rules, four pairs of files, and where to write scores to."""
    source = folder / "lake"
    ids = given.leads.column("lead_id").to_pylist()
    for name in ("leads", "events"):
        (source / name).mkdir(parents=True)
    for number in range(4):
        mine = pa.array(ids[number * 150 : (number + 1) * 150])
        for name, table in (("leads", given.leads), ("events", given.events)):
            some = table.filter(pa.compute.is_in(table.column("lead_id"), mine))
            pq.write_table(some, source / name / f"{number}.parquet")
    program = folder / "program.py"
    program.write_text(f"import sys\nimport leadwright.arrow as lw\n{call}\n")
    told = [sys.executable, str(program), RULES, str(source), str(folder / "to")]
    return subprocess.run(told, capture_output=True, text=True, check=False, timeout=120)


def test_int96_is_read_as_it_was_meant(tmp_path: Path) -> None:
    """Nanoseconds of the year 2500 wrap around to 1915, and INT96 does not say that it is UTC."""
    (tmp_path / "leads").mkdir()
    far = pa.array([16_725_225_600_000_000, 1_768_000_000_000_000], pa.timestamp("us"))
    leads = pa.table({"lead_id": ["far", "near"], "renews": far})
    pq.write_table(leads, tmp_path / "leads" / "0.parquet", use_deprecated_int96_timestamps=True)
    rules = 'field renews: datetime\nscore fit\nrule "r"\nwhen renews since 2400-01-01\nthen +1 fit\n'
    lw.score_parquet(rules, tmp_path, tmp_path / "to", now="2600-01-01")
    assert read(tmp_path / "to").column("score_fit").to_pylist() == [1, 0]
    lw.score_parquet(rules, tmp_path, tmp_path / "again", now="2600-01-01", buckets=3, processes=1)
    assert read(tmp_path / "again").column("score_fit").to_pylist() == [1, 0]


def test_what_other_programs_write(given: Drawn, tmp_path: Path) -> None:
    """DuckDB's timestamps without a zone are refused until it is said what they are local to."""
    (tmp_path / "lake").mkdir()
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name in ("leads", "events"):
            connection.register("given", getattr(given, name))
            naive = ' REPLACE ("at"::TIMESTAMP AS "at")' if name == "events" else ""
            path = tmp_path / "lake" / f"{name}.parquet"
            connection.execute(f"COPY (SELECT *{naive} FROM given) TO '{path}' (FORMAT parquet)")
    with pytest.raises(lw.DataError, match="at in events is a timestamp without a time zone"):
        lw.score_parquet(RULES, tmp_path / "lake", tmp_path / "to", now=NOW)
    lw.score_parquet(RULES, tmp_path / "lake", tmp_path / "to", now=NOW, zone="UTC")
    assert len(read(tmp_path / "to")) == 600


def test_files_may_differ_in_what_may_be_null(tmp_path: Path) -> None:
    (tmp_path / "leads").mkdir()
    for number, nullable in enumerate((True, False)):
        schema = pa.schema([pa.field("lead_id", pa.string(), nullable), pa.field("f1", pa.int64(), nullable)])
        table = pa.table([[f"l{number}"], [number]], schema=schema)
        pq.write_table(table, tmp_path / "leads" / f"{number}.parquet")
    rules = 'field f1: number\nscore fit\nrule "r"\nwhen f1 = 1\nthen +1 fit\n'
    lw.score_parquet(rules, tmp_path, tmp_path / "to", now=NOW)
    assert read(tmp_path / "to").column("total").to_pylist() == [0, 1]


def test_files_that_cannot_be_scored_are_refused(given: Drawn, tmp_path: Path) -> None:
    source = lake(tmp_path / "lake", given)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    with pytest.raises(lw.DataError, match="is not an empty folder"):
        lw.score_parquet(RULES, source, tmp_path / "full", now=NOW)
    with pytest.raises(lw.DataError, match="has no leads"):
        lw.score_parquet(RULES, tmp_path / "full", tmp_path / "to", now=NOW)
    pq.write_table(given.events, source / "events" / "alone.parquet")
    with pytest.raises(lw.DataError, match=r'events in "alone\.parquet" have no file of leads'):
        lw.score_parquet(RULES, source, tmp_path / "to", now=NOW, paired=True)
    pq.write_table(given.leads.drop_columns(["f1"]), source / "leads" / "part-9.parquet")
    with pytest.raises(lw.DataError, match=r'part-9\.parquet has other columns than .*"f1"'):
        lw.score_parquet(RULES, source, tmp_path / "to", now=NOW)
    assert not (tmp_path / "to").exists()
    assert not list(tmp_path.glob(".*"))


def test_the_command_line(
    given: Drawn,
    expected: pa.Table,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    renamed = Drawn(
        given.leads, given.events.rename_columns({"at": "occurred_at", "lead_id": "who"}), given.rows
    )
    monkeypatch.chdir(tmp_path)
    lake(tmp_path / "lake", renamed)
    Path("inbound.rules").write_text(RULES)
    Path("columns.toml").write_text('event_lead_id = "who"\nat = "occurred_at"\n')
    said = ["score", "inbound.rules", "--parquet", "lake", "--at", NOW]
    assert run([*said, "--to", "scores"]) == 2
    refused = capsys.readouterr().err
    assert 'events have no column "at" for the instant of an event' in refused
    Path("advised.toml").write_text(refused.partition("which may say\n")[2])
    assert read_columns(Path("advised.toml")).fields == {"employees": "headcount"}
    assert run([*said, "--to", "scores", "--columns", "columns.toml", "--json"]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert (told["leads"], told["left_out"]["without_lead"]) == (600, 0)
    assert read(tmp_path / "scores").equals(expected)
    assert run([*said, "--to", "short", "--columns", "columns.toml", "--lines", "none"]) == 0
    printed = capsys.readouterr().out
    assert "600 leads" in printed
    assert "MQL" in printed
    assert not Path("leads.db").exists()
    for wrong in ([*said], [*said, "--to", "x", "--publish"], ["score", "--parquet", "lake", "--to", "x"]):
        assert run(wrong) == 2
    Path("columns.toml").write_text('when = "at"\n')
    assert run([*said, "--to", "x", "--columns", "columns.toml"]) == 2
    assert 'names "when"' in capsys.readouterr().err
