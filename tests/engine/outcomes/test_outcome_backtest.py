"""Rules tried on the past: by versions, against a draft, and against what today's data would claim."""

from __future__ import annotations

import csv
import datetime as dt
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from leadwright.engine.outcomes.ranking import auc
from leadwright.tests.engine.outcomes.conftest import Run
from leadwright.tests.engine.outcomes.made_up import AT, RULES, files

TO_THE_POINT = RULES.replace("requested demo then +10", "requested demo then +60").replace(
    'industry = "hospital" then +30', 'industry = "hospital" then +0'
)
HINDSIGHT = (
    RULES
    + 'event became\nrule "Closing" when phase = "closing" then +100\nrule "Bought" when became then +100\n'
)


def asked(run: Run, *words: str) -> dict[str, object]:
    period = ("--from", "2026-01-01", "--to", "2026-07-01", "--at", AT, "--age", "1d")
    found: dict[str, object] = json.loads(run("backtest", *words, *period, "--json"))
    return found


def test_each_month_is_judged_by_what_came_after(folder: Path, run: Run) -> None:
    found = asked(run, "r.rules")
    months = found["periods"]
    assert isinstance(months, list)
    assert [one["from"] for one in months] == [f"2026-0{month}-01" for month in range(1, 7)]
    leads: dict[str, dict[str, dt.datetime]] = {}
    for row in csv.DictReader(files()[1].splitlines()):
        leads.setdefault(row["id"], {})[row["type"] + row["object"]] = dt.datetime.fromisoformat(row["at"])
    industries = {row["id"]: row["industry"] for row in csv.DictReader(files()[0].splitlines())}
    scores, won = [], []
    for key, events in leads.items():
        at = events["visitedhome"] + dt.timedelta(days=1)
        if at.strftime("%Y-%m") == "2026-02":
            points = 10 * ("requesteddemo" in events) + 20 * ("visitedpricing" in events)
            scores.append(points + 30 * (industries[key] == "hospital"))
            bought = events.get("becamecustomer")
            won.append(bought is not None and bought <= at + dt.timedelta(days=60))
    import numpy as np

    assert (months[1]["leads"], months[1]["won"]) == (len(won), sum(won))
    assert months[1]["live"]["auc"]["value"] == pytest.approx(auc(np.array(scores), np.array(won)))


def test_better_rules_are_better_and_hindsight_is_a_gap(folder: Path, run: Run) -> None:
    (folder / "better.rules").write_text(TO_THE_POINT, encoding="utf-8")
    (folder / "hindsight.rules").write_text(HINDSIGHT, encoding="utf-8")
    better = asked(run, "r.rules", "--against", "better.rules")
    assert better["better_in_periods"] == 6
    assert better["better_in_redraws"] == 1.0
    whole = better["whole"]
    assert isinstance(whole, dict)
    assert whole["against"]["recall"]["rate"] > whole["live"]["recall"]["rate"]
    assert abs(whole["gap"]) < 0.02
    naive = asked(run, "hindsight.rules")["whole"]
    assert isinstance(naive, dict)
    assert naive["auc_with_todays_data"]["value"] > 0.95
    text = run(
        "backtest", "r.rules", "--against", "better.rules", "--from", "2026-01-01", "--to", "2026-07-01"
    )
    assert "The other rules would have sorted leads better, in 6 of 6 periods." in text


def test_a_published_ruleset_is_replayed_with_the_versions_of_the_time(folder: Path, run: Run) -> None:
    run("score", "r.rules", "--at", AT)
    (folder / "r.rules").write_text(TO_THE_POINT, encoding="utf-8")
    run("score", "r.rules", "--at", AT)
    with closing(sqlite3.connect(folder / "leads.db")) as connection, connection:
        connection.execute("DROP TRIGGER ruleset_version_is_never_rewritten")
        for number, day in ((1, dt.datetime(2025, 1, 1)), (2, dt.datetime(2026, 4, 1))):
            at = int(day.replace(tzinfo=dt.UTC).timestamp() * 1e6)
            connection.execute("UPDATE ruleset_version SET published_at = ? WHERE number = ?", (at, number))
    months = asked(run, "r")["periods"]
    assert isinstance(months, list)
    assert [one["version"] for one in months] == ["version 1"] * 3 + ["version 2"] * 3


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--from", "2026-07-01", "--to", "2026-01-01"), "ends before it begins"),
        (("--from", "2020-01-01", "--to", "2020-03-01"), "no lead can be judged in this time"),
    ],
)
def test_what_cannot_be_replayed_is_said(
    folder: Path, run: Run, options: tuple[str, ...], sentence: str
) -> None:
    assert sentence in run("backtest", "r.rules", *options, "--at", AT, code=2)
