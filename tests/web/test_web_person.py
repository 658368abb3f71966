"""What the person is told, on the page and over HTTP, and reviews by people with their reasons."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from leadwright.engine.store.database import Store
from leadwright.engine.store.records.leads import find_lead
from leadwright.engine.store.records.reviews import reviews_of
from leadwright.tests.web.conftest import logged_in
from leadwright.web.accounts.users import Role

WHERE = "/lead/for-person?id=L1"


def page(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return " ".join(answer.get_data(as_text=True).split())


def test_the_page_says_what_was_used_and_what_it_gave(client: FlaskClient) -> None:
    assert "What to tell this person" in page(client, "/lead?id=L1")
    text = page(client, WHERE)
    told = client.get("/api/v1/person-explanation?lead=L1").get_json()
    assert told["lead"] == "L1"
    assert told["applied"]
    for part in (told["result"], *(one["gave"] for one in told["applied"])):
        assert part in text
    assert "line " not in text.split("<main", 1)[1]
    assert told["reviews"] == []
    assert "Not so far" in text


def test_before_the_first_scoring_nothing_was_decided(client: FlaskClient) -> None:
    assert client.get("/api/v1/person-explanation?lead=L1&at=2001-01-01").status_code == 404
    assert client.get(f"{WHERE}&at=2001-01-01").status_code == 404
    assert client.get("/lead/for-person?id=nobody").status_code == 404


def test_a_review_is_recorded_with_its_reason(client: FlaskClient, store: Store) -> None:
    told = client.get("/api/v1/person-explanation?lead=L1").get_json()
    given = {"id": "L1", "stands": "no", "reason": "<b>She</b> called: the title is a former one"}
    answer = client.post("/lead/for-person", data=given)
    assert answer.status_code == 303
    text = page(client, answer.headers["Location"])
    assert "does not stand, says" in text
    assert "&lt;b&gt;She&lt;/b&gt; called: the title is a former one." in text
    answer = client.post("/api/v1/leads/L1/reviews", json={"upheld": True, "reason": "Asked her again"})
    assert answer.status_code == 200
    last, first = answer.get_json()["reviews"]
    assert (last["upheld"], last["reason"], first["upheld"]) == (True, "Asked her again", False)
    assert last["decided"] == told["decided"]
    told = client.get("/api/v1/person-explanation?lead=L1").get_json()
    assert [one.rsplit(": ", 1)[1] for one in told["reviews"]] == [
        "Asked her again.",
        "the title is a former one.",
    ]
    lead = find_lead(store, "L1")
    assert lead is not None
    assert len(reviews_of(store, lead.id)) == 2


def test_a_review_without_a_reason_is_refused(client: FlaskClient) -> None:
    assert (
        client.post("/lead/for-person", data={"id": "L1", "stands": "yes", "reason": " "}).status_code == 422
    )
    assert client.post("/api/v1/leads/L1/reviews", json={"upheld": True, "reason": " "}).status_code == 422


def test_reviews_come_with_a_merge_and_go_with_the_person(client: FlaskClient, store: Store) -> None:
    client.post("/api/v1/leads/L2/reviews", json={"upheld": True, "reason": "Looked at it"})
    client.post("/lead/ids", data={"what": "merge", "lead": "L1", "other": "L2"})
    assert "Looked at it" in page(client, WHERE)
    assert client.delete("/api/v1/leads/L1").status_code == 200
    assert store.connection.execute("SELECT count(*) FROM human_review").fetchone() == (0,)


def test_only_editors_review(app: Flask, users: dict[str, Role]) -> None:
    viewer = next(name for name, role in users.items() if role is Role.VIEWER)
    client = logged_in(app, viewer)
    assert "Record the review" not in page(client, WHERE)
    assert (
        client.post("/lead/for-person", data={"id": "L1", "stands": "yes", "reason": "x"}).status_code == 403
    )
