"""What the pages show, and that all of it is escaped."""

from __future__ import annotations

import csv
import re

import pytest
from flask.testing import FlaskClient

HOSTILE = "<script>alert(1)</script>"


def without_own_scripts(html: str) -> str:
    """A page without the scripts that it names by their address on this server."""
    return re.sub(r'<script type="module" src="/static/page/\w+\.js"></script>', "", html)


PAGES = [
    "/",
    "/rulesets/inbound",
    "/rulesets/inbound?version=1",
    "/leads",
    "/leads?q=zo",
    "/leads?ruleset=inbound&stage=SQL",
    "/lead?id=L1",
    "/lead?id=L3&at=2026-01-20",
    "/lead?id=L2&rules=inbound@1&at=now",
    "/duplicates",
    "/compare",
    "/compare?a=inbound@1&b=inbound",
    "/audit",
]


def text_of(client: FlaskClient, page: str) -> str:
    """The words of a page as one reads them."""
    html = client.get(page).get_data(as_text=True)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_whole_and_inlines_nothing(client: FlaskClient, page: str) -> None:
    answer = client.get(page)
    html = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert html.startswith("<!doctype html>")
    assert html.count("<h1") == 1
    assert 'href="#content"' in html
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|javascript:", without_own_scripts(html))
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("page", ["/lead?id=L3", "/leads", f"/leads?q={HOSTILE}", f"/lead?id={HOSTILE}"])
def test_what_data_and_people_write_is_shown_and_never_run(client: FlaskClient, page: str) -> None:
    html = client.get(page).get_data(as_text=True)
    assert "<script" not in without_own_scripts(html)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_rules_that_hold_markup_are_escaped(client: FlaskClient) -> None:
    rules = f'rule "{HOSTILE}"\nwhen title = "{HOSTILE}" then +5, tag "{HOSTILE}"'
    body = {"text": rules, "note": HOSTILE, "base": None}
    assert client.post("/api/v1/rulesets/hostile/versions", json=body).status_code == 201
    for page in ("/", "/rulesets/hostile", "/lead?id=L1&rules=hostile", "/compare?a=inbound&b=hostile"):
        assert "<script" not in without_own_scripts(client.get(page).get_data(as_text=True))


def test_the_first_page_says_which_version_is_live_and_where_leads_stand(client: FlaskClient) -> None:
    words = text_of(client, "/")
    assert "Inbound Version 1 live since" in words
    assert re.search(r"SQL 1 25% .*MQL 1 25% .*no stage 2 50%", words)
    assert "As of 2026-01-15 12:00 UTC" in words


def test_the_first_page_says_what_waits_and_what_was_done(client: FlaskClient) -> None:
    assert "Lately" in text_of(client, "/")
    assert "Needs attention" not in text_of(client, "/")
    broken = {"text": "when when", "revision": 0}
    client.post("/api/v1/rulesets/inbound/draft/text", json=broken)
    words = text_of(client, "/")
    assert "Needs attention 1 The draft of Inbound has 1 error" in words


def test_a_ruleset_is_shown_as_text_and_in_words(client: FlaskClient) -> None:
    text = text_of(client, "/rulesets/inbound?view=text")
    assert "# People who may sign." in text
    assert "when employees &gt;= 100" in text
    words = text_of(client, "/rulesets/inbound")
    assert "Large. When employees is at least 100, the lead gets 30 points." in words


def test_the_lines_of_an_explanation_add_up(client: FlaskClient) -> None:
    words = text_of(client, "/lead?id=L1")
    assert "100 points" in words
    assert re.search(r"Pricing interest.*\+40.*Large.*\+30.*Asked for a demo.*\+40.*-10", words)
    assert "yes: visited pricing &gt;= 2 in last 30 days" in words


def test_a_lead_that_fell_short_is_told_what_is_missing(client: FlaskClient) -> None:
    words = text_of(client, "/lead?id=L4")
    assert "30 points" in words
    assert "not reached, missing: 50 points short" in words
    assert re.search(r"Pricing interest close .*no: visited pricing", words)


def test_a_lead_is_explained_as_of_any_instant(client: FlaskClient) -> None:
    assert "0 points" in text_of(client, "/lead?id=L2&at=2025-12-01")
    assert "as of 2025-12-01 00:00 UTC" in text_of(client, "/lead?id=L2&at=2025-12-01")
    answer = client.get("/lead?id=L2&at=soon")
    assert answer.status_code == 422
    assert "write it as 2026-01-15" in answer.get_data(as_text=True)


