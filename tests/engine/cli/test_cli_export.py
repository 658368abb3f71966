"""`leadwright export`."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
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
        "error: out is there, and is not an empty folder\n  help: name another, or remove it\n",
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


RULES = """\
score fit from 0 to 40
score from 0 to 100

rule "=Large"
when employees >= 100
then +30 fit, tag "big"

rule "VP"
when title = "VP Marketing"
then +5

stage MQL when score >= 35
"""


@pytest.fixture
def scored(data: Path, leadwright: Run) -> Path:
    """A folder whose leads were scored, one of them with an id that a spreadsheet would run."""
    (data / "more.csv").write_text("id,title,employees\n=1+1,VP Marketing,300\n")
    leadwright("import", "more.csv", "--lead-id", "id")
    (data / "fit.rules").write_text(RULES)
    assert leadwright("score", "fit.rules", "--at", "2026-01-15").code == 0
    return data


HEAD = "lead,score,stage,grade,tags,disqualified,score: fit,lines,version,as_of"
AS_OF = "1,2026-01-15T00:00:00Z"


def test_scores_in_csv_are_harmless_to_spreadsheets(scored: Path, leadwright: Run) -> None:
    done = leadwright("export", "--scores", "scores.csv")
    assert done.out == f"Wrote the scores of 5 leads by fit to {scored}/scores.csv.\n"
    assert (scored / "scores.csv").read_text().splitlines() == [
        HEAD,
        f"L1,35,MQL,,big,,30,'+30 =Large; +5 VP,{AS_OF}",
        f"L2,0,,,,,0,,{AS_OF}",
        f"L3,0,,,,,0,,{AS_OF}",
        f"L4,35,MQL,,big,,30,'+30 =Large; +5 VP,{AS_OF}",
        f"'=1+1,35,MQL,,big,,30,'+30 =Large; +5 VP,{AS_OF}",
    ]
    raw = leadwright("export", "--scores", "-", "--raw", "--no-lines", "--stage", "MQL")
    assert raw.out.splitlines()[-1] == f"=1+1,35,MQL,,big,,30,{AS_OF}"


def test_scores_are_typed_elsewhere(scored: Path, leadwright: Run) -> None:
    for name in ("scores.jsonl", "scores.parquet", "scores.sqlite", "scores.duckdb"):
        assert leadwright("export", "--scores", name, "fit").code == 0
    first = json.loads((scored / "scores.jsonl").read_text().splitlines()[0])
    assert (first["lead"], first["score"], first["tags"], first["stages"]) == (
        "L1",
        35,
        ["big"],
        {"main": "MQL"},
    )
    assert first["lines"] == [
        {"name": "=Large", "score": "fit", "points": 30},
        {"name": "VP", "score": None, "points": 5},
    ]
    ask = 'SELECT lead, score, "score: fit", stage FROM {} WHERE score > 0 ORDER BY lead'
    wanted = [("=1+1", 35, 30, "MQL"), ("L1", 35, 30, "MQL"), ("L4", 35, 30, "MQL")]
    with duckdb.connect("scores.duckdb") as engine:
        assert engine.execute(ask.format("lead_scores")).fetchall() == wanted
        assert engine.execute(ask.format("'scores.parquet'")).fetchall() == wanted
        assert engine.execute("SELECT tags, lines[1].points FROM 'scores.parquet'").fetchone() == (
            ["big"],
            30,
        )
    with closing(sqlite3.connect("scores.sqlite")) as other:
        assert other.execute(ask.format("lead_scores")).fetchall() == wanted


@pytest.mark.parametrize("name", ["scores.sqlite", "scores.duckdb", "scores.csv"])
def test_only_what_changed_since_the_last_time(scored: Path, leadwright: Run, name: str) -> None:
    early = leadwright("export", "--scores", name, "--since", "last")
    assert (early.code, "so there is no last time" in early.err) == (2, True)
    leadwright("export", "--scores", name)
    assert "of 0 leads" in leadwright("export", "--scores", name, "--since", "last").out
    (scored / "change.csv").write_text("id,employees\nL2,500\n")
    leadwright("import", "change.csv", "--lead-id", "id")
    leadwright("score", "fit.rules", "--at", "2026-01-15")
    assert "of 1 lead " in leadwright("export", "--scores", name, "--since", "last").out
    if name.endswith("sqlite"):
        with closing(sqlite3.connect(name)) as other:
            rows = other.execute("SELECT lead, score FROM lead_scores ORDER BY lead").fetchall()
        assert rows == [("=1+1", 35), ("L1", 35), ("L2", 30), ("L3", 0), ("L4", 35)]
    assert "of 0 leads" in leadwright("export", "--scores", name, "--since", "last").out


def test_any_set_of_leads_is_exported(scored: Path, leadwright: Run) -> None:
    (scored / "ids.txt").write_text("L2\nL3\n")
    for options, wanted in (
        (("--stage", "MQL"), 3),
        (("--at-least", "1", "--search", "Ann"), 1),
        (("--tag", "big"), 3),
        (("--tag", "small"), 0),
        (("--leads", "ids.txt"), 2),
        (("--since", "2020-01-01"), 5),
    ):
        done = leadwright("export", "--scores", "some.jsonl", *options, "--json")
        assert json.loads(done.out)["leads"] == wanted, options


def test_what_cannot_be_exported_says_why(scored: Path, leadwright: Run) -> None:
    for arguments, said in (
        (("--scores", "leads.db"), "is a database of Leadwright's own"),
        (("--scores", "scores.xls"), "does not say how to write scores"),
        (("--scores", "a.csv", "--parquet", "b"), "say what to export"),
        (("--scores", "a.csv", "other"), "never scored by a ruleset other"),
        (("--scores", "no/a.csv"), "there is no no"),
        (("--scores", "postgresql://zoe:secret@127.0.0.1:1/crm"), "127.0.0.1:1/crm cannot be reached"),
    ):
        ended = leadwright("export", *arguments)
        assert ended.code == 2
        assert said in ended.err
        assert "secret" not in ended.err
        assert "help: " in ended.err


@pytest.mark.parametrize("name", ["bad.sqlite", "bad.duckdb"])
def test_a_file_that_is_no_database_is_named_and_kept(scored: Path, leadwright: Run, name: str) -> None:
    kept = b"of another program " * 500
    (scored / name).write_bytes(kept)
    ended = leadwright("export", "--scores", name)
    assert ended.code == 2
    assert f"the table lead_scores of {scored / name} cannot be written: " in ended.err
    assert (scored / name).read_bytes() == kept


def test_the_view_scores_is_as_documented(scored: Path) -> None:
    with closing(sqlite3.connect("leads.db")) as database:
        cursor = database.execute("SELECT * FROM scores ORDER BY score DESC, lead LIMIT 1")
        names = [column[0] for column in cursor.description]
        row = dict(zip(names, cursor.fetchone(), strict=True))
    found_at = row.pop("found_at")
    assert found_at.startswith("20")
    assert row == {
        "ruleset": "fit",
        "lead": "=1+1",
        "score": 35,
        "stage": "MQL",
        "grade": None,
        "disqualified": 0,
        "scores": '{"fit":30}',
        "stages": '{"main":"MQL"}',
        "grades": "{}",
        "tags": '["big"]',
        "reasons": "[]",
        "version": 1,
        "as_of": "2026-01-15T00:00:00Z",
    }


SURE = """\
field opted_in: yes/no
field region: text, otherwise "EU"
score fit from 0 to 60
when employees >= 500 then +50 fit
when budget >= 10000 then +20
when opted_in = no then -60
when region = "US" then -5
stage MQL when score >= 20
stage SQL when score >= 50
stage PQL in product when employees >= 1
disqualify when title = "student"
"""
ASKED = """\
id,employees,budget,opted_in,title,region
a,600,20000,yes,CTO,EU
b,600,,yes,CTO,EU
c,600,20000,,CTO,EU
d,,,,,
"""


@pytest.mark.parametrize("many", [1, 100])
def test_how_sure_scores_are(leadwright: Run, data: Path, monkeypatch: pytest.MonkeyPatch, many: int) -> None:
    monkeypatch.setattr("leadwright.engine.store.export.sureness._MANY", many)
    (data / "asked.csv").write_text(ASKED)
    for arguments in (
        ("import", "asked.csv", "--lead-id", "id"),
        ("score", "sure.rules", "--at", "2026-01-15"),
    ):
        (data / "sure.rules").write_text(SURE)
        assert leadwright(*arguments, "--db", "sure.db").code == 0
    export = ("export", "--no-lines", "--db", "sure.db", "--scores")
    assert leadwright(*export, "-", "--bounds").out.splitlines() == [
        "lead,score,stage,grade,tags,disqualified,score: fit,stage: product,at least,at most,at least: fit,"
        "at most: fit,surely stage,surely stage: product,unknown,version,as_of",
        "a,70,SQL,,,,50,PQL,70,70,50,50,SQL,PQL,,1,2026-01-15T00:00:00Z",
        "b,50,SQL,,,,50,PQL,50,70,50,50,SQL,PQL,budget,1,2026-01-15T00:00:00Z",
        "c,70,SQL,,,,50,PQL,10,70,50,50,,PQL,opted_in,1,2026-01-15T00:00:00Z",
        "d,0,,,,,0,,-65,70,0,50,,,employees; budget; opted_in; region; title,1,2026-01-15T00:00:00Z",
    ]
    for asked, leads in [
        (("stage = SQL",), "ab"),
        (("score >= 10", "not disqualified"), "abc"),
        (("fit = 50 and not stage = SQL",), ""),
    ]:
        surely = [part for one in asked for part in ("--surely", one)]
        assert [row[0] for row in leadwright(*export, "-", *surely).out.splitlines()[1:]] == [*leads]
    assert leadwright(*export, "sure.parquet", "--bounds").code == 0
    with duckdb.connect() as engine:
        found = engine.execute(
            f'SELECT lead, "at least", "at most" FROM \'{data}/sure.parquet\' ORDER BY lead'
        ).fetchall()
    assert found == [("a", 70, 70), ("b", 50, 70), ("c", 10, 70), ("d", -65, 70)]
    refused = leadwright(*export, "-", "--surely", 'tag "x"')
    assert (refused.code, refused.err.splitlines()[0]) == (2, 'error: --surely: there is no tag "x"')
