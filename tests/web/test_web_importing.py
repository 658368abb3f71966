"""Leads and events brought in on the page, by a client without scripts: pieces, choices, roles, limits."""

from __future__ import annotations

import io
import re
import time
from html import unescape
from pathlib import Path
from threading import Event
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from leadwright.engine.importing import rehearsal
from leadwright.engine.progress import Progress
from leadwright.engine.store.database import Store, open_store
from leadwright.tests.web.conftest import logged_in
from leadwright.web import Settings, create_app
from leadwright.web.importing import counting
from leadwright.web.jobs import jobs

FILE = """\
Record ID,Full name,Employees,Made,Opted in
41,Anna Becker,19,03/04/2025,Yes
42,Ben Tan,"1,200",05/06/2025,No
,Nobody,3,01/02/2025,No
"""
EVENTS = "lead,event,page,at\nL1,visited,pricing,2026-01-15T09:00:00Z\nL9,visited,docs,2026-01-15T10:00:00Z\n"


def sent(client: FlaskClient, text: str, name: str = "crm.csv") -> str:
    """Sends a file, and gives its address."""
    answer = client.post("/leads/import", data={"file": (io.BytesIO(text.encode()), name)})
    assert answer.status_code == 303
    return str(answer.location)


def page(client: FlaskClient, address: str) -> str:
    """A page once the work that it shows is done."""
    for _ in range(4_000):
        text = client.get(address).get_data(as_text=True)
        if "data-watch" not in text:
            return unescape(text)
        time.sleep(0.02)
    raise AssertionError("the work did not end")


def form_of(html: str) -> dict[str, str]:
    """What the form of the columns says as it was sent."""
    found = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html))
    found |= dict(re.findall(r'<input id="[^"]+" name="([^"]+)" value="([^"]*)"', html))
    for name, inside in re.findall(r'<select id="[^"]+" name="([^"]+)".*?>(.*?)</select>', html, re.S):
        chosen = re.search(r'value="([^"]*)" selected', inside)
        found[name] = chosen[1] if chosen else ""
    found["rows"] = "events" if re.search(r'value="events" checked', html) else "leads"
    return {unescape(name): unescape(value) for name, value in found.items() if name != "to"}


def test_a_file_of_leads_is_understood_decided_loaded_and_its_rejects_mended(
    client: FlaskClient, store: Store
) -> None:
    address = sent(client, FILE)
    html = page(client, address)
    assert "3 rows, 5 columns" in html
    assert "1,200 (line 3) can be two numbers" in html
    assert "yes/no (found)" in html
    form = form_of(html)
    assert form["use.0"] == "id"
    # An answer that is offered is taken, a name and a date format are given; the result is shown.
    answer = re.search(r"value=\"([^\"]+)\">Read it as 1200", client.get(address).get_data(as_text=True))
    assert answer is not None
    form |= {"answer": unescape(answer[1]), "name.2": "employees", "date_format.3": "%d/%m/%Y"}
    assert client.post(address, data=form).status_code == 303
    html = page(client, address)
    assert re.search(r"03/04/2025 <span class=\"read\">.*? 2025-04-03", html)
    assert re.search(r"1,200 <span class=\"read\">.*? 1200", html)
    assert store.connection.execute("SELECT count(*) FROM lead").fetchone() == (4,)
    client.post(address, data=form_of(html) | {"act": "load"})
    html = page(client, address)
    assert "crm.csv is loaded" in html
    assert "1 row could not be read" in html
    found = store.connection.execute("SELECT employees, Made, opted_in FROM lead WHERE _key = ?", ("42",))
    assert found.fetchall() == [(1200.0, "2025-06-05", 0)]
    rejects = client.get(f"{address}/rejects.csv")
    assert "has no id in Record ID" in rejects.get_data(as_text=True)
    # The rows fixed, and imported as the file that was downloaded.
    mended = rejects.get_data(as_text=True).replace(",,Nobody", ",43,Nobody")
    again = sent(client, mended, "fixed.csv")
    # Its dates read both ways, and nothing is guessed for a field that has dates already.
    assert "Choose how the dates of Made are written" in page(client, again)
    form = form_of(page(client, again))
    client.post(again, data=form | {"date_format.3": "%d/%m/%Y", "act": "load"})
    assert "fixed.csv is loaded" in page(client, again)
    assert store.connection.execute("SELECT count(*) FROM lead WHERE _key = '43'").fetchone() == (1,)
    told = client.get("/audit").get_data(as_text=True)
    assert "crm.csv: 3 rows, 2 new leads" in told


