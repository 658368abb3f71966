"""Review, publish, approve, roll back, and the history of it all."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from leadwright.engine.store.database import Store, StoreError
from leadwright.engine.store.records.audit import Action, entries
from leadwright.web import Settings, create_app
from leadwright.web.accounts.tokens import make_token
from leadwright.web.accounts.users import Doer, Role, add_user
from leadwright.web.drafts import current, take_text
from leadwright.web.review.proposal import statement_authors
from leadwright.web.serving import CannotServe, Server

PASSWORD = "correct horse battery"
REVIEW, PUBLISH = "/rulesets/inbound/review", "/rulesets/inbound/publish"


def words(answer) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", answer.get_data(as_text=True)).split())


def edit(store: Store, *swaps: tuple[str, str], who: str = "local") -> int:
    """Changes the draft, and gives its revision."""
    draft = current(store, "inbound")
    assert draft is not None
    text = draft.text
    for old, new in swaps:
        assert old in text
        text = text.replace(old, new)
    return take_text(store, "inbound", text, who=who, seen=draft.revision).draft.revision


def publish(client: FlaskClient, revision: int, note: str = "Why"):
    return client.post(PUBLISH, data={"revision": revision, "note": note})


def live(client: FlaskClient) -> dict:
    return client.get("/api/v1/rulesets/inbound").json


THRESHOLD = ("score >= 30", "score >= 50")


def test_a_review_says_what_changes_who_did_it_and_who_moves(client: FlaskClient, store: Store) -> None:
    edit(store, THRESHOLD, who="ann")
    edit(store, ("then +30", "then +35"), who="ben")
    said = words(client.get(REVIEW))
    assert "Review version 2" in said
    by_ann = "changed stage MQL 1 down by stage MQL threshold 30 → 50 by ann Open stage MQL Revert stage MQL"
    assert by_ann in said
    by_ben = "changed rule Large 1 score, no stage +30 → +35 by ben Open rule Large Revert rule Large"
    assert by_ben in said
    assert "Of 4 leads, 0 move up and 1 move down a stage" in said
    assert "Ann Lee L4 30 → 35 MQL → none stage MQL: threshold 30 → 50" in said
    assert "Changed by ann and ben" in said


def test_one_change_is_reverted_from_the_review(client: FlaskClient, store: Store) -> None:
    edit(store, THRESHOLD, ("then +30", "then +35"))
    answer = client.post("/rulesets/inbound/revert", data={"key": "stage:MQL"})
    assert (answer.status_code, answer.location) == (303, REVIEW)
    draft = current(store, "inbound")
    assert draft is not None
    assert ("stage MQL when score >= 30" in draft.text, "then +35" in draft.text) == (True, True)
    assert client.post("/rulesets/inbound/revert", data={"key": "stage:MQL"}).status_code == 422


def test_the_review_draws_where_leads_go(client: FlaskClient, store: Store) -> None:
    edit(store, THRESHOLD)
    html = client.get(REVIEW).get_data(as_text=True)
    drawn = html[html.index('<svg class="flow"') : html.index("</svg>")]
    assert re.findall(r'class="(\w+)" d="M190 [^"]*"><title>([^<]*)', drawn) == [
        ("stays", "SQL: 1 lead"),
        ("stays", "No stage: 2 leads"),
        ("down", "MQL to no stage: 1 lead"),
    ]
    assert '<tspan class="number">3</tspan> no stage +1' in drawn


def test_who_changed_a_statement_is_told_apart_and_what_was_taken_back_is_nobodys(store: Store) -> None:
    edit(store, THRESHOLD, who="ann")
    edit(store, ("then +30", "then +35"), ("score >= 50", "score >= 60"), who="ben")
    edit(store, ("Asked for a demo", "Wants a demo"), who="ann")
    edit(store, ("then +35", "then +30"), who="cem")
    found = statement_authors(store, current(store, "inbound"))
    assert found["stage", "MQL"] == ["ann", "ben"]
    assert found["rule", "Wants a demo"] == ["ann"]


def scored(client: FlaskClient, address: str) -> str:
    """The words of a page once leads have been scored."""
    while "data-watch" in (html := client.get(address).get_data(as_text=True)):
        time.sleep(0.02)
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_a_draft_is_published_with_a_note_and_the_history_says_what_it_did(
    client: FlaskClient, store: Store
) -> None:
    answer = publish(client, edit(store, THRESHOLD), "Sales was swamped")
    assert (answer.status_code, answer.location) == (303, "/rulesets/inbound/history?live=2")
    assert (live(client)["version"], live(client)["note"], live(client)["author"]) == (
        2,
        "Sales was swamped",
        "local",
    )
    said = scored(client, answer.location)
    assert "Version 2 is live. All leads are scored by it." in said
    assert "Version 2 live published" in said
    assert (
        "Sales was swamped Scored 4 leads as of 2026-01-15 12:00 UTC: 0 moved up a stage, 1 moved down."
        in said
    )
    assert "(command line)" in said
    assert "from the file" in said
    draft = current(store, "inbound")
    assert (draft.base, draft.changed) == (2, False)
    assert "Draft" not in words(client.get("/"))


@pytest.mark.parametrize(
    ("swap", "said"),
    [
        (("when employees >= 100", "when employes >= 100"), "1 error: line 13"),
        (("then +40", "then +20"), "1 test fails: a VP who compares prices and asks for a demo"),
        (("when requested demo\nthen", "when\nthen"), "error"),
    ],
)
def test_errors_and_failing_tests_refuse_it_and_nothing_typed_is_lost(
    client: FlaskClient, store: Store, swap: tuple[str, str], said: str
) -> None:
    revision = edit(store, swap)
    looked = client.get(REVIEW)
    assert "Fix before publishing" in words(looked)
    assert said in words(looked)
    assert " disabled" in looked.get_data(as_text=True)
    refused = publish(client, revision, "A note of some length")
    assert refused.status_code == 422
    assert "they were not published" in words(refused) or "were not published" in words(refused)
    assert "A note of some length</textarea>" in refused.get_data(as_text=True)
    assert live(client)["version"] == 1
    assert swap[1] in current(store, "inbound").text


@pytest.mark.parametrize("note", ["", "  ", "x" * 2_001])
def test_a_note_is_required(client: FlaskClient, store: Store, note: str) -> None:
    refused = publish(client, edit(store, THRESHOLD), note)
    assert refused.status_code == 422
    assert "Say in the note what changed and why" in words(refused)
    assert live(client)["version"] == 1


def test_what_was_changed_while_one_looked_is_shown_first(client: FlaskClient, store: Store) -> None:
    revision = edit(store, THRESHOLD)
    edit(store, ("then +30", "then +35"), who="ben")
    refused = publish(client, revision, "Mine")
    assert refused.status_code == 409
    assert "The draft was changed by ben while you looked at it." in words(refused)
    assert "Mine</textarea>" in refused.get_data(as_text=True)
    assert live(client)["version"] == 1


def test_a_version_that_came_meanwhile_is_brought_in_and_both_changes_stay(
    client: FlaskClient, store: Store
) -> None:
    edit(store, THRESHOLD)
    text = live(client)["text"].replace("then +30", "then +35")
    body = {"text": text, "note": "Over the interface", "base": 1}
    assert client.post("/api/v1/rulesets/inbound/versions", json=body).status_code == 201
    assert "Version 2 went live since this was begun" in words(client.get(REVIEW))
    assert publish(client, current(store, "inbound").revision).status_code == 409
    assert client.post("/rulesets/inbound/catch-up").status_code == 200
    draft = current(store, "inbound")
    assert (draft.base, "score >= 50" in draft.text, "then +35" in draft.text) == (2, True, True)
    assert publish(client, draft.revision).status_code == 303
    assert live(client)["version"] == 3


def test_a_second_click_on_publish_makes_no_second_version(client: FlaskClient, store: Store) -> None:
    revision = edit(store, THRESHOLD)
    assert publish(client, revision).status_code == 303
    assert publish(client, revision).status_code == 409
    assert live(client)["version"] == 2


def test_publishing_and_moving_the_draft_on_are_one(
    client: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the draft cannot be moved on, nothing is published either."""
    revision = edit(store, THRESHOLD)

    def broken(*_: object) -> None:
        raise StoreError("the disk is full", "make room")

    with monkeypatch.context() as patch:
        patch.setattr("leadwright.web.publishing.move_draft_on", broken)
        assert publish(client, revision, "Sales was swamped").status_code == 503
    assert live(client)["version"] == 1
    assert (current(store, "inbound").base, current(store, "inbound").changed) == (1, True)
    assert [entry.subject for entry in entries(store, 1)] == ["inbound@1"]
    assert publish(client, revision, "Sales was swamped").status_code == 303
    assert (current(store, "inbound").base, current(store, "inbound").changed) == (2, False)


