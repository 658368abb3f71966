"""Users on the page: added, changed and removed by admins alone, and all of it on record."""

from __future__ import annotations

import re

from flask import Flask
from flask.testing import FlaskClient
from leadwright.engine.store.database import Store
from leadwright.engine.store.records.audit import entries
from leadwright.web.accounts.tokens import make_token, tokens
from leadwright.web.accounts.users import Doer, Role, users

PASSWORD = "correct horse battery"


def said(answer) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", answer.get_data(as_text=True)).split())


def add(client: FlaskClient, name: str, role: str, password: str = PASSWORD):
    return client.post("/users", data={"name": name, "role": role, "password": password})


def test_the_first_user_is_an_admin_and_from_then_on_everybody_logs_in(
    client: FlaskClient, store: Store
) -> None:
    assert "No one has to log in yet" in said(client.get("/users"))
    refused = add(client, "ann", "viewer")
    assert refused.status_code == 422
    assert "The first user has to be an admin." in said(refused)
    assert add(client, "ann", "admin").status_code == 303
    assert client.get("/users").status_code == 302
    assert [(user.name, user.role) for user in users(store)] == [("ann", Role.ADMIN)]


def admin(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.post("/log-in", data={"name": "admin", "password": PASSWORD})
    return client


def test_an_admin_changes_roles_passwords_and_tokens(app: Flask, users, store: Store) -> None:
    client = admin(app)
    make_token(store, "editor", "CRM", Role.VIEWER, days=None, doer=Doer("test", "here"))
    assert "Token CRM as viewer, without end" in said(client.get("/users"))
    assert (
        client.post("/users/change", data={"name": "editor", "what": "role", "role": "publisher"}).status_code
        == 303
    )
    assert (
        client.post("/users/change", data={"name": "editor", "what": "token", "token": "CRM"}).status_code
        == 303
    )
    new = {"name": "editor", "what": "password", "password": "another long password"}
    assert client.post("/users/change", data=new).status_code == 303
    assert client.post("/users/change", data={"name": "viewer", "what": "remove"}).status_code == 303
    assert tokens(store) == []
    done = [(entry.who, entry.action.value, entry.subject) for entry in entries(store, 4)]
    assert done == [
        ("admin", "user removed", "viewer"),
        ("admin", "password changed", "editor"),
        ("admin", "token revoked", "editor: CRM"),
        ("admin", "role changed", "editor"),
    ]


def test_what_cannot_be_done_says_why(app: Flask, users, store: Store) -> None:
    client = admin(app)
    for what, status in (
        ({"what": "remove"}, 422),
        ({"what": "role", "role": "viewer"}, 422),
        ({"what": "role", "role": "king"}, 422),
        ({"what": "nothing"}, 422),
    ):
        assert client.post("/users/change", data={"name": "admin", **what}).status_code == status
    assert "Admin is the only admin" in said(
        client.post("/users/change", data={"name": "admin", "what": "remove"})
    )
    assert "There is no user" in said(client.post("/users/change", data={"name": "nobody", "what": "remove"}))
    assert "at least 10 characters" in said(add(client, "ben", "viewer", "short"))
    assert 'value="ben"' in add(client, "ben", "viewer", "short").get_data(as_text=True)
    assert len(said(client.get("/users")).split("since")) == len(users) + 1


def test_nobody_else_manages_users(app: Flask, users) -> None:
    client = app.test_client()
    client.post("/log-in", data={"name": "publisher", "password": PASSWORD})
    assert client.get("/users").status_code == 403
    assert add(client, "eve", "admin").status_code == 403
    assert client.post("/users/change", data={"name": "admin", "what": "remove"}).status_code == 403


def test_a_hostile_name_is_text(client: FlaskClient, store: Store) -> None:
    add(client, "<script>alert(1)</script>", "admin")
    other = client.application.test_client()
    other.post("/log-in", data={"name": "<script>alert(1)</script>", "password": PASSWORD})
    page = other.get("/users").get_data(as_text=True)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