def test_events_are_told_by_their_columns(client: FlaskClient, store: Store) -> None:
    address = sent(client, EVENTS, "events.csv")
    form = form_of(page(client, address))
    assert [form[f"use.{place}"] for place in range(4)] == ["id", "type", "object", "at"]
    client.post(address, data=form | {"known_only": "on", "act": "load"})
    html = page(client, address)
    assert "Rows of unknown leads, left out" in html
    kinds = store.connection.execute("SELECT type, object FROM events WHERE at LIKE '2026-01-15%'")
    assert kinds.fetchall() == [("visited", "pricing")]


def test_what_is_lacking_is_said_and_nothing_is_loaded(client: FlaskClient, store: Store) -> None:
    address = sent(client, FILE)
    form = form_of(page(client, address)) | {"use.0": "out", "act": "load"}
    answer = client.post(address, data=form)
    assert answer.status_code == 422
    assert "Choose the column that holds the lead's id" in unescape(answer.get_data(as_text=True))
    assert store.connection.execute("SELECT count(*) FROM lead").fetchone() == (4,)


def test_a_column_chosen_as_the_id_takes_the_place_of_the_other(client: FlaskClient) -> None:
    address = sent(client, FILE)
    client.post(address, data=form_of(page(client, address)) | {"use.1": "id"})
    form = form_of(page(client, address))
    assert (form["use.0"], form["use.1"]) == ("field", "id")


def test_pasted_rows_come_in(client: FlaskClient, store: Store) -> None:
    answer = client.post("/leads/import", data={"pasted": "id\ttown\nP1\tGraz\n"})
    client.post(answer.location, data=form_of(page(client, answer.location)) | {"act": "load"})
    assert "is loaded" in page(client, answer.location)
    assert store.connection.execute("SELECT town FROM lead WHERE _key = 'P1'").fetchone() == ("Graz",)


def test_a_file_comes_in_pieces_in_order_and_no_larger_than_allowed(database: Path) -> None:
    client = create_app(Settings(database, largest_import=2_000)).test_client()
    assert client.post("/leads/import/begin", json={"name": "big.csv", "size": 2_001}).status_code == 413
    assert client.post("/leads/import/begin", json={"name": "none.csv", "size": 0}).status_code == 422
    begun = client.post("/leads/import/begin", json={"name": "../../x.csv", "size": 10}).json
    assert begun is not None
    assert client.get(begun["then"]).status_code == 409
    assert client.post(f"{begun['send']}?at=0", data=b"id,a\n").json == {"arrived": 5}
    assert client.post(f"{begun['send']}?at=0", data=b"id,a\n").status_code == 409
    assert client.post(f"{begun['send']}?at=5", data=b"1,2\n3,4\n").status_code == 409
    assert client.post(f"{begun['send']}?at=5", data=b"1,2\n\n").json == {"arrived": 10}
    assert "1 row, 2 columns" in page(client, begun["then"])
    kept = database.with_name("leads.db-imports")
    assert {path.name for path in kept.rglob("*.csv")} == {"x.csv"}
    assert client.post(f"{begun['then']}/forget").status_code == 303
    assert not list(kept.rglob("*.csv"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"SQLite format 3\x00" + b"\x00" * 50, "is a database"),
        (b"<html><body>Log in</body></html>", "is a web page or XML"),
        (b"PK\x03\x04 no zip at all", "odd.csv"),
        (b"\xff\xfe\x00\x00\x01", "odd.csv"),
    ],
)
def test_files_that_are_something_else_are_refused_in_words(
    client: FlaskClient, database: Path, content: bytes, said: str
) -> None:
    answer = client.post("/leads/import", data={"file": (io.BytesIO(content), "odd.csv")})
    html = page(client, str(answer.location))
    assert said in html
    assert str(database.parent) not in html
    assert " --" not in re.sub(r"<[^>]*>", " ", html)


