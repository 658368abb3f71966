"""Outcomes of public data as it lies, against plain Python over the same files; skipped without it."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import closing
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


@pytest.fixture(scope="module")
def olist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Leads and deals of Olist as they lie, imported once."""
    folder = DATA / "olist"
    if not (folder / LEADS).is_file():
        pytest.skip(f"olist/{LEADS} is not there: set LEADWRIGHT_DATA to its folder")
    made = tmp_path_factory.mktemp("olist")
    db = ("--db", made / "leads.db")
    run("import", folder / LEADS, "--lead-id", "mql_id", "--fields", "origin", *db)
    contact = ("--at", "first_contact_date", "--type-is", "contacted", "--object", "landing_page_id")
    run("import", folder / LEADS, "--lead-id", "mql_id", *contact, *db)
    run("import", folder / DEALS, "--lead-id", "mql_id", "--at", "won_date", "--type-is", "won", *db)
    (made / "r.rules").write_text(OLIST, encoding="utf-8")
    return made


def test_olist_is_measured_and_learned_from(olist: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(olist)
    folder = DATA / "olist"
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


def pairs(scores: Sequence[tuple[int, bool]]) -> float:
    """In what share of the pairs of a winner and another the winner scored higher, ties being half."""
    winners = [score for score, won in scores if won]
    others = Counter(score for score, won in scores if not won)
    right = sum(
        times * (1.0 if score > other else 0.5 if score == other else 0.0)
        for score in winners
        for other, times in others.items()
    )
    return right / (len(winners) * others.total())


def test_months_of_olist_are_replayed_as_plain_python_replays_them(
    olist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(olist)
    folder = DATA / "olist"
    points = {value or None: int(given) for value, given in re.findall(r'origin = "(.*)" then (.*)', OLIST)}
    with (folder / DEALS).open(encoding="utf-8") as file:
        won = {row["mql_id"]: dt.datetime.fromisoformat(row["won_date"]) for row in csv.DictReader(file)}
    month = dt.timedelta(days=30)
    found: dict[str, list[tuple[int, bool]]] = defaultdict(list)
    with (folder / LEADS).open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            born = dt.datetime.fromisoformat(row["first_contact_date"])
            at = won.get(row["mql_id"], dt.datetime.max)
            if at > born:
                score = points.get(row["origin"], 0) if row["origin"] else -10
                found[f"{born:%Y-%m-01}"].append((score, at <= born + month))
    said = json.loads(
        run(
            "backtest", "r.rules", "--from", "2018-01-01", "--to", "2018-05-01", "--at", "2018-11-01",
            "--within", "30d", "--age", "0d", "--json",
        )
    )  # fmt: skip
    assert [one["from"] for one in said["periods"]] == [f"2018-0{number}-01" for number in range(1, 5)]
    for one in said["periods"]:
        mine = found[one["from"]]
        assert (one["leads"], one["won"]) == (len(mine), sum(hit for _, hit in mine))
        assert one["live"]["auc"]["value"] == pytest.approx(pairs(mine), abs=1e-12)
        assert one["gap"] == 0


BPI = """rule "Offer sent" when O_SENT then +20
rule "Came back" when O_SENT_BACK then +30
rule "Much work" when [W_Completeren aanvraag] >= 6 then -10
stage Ready when score >= 20
outcome approved when A_APPROVED within 60 days
outcome lost when A_DECLINED
"""
BY_SQL = """
WITH told AS (
    SELECT event.lead, event.at, kind.type FROM event JOIN event_kind AS kind ON kind.id = event.kind
), life AS (
    SELECT lead,
        min(CASE WHEN type NOT IN ('A_APPROVED', 'A_DECLINED') THEN at END) + 3 * 86400000000 AS seen,
        min(CASE WHEN type = 'A_APPROVED' THEN at END) AS won,
        min(CASE WHEN type = 'A_DECLINED' THEN at END) AS lost
    FROM told GROUP BY lead
), judged AS (
    SELECT life.lead, seen, ifnull(won <= seen + 60 * 86400000000, 0) AS wins,
        (SELECT count(*) FROM told
            WHERE told.lead = life.lead AND at <= seen AND type = 'O_SENT') AS sent,
        (SELECT count(*) FROM told
            WHERE told.lead = life.lead AND at <= seen AND type = 'O_SENT_BACK') AS back,
        (SELECT count(*) FROM told
            WHERE told.lead = life.lead AND at <= seen AND type = 'W_Completeren aanvraag') AS work
    FROM life WHERE (won IS NULL OR won > seen) AND (lost IS NULL OR lost > seen)
)
SELECT 20 * (sent > 0) + 30 * (back > 0) - 10 * (work >= 6), wins, sent > 0, back > 0, work >= 6 FROM judged
"""


def test_bpi_is_measured_and_learned_from_as_sql_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = DATA / "bpi2012" / "sample_first1000_events.csv"
    if not log.is_file():
        pytest.skip(f"bpi2012/{log.name} is not there: set LEADWRIGHT_DATA to its folder")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "r.rules").write_text(BPI, encoding="utf-8")
    happened = ("--at", "timestamp", "--type", "activity", "--object", "lifecycle")
    run("import", log, "--lead-id", "case_id", *happened)
    with closing(sqlite3.connect("leads.db")) as connection:
        judged = connection.execute(BY_SQL).fetchall()
    looked = ("--age", "3d", "--json")
    found = json.loads(run("measure", "r.rules", "--at", "2012-06-01", *looked))
    wins = sum(row[1] for row in judged)
    assert (found["won"]["of"], found["won"]["count"]) == (len(judged), wins)
    assert found["auc"]["value"] == pytest.approx(
        pairs([(row[0], bool(row[1])) for row in judged]), abs=1e-12
    )
    for place, name in enumerate(("Offer sent", "Came back", "Much work"), 2):
        fired = [row for row in judged if row[place]]
        one = next(rule for rule in found["rules"] if rule["rule"] == name)
        assert (one["leads"], one["won"]) == (len(fired), sum(row[1] for row in fired))
    ready = [row for row in judged if row[0] >= 20]
    assert found["stages"][1] == {
        **found["stages"][1], "stage": "Ready", "of": len(ready), "count": sum(row[1] for row in ready),
    }  # fmt: skip
    learned = json.loads(run("learn", "r.rules", "--as-of", "2012-06-01", *looked))
    assert (learned["leads"], learned["won"]) == (len(judged), wins)
    assert {one["name"] for one in learned["left_out"]} == {"A_ACTIVATED", "A_REGISTERED", "O_ACCEPTED"}