def test_a_first_version_is_published_from_a_draft(client: FlaskClient, store: Store) -> None:
    client.post("/new", data={"name": "fresh", "start": "data"})
    assert "The first version of fresh." in words(client.get("/rulesets/fresh/review"))
    revision = current(store, "fresh").revision
    answer = client.post("/rulesets/fresh/publish", data={"revision": revision, "note": "First"})
    assert answer.status_code == 303
    assert client.get("/api/v1/rulesets/fresh").json["version"] == 1
    said = scored(client, str(answer.location))
    assert "Scored 4 leads as of 2026-01-14 09:00 UTC: no lead changed stage." in said
    assert "As of 2026-01-14" in words(client.get("/"))


def test_nothing_is_not_published(client: FlaskClient) -> None:
    client.post("/new", data={"name": "fresh", "start": "empty"})
    assert "The draft is empty." in words(client.get("/rulesets/fresh/review"))
    answer = client.post("/rulesets/fresh/publish", data={"revision": "0", "note": "x"})
    assert answer.status_code == 422
    assert client.get("/api/v1/rulesets/fresh").status_code == 404


def test_rolling_back_publishes_the_old_text_again(client: FlaskClient, store: Store) -> None:
    # What moves is counted from the scores by version 2, so they have to be there.
    scored(client, publish(client, edit(store, THRESHOLD)).location)
    history = words(client.get("/rulesets/inbound/history"))
    assert "Roll back to version 1 Publishes version 1 again, as version 3." in history
    answer = client.post("/rulesets/inbound/roll-back", data={"version": "1", "note": "Too few"})
    assert answer.location == "/rulesets/inbound/history?live=3"
    said = scored(client, answer.location)
    assert "Version 3 live restored version 1 again" in said
    assert "Too few Scored 4 leads as of 2026-01-15 12:00 UTC: 1 moved up a stage, 0 moved down." in said
    assert "score >= 30" in current(store, "inbound").text


