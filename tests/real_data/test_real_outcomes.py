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


def test_what_is_learned_of_olist_is_judged_as_plain_python_judges_it(
    olist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counts of each change, and the order of later leads by both texts."""
    monkeypatch.chdir(olist)
    asked = ("--as-of", "2018-04-01", "--within", "30d", "--write", "draft.rules", "--json")
    learned = json.loads(run("learn", "r.rules", *asked))
    draft = Path("draft.rules").read_text(encoding="utf-8")
    folder, as_of, day = DATA / "olist", dt.datetime(2018, 4, 1), dt.timedelta(days=1)
    with (folder / DEALS).open(encoding="utf-8") as file:
        won = {row["mql_id"]: dt.datetime.fromisoformat(row["won_date"]) for row in csv.DictReader(file)}
    taught, later = [], []
    with (folder / LEADS).open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            born = dt.datetime.fromisoformat(row["first_contact_date"])
            at = won.get(row["mql_id"], dt.datetime.max)
            asked_of = (row["origin"], row["landing_page_id"])
            if at > born:
                if born + 30 * day <= as_of:
                    taught.append((*asked_of, at <= born + 30 * day))
                elif born >= as_of:
                    later.append((*asked_of, at <= born + 90 * day))
    judged = learned["evaluation"]
    assert (judged["leads"], judged["won"]) == (len(later), sum(row[2] for row in later)) == (2_655, 280)
    rules = {name: condition for name, condition, _ in rules_in(OLIST)}
    changes = [one for one in learned["changes"] + learned["new_rules"] if one["sort"] != "threshold"]
    assert len(changes) >= 5
    for one in changes:
        condition = one["condition"] or rules[one["name"]]
        mine = [row for row in taught if holds(condition, row)]
        assert (one["won"]["of"], one["won"]["count"]) == (len(mine), sum(row[2] for row in mine))
    for text, auc in ((OLIST, judged["auc_now"]), (draft, judged["auc_proposed"])):
        paid = [(condition, points) for _, condition, points in rules_in(text)]
        scored = [(sum(points for c, points in paid if holds(c, row)), row[2]) for row in later]
        assert auc["value"] == pytest.approx(pairs(scored), abs=1e-12)
    assert judged["auc_proposed"]["value"] >= 0.67
    assert judged["precision_at_half_recall_proposed"] >= 0.20


def rules_in(text: str) -> list[tuple[str, str, int]]:
    """The names, conditions and points of rules that are not off."""
    found = re.findall(r'^rule "(.*)"\s+when (.*?)\s+then ([+-]\d+)', text, re.MULTILINE)
    return [(name, condition, int(points)) for name, condition, points in found]


def holds(condition: str, row: tuple[str, str, bool]) -> bool:
    """Whether a condition on Olist's origin or landing page is true of a lead."""
    origin, page, _ = row
    if condition == "origin is unknown":
        return not origin
    kind, value = re.fullmatch(r'(origin =|contacted) "?(.*?)"?', condition).groups()  # type: ignore[union-attr]
    return (origin if kind == "origin =" else page) == value


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
    SELECT lead, min(CASE WHEN type NOT IN ('A_APPROVED', 'A_DECLINED') THEN at END) AS born,
        min(CASE WHEN type NOT IN ('A_APPROVED', 'A_DECLINED') THEN at END) + 3 * 86400000000 AS seen,
        min(CASE WHEN type = 'A_APPROVED' THEN at END) AS won,
        min(CASE WHEN type = 'A_DECLINED' THEN at END) AS lost
    FROM told GROUP BY lead
), judged AS (
    SELECT life.lead, born, seen, ifnull(won <= seen + 60 * 86400000000, 0) AS wins,
        (SELECT count(*) FROM told
            WHERE told.lead = life.lead AND at <= seen AND type = 'O_SENT') AS sent,
        (SELECT count(*) FROM told
            WHERE told.lead = life.lead AND at <= seen AND type = 'O_SENT_BACK') AS back,
        (SELECT count(*) FROM told
            WHERE told.lead = life.lead AND at <= seen AND type = 'W_Completeren aanvraag') AS work,
        (SELECT 20 * max(type = 'O_SENT') + 30 * max(type = 'O_SENT_BACK')
            - 10 * (sum(type = 'W_Completeren aanvraag') >= 6) FROM told WHERE told.lead = life.lead) AS today
    FROM life WHERE (won IS NULL OR won > seen) AND (lost IS NULL OR lost > seen)
)
SELECT 20 * (sent > 0) + 30 * (back > 0) - 10 * (work >= 6), wins, sent > 0, back > 0, work >= 6,
    born, date(seen / 1000000, 'unixepoch'), today FROM judged
"""


@pytest.fixture(scope="module")
def bpi(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The events of BPI 2012 as they lie, imported once."""
    log = DATA / "bpi2012" / "sample_first1000_events.csv"
    if not log.is_file():
        pytest.skip(f"bpi2012/{log.name} is not there: set LEADWRIGHT_DATA to its folder")
    made = tmp_path_factory.mktemp("bpi")
    (made / "r.rules").write_text(BPI, encoding="utf-8")
    happened = ("--at", "timestamp", "--type", "activity", "--object", "lifecycle")
    run("import", log, "--lead-id", "case_id", *happened, "--db", made / "leads.db")
    return made


def test_bpi_is_measured_and_learned_from_as_sql_has_it(bpi: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(bpi)
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
    fired = {"Offer sent": 2, "Came back": 3, "Much work": 4}
    changes = [one for one in learned["changes"] if one["name"] in fired]
    assert changes
    for one in changes:
        mine = [row for row in judged if row[fired[one["name"]]]]
        assert (one["won"]["of"], one["won"]["count"]) == (len(mine), sum(row[1] for row in mine))
    # No lead came later than these: what is learned is judged by the last three tenths, from the others.
    judged.sort(key=lambda row: row[5])
    inner = learned["evaluation"]
    assert (inner["later_part"], inner["leads"]) == (True, len(judged) - int(0.7 * len(judged)))


def test_weeks_of_bpi_are_replayed_as_sql_has_them(bpi: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(bpi)
    with closing(sqlite3.connect("leads.db")) as connection:
        judged = connection.execute(BY_SQL).fetchall()
    said = json.loads(
        run(
            "backtest", "r.rules", "--from", "2011-10-01", "--to", "2011-10-15", "--at", "2012-06-01",
            "--every", "week", "--age", "3d", "--json",
        )
    )  # fmt: skip
    weeks = [("2011-10-01", "2011-10-08"), ("2011-10-08", "2011-10-15")]
    assert [one["from"] for one in said["periods"]] == [first for first, _ in weeks]
    for one, (first, last) in zip(
        [*said["periods"], said["whole"]], [*weeks, ("2011-10-01", "2011-10-15")], strict=True
    ):
        mine = [row for row in judged if first <= row[6] < last]
        then, today = (pairs([(row[place], bool(row[1])) for row in mine]) for place in (0, 7))
        assert (one["leads"], one["won"]) == (len(mine), sum(row[1] for row in mine))
        assert one["live"]["auc"]["value"] == pytest.approx(then, abs=1e-12)
        assert one["auc_with_todays_data"]["value"] == pytest.approx(today, abs=1e-12)
        assert one["gap"] == pytest.approx(today - then, abs=1e-12)
    # What a replay that looks at today would have claimed is far above what is true.
    assert said["whole"]["gap"] > 0.15
