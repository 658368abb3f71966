"""Who a lead is, on the page and over HTTP: merges, their undoing, duplicates, people forgotten."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from leadwright.engine.store.database import Store
from leadwright.engine.store.records.identity import lead_of, say_same
from leadwright.engine.store.records.leads import find_lead
from leadwright.tests.web.conftest import logged_in
from leadwright.web.accounts.users import Role


def page(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return " ".join(answer.get_data(as_text=True).split())


def change(client: FlaskClient, what: str, lead: str, other: str, **more: str) -> str:
    answer = client.post("/lead/ids", data={"what": what, "lead": lead, "other": other, **more})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.headers["Location"])


def test_leads_are_merged_and_taken_apart_on_the_page(client: FlaskClient) -> None:
    assert "2 events" not in page(client, "/lead?id=L1")
    assert change(client, "merge", "L1", "L2") == "/lead?id=L1#ids"
    text = page(client, "/lead?id=L2")
    assert "<h1>Zoë Müller</h1>" in text
    assert "<strong>L2</strong>" in text
    assert "2 events came with it" in text
    assert "Ben Okafor" not in page(client, "/leads")
    change(client, "undo", "L1", "L2")
    assert "<h1>Ben Okafor</h1>" in page(client, "/lead?id=L2")


def test_what_cannot_be_merged_says_what_to_do(client: FlaskClient) -> None:
    answer = client.post("/lead/ids", data={"what": "merge", "lead": "L1", "other": "l2"})
    assert answer.status_code == 409
    assert "but one with the id &#34;L2&#34;" in answer.get_data(as_text=True)
    assert client.post("/lead/ids", data={"what": "x", "lead": "L1", "other": "L2"}).status_code == 422


def test_suspected_duplicates_are_decided(client: FlaskClient, store: Store) -> None:
    assert "Duplicates" not in page(client, "/leads")
    with store.transaction() as connection:
        say_same(connection, "L1", "L2", 1)
        say_same(connection, "L1", "L3", 1)
    assert 'href="/duplicates"' in page(client, "/leads")
    assert "2 pairs" in page(client, "/duplicates")
    assert "A client says this is the same person as" in page(client, "/lead?id=L2")
    assert change(client, "two", "L3", "L1", back="duplicates") == "/duplicates"
    assert "1 pair<" in page(client, "/duplicates")
    change(client, "merge", "L1", "L2", back="duplicates")
    assert "No possible duplicates" in page(client, "/duplicates")


def test_an_anonymous_lead_is_shown_where_it_is_asked_for_alone(client: FlaskClient, store: Store) -> None:
    with store.transaction() as connection:
        lead_of(connection, None, "visitor-1", 1)
    assert "visitor-1" not in page(client, "/leads?q=visitor")
    assert "Anonymous:" in page(client, "/lead?id=visitor-1")
    assert client.get("/api/v1/leads?q=visitor").json["leads"] == []


def test_a_person_is_forgotten_on_the_page(client: FlaskClient, store: Store) -> None:
    answer = client.post("/lead/forget", data={"lead": "L2", "keep_out": "on"})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200, text
    assert "1 id and 2 events are deleted" in " ".join(text.split())
    assert find_lead(store, "L2") is None
    assert client.post("/lead/forget", data={"lead": "nobody"}).status_code == 404


def test_the_same_over_http(client: FlaskClient, store: Store) -> None:
    done = client.post("/api/v1/merges", json={"lead": "L1", "id": "L2"})
    assert done.json == {"lead": "L1", "id": "L2", "merged": True, "events": 2}
    assert client.get("/api/v1/explanation?lead=L2").json["lead"] == "L1"
    ids = client.get("/api/v1/leads/L2/ids").json
    assert (ids["lead"], [one["id"] for one in ids["ids"]]) == ("L1", ["L2"])
    assert client.post("/api/v1/merges", json={"lead": "L1", "id": "L2"}).status_code == 409
    assert client.delete("/api/v1/merges/L2").json["events"] == 2
    assert client.delete("/api/v1/merges/L2").status_code == 409
    with store.transaction() as connection:
        say_same(connection, "L1", "L2", 1_000_000)
    assert client.get("/api/v1/duplicates").json == {
        "duplicates": [{"leads": ["L1", "L2"], "since": "1970-01-01T00:00:01Z"}]
    }
    gone = client.delete("/api/v1/leads/L2")
    assert gone.json == {"people": 1, "ids": 1, "events": 2, "texts": 0}
    assert client.delete("/api/v1/leads/L2").status_code == 404
    assert client.get("/api/v1/duplicates").json == {"duplicates": []}


@pytest.mark.parametrize(("role", "merges", "forgets"), [("viewer", 403, 403), ("publisher", 303, 403)])
def test_who_may_do_so(app: Flask, users: dict[str, Role], role: str, merges: int, forgets: int) -> None:
    client = logged_in(app, role)
    form = {"what": "merge", "lead": "L1", "other": "L2"}
    assert client.post("/lead/ids", data=form).status_code == merges
    assert client.post("/lead/forget", data={"lead": "L1"}).status_code == forgets
    text = page(client, "/lead?id=L1")
    assert ("Merge another lead" in text) == (merges == 303)
    assert "Forget this person" not in text
