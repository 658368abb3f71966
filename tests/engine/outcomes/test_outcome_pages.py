"""The page Results, and a proposal taken from it into the draft, reviewed and published."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from leadwright.engine.store.database import open_store
from leadwright.tests.engine.outcomes.conftest import Run
from leadwright.web import Settings, create_app
from leadwright.web.drafts import current


@pytest.fixture
def client(folder: Path, run: Run) -> FlaskClient:
    run("score", "r.rules", "--at", "2026-11-01")
    return create_app(Settings(folder / "leads.db")).test_client()


def test_results_show_every_rule_and_band_with_its_counts(client: FlaskClient) -> None:
    page = client.get("/rulesets/r/results").get_data(as_text=True)
    assert "Order right:" in page
    assert "Never does nothing: matches no lead." in page
    assert page.count('<svg class="chart" role="img"') == 3
    assert page.count("<details><summary>Table</summary>") == 2
    assert 'style="' not in page
    for heading in ("From lead to won", "Wins by score", "What each rule is worth", "Thresholds", "How soon"):
        assert heading in page
    assert client.get("/rulesets/none/results").status_code == 404
    assert "is not a length of time" in client.get("/rulesets/r/results?within=soon").get_data(as_text=True)


def test_a_proposal_is_taken_reviewed_and_published(client: FlaskClient, folder: Path) -> None:
    page = client.get("/rulesets/r/results/proposed").get_data(as_text=True)
    assert "phase</strong> is left out" in page
    assert "Tests are never changed for you." in page
    ticked = re.findall(r'name="take" value="([^"]*)" checked', page)
    assert any(key.startswith("points:Demo:") for key in ticked)
    assert not any(key.startswith("points:Hospitals") for key in ticked)
    demo = [key for key in ticked if key.startswith("points:Demo:")]
    assert client.post("/rulesets/r/results/proposed", data={}).status_code == 422
    answer = client.post("/rulesets/r/results/proposed", data={"take": demo})
    assert answer.status_code == 302
    assert answer.location.endswith("/rulesets/r/review")
    with open_store(folder / "leads.db") as store:
        draft = current(store, "r")
    assert draft is not None
    points = demo[0].rpartition(":")[2]
    assert f'rule "Demo" when requested demo then +{points}' in draft.text
    assert "visited integrations" not in draft.text
    review = client.get("/rulesets/r/review").get_data(as_text=True)
    assert "Demo" in review
    revision = {"revision": draft.revision, "note": "As learned"}
    assert client.post("/rulesets/r/publish", data=revision).status_code in (302, 303)
    assert f"+{points}" in client.get("/rulesets/r?view=text").get_data(as_text=True)