# --- any two are compared ---------------------------------------------------------------------


def test_any_two_of_draft_live_and_versions_are_compared(client: FlaskClient, store: Store) -> None:
    publish(client, edit(store, THRESHOLD))
    edit(store, ("then +30", "then +35"))
    said = words(client.get("/compare?a=inbound@1&b=inbound@draft"))
    assert "threshold 30 → 50" in said
    assert "+30 → +35" in said
    assert "move down a stage" in said
    assert "+30 → +35" in words(client.get("/compare?a=inbound@live&b=inbound@draft"))
    assert "Both say the same." in words(client.get("/compare?a=inbound@2&b=inbound@live"))
    assert "version 2 (live)" in words(client.get("/compare"))
    edit(store, ("when requested demo\nthen", "when\nthen"))
    broken = words(client.get("/compare?a=inbound@live&b=inbound@draft"))
    assert "Inbound, the draft has" in broken or "inbound, the draft has" in broken.lower()
    assert "leads cannot be scored" in broken
    assert client.get("/compare?a=nothing&b=inbound").status_code == 404


# --- a second person --------------------------------------------------------------------------


@pytest.fixture
def careful(database: Path, users: dict[str, Role], store: Store) -> Flask:
    """A page on which a second person approves."""
    add_user(store, "second", Role.PUBLISHER, PASSWORD, Doer("test", "here"))
    return create_app(Settings(database, second_approver=True))


def logged_in(app: Flask, name: str) -> FlaskClient:
    client = app.test_client()
    assert client.post("/log-in", data={"name": name, "password": PASSWORD}).status_code == 303
    return client


def asked(client: FlaskClient, store: Store, note: str = "Please") -> str:
    """Asks for approval of the draft; gives the number of the wish."""
    draft = current(store, "inbound")
    answer = client.post("/rulesets/inbound/approval", data={"revision": draft.revision, "note": note})
    assert answer.status_code == 303
    return re.search(r'name="request" value="(\d+)"', client.get(REVIEW).get_data(as_text=True))[1]


