"""What the tests of the page share: a small scored database, an application over it, and a client."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from leadwright.engine.store.database import Store, open_store
from leadwright.tests.web.small import small_database
from leadwright.web import Settings, create_app
from leadwright.web.accounts import users as passwords
from leadwright.web.accounts.users import Doer, Role, add_user

HOST = "localhost"
PASSWORD = "correct horse battery"


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with leads, events, and rules that scored them; made once, and never written to."""
    return small_database(tmp_path_factory.mktemp("made"))


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that cost next to nothing, since hundreds are made here; their real cost is tested once."""
    monkeypatch.setattr(passwords, "_METHOD", "scrypt:256:8:1")


@pytest.fixture
def database(made: Path, tmp_path: Path) -> Path:
    """A copy of the database for one test."""
    return Path(shutil.copy(made, tmp_path / "leads.db"))


@pytest.fixture
def app(database: Path) -> Flask:
    """The page for this computer alone."""
    return create_app(Settings(database))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody at this computer."""
    return calling(app)


@pytest.fixture
def store(database: Path) -> Iterator[Store]:
    """The database itself."""
    with open_store(database) as opened:
        yield opened


@pytest.fixture
def users(store: Store) -> dict[str, Role]:
    """One user of each role, called after it, all with the same password."""
    for role in Role:
        add_user(store, role.value, role, PASSWORD, Doer("test", "here"))
    return {role.value: role for role in Role}


def calling(app: Flask) -> FlaskClient:
    """A client, whoever it is."""
    return app.test_client()


def logged_in(app: Flask, name: str) -> FlaskClient:
    """A client that has logged in."""
    made_client = calling(app)
    answer = made_client.post("/log-in", data={"name": name, "password": PASSWORD})
    assert answer.status_code == 303
    return made_client
