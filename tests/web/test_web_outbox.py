"""The outbox on the page: what was refused beside its answer, sent again or dropped; secrets shown once."""

from __future__ import annotations

import re

from flask import Flask
from flask.testing import FlaskClient
from leadwright.engine.outbox.deliveries import tallies
from leadwright.engine.outbox.destinations import State, destination
from leadwright.engine.store.database import Store
from leadwright.engine.store.records.audit import entries
from leadwright.tests.outbox_data import REFUSED, SENT, fill_outbox
from leadwright.tests.web.test_web_users import PASSWORD, said


def add(client: FlaskClient, **more: object):
    form = {"name": "crm", "address": "https://crm.example/hook"} | more
    return client.post("/outbox/destinations", data=form)


def test_a_destination_is_added_and_its_secret_shown_once(client: FlaskClient, store: Store) -> None:
    assert "No destinations yet" in said(client.get("/outbox"))
    answer = add(client, kind=["handoff"], template="slack")
    assert re.search(r"whsec_[A-Za-z0-9+/=]{44}", answer.get_data(as_text=True))
    made = destination(store.connection, "crm")
    assert (made.kinds, made.private) == (("handoff",), False)
    assert made.secret is not None
    assert made.secret not in client.get("/outbox").get_data(as_text=True)
    rotated = client.post("/outbox/destinations/change", data={"name": "crm", "what": "rotate"})
    assert destination(store.connection, "crm").secret in rotated.get_data(as_text=True)
    assert [one.action.value for one in entries(store, 2)] == ["secret rotated", "destination added"]


def test_what_is_wrong_with_a_destination_is_said_and_nothing_typed_is_lost(client: FlaskClient) -> None:
    answer = add(client, address="ftp://crm.example")
    assert answer.status_code == 422
    assert "Nothing can be posted to ftp://crm.example" in said(answer)
    assert 'value="ftp://crm.example"' in answer.get_data(as_text=True)


def test_a_parked_message_stands_beside_its_answer(client: FlaskClient, store: Store) -> None:
    fill_outbox(store, {"zoe@x.example": REFUSED, "joe@x.example": REFUSED, "moe@x.example": SENT})
    page = said(client.get("/outbox"))
    assert "2 messages were refused" in page
    assert "handoff of zoe@x.example to crm" in page
    assert "The answer: 400 no such field: &lt;company&gt;" in page
    assert "Send all 2 to crm again" in page


def test_it_is_sent_again_dropped_and_brought_back(client: FlaskClient, store: Store) -> None:
    (message,) = fill_outbox(store, {"zoe@x.example": REFUSED})
    form = {"message": message, "destination": "crm"}

    def state() -> tuple[int, int]:
        (tally,) = tallies(store.connection)
        return tally.waiting, tally.parked

    dropped = client.post("/outbox/messages", data=form | {"what": "drop"}, follow_redirects=True)
    assert state() == (0, 0)
    assert "The message was dropped. Undo" in said(dropped)
    client.post("/outbox/messages", data=form | {"what": "undo"})
    assert state() == (0, 1)
    client.post("/outbox/messages", data=form | {"what": "again"})
    assert state() == (1, 0)


def test_a_destination_is_paused_resumed_and_removed(client: FlaskClient, store: Store) -> None:
    add(client)
    for what, wanted in (("pause", State.PAUSED), ("resume", State.ON)):
        client.post("/outbox/destinations/change", data={"name": "crm", "what": what})
        assert destination(store.connection, "crm").state is wanted
    client.post("/outbox/destinations/change", data={"name": "crm", "what": "remove"})
    assert tallies(store.connection) == []
    answer = client.post("/outbox/destinations/change", data={"name": "crm", "what": "pause"})
    assert "There is no destination crm" in said(answer)


def test_who_may_what(app: Flask, users, store: Store) -> None:
    def named(name: str) -> FlaskClient:
        client = app.test_client()
        client.post("/log-in", data={"name": name, "password": PASSWORD})
        return client

    assert named("viewer").get("/outbox").status_code == 403
    assert add(named("publisher")).status_code == 403
    assert add(named("admin"), name="other").status_code == 200
    (message,) = fill_outbox(store, {"zoe@x.example": REFUSED})
    form = {"message": message, "destination": "crm", "what": "drop"}
    assert named("editor").post("/outbox/messages", data=form).status_code == 403
    assert named("publisher").post("/outbox/messages", data=form).status_code == 303
    assert "Add a destination" not in said(named("publisher").get("/outbox"))
