"""Rulesets over public data as it lies, through the command line, against plain Python over the same files.

The data is found in $LEADWRIGHT_DATA or in shared/data beside the project; tests are skipped by name where
it is absent.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from leadwright.engine.cli.program import program

HERE = Path(__file__).parent
DATA = Path(os.environ.get("LEADWRIGHT_DATA", Path(__file__).parents[3] / "shared" / "data"))
DAY = dt.timedelta(days=1)

Run = Callable[..., str]
Decided = tuple[int, str | None]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in a folder of its own and gives what it printed."""
    monkeypatch.chdir(tmp_path)

    def call(*words: str | Path) -> str:
        result = CliRunner().invoke(program, [str(word) for word in words])
        assert result.exit_code == 0, result.output
        return result.output

    return call


def data_file(name: str) -> Path:
    """A file of the data, or a skip that names it."""
    path = DATA / name
    if not path.is_file():
        pytest.skip(f"{name} is not there: set LEADWRIGHT_DATA to its folder")
    return path


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def stored_scores() -> dict[str, Decided]:
    with closing(sqlite3.connect("leads.db")) as connection, connection:
        found = connection.execute("SELECT _key, total, stage FROM score JOIN lead ON lead._id = score.lead")
        return {key: (total, stage) for key, total, stage in found}


@pytest.fixture(params=["by the record", "by the mirror"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scores leads one by one from the record, or in blocks from the mirror."""
    monkeypatch.setattr(
        "leadwright.engine.store.scoring.full_run.MANY", 0 if "mirror" in request.param else 1 << 40
    )


def clamp(low: int, points: int, high: int) -> int:
    return max(low, min(points, high))


@pytest.mark.usefixtures("either_way")
def test_olist(run: Run) -> None:
    leads = data_file("olist/olist_marketing_qualified_leads_dataset.csv")
    deals = data_file("olist/olist_closed_deals_dataset.csv")
    run("import", leads, "--lead-id", "mql_id", "--fields", "origin")
    contact = ("--at", "first_contact_date", "--type-is", "contacted", "--object", "landing_page_id")
    run("import", leads, "--lead-id", "mql_id", *contact)
    run("import", deals, "--lead-id", "mql_id", "--at", "won_date", "--type-is", "won")
    printed = json.loads(run("score", HERE / "olist.rules", "--at", "2018-03-01", "--json"))
    wanted = olist_by_hand(rows(leads), dt.datetime(2018, 3, 1))
    assert stored_scores() == wanted
    assert printed["leads"] == 8_000
    assert Counter(stage for _, stage in wanted.values()).keys() == {None, "MQL", "SQL"}
    lead = next(key for key, (_, stage) in wanted.items() if stage == "SQL")
    why = json.loads(run("explain", lead, "--json"))
    assert (
        sum(line["points"] for line in why["lines"] if line["score"] == "interest")
        == why["scores"]["interest"]
    )
    won = {row["mql_id"] for row in rows(deals) if row["won_date"] <= "2018-03-01 00:00:00"}
    with closing(sqlite3.connect("leads.db")) as connection, connection:
        in_sale = "SELECT count(*) FROM score WHERE result ->> '$.stages.sale' = 'Customer'"
        assert connection.execute(in_sale).fetchone() == (len(won),)


def olist_by_hand(leads: list[dict[str, str]], now: dt.datetime) -> dict[str, Decided]:
    decided: dict[str, Decided] = {}
    for row in leads:
        at, origin = dt.datetime.fromisoformat(row["first_contact_date"]), row["origin"]
        contacted = at <= now
        page = row["landing_page_id"]
        interest = 30 * (origin in ("organic_search", "paid_search")) + 5 * (origin in ("", "unknown"))
        interest += 25 * (origin.startswith("direct") or origin == "referral")
        interest += 20 * (
            contacted and (page == "22c29808c4f815213303f8933030604c" or page.startswith("b76ef374"))
        )
        recency = 30 * max(0, 100 - 25 * ((now - at) // (30 * DAY))) // 100 if contacted else 0
        recency -= 10 * (contacted and at <= dt.datetime(2017, 9, 1))
        total = clamp(0, clamp(0, interest, 60) + clamp(-10, recency, 30), 80)
        decided[row["mql_id"]] = (total, "SQL" if total >= 60 else "MQL" if total >= 40 else None)
    return decided


@pytest.mark.usefixtures("either_way")
def test_bpi_2012(run: Run) -> None:
    cases, log = (
        data_file("bpi2012/sample_first1000_cases.csv"),
        data_file("bpi2012/sample_first1000_events.csv"),
    )
    run("import", cases, "--lead-id", "case_id", "--fields", "amount_req")
    happened = ("--at", "timestamp", "--type", "activity", "--object", "lifecycle")
    for _ in range(2):
        run("import", log, "--lead-id", "case_id", *happened, "--properties", "seq,resource")
    now = dt.datetime(2011, 11, 1, tzinfo=dt.UTC)
    run("score", HERE / "bpi2012.rules", "--at", "2011-11-01")
    wanted = bpi_by_hand(rows(cases), rows(log), now)
    assert stored_scores() == wanted
    assert Counter(stage for _, stage in wanted.values()).keys() == {None, "Started", "Serious", "Ready"}
    declined = {
        row["case_id"]
        for row in rows(log)
        if row["activity"] == "A_DECLINED" and dt.datetime.fromisoformat(row["timestamp"]) <= now
    }
    assert {key for key, (_, stage) in wanted.items() if stage is None} >= declined
    assert "declined by the bank" in run("explain", min(declined))


def bpi_by_hand(
    cases: list[dict[str, str]], log: list[dict[str, str]], now: dt.datetime
) -> dict[str, Decided]:
    events: dict[str, list[tuple[dt.datetime, str, str]]] = defaultdict(list)
    for row in log:
        at = dt.datetime.fromisoformat(row["timestamp"]).astimezone(dt.UTC)
        if at <= now:
            events[row["case_id"]].append((at, row["activity"], row["lifecycle"]))
    return {row["case_id"]: bpi_case(float(row["amount_req"]), events[row["case_id"]], now) for row in cases}


def bpi_case(amount: float, events: list[tuple[dt.datetime, str, str]], now: dt.datetime) -> Decided:
    def instants(activity: str, lifecycle: str | None = None) -> list[dt.datetime]:
        return [at for at, name, step in events if name == activity and lifecycle in (None, step)]

    sent, back, calls = instants("O_SENT"), instants("O_SENT_BACK"), "W_Nabellen offertes"
    forms = instants("W_Completeren aanvraag")
    size = 25 * (amount >= 10_000) + 15 * (amount >= 30_000)
    other = 40 * any(dt.timedelta(0) <= b - a <= 14 * DAY for a in sent for b in back)
    other += 10 * (len(instants(calls, "START")) >= 3)
    other += 10 * (len({at.date() for at in forms}) >= 2 and bool(instants("W_Valideren aanvraag")))
    other += 5 * any(at > now - 14 * DAY for at in instants("A_SUBMITTED"))
    per_day = min(16, 4 * len({at.date() for at in instants(calls, "COMPLETE")}))
    per_week = 6 * len({at.isocalendar()[:2] for at in instants("W_Completeren aanvraag", "COMPLETE")})
    total = clamp(0, clamp(0, size, 40) + clamp(0, min(20, per_day + per_week), 30) + other, 100)
    if instants("A_DECLINED"):
        return total, None
    stage = "Started" if instants("A_SUBMITTED") else None
    stage = "Serious" if total >= 40 else stage
    return total, "Ready" if total >= 75 and back else stage
