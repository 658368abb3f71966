"""The table of leads: filters, order, columns, pages, saved views, picked rows, the leads behind a number."""

from __future__ import annotations

import re
import time
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from leadwright.engine.store.database import Store
from leadwright.tests.web.conftest import logged_in
from leadwright.web.drafts import current, take_text
from leadwright.web.pages import leads


def shown(client: FlaskClient, address: str) -> list[str]:
    """The ids of the leads in the table, in its order."""
    answer = client.get(address, follow_redirects=True)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return re.findall(r'name="id" value="([^"]*)"', answer.get_data(as_text=True))


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", ["L1", "L4", "L2", "L3"]),
        ("stage=MQL", ["L4"]),
        ("q=vp", ["L1", "L4"]),
        ("q=vp&stage=MQL", ["L4"]),
        ("q=vp&sort=-lead", ["L4", "L1"]),
        ("q=nobody", []),
        ("stage=*none", ["L2", "L3"]),
        ("stage=*disqualified", []),
        ("from=30", ["L1", "L4"]),
        ("from=30&to=99", ["L4"]),
        ("field=title&sign=contains&value=vp", ["L1", "L4"]),
        ("field=title&sign=is&value=student", ["L3"]),
        ("field=employees&sign=unknown", ["L3"]),
        ("f=employees|at most|300&f=opted_in|is|no", ["L2"]),
        ("sort=lead", ["L1", "L2", "L3", "L4"]),
        ("sort=-lead", ["L4", "L3", "L2", "L1"]),
        ("sort=score", ["L2", "L3", "L4", "L1"]),
        ("sort=stage", ["L4", "L1", "L2", "L3"]),
        ("sort=field:employees&cols=employees", ["L2", "L4", "L1", "L3"]),
        ("sort=-field:employees&cols=employees", ["L1", "L4", "L2", "L3"]),
        ("ruleset=inbound&key=rule:Large", ["L1", "L4"]),
        ("ruleset=inbound&key=stage:SQL", ["L1"]),
        ("ruleset=inbound&becomes=*none", ["L2", "L3"]),
        ("ruleset=inbound&moved=1", []),
    ],
)
def test_filters_and_order(client: FlaskClient, asked: str, found: list[str]) -> None:
    assert shown(client, f"/leads?{asked}") == found


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("from=many", "“many” is not a score. Enter a number, such as 60."),
        ("field=employees&sign=is&value=x", "“x” cannot be compared with this field"),
        ("field=nothing&sign=is&value=x", "There is no field nothing"),
        ("field=title&sign=is", "Enter what title is."),
        ("ruleset=inbound&key=rule:gone", "no such statement any more"),
        ("ruleset=inbound&band=zz", "band is the lowest and the highest score"),
        ("ruleset=inbound&band=1:x", "band is the lowest and the highest score"),
        ("after=zzz", "Begin at the first"),
        ("after=WzFd", "Begin at the first"),
    ],
)
def test_what_cannot_be_asked_is_said(client: FlaskClient, asked: str, said: str) -> None:
    answer = client.get(f"/leads?{asked}")
    assert answer.status_code == 422
    assert said in unescape(answer.get_data(as_text=True))


def test_pages_follow_each_other_in_any_order(client: FlaskClient, store: Store) -> None:
    with store.transaction() as connection:
        connection.executemany(
            "INSERT INTO lead (_key, _changed, title, employees) VALUES (?, 0, ?, ?)",
            [(f"x{place:03}", "Same" if place % 3 else None, place % 7 or None) for place in range(120)],
        )
        # Scored as one of the leads that are there.
        connection.execute(
            "INSERT INTO scored SELECT 1, _id, 1, (SELECT result FROM scored WHERE lead = _id % 4 + 1), "
            "'[]', NULL FROM lead WHERE _key LIKE 'x%'"
        )
    cols = "cols=title&cols=employees"
    orders = ("-score", "score", "stage", "-stage", "lead", "-lead", "field:title", "-field:employees")
    for order in orders:
        address, seen = f"/leads?{cols}&sort={order}", []
        while address and len(seen) <= 124:
            seen += shown(client, address)
            following = re.search(r'rel="next" href="([^"]*)"', client.get(address).get_data(as_text=True))
            address = unescape(following[1]) if following else ""
        assert len(seen) == len(set(seen)) == 124, order


def counted(client: FlaskClient, address: str) -> str:
    """The page once all leads are counted, which a busy machine does beside it."""
    for _ in range(200):
        html = client.get(address).get_data(as_text=True)
        if "data-pending" not in html:
            return html
        time.sleep(0.1)
    raise AssertionError("the leads were not counted within 20 seconds")