def test_only_publishers_bring_data_in_and_nobody_sees_anothers_file(
    app: Flask, users: dict[str, object]
) -> None:
    assert users
    address = sent(logged_in(app, "publisher"), FILE)
    for name in ("viewer", "editor"):
        other = logged_in(app, name)
        assert other.get("/leads/import").status_code == 403
        assert other.post("/leads/import", data={"pasted": "id\n1\n"}).status_code == 403
        assert other.post("/rulesets/inbound/score").status_code == 403
    assert logged_in(app, "admin").get(address).status_code == 404
    assert logged_in(app, "publisher").get(address).status_code == 200


def test_a_first_visit_brings_the_sample_in(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    open_store(path, create=True).close()
    client = create_app(Settings(path)).test_client()
    assert "Say when a lead is qualified" in client.get("/").get_data(as_text=True)
    assert client.post("/sample").location == "/sample"
    for _ in range(6_000):
        answer = client.get("/sample")
        if answer.status_code == 303:
            break
        time.sleep(0.02)
    html = client.get("/").get_data(as_text=True)
    assert "B2B SaaS inbound" in html
    assert "As of 2026-01-15" in html
    # A second time there is something already.
    client.post("/sample")
    for _ in range(4_000):
        answer = client.get("/sample")
        if answer.status_code != 200:
            break
        time.sleep(0.02)
    assert "without leads and rulesets" in answer.get_data(as_text=True)


def test_a_column_of_merged_ids_is_pointed_out_and_merges(client: FlaskClient, store: Store) -> None:
    address = sent(client, "id,Merged contact IDs\nL1,L2\n")
    html = page(client, address)
    answer = re.search(
        r"value=\"([^\"]+)\">Merge those leads into the row", client.get(address).get_data(as_text=True)
    )
    assert "Merged contact IDs seems to list ids of leads that were merged into others" in html
    assert answer is not None
    client.post(address, data=form_of(html) | {"answer": unescape(answer[1])})
    form = form_of(page(client, address))
    assert (form["use.0"], form["use.1"]) == ("id", "merged ids")
    client.post(address, data=form | {"act": "load"})
    assert "Leads merged into another" in page(client, address)
    assert store.connection.execute("SELECT lead FROM alias WHERE key = 'L2'").fetchall() == [(1,)]


def counts(html: str) -> dict[str, str]:
    """The table of what an import stores, or would."""
    return dict(re.findall(r'<tr><th scope="row">(.*?)</th><td class="right">(.*?)</td></tr>', html))


def said(counted: dict[str, str]) -> str:
    return ", ".join(f"{number} {words}" for words, number in counted.items())


LEAD_ROWS = "id,name,title,employees,opted_in"
EVENT_ROWS = "key,lead,what,page,at"
VISITED = ",visited,pricing,2026-01-10T09:00:00Z"


COUNTED = [
    (
        "leads",
        [
            LEAD_ROWS,
            "L1,Zoë Müller,VP Marketing,1200,yes",
            "L2,Ben,CTO,41,no",
            ",No Id,,,",
            "L9,New,CTO,5,yes",
        ],
        {},
        "1 New leads, 1 Leads changed, 1 Leads that stay as they are, 1 Rows that cannot be read",
    ),
    (
        "known leads only",
        [LEAD_ROWS, "L1,Zoë Müller,CTO,1200,yes", "L1,Zoë Müller,CMO,1200,yes", "L8,New,,,", "L9,New,,,"],
        {"merge_rows": "on", "known_only": "on"},
        "0 New leads, 1 Leads changed, 1 Rows of a lead that had one above, "
        "2 Rows of unknown leads, left out",
    ),
    (
        "merged ids",
        ["id,Merged contact IDs", "L1,L2", "L3,X7"],
        {"use.1": "merged ids"},
        "0 New leads, 2 Leads that stay as they are, 1 Leads merged into another, 1 Other ids of leads",
    ),
    (
        "events",
        [
            EVENT_ROWS.removeprefix("key,"),
            *(f"{lead}{VISITED}" for lead in ("L1", "L4", "L7")),
            "L7,visited,docs,",
        ],
        {},
        "1 New leads, 2 New events, 1 Events known already, 1 Rows that cannot be read",
    ),
]


@pytest.mark.parametrize(
    ("rows", "choices", "expected"), [pytest.param(*more, id=name) for name, *more in COUNTED]
)
def test_what_is_counted_before_is_what_is_stored_then(
    client: FlaskClient, store: Store, rows: list[str], choices: dict[str, str], expected: str
) -> None:
    address = sent(client, "\n".join(rows))
    client.post(address, data=form_of(page(client, address)) | choices)
    changes = store.connection.execute("PRAGMA data_version").fetchone()
    html = page(client, address)
    assert said(counts(html)) == expected
    rejects = client.get(f"{address}/rejects.csv").get_data(as_text=True)
    assert store.connection.execute("PRAGMA data_version").fetchone() == changes
    client.post(address, data=form_of(html) | choices | {"act": "load"})
    assert said(counts(page(client, address))) == expected
    assert client.get(f"{address}/rejects.csv").get_data(as_text=True) == rejects


def test_what_would_be_corrected_is_counted_before(client: FlaskClient) -> None:
    for text, expected in (
        (f"{EVENT_ROWS}\nk1,L1{VISITED}", {"New leads": "0", "New events": "1"}),
        (f"{EVENT_ROWS}\nk1,L1{VISITED}".replace("10T", "11T"), {"New leads": "0", "Events corrected": "1"}),
    ):
        address = sent(client, text, "events.csv")
        client.post(address, data=form_of(page(client, address)) | {"use.0": "key"})
        html = page(client, address)
        assert counts(html) == expected
        client.post(address, data=form_of(html) | {"act": "load"})
        assert counts(page(client, address)) == expected


def test_what_would_be_refused_is_said_before_it_is_loaded(client: FlaskClient) -> None:
    html = page(client, sent(client, LEAD_ROWS + "".join(f"\nL{n // 4},A{n},,," for n in range(40))))
    told = html.partition("What will be stored")[2].partition("</section>")[0]
    assert "Several rows are of one lead" in told
    assert re.search(r'value="load" disabled', html)


def test_with_much_data_one_asks_for_the_count(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "_SMALL_FILE", 10)
    address = sent(client, f"{LEAD_ROWS}\nL1,Zoë,,,")
    html = page(client, address)
    assert "Counting takes a while with so much data" in html
    assert counts(html) == {}
    client.post(address, data=form_of(html) | {"act": "count"})
    assert counts(page(client, address)) == {"New leads": "0", "Leads changed": "1"}


def test_without_room_for_a_copy_a_file_can_be_loaded_all_the_same(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearsal.shutil, "disk_usage", lambda _path: SimpleNamespace(free=1000))
    address = sent(client, f"{LEAD_ROWS}\nL1,Zoë,,,")
    html = page(client, address)
    assert "Not counted: there is no room for a copy of the database" in html
    client.post(address, data=form_of(html) | {"act": "load"})
    assert counts(page(client, address)) == {"New leads": "0", "Leads changed": "1"}


def test_counting_ends_once_something_else_is_chosen(client: FlaskClient, app: Flask) -> None:
    address = sent(client, f"{LEAD_ROWS}\nL1,Zoë,,,")
    form = form_of(page(client, address))
    with app.test_request_context():
        upload, running = address.rpartition("/")[2], Event()
        (key,) = [key for key in jobs()._jobs if key[:2] == ("count", upload)]
        jobs().forget(key)

        def goes_on(tell: Progress) -> None:
            while True:
                running.set()
                tell("counting", 0.5)

        job = jobs().begin(key, goes_on)
        running.wait()
        assert 'data-watch="' in client.get(address).get_data(as_text=True)
        client.post(address, data=form | {"use.1": "out"})
        assert job.ended.wait(10)
    assert counts(page(client, address)) == {"New leads": "0", "Leads changed": "1"}


def test_an_answer_that_nobody_offered_decides_nothing(client: FlaskClient) -> None:
    address = sent(client, FILE)
    form = form_of(page(client, address))
    for answer in ('[["keep_blank", null, "1"]]', '[["merged_ids", null, "no such column"]]'):
        assert client.post(address, data=form | {"answer": answer}).status_code == 303
        assert form_of(page(client, address)) == form


def test_a_repeated_column_name_is_told_without_an_option_of_the_command_line(client: FlaskClient) -> None:
    html = page(client, sent(client, "id,id,name\n1,2,3\n"))
    assert "To do: give each column a name of its own." in html