def test_nobody_publishes_alone_where_a_second_person_must_approve(careful: Flask, store: Store) -> None:
    first, second = logged_in(careful, "publisher"), logged_in(careful, "second")
    revision = edit(store, THRESHOLD, who="publisher")
    assert "Ask for approval" in words(first.get(REVIEW))
    assert publish(first, revision).status_code == 403
    body = {"text": "# x", "note": "x", "base": 1}
    assert first.post("/api/v1/rulesets/inbound/versions", json=body).status_code == 403
    assert first.post("/rulesets/inbound/roll-back", data={"version": "1", "note": "x"}).status_code == 403
    wish = asked(first, store, "Sales was swamped")
    assert "publisher asked for it" in words(second.get(REVIEW))
    own = first.post("/rulesets/inbound/approve", data={"request": wish})
    assert own.status_code == 403
    assert "somebody else has to approve it" in words(own)
    token = make_token(store, "publisher", "mine", Role.PUBLISHER, days=1, doer=Doer("test", "here"))
    headers = {"Authorization": f"Bearer {token}"}
    by_token = careful.test_client().post(
        "/rulesets/inbound/approve", data={"request": wish}, headers=headers
    )
    assert by_token.status_code == 403
    assert second.post("/rulesets/inbound/approve", data={"request": wish}).status_code == 303
    made = second.get("/api/v1/rulesets/inbound").json
    assert (made["version"], made["author"], made["note"]) == (2, "publisher", "Sales was swamped")
    assert "publisher, approved by second" in words(second.get("/rulesets/inbound/history"))
    found = [entry for entry in entries(store, 4) if entry.action is not Action.SCORED]
    told = [(entry.who, entry.action.value, entry.detail) for entry in found]
    assert told[0] == ("second", "publish", "asked by publisher: Sales was swamped")
    assert told[2] == ("publisher", "approval asked", "Sales was swamped")


def test_what_is_approved_is_what_was_asked_for(careful: Flask, store: Store) -> None:
    first, second = logged_in(careful, "editor"), logged_in(careful, "second")
    edit(store, THRESHOLD, who="editor")
    wish = asked(first, store)
    edit(store, ("then +30", "then +35"), who="editor")
    said = words(second.get(REVIEW))
    assert "The draft has changed since." in said
    assert "gives +35" not in said
    assert second.post("/rulesets/inbound/approve", data={"request": wish}).status_code == 303
    text = second.get("/api/v1/rulesets/inbound").json["text"]
    assert ("score >= 50" in text, "then +30" in text) == (True, True)
    assert "then +35" in current(store, "inbound").text
    assert second.post("/rulesets/inbound/approve", data={"request": wish}).status_code == 409


def test_a_wish_is_declined_with_a_reason_or_withdrawn(careful: Flask, store: Store) -> None:
    first, second = logged_in(careful, "editor"), logged_in(careful, "second")
    edit(store, THRESHOLD, who="editor")
    wish = asked(first, store)
    assert first.post("/rulesets/inbound/approval", data={"revision": 1, "note": "x"}).status_code == 409
    other = logged_in(careful, "admin")
    assert other.post("/rulesets/inbound/decline", data={"request": wish}).status_code == 422
    done = second.post("/rulesets/inbound/decline", data={"request": wish, "reason": "Ask sales first"})
    assert done.status_code == 303
    assert "declined" in words(second.get("/rulesets/inbound/history"))
    assert "Ask sales first" in words(second.get("/rulesets/inbound/history"))
    wish = asked(first, store)
    assert first.post("/rulesets/inbound/decline", data={"request": wish}).status_code == 303
    assert "withdrawn" in words(first.get("/rulesets/inbound/history"))
    assert first.get("/api/v1/rulesets/inbound").json["version"] == 1


def test_rolling_back_is_asked_for_too(careful: Flask, store: Store) -> None:
    first, second = logged_in(careful, "publisher"), logged_in(careful, "second")
    edit(store, THRESHOLD, who="publisher")
    second.post("/rulesets/inbound/approve", data={"request": asked(first, store)})
    asked_for = first.post("/rulesets/inbound/approval", data={"version": "1", "note": "Too few"})
    assert asked_for.status_code == 303
    page = second.get(REVIEW).get_data(as_text=True)
    wish = re.search(r'name="request" value="(\d+)"', page)[1]
    assert "wants version 1 to be live again" in page
    assert second.post("/rulesets/inbound/approve", data={"request": wish}).status_code == 303
    made = second.get("/api/v1/rulesets/inbound").json
    assert (made["version"], "score >= 30" in made["text"]) == (3, True)


def test_what_is_broken_cannot_be_asked_for(careful: Flask, store: Store) -> None:
    client = logged_in(careful, "editor")
    revision = edit(store, ("then +40", "then +20"))
    answer = client.post("/rulesets/inbound/approval", data={"revision": revision, "note": "x"})
    assert answer.status_code == 422
    assert "Fix what the review lists first." in words(answer)


def test_a_second_person_needs_users(database: Path) -> None:
    with pytest.raises(CannotServe, match="second person"):
        Server(Settings(database, port=0, second_approver=True))
