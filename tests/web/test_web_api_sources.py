"""Sources over the HTTP interface: listed, added, given a new key, removed."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from leadwright.engine.live.service import Live
from leadwright.engine.live.sources import SourceBook
from leadwright.engine.receivers.adapters import KINDS
from leadwright.web import Settings, create_app

SOURCES = "/api/v1/sources"
TRACK = {"batch": [{"type": "track", "userId": "L1", "event": "Paid"}]}


@pytest.fixture
def client(database: Path) -> FlaskClient:
    return create_app(Settings(database), Live(database)).test_client()


def test_a_source_is_added_used_given_a_new_key_and_removed(client: FlaskClient, database: Path) -> None:
    assert client.get(SOURCES).json == {"sources": []}
    answer = client.post(SOURCES, json={"name": " website ", "kind": "segment"})
    made = answer.json
    assert answer.status_code == 201
    assert made is not None
    key = made.pop("write_key")
    assert made == {"name": "website", "kind": "segment", "origins": []}
    assert client.post("/v1/batch", json=TRACK | {"writeKey": key}).status_code == 200
    (listed,) = client.get(SOURCES).json["sources"]  # type: ignore[index]
    assert (listed["name"], listed["kind"]) == ("website", "segment")
    assert key not in client.get(SOURCES).text

    kept = client.post(f"{SOURCES}/website/key", json={"keep": True}).json
    assert kept is not None
    good = SourceBook(database)
    assert good.find(key) is not None
    assert good.find(kept["write_key"]) is not None
    last = client.post(f"{SOURCES}/website/key", json={}).json
    assert last is not None
    good = SourceBook(database)
    assert [good.find(one) is None for one in (key, kept["write_key"], last["write_key"])] == [
        True,
        True,
        False,
    ]

    assert client.delete(f"{SOURCES}/website").json == {"removed": "website"}
    assert SourceBook(database).find(last["write_key"]) is None
    assert client.get(SOURCES).json == {"sources": []}


@pytest.mark.parametrize("kind", KINDS)
def test_a_source_of_every_kind_is_added(client: FlaskClient, kind: str) -> None:
    body = {"name": "one", "kind": kind, "origins": ["https://A.example/"]}
    answer = client.post(SOURCES, json=body)
    assert answer.status_code == 201
    assert answer.json is not None
    assert answer.json["origins"] == ["https://a.example"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"name": "a", "kind": "segmnt"}, "kind"),
        ({"name": "  ", "kind": "segment"}, "1 to 60 characters"),
        ({"name": "a", "kind": "segment", "origins": ["acme/x"]}, "https://www.acme.example"),
        ({"name": "taken", "kind": "segment"}, "already"),
        ({"kind": "segment"}, "name"),
    ],
)
def test_what_is_wrong_with_a_new_source_is_said(
    client: FlaskClient, body: dict[str, object], said: str
) -> None:
    client.post(SOURCES, json={"name": "taken", "kind": "posthog"})
    answer = client.post(SOURCES, json=body)
    assert answer.status_code == 422
    assert said in answer.text
    assert len(client.get(SOURCES).json["sources"]) == 1  # type: ignore[index]


def test_a_source_that_is_not_there_is_not_found(client: FlaskClient) -> None:
    for answer in (client.delete(f"{SOURCES}/gone"), client.post(f"{SOURCES}/gone/key", json={})):
        assert answer.status_code == 404
        assert "There is no source gone" in answer.text
