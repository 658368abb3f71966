"""One lead: its explanation, as of any date and by any version, and why its score changed."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from leadwright.engine.cli.program import run

LATER = """\
lead,what,page,at
L2,visited,pricing,2026-01-16T09:00:00Z
L2,visited,pricing,2026-01-17T09:00:00Z
"""


@pytest.fixture
def changed(database: Path) -> Path:
    """The database after somebody visited, was promoted, and the rules were edited and scored again."""
    db = ["--db", str(database)]
    events, leads = database.parent / "later.csv", database.parent / "leads2.csv"
    events.write_text(LATER)
    leads.write_text("id,employees\nL2,500\n")
    columns = ["--lead-id", "lead", "--at", "at", "--type", "what", "--object", "page"]
    assert run(["import", str(events), *columns, *db]) == 0
    assert run(["import", str(leads), "--lead-id", "id", *db]) == 0
    assert run(["score", "inbound", "--at", "2026-01-18", *db]) == 0
    return database


def page(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(answer.get_data(as_text=True).split())


def test_the_history_says_what_each_cause_did(client: FlaskClient, changed: Path) -> None:
    text = page(client, "/lead/history?id=L2&ruleset=inbound")
    assert "2 new events: visited pricing on 2026-01-16, visited pricing on 2026-01-17" in text
    assert "employees 40 -&gt; 500" in text
    assert "the passing of time: 2 days" in text
    assert "visited pricing &gt;= 2 in last 30 days: 3 times, last on 2026-01-17; before: once" in text
    assert "The first time it was scored." in text
    assert '<path d="M' in text


def test_a_lead_shows_its_last_changes_and_leads_to_all(client: FlaskClient, changed: Path) -> None:
    text = page(client, "/lead?id=L2")
    assert "Why the score changed" in text
    assert 'href="/lead/history?id=L2&amp;ruleset=inbound"' in text
    assert "Why the score changed" not in page(client, "/lead?id=L2&at=2026-01-10")


def test_a_scoring_can_be_looked_at_as_it_saw_the_lead(client: FlaskClient, changed: Path) -> None:
    then, now = page(client, "/lead?id=L2&run=1"), page(client, "/lead?id=L2")
    assert "This is what scoring number 1 saw" in then
    assert ("<dt>employees</dt><dd>40</dd>" in then, "<dt>employees</dt><dd>500</dd>" in now) == (True, True)
    assert "2026-01-17" not in then
    assert client.get("/lead?id=L2&run=77").status_code == 404


def test_what_came_since_the_last_scoring_is_said_to_be_not_stored(
    client: FlaskClient, changed: Path
) -> None:
    leads = changed.parent / "leads3.csv"
    leads.write_text("id,employees\nL2,5\n")
    assert run(["import", str(leads), "--lead-id", "id", "--db", str(changed)]) == 0
    text = page(client, "/lead?id=L2")
    assert "The last scoring stored 70." in text
    assert "not stored yet" in text
    assert "employees 500 -&gt; 5" in text


def test_histories_of_nothing_are_pages_too(client: FlaskClient, database: Path) -> None:
    leads = database.parent / "late.csv"
    leads.write_text("id,employees\nL9,5\n")
    assert run(["import", str(leads), "--lead-id", "id", "--db", str(database)]) == 0
    assert "Why the score changed" not in page(client, "/lead?id=L9")
    assert "has not scored this lead yet" in page(client, "/lead/history?id=L9")
    assert "The first time it was scored." in page(client, "/lead/history?id=L1")
    assert client.get("/lead/history?id=L1&ruleset=nothing").status_code == 404
    assert client.get("/lead/history?id=nobody").status_code == 404


def test_the_command_line_tells_the_same(changed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run(["explain", "L2", "--changes", "--db", str(changed)]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "70 (+70), MQL" in told
    assert "+40 2 new events" in told
    assert "+30 employees 40 -> 500" in told


def test_a_lead_is_explained_by_a_draft_too(client: FlaskClient) -> None:
    text = client.get("/api/v1/rulesets/inbound").json["text"]
    draft = {"text": text.replace("then +30", "then +35"), "revision": 0}
    assert client.post("/api/v1/rulesets/inbound/draft/text", json=draft).status_code == 200
    by_draft = page(client, "/lead?id=L4&rules=inbound@draft")
    assert "How 35 adds up" in by_draft
    assert '<option value="inbound@draft" selected>' in by_draft
    live = page(client, "/lead?id=L4&rules=inbound@live")
    assert "How 30 adds up" in live
    # No stage changes, so the head says nothing of the draft.
    assert "with this draft" not in live
    higher = {"text": text.replace("when score >= 30", "when score >= 50"), "revision": 1}
    assert client.post("/api/v1/rulesets/inbound/draft/text", json=higher).status_code == 200
    assert "Falls out of MQL with this draft: 20 points short" in page(client, "/lead?id=L4")
    broken = {"text": "when when", "revision": 2}
    client.post("/api/v1/rulesets/inbound/draft/text", json=broken)
    answer = client.get("/lead?id=L4&rules=inbound@draft")
    assert answer.status_code == 422
    assert "The draft of inbound has errors" in answer.get_data(as_text=True)


def test_a_lead_that_is_short_of_points_shows_what_would_bring_them(client: FlaskClient) -> None:
    stages = page(client, "/lead?id=L2").partition('id="stages"')[2].partition("</section>")[0]
    # 80 points and a demo for SQL, 30 points for MQL.
    for more in stages.split("not reached, missing:")[1:]:
        assert "What would bring points" in more
        assert 'Pricing interest <span class="quiet small">1 more of visited pricing in last 30 days' in more
        assert 'Large <span class="quiet small">employees &gt;= 100' in more
    assert "What would bring" not in page(client, "/lead?id=L1")


def test_the_way_to_the_next_stage_is_told_and_tried_in_the_dry_run(client: FlaskClient) -> None:
    # Ann has 30 points by her size; SQL asks for 80 and a demo.
    html = client.get("/lead?id=L4").get_data(as_text=True)
    way = html.partition("The shortest way found")[2].partition("</div>")[0]
    assert " ".join(re.sub(r"<[^>]*>", " ", way).split()) == (
        "requested demo +40 visited pricing, 2 times +30 100, enough for SQL Try it"
    )
    tried = re.search(r'href="([^"]*)">Try it', way)
    assert tried is not None
    panel = client.get(unescape(tried[1])).get_data(as_text=True).partition('<aside id="panel"')[2]
    said = " ".join(re.sub(r"<[^>]*>", " ", panel).split())
    assert "100 points, Ann Lee SQL" in said
    assert client.get("/lead?id=L1").get_data(as_text=True).count("The shortest way found") == 0


@pytest.mark.parametrize("asked", ["with:", "with:[]", 'with:["L4",{},[[1]]]', 'with:["no",{},[]]', "with:{"])
def test_a_lead_with_changes_that_cannot_be_read_is_no_lead(client: FlaskClient, asked: str) -> None:
    answer = client.get("/rulesets/inbound/edit", query_string={"lead": asked})
    assert answer.status_code == 200
    assert "This lead is not there any more" in answer.get_data(as_text=True)


@pytest.mark.parametrize("at", ["0001-01-01", "0001-01-01T00:00Z", "9999-12-31"])
def test_an_instant_that_is_too_far_away_is_refused_in_words(client: FlaskClient, at: str) -> None:
    answer = client.get("/lead", query_string={"id": "L4", "at": at})
    assert answer.status_code == 422
    assert "is too far away" in answer.get_data(as_text=True)
