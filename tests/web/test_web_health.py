"""`/healthz`, for whatever watches the service."""

from __future__ import annotations

from pathlib import Path

from flask.testing import FlaskClient
from leadwright.web import Settings, create_app


def test_a_database_that_can_be_read_is_healthy(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_a_database_that_is_broken_is_not(tmp_path: Path) -> None:
    (tmp_path / "leads.db").write_bytes(b"SQLite format 3\0 and nothing else" * 100)
    answer = create_app(Settings(tmp_path / "leads.db")).test_client().get("/healthz")
    assert (answer.status_code, answer.text) == (503, "the database cannot be read\n")
