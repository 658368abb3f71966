"""The HTTP interface says of outcomes what the command line says, and of bad requests what is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from leadwright.tests.engine.outcomes.conftest import Run
from leadwright.tests.engine.outcomes.made_up import AT, RULES
from leadwright.web import Settings, create_app


@pytest.fixture
def client(folder: Path, run: Run) -> FlaskClient:
    run("score", "r.rules", "--at", "2026-11-01")
    return create_app(Settings(folder / "leads.db")).test_client()


def test_measuring_is_that_of_the_command_line(client: FlaskClient, folder: Path, run: Run) -> None:
    (folder / "costs.csv").write_text("source,month,cost\nfair,2026-02,900\n", encoding="utf-8")
    said = json.loads(
        run("measure", "r.rules", "--at", AT, "--by", "source", "--costs", "costs.csv", "--json")
    )
    costs = [{"source": "fair", "month": "2026-02", "cost": 900}]
    asked = {"ruleset": "r", "at": AT, "by": "source", "costs": costs}
    assert client.post("/api/v1/measure", json=asked).json == said
    del asked["ruleset"]
    assert client.post("/api/v1/measure", json={**asked, "text": RULES}).json == said


def test_learning_is_that_of_the_command_line(client: FlaskClient, run: Run) -> None:
    said = json.loads(run("learn", "r.rules", "--as-of", AT, "--keep", "Pricing", "--json"))
    found = client.post("/api/v1/learn", json={"text": RULES, "at": AT, "keep": ["Pricing"]})
    assert found.json == said
    revision = client.get("/api/v1/rulesets/r/draft").json["revision"]
    edits = [one["edit"] for one in found.json["changes"] if one["failing_test"] is None]
    taken = client.post("/api/v1/rulesets/r/draft/edits", json={"revision": revision, "edits": edits})
    assert taken.status_code == 200, taken.get_data(as_text=True)


def test_a_backtest_is_that_of_the_command_line(client: FlaskClient, folder: Path, run: Run) -> None:
    draft = RULES.replace("demo then +10", "demo then +60")
    (folder / "draft.rules").write_text(draft, encoding="utf-8")
    days = ("--from", "2026-02-01", "--to", "2026-05-01", "--at", AT)
    said = json.loads(run("backtest", "r", *days, "--against", "draft.rules", "--json"))
    asked = {"ruleset": "r", "from": "2026-02-01", "to": "2026-05-01", "at": AT, "against": {"text": draft}}
    assert client.post("/api/v1/backtest", json=asked).json == said
    assert said["better_in_periods"] == 3


@pytest.mark.parametrize(
    ("question", "body", "sentence"),
    [
        ("measure", {}, 'give either "text" or "ruleset"'),
        ("measure", {"text": "when x = 1 then +5"}, "The rules cannot run:"),
        (
            "measure",
            {"text": "when visited home then +5"},
            "The rules do not say what counts as success. To go on: add a line such as: "
            "outcome won when became customer.",
        ),
        ("measure", {"ruleset": "r", "within": "soon"}, '"soon" is not a length of time'),
        ("measure", {"ruleset": "r", "at": "once"}, "leads are to be looked at from"),
        ("measure", {"ruleset": "r", "by": "shoe size"}, 'There is no field "shoe size"'),
        (
            "measure",
            {"ruleset": "r", "by": "source", "costs": [{"source": "web", "month": "May", "cost": 3}]},
            'Line 1 of costs has no month: "May"',
        ),
        (
            "measure",
            {"ruleset": "r", "costs": [{"source": "web", "month": "2026-05", "cost": 3}]},
            "Costs are given, but not by which field",
        ),
        ("backtest", {"ruleset": "r", "from": "2026-03-01", "to": "2026-02-01"}, "ends before it begins"),
        (
            "backtest",
            {"ruleset": "r", "from": "0001-01-01", "to": "2026-02-01", "every": "day"},
            "These are more than 1,000 periods",
        ),
        ("learn", {"ruleset": "r", "at": "2025-06-01"}, "lies after the instant"),
    ],
)
def test_what_cannot_be_answered_is_said(
    client: FlaskClient, question: str, body: dict[str, Any], sentence: str
) -> None:
    answer = client.post(f"/api/v1/{question}", json=body)
    assert answer.status_code == 422
    assert sentence in answer.json["detail"]


def test_more_leads_than_a_request_may_look_at(folder: Path, run: Run) -> None:
    run("score", "r.rules", "--at", "2026-11-01")
    few = create_app(Settings(folder / "leads.db", most_leads=100)).test_client()
    answer = few.post("/api/v1/measure", json={"ruleset": "r"})
    assert answer.status_code == 503
    assert "leadwright measure" in answer.json["detail"]
