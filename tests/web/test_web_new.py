"""New rulesets: each begins as a draft, whatever it is made from, and nothing is live at once."""

from __future__ import annotations

import re
import time
from base64 import b64encode
from io import BytesIO
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from leadwright.engine.check.files import FrozenFiles
from leadwright.engine.reading import read
from leadwright.engine.store.database import Store
from leadwright.engine.store.records.audit import entries
from leadwright.engine.testing import run_tests
from leadwright.grammar.messages.diagnostics import Source
from leadwright.web.drafts import authors, current, draft_names
from leadwright.web.drafts.changes import undo
from leadwright.web.inlining import standing_alone
from leadwright.web.pages import new
from leadwright.web.pages.new import shipped


def words(client: FlaskClient, path: str) -> str:
    text = re.sub(r"<[^>]*>", " ", client.get(path).get_data(as_text=True))
    return " ".join(text.split())


def begin(client: FlaskClient, name: str, start: str):
    return client.post("/new", data={"name": name, "start": start})


@pytest.mark.parametrize("start", ["empty", "data", *(one.name for one in shipped())])
def test_whatever_it_starts_from_it_is_a_draft_that_works(
    client: FlaskClient, store: Store, start: str
) -> None:
    answer = begin(client, "fresh", start)
    assert (answer.status_code, answer.location) == (303, "/rulesets/fresh/edit")
    draft = current(store, "fresh")
    assert draft is not None
    assert (draft.base, "fresh" in draft_names(store)) == (None, True)
    reading = read(Source(draft.text))
    if start != "empty":
        assert reading.plan is not None, reading.errors
        assert reading.plan.tests
        assert all(result.passed for result in run_tests(reading.plan))
        assert authors(store, "fresh") == ["local"]
    assert [name["name"] for name in client.get("/api/v1/rulesets").json["rulesets"]] == ["inbound"]
    assert "not published yet" in words(client, "/")
    assert "not published yet" in words(client, "/rulesets/fresh")


@pytest.mark.parametrize(
    ("name", "start", "status", "said"),
    [
        ("", "empty", 422, "cannot be the name of a ruleset"),
        ("../up", "empty", 422, "cannot be the name of a ruleset"),
        ("inbound", "empty", 409, "There is a ruleset inbound already"),
        ("fresh", "nonsense", 422, "Say what to start from"),
    ],
)
def test_what_cannot_begin_says_why_on_the_same_form(
    client: FlaskClient, name: str, start: str, status: int, said: str
) -> None:
    answer = begin(client, name, start)
    assert answer.status_code == status
    assert said in answer.get_data(as_text=True)
    assert "Import a file" in answer.get_data(as_text=True)


def send(client: FlaskClient, path: str, files: dict[str, bytes], **more: str):
    parts = [(BytesIO(content), name) for name, content in files.items()]
    return client.post(path, data={"file": parts, **more}, content_type="multipart/form-data")


def test_a_file_becomes_a_draft_with_its_lists_in_it(client: FlaskClient, store: Store) -> None:
    text = '\ufefflist friends from "lists/friends.txt" # ours\r\nwhen title in friends then +5\r\n'
    files = {"Spring.rules": text.encode(), "friends.txt": b"CTO\n\nCMO\nCTO\n"}
    assert send(client, "/new/import", files).location == "/rulesets/Spring/edit"
    draft = current(store, "Spring")
    assert draft is not None
    assert draft.text == 'list friends: "CTO", "CMO" # ours\r\nwhen title in friends then +5\r\n'
    assert [(entry.action.value, entry.subject, entry.detail) for entry in entries(store, 1)] == [
        ("import", "Spring", "Spring.rules as a draft")
    ]
    assert "imported" in words(client, "/rulesets/Spring/history")


def test_a_file_that_does_not_parse_is_a_draft_all_the_same(client: FlaskClient, store: Store) -> None:
    assert send(client, "/new/import", {"odd.rules": b"when when when"}, name="odd one").status_code == 303
    draft = current(store, "odd one")
    assert draft is not None
    assert draft.text == "when when when"
    assert "error" in words(client, "/")


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "Choose a file of rules"),
        ({"a.rules": b"", "b.rules": b""}, "Choose one file of rules at a time"),
        ({"a.rules": b"\xff\xfe"}, "a.rules is not UTF-8 text"),
        ({"a.rules": b"#" * 101}, "larger than 1 MiB"),
    ],
)
def test_a_file_that_cannot_be_taken_says_why(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, files: dict[str, bytes], said: str
) -> None:
    monkeypatch.setattr(new, "LARGEST_TEXT", 100)
    answer = send(client, "/new/import", files)
    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True)


