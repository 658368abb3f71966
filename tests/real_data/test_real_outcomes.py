"""Outcomes of public data as it lies, against plain Python over the same files; skipped without it."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from leadwright.engine.cli.program import program
from leadwright.tests.benchmarks.bench_outcomes import OLIST

DATA = Path(os.environ.get("LEADWRIGHT_DATA", Path(__file__).parents[3] / "shared" / "data"))
LEADS, DEALS = "olist_marketing_qualified_leads_dataset.csv", "olist_closed_deals_dataset.csv"
AT = dt.datetime(2018, 7, 1)


def run(*words: str | Path) -> str:
    result = CliRunner().invoke(program, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    return result.output


def test_olist_is_measured_and_learned_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = DATA / "olist"
    if not (folder / LEADS).is_file():
        pytest.skip(f"olist/{LEADS} is not there: set LEADWRIGHT_DATA to its folder")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "r.rules").write_text(OLIST, encoding="utf-8")
    run("import", folder / LEADS, "--lead-id", "mql_id", "--fields", "origin")
    contact = ("--at", "first_contact_date", "--type-is", "contacted", "--object", "landing_page_id")
    run("import", folder / LEADS, "--lead-id", "mql_id", *contact)
    run("import", folder / DEALS, "--lead-id", "mql_id", "--at", "won_date", "--type-is", "won")
    with (folder / DEALS).open(encoding="utf-8") as file:
        won = {row["mql_id"]: dt.datetime.fromisoformat(row["won_date"]) for row in csv.DictReader(file)}
    month = dt.timedelta(days=30)
    judged = wins = mail = mail_wins = 0
    with (folder / LEADS).open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            born = dt.datetime.fromisoformat(row["first_contact_date"])
            at = won.get(row["mql_id"], dt.datetime.max)
            if born + month <= AT and at > born:
                hit = at <= born + month
                judged, wins = judged + 1, wins + hit
                mail, mail_wins = (
                    mail + (row["origin"] == "email"),
                    mail_wins + (hit and row["origin"] == "email"),
                )
    found = json.loads(
        run("measure", "r.rules", "--at", "2018-07-01", "--within", "30d", "--age", "0d", "--json")
    )
    assert (found["won"]["of"], found["won"]["count"]) == (judged, wins)
    rule = next(one for one in found["rules"] if one["rule"] == "Mail campaign")
    assert (rule["leads"], rule["won"]) == (mail, mail_wins)
    learned = json.loads(run("learn", "r.rules", "--as-of", "2018-04-01", "--within", "30d", "--json"))
    assert (learned["judged"]["leads"], learned["judged"]["won"]) == (2_655, 280)
    assert learned["judged"]["auc_proposed"]["value"] >= 0.67
    assert learned["judged"]["precision_at_half_recall_proposed"] >= 0.20
