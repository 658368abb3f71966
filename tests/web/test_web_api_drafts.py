"""Drafts over the interface: edited, undone, brought together, published, approved."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from leadwright.engine.store.database import Store
from leadwright.web import Settings, create_app
from leadwright.web.accounts.tokens import make_token
from leadwright.web.accounts.users import Doer, Role, add_user
from leadwright.web.drafts import begin_with, current, take_text

DRAFT = "/api/v1/rulesets/inbound/draft"


def show(client: FlaskClient) -> dict[str, Any]:
    return client.get(DRAFT).json


def write(client: FlaskClient, text: str, revision: int = 0):
    return client.post(f"{DRAFT}/text", json={"text": text, "revision": revision})


@pytest.fixture
def text(client: FlaskClient) -> str:
    return str(show(client)["text"])


def test_without_a_draft_the_live_version_is_shown_as_one(client: FlaskClient) -> None:
    draft = show(client)
    assert (draft["base"], draft["revision"], draft["changed"], draft["runs"]) == (1, 0, False, True)
    assert (draft["authors"], draft["undo"], draft["redo"]) == ([], False, False)
    assert client.get("/api/v1/rulesets/nothing/draft").status_code == 404


def edit(client: FlaskClient, revision: int, **edit: Any):
    return client.post(f"{DRAFT}/edits", json={"revision": revision, "edits": [edit]})


RENAME = {"op": "rename", "key": "rule:Large", "old": "Large"}


def test_a_single_place_is_edited_and_nothing_else(client: FlaskClient, text: str) -> None:
    done = edit(client, 0, **RENAME, new="Big").json
    assert done["draft"]["text"] == text.replace('rule "Large"', 'rule "Big"')
    assert done["keys"] == {"rule:Large": "rule:Big"}


def test_what_somebody_changed_first_is_said_with_who_and_what(
    client: FlaskClient, store: Store, text: str
) -> None:
    take_text(store, "inbound", text.replace('"Large"', '"Huge"'), who="ann", seen=0)
    answer = edit(client, 0, **RENAME, new="Big")
    assert (answer.status_code, answer.mimetype) == (409, "application/problem+json")
    assert (answer.json["who"], answer.json["wanted"], answer.json["revision"]) == ("ann", "Big", 1)
    for wrong in ({"op": "nonsense"}, {"op": "set", "at": "x"}, {"op": "set", "wings": "two"}):
        assert edit(client, 1, **wrong).status_code == 422
    assert show(client)["revision"] == 1


def test_a_text_is_taken_in_and_taken_back(client: FlaskClient, text: str) -> None:
    done = write(client, text.replace("+30", "+35")).json
    assert (done["draft"]["revision"], done["draft"]["changed"], done["draft"]["undo"]) == (1, True, True)
    assert done["draft"]["authors"] == ["local"]
    back = client.post(f"{DRAFT}/undo").json["draft"]
    assert (back["text"], back["undo"], back["redo"]) == (text, False, True)
    assert "+35" in client.post(f"{DRAFT}/redo").json["draft"]["text"]
    nothing = client.post(f"{DRAFT}/redo")
    assert (nothing.status_code, nothing.json["detail"]) == (422, "There is nothing to redo.")
    changes = client.get(f"{DRAFT}/changes").json["changes"]
    assert [change["sort"] for change in changes] == ["redo", "undo", "text"]


def test_an_older_text_is_brought_together_with_what_others_did(
    client: FlaskClient, store: Store, text: str
) -> None:
    take_text(store, "inbound", text.replace("score >= 30", "score >= 50"), who="ann", seen=0)
    done = write(client, text.replace("+30", "+35")).json
    assert done["conflicts"] == []
    assert ("+35" in done["draft"]["text"], "score >= 50" in done["draft"]["text"]) == (True, True)
    both = write(client, text.replace("score >= 30", "score >= 60")).json
    assert both["conflicts"][0]["key"] == "stage:MQL"
    ahead = write(client, text, revision=99)
    assert (ahead.status_code, ahead.json["detail"]) == (422, '"revision" is 99, and the draft is at 2')


def test_a_draft_is_begun_and_thrown_away_with_its_text(client: FlaskClient) -> None:
    made = client.post("/api/v1/drafts", json={"name": "fresh", "text": "# mine"})
    assert (made.status_code, made.json["base"], made.json["text"]) == (201, None, "# mine")
    assert client.post("/api/v1/drafts", json={"name": "fresh"}).status_code == 409
    assert client.post("/api/v1/drafts", json={"name": "../fresh"}).status_code == 422
    gone = client.post("/api/v1/rulesets/fresh/draft/discard").json
    assert gone == {"text": "# mine", "draft": None}
    assert client.get("/api/v1/rulesets/fresh/draft").status_code == 404


@pytest.mark.parametrize("text", ["when-a", "when-0", "group-x {", "when-a and", "-", "when a-"])
def test_a_draft_is_begun_with_any_text(client: FlaskClient, text: str) -> None:
    made = client.post("/api/v1/drafts", json={"name": "fresh", "text": text})
    assert (made.status_code, made.json["text"], made.json["runs"]) == (201, text, False)
    assert [
        change["sort"] for change in client.get("/api/v1/rulesets/fresh/draft/changes").json["changes"]
    ] == ["text"]


def test_a_draft_whose_text_cannot_be_taken_in_is_not_begun(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_more: object) -> None:
        raise MemoryError

    with monkeypatch.context() as broken:
        broken.setattr("leadwright.web.drafts.changes.note", fail)
        with pytest.raises(MemoryError):
            begin_with(store, "fresh", "# mine", who="ann")
    assert current(store, "fresh") is None
    assert begin_with(store, "fresh", "# mine", who="ann")


def test_a_draft_is_published_at_the_revision_that_was_looked_at(client: FlaskClient, text: str) -> None:
    write(client, text.replace("+30", "+35"))
    stale = client.post(f"{DRAFT}/publish", json={"revision": 0, "note": "x"})
    assert (stale.status_code, stale.json["revision"]) == (409, 1)
    made = client.post(f"{DRAFT}/publish", json={"revision": 1, "note": "More for size"})
    assert (made.status_code, made.json["version"], made.json["note"]) == (201, 2, "More for size")
    assert show(client)["base"] == 2
    write(client, show(client)["text"].replace("then +40", "then +4"), show(client)["revision"])
    refused = client.post(f"{DRAFT}/publish", json={"revision": show(client)["revision"], "note": "x"})
    assert (refused.status_code, refused.json["title"]) == (422, "Tests fail")
    back = client.post(f"{DRAFT}/discard").json["draft"]
    assert (back["changed"], "then +40" in back["text"]) == (False, True)


def test_what_was_published_since_is_brought_in(client: FlaskClient, text: str) -> None:
    write(client, text.replace("score >= 30", "score >= 50"))
    body = {"text": text.replace("+30", "+35"), "note": "Elsewhere", "base": 1}
    client.post("/api/v1/rulesets/inbound/versions", json=body)
    made = client.post(f"{DRAFT}/catch-up").json
    assert made["conflicts"] == []
    assert (made["draft"]["base"], "+35" in made["draft"]["text"], "50" in made["draft"]["text"]) == (
        2,
        True,
        True,
    )


def test_any_two_are_compared(client: FlaskClient, text: str) -> None:
    write(client, text.replace("score >= 30", "score >= 50"))
    made = client.get("/api/v1/comparison?a=inbound&b=inbound@draft").json
    assert [(change["what"], change["name"]) for change in made["changes"]] == [("stage", "MQL")]
    assert (made["effect"]["up"], made["effect"]["down"], made["effect"]["leads"]) == (0, 1, 4)
    write(client, "when when", 1)
    assert client.get("/api/v1/comparison?a=inbound&b=inbound@draft").json["effect"] is None


def test_the_history_of_a_score_is_told(client: FlaskClient) -> None:
    made = client.get("/api/v1/score-history?lead=L1").json
    assert (made["lead"], made["ruleset"], len(made["history"])) == ("L1", "inbound", 1)
    assert (made["history"][0]["score"], made["history"][0]["change"]) == (100, None)


# --- a second person --------------------------------------------------------------------------


class Caller:
    """A program that asks with a token."""

    def __init__(self, app: Flask, store: Store, user: str, role: Role) -> None:
        me = Doer("test", "here")
        add_user(store, user, role, "correct horse battery", me)
        self.token = make_token(store, user, "program", role, days=None, doer=me)
        self.client = app.test_client()

    def ask(self, method: str, path: str, **body: Any):
        headers = {"Authorization": f"Bearer {self.token}"}
        sent = body or None
        return self.client.open(f"/api/v1/rulesets/inbound{path}", method=method, json=sent, headers=headers)


def test_a_second_person_approves_over_the_interface_too(database, store: Store) -> None:
    app = create_app(Settings(database, second_approver=True))
    editor = Caller(app, store, "ed", Role.EDITOR)
    first, second = Caller(app, store, "one", Role.PUBLISHER), Caller(app, store, "two", Role.PUBLISHER)
    draft = editor.ask("GET", "/draft").json
    text = draft["text"].replace("score >= 30", "score >= 50")
    editor.ask("POST", "/draft/text", text=text, revision=0)
    assert first.ask("POST", "/draft/publish", note="x", revision=1).status_code == 403
    wish = first.ask("POST", "/approvals", note="Please").json
    assert (wish["asked_by"], wish["outcome"]) == ("one", None)
    assert editor.ask("POST", "/approvals", note="Me too").status_code == 409
    assert first.ask("POST", f"/approvals/{wish['id']}/approve").status_code == 403
    assert editor.ask("POST", f"/approvals/{wish['id']}/approve").status_code == 403
    assert editor.ask("POST", f"/approvals/{wish['id']}/decline", reason="x").status_code == 403
    made = second.ask("POST", f"/approvals/{wish['id']}/approve")
    assert (made.status_code, made.json["version"], made.json["author"]) == (201, 2, "one")
    assert second.ask("POST", f"/approvals/{wish['id']}/approve").status_code == 409
    back = editor.ask("POST", "/approvals", note="Too few", version=1).json
    declined = second.ask("POST", f"/approvals/{back['id']}/decline", reason="Wait a week").json
    assert (declined["outcome"], declined["reason"]) == ("declined", "Wait a week")
    listed = editor.ask("GET", "/approvals").json["approvals"]
    assert [one["outcome"] for one in listed] == ["declined", "approved"]
