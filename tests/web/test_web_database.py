"""A database that is gone, foreign, locked or read-only: said on a page, and in a problem."""

from __future__ import annotations

import sqlite3
from itertools import count
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from leadwright.engine.store.database import Store
from leadwright.web import Settings, access
from leadwright.web import database as bounded
from leadwright.web.accounts.log_in import log_in
from leadwright.web.accounts.users import Role


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "There is no database"),
        (b"not a database at all, but longer than its beginning", "is not a database"),
        (b"", "is not a database"),
    ],
)
def test_a_database_that_is_not_there_is_a_page(
    client: FlaskClient, database: Path, content: bytes | None, said: str
) -> None:
    database.unlink()
    if content is not None:
        database.write_bytes(content)
    page = client.get("/leads")
    assert page.status_code == 503
    assert said in page.get_data(as_text=True)
    assert "The database cannot be used" in page.get_data(as_text=True)
    problem = client.get("/api/v1/rulesets")
    assert (problem.status_code, problem.mimetype) == (503, "application/problem+json")
    assert said in problem.json["detail"]
    for told in (page.get_data(as_text=True), problem.json["detail"]):
        assert database.name in told
        assert str(database.parent) not in told
    assert client.get("/static/leadwright.css", buffered=True).status_code == 200


def test_a_damaged_database_is_said_to_be_damaged(client: FlaskClient, database: Path) -> None:
    content = database.read_bytes()
    database.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    page = client.get("/leads")
    assert page.status_code == 503
    assert "is damaged" in page.get_data(as_text=True)


def test_a_locked_database_is_read_all_the_same_and_written_later(
    client: FlaskClient, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from leadwright.engine.store.database import open_store
    from leadwright.web import database as module

    monkeypatch.setattr(
        module, "open_store", lambda *given, **more: open_store(*given, **(more | {"wait": 0.05}))
    )
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        assert client.get("/lead?id=L1").status_code == 200
        body = {"text": "# x", "note": "x", "base": None}
        answer = client.post("/api/v1/rulesets/other/versions", json=body)
        assert answer.status_code == 503
        assert "in use by another program" in answer.json["detail"]
        assert answer.headers["Retry-After"] == "5"
    finally:
        other.close()


def test_a_locked_database_refuses_to_publish_and_keeps_what_was_typed(
    client: FlaskClient, database: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from leadwright.engine.store.database import open_store
    from leadwright.web import database as module
    from leadwright.web.drafts import current, take_text

    text = current(store, "inbound").text.replace("+30", "+35")
    take_text(store, "inbound", text, who="local", seen=0)
    monkeypatch.setattr(
        module, "open_store", lambda *given, **more: open_store(*given, **(more | {"wait": 0.05}))
    )
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        sent = {"revision": "1", "note": "A note of some length"}
        answer = client.post("/rulesets/inbound/publish", data=sent)
        page = answer.get_data(as_text=True)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert "is in use by another program" in page
        assert "A note of some length</textarea>" in page
        for path in ("/", "/rulesets/inbound", "/rulesets/inbound/history", "/compare", "/leads"):
            assert client.get(path).status_code == 200
        assert client.post("/new", data={"name": "fresh", "start": "empty"}).status_code == 503
    finally:
        other.close()
    assert client.post("/rulesets/inbound/publish", data=sent).status_code == 303


def test_a_read_only_database_keeps_people_in_and_refuses_to_write(
    app, users: dict[str, Role], store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = log_in(store, "publisher", "correct horse battery", "1.2.3.4", _long_ago())
    client = app.test_client()
    client.set_cookie("leadwright", secret or "")
    refuse = _refusing(store)
    monkeypatch.setattr(access, "writing", refuse)
    assert client.get("/leads").status_code == 200
    import leadwright.web.api.rulesets as module

    monkeypatch.setattr(module, "writing", refuse)
    body = {"version": 1, "note": "x"}
    answer = client.post("/api/v1/rulesets/inbound/roll-back", json=body)
    assert answer.status_code == 503
    assert "may only be read" in answer.json["detail"]


def _long_ago() -> int:
    """Some hours ago, so that the session is due to be seen."""
    import time

    return time.time_ns() // 1000 - 2 * 3600 * 1_000_000


def _refusing(store: Store):
    from contextlib import contextmanager

    from leadwright.engine.store.database import explain

    @contextmanager
    def writing(_settings):
        error = sqlite3.OperationalError("attempt to write a readonly database")
        error.sqlite_errorname = "SQLITE_READONLY"
        found = explain(error, store.path)
        assert found is not None
        raise found
        yield

    return writing


def test_only_the_time_in_the_database_counts(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = count(0.0, 0.001)
    monkeypatch.setattr(bounded.time, "monotonic", lambda: next(clock))
    store = bounded.open_reading(Settings(database), 1.0)
    long = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT max(i) FROM n"
    )
    # A thousand seconds go by before and between questions, and next to none within them.
    clock = count(1_000.0, 0.001)
    assert store.connection.execute(long).fetchone() == (20_000,)
    clock = count(2_000.0, 0.001)
    assert store.connection.execute(long).fetchone() == (20_000,)
    clock = count(2_001.0, 0.09)
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        store.connection.execute(long.replace("20000", "2000000")).fetchone()
    store.close()