def test_versions_are_compared_in_words_and_line_by_line(client: FlaskClient) -> None:
    text = client.get("/api/v1/rulesets/inbound").json["text"]
    body = {"text": text.replace("employees >= 100", "employees >= 150"), "note": "Larger ones", "base": 1}
    assert client.post("/api/v1/rulesets/inbound/versions", json=body).status_code == 201
    words = text_of(client, "/compare?a=inbound@1&b=inbound@2")
    assert "employees &gt;= 100 → 150" in words
    assert re.search(r"removed when employees &gt;= 100 .*added when employees &gt;= 150", words)
    assert "version 2 has not scored yet" in text_of(client, "/")


def test_rolling_back_needs_a_note_and_makes_a_new_version(client: FlaskClient) -> None:
    text = client.get("/api/v1/rulesets/inbound").json["text"]
    body = {"text": text + "\n# more", "note": "A remark", "base": 1}
    client.post("/api/v1/rulesets/inbound/versions", json=body)
    assert "Roll back to version 1" in text_of(client, "/rulesets/inbound/history")
    refused = client.post("/rulesets/inbound/roll-back", data={"version": "1", "note": " "})
    assert refused.status_code == 422
    done = client.post("/rulesets/inbound/roll-back", data={"version": "1", "note": "Not wanted"})
    assert done.status_code == 303
    live = client.get("/api/v1/rulesets/inbound").json
    assert (live["version"], live["text"], live["note"]) == (3, text, "Not wanted")
    assert "roll back inbound@3 version 1 again: Not wanted" in text_of(client, "/audit")


@pytest.mark.parametrize(
    ("page", "status", "said"),
    [
        ("/nowhere", 404, "There is nothing at this address"),
        ("/rulesets/nothing", 404, "There is no ruleset nothing. There are: inbound."),
        ("/rulesets/inbound?version=9", 404, "inbound has no version 9; its newest is 1."),
        ("/rulesets/inbound?version=x", 422, "is not the number of a version"),
        ("/lead?id=L9", 404, "There is no lead with the id"),
        ("/leads?stage=" + "x" * 500, 422, "too long"),
    ],
)
def test_what_is_not_there_is_said_plainly(client: FlaskClient, page: str, status: int, said: str) -> None:
    answer = client.get(page)
    assert answer.status_code == status
    assert said in answer.get_data(as_text=True)


def test_the_colours_can_be_chosen_without_javascript(client: FlaskClient) -> None:
    answer = client.post("/theme", data={"theme": "dark", "to": "/leads?q=a"})
    assert (answer.status_code, answer.location) == (303, "/leads?q=a")
    assert '<html lang="en" data-theme="dark">' in client.get("/").get_data(as_text=True)
    client.post("/theme", data={"theme": "auto"})
    assert '<html lang="en">' in client.get("/").get_data(as_text=True)


@pytest.mark.parametrize(
    "to", ["https://evil.example", "//evil.example", "/\\evil.example", "evil", "", "/\n/x"]
)
def test_no_form_leads_to_another_site(client: FlaskClient, to: str) -> None:
    assert client.post("/theme", data={"theme": "dark", "to": to}).location == "/"


def test_a_text_is_downloaded_as_it_is(client: FlaskClient) -> None:
    answer = client.get("/rulesets/inbound/text?version=1")
    assert answer.get_data(as_text=True) == client.get("/api/v1/rulesets/inbound").json["text"]
    assert answer.headers["Content-Disposition"] == "attachment; filename=inbound.rules"


def test_the_scores_that_the_filter_lets_through_are_downloaded(client: FlaskClient) -> None:
    page = client.get("/leads?stage=MQL").get_data(as_text=True)
    assert 'href="/leads.csv?ruleset=inbound&amp;stage=MQL" download' in page
    everything = client.get("/leads.csv")
    assert everything.mimetype == "text/csv"
    assert everything.headers["Content-Disposition"] == 'attachment; filename="inbound scores.csv"'
    rows = list(csv.DictReader(everything.get_data(as_text=True).splitlines()))
    assert {row["lead"]: int(row["score"]) for row in rows} == {"L1": 100, "L2": 0, "L3": 0, "L4": 30}
    some = list(csv.DictReader(client.get("/leads.csv?stage=MQL").get_data(as_text=True).splitlines()))
    assert [row["lead"] for row in some] == ["L4"]
    found = list(csv.DictReader(client.get("/leads.csv?q=zo%C3%AB").get_data(as_text=True).splitlines()))
    assert [row["lead"] for row in found] == ["L1"]
    assert client.get("/leads.csv?ruleset=other").status_code == 404


def test_downloads_are_two_at_a_time_and_make_way_when_they_end(client: FlaskClient) -> None:
    for _ in range(3):
        under_way = [client.get("/leads.csv", buffered=False) for _ in range(2)]
        assert client.get("/leads.csv").status_code == 503
        for answer in under_way:
            answer.close()
    assert client.get("/leads.csv", buffered=True).status_code == 200
