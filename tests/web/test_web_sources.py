"""The page *Sources*, the debugger, and the figures for Prometheus."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from leadwright.engine.live.applying import Applier
from leadwright.engine.live.bringing import Bringing
from leadwright.engine.live.figures import source_figures
from leadwright.engine.live.service import Live
from leadwright.engine.live.sources import source_named, sources
from leadwright.engine.receivers.adapters import KINDS
from leadwright.engine.store.database import Store
from leadwright.tests.web.conftest import logged_in
from leadwright.web import Settings, create_app
from leadwright.web.pages.sources import _CALLED
from prometheus_client.parser import text_string_to_metric_families

TRACK = {"type": "track", "userId": "L1", "event": "Paid", "properties": {"<b>": "<i>"}}


@pytest.fixture
def live(database: Path) -> Live:
    return Live(database)


@pytest.fixture
def client(live: Live, database: Path) -> FlaskClient:
    return create_app(Settings(database), live).test_client()


def made(client: FlaskClient, name: str = "website", kind: str = "segment", **more: str) -> str:
    """Makes a source on the page; its write key."""
    answer = client.post("/sources", data={"name": name, "kind": kind, **more})
    assert answer.status_code == 200
    found = re.search(r'id="secret">(lww_[\w-]+)<', answer.text)
    assert found is not None
    return found[1]


def send(client: FlaskClient, live: Live, store: Store, key: str, *messages: object) -> None:
    assert client.post("/v1/batch", json={"batch": messages, "writeKey": key}).status_code == 200
    applier = Applier(store)
    assert applier.step() is not None
    applier.close()
    live.stop()


def test_a_source_is_made_its_key_shown_once_and_its_messages_listed(
    client: FlaskClient, store: Store, live: Live
) -> None:
    key = made(client, origins="https://www.acme.example")
    assert source_named(store, "website").origins == ("https://www.acme.example",)
    assert key not in client.get("/sources").text
    assert "No messages yet" in client.get("/sources/website").text
    send(
        client, live, store, key, TRACK, {"type": "track", "event": "x"}, {"type": "nonsense", "userId": "L1"}
    )
    page = client.get("/sources/website").text
    assert "Paid" in page
    assert "no id: give userId or anonymousId" in page
    assert "change nothing" in page
    # The event, whose it is and how the lead stands, beside what came.
    words = " ".join(re.sub(r"<[^>]*>", " ", page).split())
    assert "Event Paid Property &lt;b&gt; &lt;i&gt; Lead L1" in words
    assert "Score now 100, SQL by inbound" in words
    assert "<i>" not in page
    assert client.get("/sources/website/newest").json == {"newest": 3}
    assert "3 messages in the last 24 hours" in page


def test_a_message_that_is_stored_otherwise_than_sent_says_so_in_the_list(
    client: FlaskClient, store: Store, live: Live
) -> None:
    key = made(client)
    send(client, live, store, key, {**TRACK, "timestamp": "2099-01-01T00:00:00Z"}, TRACK)
    page = client.get("/sources/website").text
    late, plain = (
        re.sub(r"<[^>]*>", " ", one) for one in re.findall(r"<summary>(.*?)</summary>", page, re.S)
    )
    words = " ".join(plain.split())
    assert (
        "1 note its time, 2099-01-01T00:00:00Z, lies in the future; stored as of when it was received"
        in words
    )
    assert "note" not in late


def test_every_kind_is_called_something_and_says_which_line_to_change(
    client: FlaskClient, live: Live
) -> None:
    assert list(_CALLED) == list(KINDS)
    for kind in KINDS:
        answer = client.post("/sources", data={"name": kind, "kind": kind})
        line = re.search(r"<pre[^>]*><code>(.*?)</code>", answer.text, re.S)
        assert line is not None
        assert "lww_" in line[1]
        assert "localhost" in line[1]
    live.stop()


def test_a_mapping_is_tried_before_it_is_kept(client: FlaskClient, store: Store, live: Live) -> None:
    key = made(client)
    who = {"type": "identify", "userId": "L1", "traits": {"jobTitle": "VP"}}
    send(client, live, store, key, TRACK, who)
    mapping = '[rename]\njobTitle = "title"\n[[event]]\ncalled = "Paid"\ntype = { is = "bought" }\n'
    tried = client.post("/sources/website/mapping", data={"mapping": mapping, "what": "try"}).text
    assert "The last 2 messages would become" in tried
    assert "<strong>bought</strong>" in tried
    assert "fields title" in tried
    assert source_named(store, "website").mapping == ""
    wrong = client.post("/sources/website/mapping", data={"mapping": "rename = 1", "what": "keep"})
    assert wrong.status_code == 422
    assert "has rename that is no table of texts" in wrong.text
    assert "rename = 1" in wrong.text
    assert (
        client.post("/sources/website/mapping", data={"mapping": mapping, "what": "keep"}).status_code == 303
    )
    assert source_named(store, "website").mapping == mapping


def test_keys_websites_and_sources_are_changed(client: FlaskClient, store: Store, live: Live) -> None:
    first = made(client)
    answer = client.post("/sources/website/change", data={"what": "key"})
    assert "lww_" in answer.text
    assert first not in answer.text
    assert client.post("/v1/batch", json={"batch": [], "writeKey": first}).status_code == 401
    wrong = client.post("/sources/website/change", data={"what": "origins", "origins": "acme"})
    assert (wrong.status_code, "acme is no website" in wrong.text.lower()) == (422, True)
    client.post("/sources/website/change", data={"what": "origins", "origins": "https://a.example"})
    assert source_named(store, "website").origins == ("https://a.example",)
    assert client.post("/sources/website/change", data={"what": "remove"}).status_code == 303
    assert sources(store) == []
    assert client.get("/sources/website").status_code == 404
    live.stop()


def test_what_cannot_be_a_source_is_refused(client: FlaskClient, store: Store, live: Live) -> None:
    made(client)
    assert client.post("/sources", data={"name": "website", "kind": "segment"}).status_code == 422
    assert client.post("/sources", data={"name": "", "kind": "segment"}).status_code == 422
    assert client.post("/sources", data={"name": "x", "kind": "fax"}).status_code == 422
    live.stop()


def test_only_admins_have_keys_and_only_publishers_mappings(
    client: FlaskClient, store: Store, live: Live, users: object
) -> None:
    assert client.get("/sources").status_code == 303 or client.get("/sources").status_code == 302
    editor, publisher = (logged_in(client.application, name) for name in ("editor", "publisher"))
    assert editor.get("/sources").status_code == 200
    assert publisher.post("/sources", data={"name": "x", "kind": "segment"}).status_code == 403
    assert editor.post("/sources/website/mapping", data={"mapping": ""}).status_code == 403
    live.stop()


def test_prometheus_reads_counts_and_lags(client: FlaskClient, store: Store, live: Live) -> None:
    key = made(client, name='web"site\\')
    send(client, live, store, key, TRACK, TRACK, {"type": "track", "event": "x"})
    Bringing(store.path, None, lambda _: None)._note_lags(
        store, "scored", [(1, source_figures(store)[0].last.timestamp() * 10**6, 2)]
    )  # type: ignore[union-attr,list-item]
    answer = client.get("/metrics")
    assert answer.content_type.startswith("text/plain")
    found = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    source = ("source", 'web"site\\')
    assert found["leadwright_messages_total", ("became", "stored"), source] == 2
    assert found["leadwright_messages_total", ("became", "refused"), source] == 1
    assert found["leadwright_scored_seconds_bucket", ("le", "+Inf"), source] == 2