def test_the_leads_behind_a_number_of_the_draft_are_shown_and_downloaded(
    client: FlaskClient, store: Store
) -> None:
    draft = current(store, "inbound")
    assert draft is not None
    text = draft.text.replace("when score >= 30", "when score >= 40")
    take_text(store, "inbound", text, who="zoe", seen=draft.revision)
    html = counted(client, "/rulesets/inbound/edit")
    links = {unescape(link) for link in re.findall(r'href="(leads\?[^"]*|/leads\?[^"]*)"', html)}
    assert "leads?key=rule%3ALarge" in links or "leads?key=rule:Large" in links
    assert shown(client, "/rulesets/inbound/leads?key=rule:Large") == ["L1", "L4"]
    assert "/leads?ruleset=inbound&moved=1" in links
    assert shown(client, "/leads?ruleset=inbound&moved=1") == ["L4"]
    assert shown(client, "/leads?ruleset=inbound&moved=down") == ["L4"]
    assert shown(client, "/leads?ruleset=inbound&moved=up") == []
    assert client.get("/leads?ruleset=inbound&moved=sideways").status_code == 422
    assert 'data-load="/leads/count?ruleset=inbound&amp;moved=down"' in client.get("/leads").get_data(
        as_text=True
    )
    assert shown(client, "/leads?ruleset=inbound&was=MQL&becomes=*none") == ["L4"]
    rows = client.get("/leads.csv?ruleset=inbound&was=MQL&becomes=*none").get_data(as_text=True).splitlines()
    assert [row.split(",")[0] for row in rows[1:]] == ["L4"]
    rows = client.get("/leads.csv?ruleset=inbound&id=L1&id=L2").get_data(as_text=True).splitlines()
    assert {row.split(",")[0] for row in rows[1:]} == {"L1", "L2"}
    assert client.get("/leads/dry-run?ruleset=inbound&id=L4").location == "/rulesets/inbound/edit?lead=L4"
    several = client.get("/leads/dry-run?ruleset=inbound&id=L4&id=L1").location
    assert several == "/rulesets/inbound/edit?lead=L4&beside=L4&beside=L1"
    assert client.get("/leads/to-list?ruleset=inbound&id=L4&id=L1").location == (
        "/rulesets/inbound/lists?lead=L4&lead=L1"
    )
    assert client.get("/leads/hand-off?ruleset=a&id=L4").location == "/handoffs?ruleset=a&lead=L4"
    assert client.get("/leads/hand-off").status_code == 422


def test_views_are_saved_for_everybody_by_editors(app: Flask, users: dict[str, object]) -> None:
    assert users
    editor, viewer = logged_in(app, "editor"), logged_in(app, "viewer")
    query = "ruleset=inbound&stage=MQL"
    assert viewer.post("/leads/views", data={"name": "Mine", "query": query}).status_code == 403
    assert editor.post("/leads/views", data={"name": "Warm", "query": query}).location == f"/leads?{query}"
    html = unescape(viewer.get(f"/leads?{query}").get_data(as_text=True))
    assert f'<a href="/leads?{query}" aria-current="page">Warm <span class="count"' in html
    assert viewer.get(f"/leads/count?{query}").get_data(as_text=True) == "1"
    assert viewer.get("/leads/count?ruleset=inbound").get_data(as_text=True) == "4"
    assert editor.post("/leads/views", data={"name": " ", "query": query}).status_code == 422
    editor.post("/leads/views/delete", data={"name": "Warm"})
    assert "Warm" not in viewer.get("/leads").get_data(as_text=True)


def test_leads_without_a_score_are_said_and_listed_before_the_first_scoring(
    client: FlaskClient, store: Store
) -> None:
    with store.transaction() as connection:
        connection.execute("INSERT INTO lead (_key, _changed) VALUES ('new', 0)")
    html = client.get("/leads").get_data(as_text=True)
    assert "1 lead has no score by inbound yet" in html
    with store.transaction() as connection:
        connection.execute("DELETE FROM scored")
        connection.execute("DELETE FROM run")
    assert len(shown(client, "/leads")) == 5


def test_the_blank_fields_worth_filling_first_are_told(client: FlaskClient) -> None:
    assert "Worth filling first</a>" in client.get("/leads").get_data(as_text=True)
    text = " ".join(client.get("/leads/worth").get_data(as_text=True).split())
    assert re.search(r"<p>\d of 4 leads could be in another stage of inbound", text), text
    few = " ".join(client.get("/leads/worth?stage=SQL").get_data(as_text=True).split())
    assert "0 of 1 lead could" in few
    assert "No stage of these leads depends on a blank field." in few
    assert client.get("/leads/worth?ruleset=nothing").status_code == 404


def words_of(client: FlaskClient, address: str) -> str:
    """What the page says."""
    html = client.get(address, follow_redirects=True).get_data(as_text=True)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_stages_are_tabs_with_counts_and_rows_say_what_is_missing(client: FlaskClient) -> None:
    said = words_of(client, "/leads?ruleset=inbound")
    assert "All 4 SQL 1 MQL 1 No stage 2 Disqualified 0" in said
    html = client.get("/leads?ruleset=inbound&stage=MQL").get_data(as_text=True)
    assert re.search(r'aria-current="page">MQL <span class="count">1</span>', html)
    row = re.search(r"<tr>\s*<td class=\"pick\">.*?</tr>", html, re.DOTALL)
    assert row is not None
    cells = " ".join(unescape(re.sub(r"<[^>]+>", " ", row[0])).split())
    assert cells.startswith("Ann Lee L4")
    assert "Missing to SQL" in html
    assert "points" in cells


def test_counting_ends_where_there_are_many(
    client: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert store
    monkeypatch.setattr(leads, "_MOST_COUNTED", 1)
    monkeypatch.setattr(leads, "_PER_PAGE", 1)
    assert "1+ of 4" in words_of(client, "/leads?ruleset=inbound&from=1")
    assert "4 of 4" in words_of(client, "/leads?ruleset=inbound")


def test_counts_of_stages_follow_each_scoring(client: FlaskClient, store: Store) -> None:
    assert "MQL 1" in words_of(client, "/leads?ruleset=inbound")
    with store.transaction() as connection:
        connection.execute("UPDATE scored SET result = (SELECT result FROM scored WHERE lead = 4)")
        connection.execute("UPDATE state SET data = data + 1")
    assert "MQL 4" in words_of(client, "/leads?ruleset=inbound")