def test_a_file_for_a_ruleset_that_is_there_becomes_its_draft_and_can_be_undone(
    client: FlaskClient, store: Store
) -> None:
    before = client.get("/api/v1/rulesets/inbound").json["text"]
    assert send(client, "/rulesets/inbound/import", {"x.rules": b"# new\n"}).status_code == 303
    assert current(store, "inbound").text == "# new\n"
    assert client.get("/api/v1/rulesets/inbound").json["text"] == before
    undo(store, "inbound", who="local")
    assert current(store, "inbound").text == before


def test_a_copy_is_a_draft_of_another_name(client: FlaskClient, store: Store) -> None:
    assert client.post("/rulesets/inbound/duplicate").location == "/rulesets/inbound%20copy/edit"
    assert client.post("/rulesets/inbound/duplicate").location == "/rulesets/inbound%20copy%202/edit"
    assert client.post("/rulesets/inbound/duplicate", data={"name": "other"}).status_code == 303
    assert current(store, "other").text == client.get("/api/v1/rulesets/inbound").json["text"]
    assert client.post("/rulesets/nothing/duplicate").status_code == 404


def test_a_draft_can_be_downloaded(client: FlaskClient) -> None:
    begin(client, "fresh", "data")
    answer = client.get("/rulesets/fresh/text?version=draft")
    assert answer.headers["Content-Disposition"] == "attachment; filename=fresh-draft.rules"
    assert answer.get_data(as_text=True).startswith("# Rules to start from")


def test_what_was_thrown_away_comes_back_to_the_letter(client: FlaskClient, store: Store) -> None:
    send(client, "/new/import", {"odd.rules": b"# one\r\n# <two>\n"})
    page = client.post("/rulesets/odd/discard").get_data(as_text=True)
    assert current(store, "odd") is None
    kept = re.search(r'name="text" value="([^"]*)"', page)[1]
    assert client.post("/new/again", data={"name": "odd", "text": kept}).status_code == 303
    assert current(store, "odd").text == "# one\r\n# <two>\n"
    for wrong in ("not base64!", b64encode(b"\xff").decode()):
        assert client.post("/new/again", data={"name": "x", "text": wrong}).status_code == 422


def test_files_are_written_into_a_text_that_stands_alone() -> None:
    files = FrozenFiles(
        {"more.rules": 'list B from "b.csv" column x\n', "b.csv": "x,y\none,1\n", "e.txt": ""}
    )
    text = 'include "more.rules"\nlist E from "e.txt"\nlist N from "none.txt"\n'
    made = standing_alone(text, files, 1_000)
    assert made == 'list B: "one"\nlist E from "e.txt"\nlist N from "none.txt"\n'


def test_each_file_is_included_once_whoever_names_it() -> None:
    both = 'include "a.rules"\ninclude "b.rules"\n'
    files = FrozenFiles({"a.rules": both + "tags x\n", "b.rules": both + "tags y\n"})
    made = standing_alone(both + 'include "a.rules"\n', files, 1_000)
    assert (made.count("tags x"), made.count("tags y"), made.count("include")) == (1, 1, 0)


def test_a_small_upload_does_not_grow_beyond_what_a_ruleset_may_be(client: FlaskClient) -> None:
    entries = "\n".join(f"company number {number}" for number in range(18_000))
    lists = "\n".join(f'list L{number} from "names.txt"' for number in range(40))
    circle = "".join(f'include "{name}.rules"\n' * 30 for name in "abc")
    sent = {"big.rules": lists.encode(), "names.txt": entries.encode()}
    began = time.perf_counter()
    answer = send(client, "/new/import", sent)
    assert (answer.status_code, "larger than 1 MiB" in answer.get_data(as_text=True)) == (422, True)
    circling = {f"{name}.rules": f"{circle}# {name}\n" for name in "abc"}
    made = standing_alone(circle, FrozenFiles(circling), 1 << 20)
    assert len(made) < 1_000
    assert time.perf_counter() - began < 5


def test_nobody_below_an_editor_begins_anything(app, users, tmp_path: Path) -> None:
    client = app.test_client()
    client.post("/log-in", data={"name": "viewer", "password": "correct horse battery"})
    pages = ("/new", "/new/import", "/new/again", "/rulesets/inbound/duplicate", "/rulesets/inbound/discard")
    for path in pages:
        assert client.post(path).status_code == 403
