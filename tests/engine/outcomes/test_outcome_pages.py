"""The page Results, and a proposal taken from it into the draft, reviewed and published."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from leadwright.engine.store.database import open_store
from leadwright.tests.engine.outcomes.conftest import Run
from leadwright.tests.engine.outcomes.made_up import RULES
from leadwright.web import Settings, create_app
from leadwright.web.drafts import current
from leadwright.web.results.charts import Series, periods_chart


@pytest.fixture
def client(folder: Path, run: Run) -> FlaskClient:
    run("score", "r.rules", "--at", "2026-11-01")
    return create_app(Settings(folder / "leads.db")).test_client()


def test_results_show_every_rule_and_band_with_its_counts(client: FlaskClient) -> None:
    page = client.get("/rulesets/r/results").get_data(as_text=True)
    assert "Order right" in page
    assert "<strong>Never</strong> <span>does nothing: matches no lead</span>" in page
    assert page.count('class="drawing" role="img"') == 3
    assert page.count("<details><summary>Table</summary>") == 4
    assert '<th scope="row">60</th><td>31% (26–36%)</td><td>13% (11–17%)</td>' in page
    assert 'style="' not in page
    for heading in ("go on to won", "Wins by score", "1 rule does nothing", "Try a threshold", "By month"):
        assert heading in page
    assert client.get("/rulesets/none/results").status_code == 404


def test_the_way_to_results_is_in_the_navigation_of_every_page(
    client: FlaskClient, folder: Path, run: Run
) -> None:
    assert '<a href="/results">Results</a>' in client.get("/").get_data(as_text=True)
    assert client.get("/results").location == "/rulesets/r/results"
    (folder / "other.rules").write_text(RULES, encoding="utf-8")
    run("score", "other.rules", "--at", "2026-11-01")
    page = client.get("/results").get_data(as_text=True)
    assert '<a href="/rulesets/other/results">other</a>' in page
    assert '<a href="/rulesets/r/results">r</a>' in page


def test_how_far_it_is_to_a_proposal_is_said(client: FlaskClient) -> None:
    asked = "?since=2026-01-01&until=2026-01-20"
    results, proposed = (
        client.get(f"/rulesets/r/results{path}{asked}").get_data(as_text=True) for path in ("", "/proposed")
    )
    assert "Too few customers yet to say which points are right" in results
    found = re.search(r"(\d+) leads reached won. With so few.* in about (\d+) weeks.", results)
    assert found is not None
    assert f"Propose points: {30 - int(found[1])} to go" in results
    assert found[0] in proposed
    assert "Too few customers" not in client.get("/rulesets/r/results").get_data(as_text=True)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("within=soon", "is not a length of time"),
        ("at=once", "leads are to be looked at from"),
        ("at=2025-01-01", "lies after the instant"),
        ("only=source%3Dmoon", "No lead has the value"),
        ("only=shoe%3D3", "There is no field"),
        ("by=shoe", "There is no field"),
    ],
)
def test_what_cannot_be_shown_is_said_on_the_page(client: FlaskClient, asked: str, sentence: str) -> None:
    answer = client.get(f"/rulesets/r/results?{asked}")
    assert answer.status_code == 200
    assert sentence in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("from=2026-03-01&to=2026-02-01", "ends before it begins"),
        ("every=year", "Say day, week or month."),
        ("from=2026-01-01&to=2026-06-01&every=day", "more than 60 periods"),
        ("from=2027-01-01&to=2027-06-01", "No lead can be judged"),
        ("from=then&to=2026-06-01", "leads are to be looked at from"),
    ],
)
def test_what_cannot_be_replayed_is_said_on_the_page(client: FlaskClient, asked: str, sentence: str) -> None:
    answer = client.get(f"/rulesets/r/results/backtest?{asked}")
    assert answer.status_code == 200
    assert sentence in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("costs", "sentence"),
    [
        (b"source,month\nweb,2026-02\n", "needs the columns source, month and cost"),
        (b"source,month,cost,currency\nweb,2026-02,1,EUR\nfair,2026-02,1,USD\n", "in more than one currency"),
        (b"source,month,cost\nweb,2026-02,\xff\n", "is not UTF-8 text"),
        (b"", "needs the columns source, month and cost"),
    ],
)
def test_costs_that_cannot_be_read_are_said(client: FlaskClient, costs: bytes, sentence: str) -> None:
    sent = {"costs": (io.BytesIO(costs), "costs.csv"), "by": "source"}
    answer = client.post("/rulesets/r/results", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)


def test_costs_need_a_file(client: FlaskClient) -> None:
    answer = client.post("/rulesets/r/results", data={"by": "source"})
    assert answer.status_code == 422
    assert "Choose a costs file" in answer.get_data(as_text=True)


def threshold(client: FlaskClient, score: str, stage: str = "SQL") -> tuple[int, str]:
    """What comes of setting a threshold: the status, and what is said."""
    answer = client.post(
        "/rulesets/r/results/threshold",
        data={"stage": stage, "score": score},
        headers={"Accept": "application/json"},
    )
    return answer.status_code, answer.json.get("detail") or answer.json["draft"]


def test_a_threshold_goes_into_the_draft_and_back(client: FlaskClient, folder: Path) -> None:
    assert threshold(client, "35") == (200, "SQL 35")
    with open_store(folder / "leads.db") as store:
        draft = current(store, "r")
    assert draft is not None
    assert draft.text == RULES.replace("score >= 30\noutcome", "score >= 35\noutcome")
    assert "In the draft: SQL 35." in client.get("/rulesets/r/results").get_data(as_text=True)
    client.post("/rulesets/r/results/threshold/undo")
    with open_store(folder / "leads.db") as store:
        assert (current(store, "r") or draft).text == RULES
    assert threshold(client, "many") == (422, "A threshold is a whole number of points.")
    assert threshold(client, "35", "MQL")[0] == 422
    page = client.post("/rulesets/r/results/threshold", data={"stage": "SQL", "score": "35"})
    assert page.location.endswith("/rulesets/r/results")


def test_a_proposal_is_taken_reviewed_and_published(client: FlaskClient, folder: Path) -> None:
    page = client.get("/rulesets/r/results/proposed").get_data(as_text=True)
    assert re.search(r"<h1>4 changes sort later leads better: (\d\d) instead of \d\d of 100 pairs</h1>", page)
    assert '<s>+10</s><span class="unseen"> becomes</span> → <strong>+' in page
    assert "phase</strong> is left out" in page
    assert "Tests are never changed for you." in page
    ticked = re.findall(r'name="take:([^"]*)" value="yes" checked', page)
    assert any(key.startswith("points:Demo:") for key in ticked)
    assert not any(key.startswith("points:Hospitals") for key in ticked)
    demo = [key for key in ticked if key.startswith("points:Demo:")]
    assert client.post("/rulesets/r/results/proposed", data={}).status_code == 422
    answer = client.post("/rulesets/r/results/proposed", data={f"take:{key}": "yes" for key in demo})
    assert answer.status_code == 303
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


def test_a_card_carries_its_lift_as_long_as_it_asks_the_same(client: FlaskClient) -> None:
    for _ in range(100):
        page = client.get("/rulesets/r/edit").get_data(as_text=True)
        if "does nothing" in page:
            break
    demo = page[page.index('data-key="rule:Demo"') :]
    assert re.search(r'class="lift"><span class="unseen">, leads win </span>4\.\d×', demo[:3_000])
    assert "which could be chance" in page
    changed = RULES.replace("requested demo then +10", "requested demo >= 2 then +10")
    revision = client.get("/api/v1/rulesets/r/draft").json["revision"]
    sent = {"revision": revision, "text": changed.replace("pricing then +20", "pricing then +45")}
    assert client.post("/api/v1/rulesets/r/draft/text", json=sent).status_code == 200
    opened = client.get("/rulesets/r/edit?open=all").get_data(as_text=True)
    assert "Leads with it win 4" not in opened
    assert "Gives +20, worth" in opened


def test_a_review_says_precision_and_recall_before_and_after(client: FlaskClient, run: Run) -> None:
    revision = client.get("/api/v1/rulesets/r/draft").json["revision"]
    sent = {"revision": revision, "text": RULES.replace("demo then +10", "demo then +40")}
    assert client.post("/api/v1/rulesets/r/draft/text", json=sent).status_code == 200
    found = client.get("/api/v1/comparison?a=r@live&b=r@draft").json["outcomes"]
    measured = client.post("/api/v1/measure", json={"ruleset": "r"}).json
    after = client.post("/api/v1/measure", json={"text": sent["text"]}).json
    assert found["before"]["precision"] == pick(measured["stages"][-1])
    assert found["after"]["precision"] == pick(after["stages"][-1])
    assert found["after"]["auc"] == after["auc"]
    assert found["after"]["recall"]["count"] > found["before"]["recall"]["count"]
    for page in ("/rulesets/r/review", "/compare?a=r@live&b=r@draft"):
        text = client.get(page).get_data(as_text=True)
        assert "Compared with won" in text
        assert "Precision: leads in SQL that reach won" in text
    said = run("diff", "r", "r.rules")
    assert "recall: of all who do, those in SQL" in said


def pick(stage: dict[str, object]) -> dict[str, object]:
    """The rate of a stage."""
    return {name: stage[name] for name in ("count", "of", "rate", "low", "high")}


def test_another_version_and_a_single_period_are_drawn_too() -> None:
    dots = Series("live", [(0.6, 0.5, 0.7), (0.7, 0.6, 0.8)])
    drawn = periods_chart([dots], (0.4, 1.0), "By month", [0.8, 0.9], ["version 1", "version 2"])
    assert 'class="changed" x1="50.00%"' in drawn
    assert ">version 2</text>" in drawn
    assert ">version 1</text>" not in drawn
    alone = periods_chart([Series("live", [(0.6, 0.5, 0.7)])], (0.4, 1.0), "One month", [0.8], ["version 1"])
    assert alone.count('class="unreal"') == 1
    assert 'class="changed"' not in alone


def test_bands_below_zero_are_written_in_words(folder: Path, run: Run) -> None:
    text = RULES.partition("test ")[0].replace("from 0", "from -50") + "when not requested demo then -20\n"
    (folder / "r.rules").write_text(text, encoding="utf-8")
    run("score", "r.rules", "--at", "2026-11-01")
    page = create_app(Settings(folder / "leads.db")).test_client().get("/rulesets/r/results")
    assert re.search(r">−\d+ to −\d+<", page.get_data(as_text=True))
