"""Guarantees on the page: proved, refuted with a lead, kept back from publishing, and a test by a click."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from leadwright.engine.store.database import Store
from leadwright.web import proofs
from leadwright.web.drafts import current, take_text

SHOWN = "/rulesets/inbound/guarantees"
HOLDS = 'guarantee "Few points" never score > 1000 when title is known\n'
BROKEN = 'guarantee "Small companies stay" never stage = MQL when employees is unknown\n'


def words(answer) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", answer.get_data(as_text=True)).split())


def add(store: Store, text: str) -> int:
    draft = current(store, "inbound")
    assert draft is not None
    taken = take_text(store, "inbound", draft.text + text, who="local", seen=draft.revision)
    return taken.draft.revision


def test_guarantees_are_proved_when_somebody_asks(client: FlaskClient, store: Store) -> None:
    assert "There are no guarantees in the rules yet" in words(client.get(SHOWN))
    add(store, HOLDS)
    said = words(client.get(SHOWN))
    assert "not checked Few points For every possible lead, the score is never more than 1000" in said
    assert client.post(SHOWN).status_code == 303
    said = words(client.get(SHOWN))
    assert "The guarantee is proved" in said
    assert "✓ Proved Few points" in said


def test_a_broken_guarantee_keeps_a_version_back(client: FlaskClient, store: Store) -> None:
    revision = add(store, HOLDS + BROKEN)
    said = words(client.get("/rulesets/inbound/review"))
    assert "1 guarantee does not hold: Small companies stay" in said
    assert "✓ Proved Few points" in said
    refused = client.post("/rulesets/inbound/publish", data={"revision": revision, "note": "Why"})
    assert refused.status_code == 422
    assert "1 guarantee is broken, so the rules were not published" in words(refused)
    draft = current(store, "inbound")
    assert draft is not None
    body = {"text": draft.text, "note": "Why", "base": 1}
    answer = client.post("/api/v1/rulesets/inbound/versions", json=body)
    assert answer.status_code == 422
    assert [one["answer"] for one in answer.json["broken_guarantees"]] == ["not so"]


def test_its_lead_opens_in_the_dry_run_and_becomes_a_test(client: FlaskClient, store: Store) -> None:
    add(store, BROKEN)
    client.post(SHOWN)
    page = client.get(SHOWN)
    assert "1 guarantee of 1 does not hold" in words(page)
    link = re.search(r'href="(/rulesets/inbound/edit\?lead=given[^"]*)"', page.get_data(as_text=True))
    assert link is not None
    assert "MQL" in words(client.get(link[1].replace("&amp;", "&")))
    kept = client.post(f"{SHOWN}/test", data={"guarantee": "Small companies stay"})
    assert kept.status_code == 303
    draft = current(store, "inbound")
    assert draft is not None
    assert 'test "Small companies stay" at 2026-01-15T12:00Z' in draft.text
    assert "1 test fails: Small companies stay" in words(client.get("/rulesets/inbound/review"))
    gone = client.post(f"{SHOWN}/test", data={"guarantee": "Another"})
    assert gone.status_code == 409


def test_the_review_proves_where_leads_can_move(
    client: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Not about how soon: a busy machine may start the solver slowly.
    monkeypatch.setattr(proofs, "SECONDS_TO_COMPARE", 60.0)
    draft = current(store, "inbound")
    assert draft is not None
    text = draft.text.replace("score >= 30", "score >= 50")
    take_text(store, "inbound", text, who="local", seen=draft.revision)
    assert "Prove where leads can move" in words(client.get("/rulesets/inbound/review"))
    assert "Proved: no lead moves up." in words(client.get("/rulesets/inbound/review?prove=yes"))


def test_a_program_has_guarantees_proved(client: FlaskClient) -> None:
    rules = "when visited then +5\nstage MQL when score >= 5\n"
    text = f'{rules}guarantee "a" never score > 5 when visited\nguarantee "b" never stage = MQL when visited'
    found = client.post("/api/v1/prove", json={"text": text}).json
    assert (found["proved"], found["not_so"], found["not_decided"]) == (1, 1, 0)
    assert found["answers"][1]["lead"]["events"][0]["type"] == "visited"
    assert client.post("/api/v1/prove", json={"text": "when visited then 5"}).status_code == 422
