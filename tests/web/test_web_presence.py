"""Who else is at a draft, and at which card."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from leadwright.tests.web.conftest import logged_in
from leadwright.web.accounts.users import Role
from leadwright.web.editor.cards import id_of
from leadwright.web.editor.presence import LONGEST_GONE, Presence

LARGE = id_of("rule:Large")


def here(client: FlaskClient, at: str = "") -> list[dict[str, str]]:
    """Who else is there, as a page is told that is at a card."""
    found = client.get("/rulesets/inbound/edit/revision", query_string={"at": at})
    others: list[dict[str, str]] = found.get_json()["here"]
    return others


def test_who_is_at_a_draft_sees_who_else_is_and_where(app: Flask, users: dict[str, Role]) -> None:
    first, second = Role.EDITOR.value, Role.PUBLISHER.value
    assert {first, second} <= set(users)
    ann, ben = logged_in(app, first), logged_in(app, second)
    assert here(ann, LARGE) == []
    assert here(ben) == [{"who": first, "at": LARGE}]
    assert here(ann, "<script>") == [{"who": second, "at": ""}]
    assert here(ben) == [{"who": first, "at": ""}]


def test_where_nobody_has_a_name_nobody_is_named(client: FlaskClient, app: Flask) -> None:
    assert here(client, LARGE) == []
    assert here(app.test_client(), LARGE) == []


def test_whoever_no_longer_asks_is_gone() -> None:
    people = Presence()
    people.come("inbound", "ann", LARGE, 0.0)
    assert [one.who for one in people.come("inbound", "ben", "", LONGEST_GONE - 1)] == ["ann"]
    assert people.come("other", "ben", "", LONGEST_GONE - 1) == []
    assert people.come("inbound", "ben", "", LONGEST_GONE) == []
