"""Headers, hosts, other sites' pages, and what is too large."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from leadwright.web import Settings, create_app

HOST = "localhost"


@pytest.mark.parametrize("path", ["/", "/nowhere", "/static/icon.svg", "/api/v1/rulesets", "/log-in"])
def test_every_answer_carries_the_policy(client: FlaskClient, path: str) -> None:
    headers = client.get(path, buffered=True).headers
    directives = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert directives["default-src"] == "'none'"
    assert directives["frame-ancestors"] == "'none'"
    assert set(directives.values()) == {"'none'", "'self'"}
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers


@pytest.mark.parametrize("path", ["/static/leadwright.css", "/static/built/editor.js"])
def test_scripts_and_styles_carry_what_browsers_heed_of_them(client: FlaskClient, path: str) -> None:
    headers = client.get(path, buffered=True).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Permissions-Policy" not in headers


def test_pages_are_not_kept_by_caches_but_the_stylesheet_is(client: FlaskClient) -> None:
    assert client.get("/").headers["Cache-Control"] == "no-store"
    assert "max-age" in client.get("/static/leadwright.css", buffered=True).headers["Cache-Control"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "none"}, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": f"http://{HOST}"}, 403),
        ({"Origin": f"http://{HOST}"}, 303),
        ({"Origin": "http://127.0.0.1:9999"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://["}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_writes_of_other_sites_are_refused(client: FlaskClient, headers: dict[str, str], status: int) -> None:
    answer = client.post("/theme", data={"theme": "dark"}, headers=headers)
    assert answer.status_code == status
    if status == 403:
        assert "another site" in answer.get_data(as_text=True)
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.9:8000", "", "[::2]:8000"]
)
def test_names_that_are_not_this_computers_are_refused(client: FlaskClient, host: str) -> None:
    answer = client.get("/", headers={"Host": host})
    assert answer.status_code == 400
    assert "does not answer to the name" in answer.get_data(as_text=True)


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "[::1]:8000", "localhost"])
def test_names_of_this_computer_are_answered(client: FlaskClient, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via"])
def test_without_users_nothing_is_answered_through_a_proxy(client: FlaskClient, header: str) -> None:
    answer = client.get("/", headers={header: "10.1.1.1"})
    assert answer.status_code == 403
    assert "through a proxy" in answer.get_data(as_text=True)


def test_a_page_for_others_answers_to_its_names_and_addresses(database: Path) -> None:
    app = create_app(Settings(database, host="0.0.0.0", names=("score.example.com",), https=True))
    for host, status in (("score.example.com", 200), ("10.0.0.9:8000", 200), ("evil.example", 400)):
        assert app.test_client().get("/log-in", headers={"Host": host}).status_code == status
    headers = app.test_client().get("/log-in", headers={"Host": "score.example.com"}).headers
    assert headers["Strict-Transport-Security"] == "max-age=31536000"


def test_requests_that_are_too_large_are_refused(database: Path) -> None:
    client = create_app(Settings(database, largest_request=2_000)).test_client()
    answer = client.post("/api/v1/check", json={"text": "#" * 3_000}, headers={"Host": HOST})
    assert answer.status_code == 413
    assert answer.json["detail"] == "The request is too large. Send less at once."


def test_questions_that_take_too_long_are_broken_off(database: Path, app: Flask) -> None:
    hurried = create_app(Settings(database, request_seconds=-1)).test_client()
    # SQLite looks at the clock every some thousand steps, so the question has to be long enough.
    import sqlite3

    with closing(sqlite3.connect(database)) as connection, connection:
        rows = ((f"x{number}", 0) for number in range(20_000))
        connection.executemany("INSERT INTO lead (_key, _changed) VALUES (?, ?)", rows)
    connection.close()
    answer = hurried.get("/api/v1/leads?q=nobody", headers={"Host": HOST})
    assert (answer.status_code, answer.json["title"]) == (503, "Too slow")


def test_texts_of_the_page_read_no_files(client: FlaskClient, database: Path) -> None:
    (database.parent / "secret.txt").write_text("entry")
    for name in ("secret.txt", "/etc/passwd", "../secret.txt"):
        found = client.post("/api/v1/check", json={"text": f'list L from "{name}"'}).json
        assert found["runs"] is False
        assert "entry" not in str(found)
    found = client.post("/api/v1/check", json={"text": 'include "secret.txt"'}).json
    assert [item["code"] for item in found["diagnostics"]] == ["include"]


def test_texts_read_files_only_below_the_folder_an_admin_named(database: Path) -> None:
    folder = database.parent / "shared"
    folder.mkdir()
    (folder / "people.txt").write_text("CTO\n")
    (database.parent / "secret.txt").write_text("entry")
    client = create_app(Settings(database, rules_folder=folder)).test_client()

    def codes(name: str) -> list[str]:
        text = f'list L from "{name}"\nwhen title in L then +1\nscore from 0 to 5\nstage A when score >= 1'
        body = client.post("/api/v1/check", json={"text": text}, headers={"Host": HOST}).json
        return [item["code"] for item in body["diagnostics"] if item["severity"] == "error"]

    assert codes("people.txt") == []
    assert codes("../secret.txt") == ["list-file"]
    assert codes("secret.txt") == ["list-file"]


def test_a_draft_reads_no_files_either(client: FlaskClient, database: Path) -> None:
    (database.parent / "secret.txt").write_text("xyzzy\n")
    for text in (
        'list L from "secret.txt"\nwhen title in L then +1',
        'list L from "/etc/passwd"\nwhen title in L then +1',
        'include "secret.txt"',
        'include "../secret.txt"',
    ):
        client.post("/api/v1/drafts", json={"name": "odd", "text": text})
        draft = client.get("/api/v1/rulesets/odd/draft").json
        assert draft["runs"] is False
        for path in ("/rulesets/odd/review", "/rulesets/odd/edit", "/rulesets/odd", "/rulesets/odd/text"):
            told = client.get(f"{path}?version=draft", headers={"Accept-Encoding": "identity"})
            assert "xyzzy" not in told.get_data(as_text=True)
            assert "root:" not in told.get_data(as_text=True)
        publish = {"revision": draft["revision"], "note": "x"}
        assert client.post("/rulesets/odd/publish", data=publish).status_code == 422
        client.post("/api/v1/rulesets/odd/draft/discard")


def test_files_that_are_sent_bring_nothing_from_the_server(client: FlaskClient, database: Path) -> None:
    from io import BytesIO

    (database.parent / "secret.txt").write_text("entry\n")
    files = [(BytesIO(b'list L from "secret.txt"\n'), "../../odd.rules"), (BytesIO(b"mine\n"), "other.txt")]
    answer = client.post("/new/import", data={"file": files}, content_type="multipart/form-data")
    assert answer.location == "/rulesets/odd/edit"
    assert client.get("/api/v1/rulesets/odd/draft").json["text"] == 'list L from "secret.txt"\n'


@pytest.mark.parametrize(
    "path",
    ["/new", "/new/import", "/rulesets/inbound/publish", "/rulesets/inbound/import", "/log-in", "/theme"],
)
def test_forms_that_are_too_large_are_refused(database: Path, path: str) -> None:
    client = create_app(Settings(database, largest_request=2_000)).test_client()
    answer = client.post(path, data={"name": "x" * 3_000}, headers={"Host": HOST})
    assert answer.status_code == 413
    assert "too large" in answer.get_data(as_text=True)


def test_every_write_of_another_site_is_refused(app: Flask) -> None:
    tried = 0
    for rule in app.url_map.iter_rules():
        for method in rule.methods - {"GET", "HEAD", "OPTIONS"}:
            path = rule.rule.replace("<name>", "inbound").replace("<number>", "1")
            for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
                answer = app.test_client().open(path, method=method, headers=headers)
                assert answer.status_code == 403, (method, path)
                assert "another site" in answer.get_data(as_text=True), (method, path)
                tried += 1
    assert tried > 60
