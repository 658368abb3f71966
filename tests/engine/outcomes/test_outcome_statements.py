"""Outcomes, the same in a decision, in the record either way, and in SQL."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from leadwright.engine.cli.program import program
from leadwright.engine.report.decision import decision_text
from leadwright.engine.report.decision_data import decision_data
from leadwright.engine.ruleset import load

RULES = """
field status: text
field closed_on: date
field created_at: datetime
event visited
when visited then +5
outcome won when became customer within 30 days born created_at
outcome early when became customer between 2026-01-01 and 2026-01-31
outcome signed when status = "signed" at closed_on
outcome dealt when status = "signed"
outcome lost when closed where reason = "lost"
"""

LEADS = """id,status,closed_on
a,signed,2026-02-01
b,signed,2026-04-01
c,open,2026-01-05
d,signed,
"""

EVENTS = """id,type,object,at,reason
a,became,customer,2026-01-10T08:00:00Z,
a,became,customer,2026-01-05T08:00:00Z,
b,became,customer,2026-02-10T00:00:00Z,
c,became,partner,2026-01-10T00:00:00Z,
c,closed,,2026-02-11T10:00:00Z,lost
d,closed,,2026-02-11T10:00:00Z,later
d,became,customer,2026-03-02T00:00:00Z,
"""

AT = "2026-03-01"

WANTED = {
    "a": {
        "won": "2026-01-05T08:00:00Z",
        "early": "2026-01-05T08:00:00Z",
        "signed": "2026-02-01T00:00:00Z",
        "dealt": True,
    },
    "b": {"won": "2026-02-10T00:00:00Z", "dealt": True},
    "c": {"lost": "2026-02-11T10:00:00Z"},
    "d": {"signed": True, "dealt": True},
}
"""When each lead reached what, True for at no known instant."""


def run(*words: str | Path) -> str:
    result = CliRunner().invoke(program, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in (("r.rules", RULES), ("leads.csv", LEADS), ("events.csv", EVENTS)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    run("import", "leads.csv", "--lead-id", "id")
    run(
        "import", "events.csv", "--lead-id", "id", "--at", "at", "--type", "type", "--object", "object",
        "--properties", "reason",
    )  # fmt: skip
    return tmp_path


@pytest.mark.parametrize("many", [0, 1 << 40])
def test_the_record_says_who_reached_what_and_when(
    folder: Path, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    monkeypatch.setattr("leadwright.engine.store.scoring.full_run.MANY", many)
    run("score", "r.rules", "--at", AT)
    with closing(sqlite3.connect(folder / "leads.db")) as connection, connection:
        rows = connection.execute("SELECT _key, result FROM score JOIN lead ON lead._id = score.lead")
        found = {key: json.loads(text).get("outcomes", {}) for key, text in rows}
    assert found == WANTED


@pytest.mark.usefixtures("folder")
def test_an_explanation_says_it_as_text_and_as_data() -> None:
    run("score", "r.rules", "--at", AT)
    data = json.loads(run("explain", "b", "--json"))["outcomes"]
    assert data["won"] == {"line": 7, "reached": True, "at": "2026-02-10T00:00:00Z"}
    assert data["signed"] == {"line": 9, "reached": False, "at": None}
    text = run("explain", "d")
    assert "signed  reached, on a day that is not known" in text
    assert "won  not reached" in text


def test_a_day_that_has_not_come_is_the_next_change() -> None:
    rules = load(RULES)
    decision = rules({"status": "signed", "closed_on": dt.date(2026, 4, 1)}, [], "2026-03-01")
    assert not decision.outcomes["signed"].reached
    assert decision.next_change == dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
    later = rules({"status": "signed", "closed_on": dt.date(2026, 4, 1)}, [], "2026-04-01")
    assert later.outcomes["signed"].at == decision.next_change
    assert decision_data(later)["outcomes"]["signed"]["at"] == "2026-04-01T00:00:00Z"
    assert "  signed  reached on 2026-04-01 00:00 UTC" in "\n".join(decision_text(later))


def test_sql_says_the_same(folder: Path) -> None:
    run("sql", "r.rules", "--dialect", "sqlite", "--at", AT)
    from leadwright.engine.sql import result_columns

    names = [column.name for column in result_columns(load(RULES).plan)]
    assert names[-9:] == [
        "outcome_won", "outcome_won_at", "outcome_early", "outcome_early_at", "outcome_signed",
        "outcome_signed_at", "outcome_dealt", "outcome_lost", "outcome_lost_at",
    ]  # fmt: skip
