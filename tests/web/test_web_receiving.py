"""Receivers over HTTP: keys, websites, what each client is answered, and what was taken is in the record."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from leadwright.engine.live.applying import Applier
from leadwright.engine.live.inbox import Inbox, InboxFull
from leadwright.engine.live.messages import last_messages, last_refusals
from leadwright.engine.live.service import Live
from leadwright.engine.live.sources import add_source, new_key, remove_source, source_named
from leadwright.engine.receivers.wire import LARGEST_BODY
from leadwright.engine.store.database import Store, StoreError
from leadwright.engine.store.records.events import count_events
from leadwright.web import Settings, create_app
from werkzeug.test import TestResponse

SHOP = "https://shop.example"
HERE = {"who": "test", "address": "here"}


@pytest.fixture
def live(database: Path) -> Iterator[Live]:
    """What takes messages in; it begins to bring them into the record when started."""
    made = Live(database)
    yield made
    made.stop()


@pytest.fixture
def client(live: Live, database: Path) -> FlaskClient:
    return create_app(Settings(database), live).test_client()


def key_of(store: Store, kind: str, *origins: str) -> str:
    return add_source(store, kind, kind, origins, **HERE)


def basic(key: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode()}


TRACK = {"type": "track", "userId": "L1", "event": "Paid"}


def bring_in(store: Store) -> None:
    """Brings into the record what lies in the inbox."""
    applier = Applier(store)
    while applier.step() is not None:
        pass
    applier.close()


def test_what_is_acknowledged_is_in_the_record_within_a_moment(
    client: FlaskClient, store: Store, live: Live
) -> None:
    key, before = key_of(store, "segment"), count_events(store)
    answer = client.post("/v1/batch", json={"batch": [TRACK, TRACK]}, headers=basic(key))
    assert (answer.status_code, answer.json) == (200, {"success": True})
    bring_in(store)
    assert count_events(store) == before + 2


@pytest.mark.parametrize(
    ("kind", "path", "body", "status", "wanted"),
    [
        ("segment", "/v1/batch", {"batch": []}, 401, {"code": "wrong_key"}),
        ("segment", "/v1/track", {"writeKey": "KEY"}, 200, {"success": True}),
        ("posthog", "/batch/", {"api_key": "KEY", "batch": []}, 200, {"status": 1}),
        ("posthog", "/batch/", {"batch": []}, 401, {"code": "no_key"}),
        (
            "mixpanel",
            "/track?verbose=1",
            [{"event": "x", "properties": {"token": "KEY"}}],
            200,
            {"status": 1},
        ),
        ("mixpanel", "/track", [{"event": "x", "properties": {"token": "KEY"}}], 200, 1),
        ("mixpanel", "/track?verbose=1", [{"event": "x"}], 401, {"status": 0}),
        ("amplitude", "/2/httpapi", {"api_key": "KEY", "events": []}, 200, {"code": 200}),
        ("amplitude", "/2/httpapi", {"api_key": "x", "events": []}, 400, {"code": 400}),
        ("snowplow", "/com.snowplowanalytics.snowplow/tp2", {"data": [{"aid": "KEY"}]}, 200, None),
        ("jitsu", "/api/s/track", {"type": "track"}, 401, {"code": "no_key"}),
        ("matomo", "/matomo.php", {"requests": ["?a=1"], "token_auth": "KEY"}, 200, {"status": "success"}),
    ],
)
def test_each_client_is_answered_as_it_understands(
    client: FlaskClient, store: Store, *, kind: str, path: str, body: Any, status: int, wanted: Any
) -> None:
    text = json.dumps(body).replace("KEY", key_of(store, kind))
    headers = basic("wrong") if kind == "segment" and status == 401 else {}
    answer = client.post(path, data=text, headers=headers)
    assert answer.status_code == status
    if isinstance(wanted, dict):
        found = json.loads(answer.text)
        assert {name: found[name] for name in wanted} == wanted
        if status == 400 and kind == "amplitude":
            assert found["error"].startswith("Invalid API key")
    elif wanted is not None:
        assert answer.text == str(wanted)


def test_a_key_of_another_kind_is_refused_and_listed(client: FlaskClient, store: Store, live: Live) -> None:
    key = key_of(store, "mixpanel")
    answer = client.post("/v1/batch", json={"batch": [TRACK]}, headers=basic(key))
    assert answer.status_code == 403
    assert answer.json is not None
    assert "of the kind mixpanel" in answer.json["message"]
    live.inbox.close()
    bring_in(store)
    # Under the source whose key it is, where somebody looks who changed the wrong line.
    assert ["of the kind mixpanel" in one.reason for one in last_refusals(store, 1)] == [True]
    assert last_refusals(store, None) == []


def test_our_own_answer_says_what_was_refused(client: FlaskClient, store: Store) -> None:
    headers = {"Authorization": "Bearer " + key_of(store, "events")}
    events = [{"lead": "L1", "type": "paid"}, {"lead": "L1", "at": "soon", "type": "paid"}]
    answer = client.post("/api/v1/events", json=events, headers=headers)
    assert answer.json == {
        "accepted": 1,
        "refused": [{"index": 1, "message": 'at is "soon", which is not a date'}],
    }
    answer = client.post("/api/v1/events", json=events[1], headers=headers)
    assert answer.status_code == 400


def test_bad_requests_are_listed_with_their_reasons(client: FlaskClient, store: Store, live: Live) -> None:
    key, before = key_of(store, "segment"), count_events(store)
    assert client.post("/v1/batch", data=b"{", headers=basic(key)).status_code == 400
    assert client.post("/v1/batch", json={"batch": [TRACK]}, headers=basic("nobody's")).status_code == 401
    assert client.post("/v1/batch", json={"batch": [{}, TRACK]}, headers=basic(key)).status_code == 200
    bring_in(store)
    assert count_events(store) == before + 1
    newest, oldest = last_refusals(store, 1)
    assert "no type" in newest.reason
    # The key stands beside a body that cannot be read.
    assert oldest.reason == (
        "the body is not JSON (line 1, column 2): Expecting property name enclosed in double quotes"
    )
    assert [one.reason for one in last_refusals(store, None)] == ["no source has this write key"]


def test_keys_are_kept_as_hashes_and_end_when_they_are_changed(
    client: FlaskClient, store: Store, database: Path, live: Live
) -> None:
    key = key_of(store, "segment")
    assert key.encode() not in database.read_bytes()
    assert client.post("/v1/batch", json={"batch": []}, headers=basic(key)).status_code == 200
    second = new_key(store, "segment", keep=True, **HERE)
    assert client.post("/v1/batch", json={"batch": []}, headers=basic(second)).status_code == 200
    remove_source(store, "segment", **HERE)
    with pytest.raises(StoreError, match="there is no source segment"):
        source_named(store, "segment")
    fresh = create_app(Settings(database), live).test_client()
    assert fresh.post("/v1/batch", json={"batch": []}, headers=basic(key)).status_code == 401


def preflight(client: FlaskClient, origin: str) -> TestResponse:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    return client.options("/v1/t", headers={"Origin": origin, **asked})


def test_browsers_may_send_from_allowed_websites_alone(client: FlaskClient, store: Store) -> None:
    key, server_key = key_of(store, "segment", SHOP), key_of(store, "rudderstack")
    assert preflight(client, SHOP).headers["Access-Control-Allow-Origin"] == SHOP
    assert preflight(client, SHOP).status_code == 204
    assert "Access-Control-Allow-Origin" not in preflight(client, "https://evil.example").headers

    def send(key: str, origin: str) -> TestResponse:
        # As analytics.js does: text/plain, so that no browser asks before.
        body = json.dumps({**TRACK, "writeKey": key})
        return client.post("/v1/t", data=body, content_type="text/plain", headers={"Origin": origin})

    allowed = send(key, SHOP)
    assert (allowed.status_code, allowed.headers["Access-Control-Allow-Origin"]) == (200, SHOP)
    assert send(key, "https://evil.example").status_code == 403
    assert send(server_key, SHOP).status_code == 403


def test_a_full_inbox_asks_to_come_back(
    client: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_inbox: Inbox, _row: object) -> None:
        raise InboxFull

    monkeypatch.setattr(Inbox, "begin", full)
    answer = client.post("/v1/track", json=TRACK, headers=basic(key_of(store, "segment")))
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0


def test_a_disk_that_refuses_asks_to_come_back(
    client: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_inbox: Inbox, _row: object) -> None:
        raise StoreError("the disk is full", "make room")

    monkeypatch.setattr(Inbox, "begin", fails)
    answer = client.post("/v1/track", json=TRACK, headers=basic(key_of(store, "segment")))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")


def test_a_body_that_is_cut_off_is_never_taken_for_a_whole_one(client: FlaskClient, store: Store) -> None:
    whole = json.dumps({"batch": [TRACK]}).encode()
    answer = client.post(
        "/v1/batch",
        data=whole[:-1],
        headers=basic(key_of(store, "segment")),
        environ_overrides={"CONTENT_LENGTH": str(len(whole))},
    )
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["message"] == "the body ended too early"


def test_too_large_a_body_is_never_repeated(client: FlaskClient, store: Store) -> None:
    key = key_of(store, "segment")
    answer = client.post("/v1/batch", data=b"x" * (LARGEST_BODY + 1), headers=basic(key))
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["code"] == "too_large"


def test_a_write_key_reads_nothing(client: FlaskClient, store: Store, users: object) -> None:
    key = key_of(store, "events")
    assert client.get("/api/v1/leads", headers={"Authorization": f"Bearer {key}"}).status_code == 401


def test_the_debugger_keeps_messages_as_they_came(client: FlaskClient, store: Store, live: Live) -> None:
    key, before = key_of(store, "segment"), count_events(store)
    client.post("/v1/track", json={**TRACK, "context": {"ip": "0.0.0.0"}}, headers=basic(key))
    bring_in(store)
    assert count_events(store) == before + 1
    [message] = last_messages(store, 1)
    assert json.loads(message.body) == {**TRACK, "context": {"ip": "0.0.0.0"}}
    assert message.became["lead"] == "L1"
    assert message.became["event"] == "Paid"


def test_what_goes_to_a_wrong_address_is_refused_and_listed(
    client: FlaskClient, store: Store, live: Live
) -> None:
    keys = {kind: key_of(store, kind) for kind in ("segment", "posthog", "snowplow", "mixpanel")}
    sent = (
        client.post("/v2/batch", json={"batch": [TRACK]}, headers=basic(keys["segment"])),
        client.post("/i/v9/e", json={"api_key": keys["posthog"], "batch": []}),
        client.post("/com.acme/track", json={"data": [{"aid": keys["snowplow"]}]}),
        client.put(f"/tracks?token={keys['mixpanel']}", data="data=e30="),
    )
    # Snowplow's clients repeat for ever what gets 404.
    assert [one.status_code for one in sent] == [400, 400, 400, 400]
    assert sent[0].json is not None
    assert sent[0].json["code"] == "wrong_address"
    assert client.post("/v2/batch", json={"batch": [TRACK]}).status_code == 404
    # What is acknowledged comes behind what was refused.
    client.post("/v1/batch", json={"batch": [TRACK]}, headers=basic(keys["segment"]))
    bring_in(store)
    for kind, path in zip(keys, ("/v2/batch", "/i/v9/e", "/com.acme/track", "/tracks"), strict=True):
        (listed,) = last_refusals(store, source_named(store, kind).id)
        assert listed.reason == f"a source of the kind {kind} sends nothing to {path}"
        assert keys[kind] not in listed.body
    assert not last_refusals(store, None)


def test_a_request_that_cannot_be_read_is_listed_with_the_source_whose_key_it_has(
    client: FlaskClient, store: Store, live: Live
) -> None:
    key = key_of(store, "posthog")
    ours = key_of(store, "events")
    cut = json.dumps({"api_key": key, "batch": [{"event": "x"}]})[:-9]
    assert client.post("/batch/", data=cut).status_code == 400
    bearer = {"Authorization": f"Bearer {ours}"}
    assert client.post("/api/v1/events", data=b"\x1f\x8bno gzip", headers=bearer).status_code == 400
    client.post("/api/v1/events", json={"lead": "L1", "type": "x"}, headers=bearer)
    bring_in(store)
    (listed,) = last_refusals(store, source_named(store, "posthog").id)
    assert "not JSON" in listed.reason
    assert key not in listed.body
    assert "lww_" in listed.body
    (listed,) = last_refusals(store, source_named(store, "events").id)
    assert "gzip" in listed.reason


def test_numbers_that_cannot_be_kept_are_noted(client: FlaskClient, store: Store, live: Live) -> None:
    key = key_of(store, "segment")
    properties = {"n": float("nan"), "big": 2**63 + 5, "exact": 2**60, "plain": 7}
    client.post(
        "/v1/track",
        data=json.dumps({**TRACK, "properties": properties, "context": {"traits": {"age": float("inf")}}}),
        headers=basic(key),
    )
    bring_in(store)
    (message,) = last_messages(store, source_named(store, "segment").id)
    assert message.became["notes"] == [
        "age was left out: it is inf, which is no number",
        "n was left out: it is nan, which is no number",
        "big has more digits than a number keeps, the last are rounded; send ids as text",
    ]
