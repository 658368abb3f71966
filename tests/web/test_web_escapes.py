"""Whatever leads, rules, notes and names hold, it is text on every screen, and never part of the page."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from leadwright.engine.cli.program import run
from leadwright.engine.store.database import Store, open_store
from leadwright.web import Settings, create_app
from leadwright.web.accounts.users import Doer, Role, add_user
from leadwright.web.drafts import current, take_text

HOSTILE = "<script>alert(1)</script>"
SHARP = "\"'><img src=x onerror=alert(1)>{{7*7}}"
PASSWORD = "correct horse battery"

RULES = f"""\
ruleset "{HOSTILE}"
# {HOSTILE} {SHARP.replace('"', "'")}
field [{HOSTILE}]: text
field title: text
event visited
list L: "{HOSTILE}", "two"
score [{HOSTILE} score] from 0 to 50
score from 0 to 100
rule "{HOSTILE}" when visited "{HOSTILE}" then +30 [{HOSTILE} score]
rule "other" when title in L then +5, tag "{HOSTILE}"
stage [{HOSTILE}] when score >= 20
disqualify when title = "{HOSTILE}" because "{HOSTILE}"
test "{HOSTILE}" given title = "{HOSTILE}" expect score = 5
"""


@pytest.fixture
def hostile(database: Path, store: Store) -> Flask:
    """A page whose every name is an attack: of users, leads, events, rules, stages, notes, files."""
    folder = database.parent
    (folder / "odd.rules").write_text(RULES, encoding="utf-8")
    (folder / "more.csv").write_text(f'id,title,{HOSTILE}\n"{HOSTILE}x","{HOSTILE}","{HOSTILE}"\n')
    (folder / "did.csv").write_text(f'lead,what,page,at\n"{HOSTILE}x",visited,"{HOSTILE}",2026-01-14\n')
    db = ["--db", str(database)]
    columns = ["--lead-id", "lead", "--at", "at", "--type", "what", "--object", "page"]
    assert run(["import", str(folder / "more.csv"), "--lead-id", "id", *db]) == 0
    assert run(["score", str(folder / "odd.rules"), "--at", "2026-01-15T12:00Z", *db]) == 0
    assert run(["import", str(folder / "did.csv"), *columns, *db]) == 0
    assert run(["score", "odd", "--at", "2026-01-16T12:00Z", *db]) == 0
    me = Doer(HOSTILE, HOSTILE)
    add_user(store, HOSTILE, Role.ADMIN, PASSWORD, me)
    add_user(store, "second", Role.PUBLISHER, PASSWORD, me)
    return create_app(Settings(database))


def entered(app: Flask, name: str = HOSTILE) -> FlaskClient:
    client = app.test_client()
    assert client.post("/log-in", data={"name": name, "password": PASSWORD}).status_code == 303
    return client


class Page(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.wrong: list[str] = []
        self.scripted = False
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag == "a":
            self.links.append(given.get("href") or "")
        self.scripted = tag == "script"
        inline = [name for name in given if name.startswith("on") or name == "style"]
        if tag == "style" or inline or (tag == "script" and "src" not in given):
            self.wrong.append(f"<{tag} {given}>")
        for name in ("href", "src", "action"):
            if (given.get(name) or "").strip().lower().startswith(("javascript:", "data:", "//", "http")):
                self.wrong.append(f"<{tag} {name}={given[name]}>")

    def handle_data(self, data: str) -> None:
        if self.scripted and data.strip():
            self.wrong.append(data)

    def handle_endtag(self, tag: str) -> None:
        self.scripted = False


def _sort(link: str) -> str:
    return re.sub(r"/rulesets/[^/]+", "/rulesets/*", urlsplit(link).path)


def visit_all(client: FlaskClient, start: str, most: int = 150) -> set[str]:
    """Follows links, those to pages of a new sort first; gives the sorts of pages that were seen."""
    waiting, seen, sorts = [start], set[str](), set[str]()
    while waiting and len(seen) < most:
        path = next((link for link in waiting if _sort(link) not in sorts), waiting[0])
        waiting.remove(path)
        parts = urlsplit(path)
        if path in seen or parts.scheme or not parts.path.startswith("/"):
            continue
        seen.add(path)
        answer = client.get(path, headers={"Accept-Encoding": "identity"})
        assert answer.status_code in (200, 302), path
        sorts.add(_sort(path))
        if answer.mimetype != "text/html":
            continue
        text = answer.get_data(as_text=True)
        page = Page(text)
        assert page.wrong == [], path
        for raw in ("<script>alert", "<img src=x"):
            assert raw not in text, path
        # Nor is it taken for a template's.
        assert "{{7*7}}" in text or "7*7" not in text
        waiting += [link.split("#")[0] for link in page.links]
    return sorts


def test_no_screen_takes_a_name_for_a_part_of_itself(hostile: Flask, store: Store) -> None:
    client = entered(hostile)
    draft = current(store, "odd")
    assert draft is not None
    take_text(store, "odd", draft.text.replace("+30", "+31"), who=HOSTILE, seen=0)
    assert "Fix before publishing" not in client.get("/rulesets/odd/review").get_data(as_text=True)
    asked = {"revision": "1", "note": HOSTILE}
    assert client.post("/rulesets/odd/approval", data=asked).status_code == 303
    client.post("/log-in", data={"name": "nobody", "password": HOSTILE})
    sorts = visit_all(client, "/")
    assert sorts >= {
        "/",
        "/new",
        "/leads",
        "/lead",
        "/lead/history",
        "/compare",
        "/audit",
        "/users",
        "/rulesets/*",
        "/rulesets/*/edit",
        "/rulesets/*/review",
        "/rulesets/*/history",
        "/rulesets/*/text",
    }
    odd = client.get("/rulesets/odd/review").get_data(as_text=True)
    assert "&lt;script&gt;alert(1)" in odd


def test_published_with_a_hostile_note_it_stays_text(hostile: Flask, store: Store) -> None:
    client = entered(hostile)
    draft = current(store, "odd")
    assert draft is not None
    done = take_text(store, "odd", draft.text.replace("+30", "+31"), who=SHARP, seen=0)
    answer = client.post(
        "/rulesets/odd/publish", data={"revision": done.draft.revision, "note": SHARP + HOSTILE}
    )
    assert answer.status_code == 303
    visit_all(client, "/rulesets/odd/history", most=60)


@pytest.mark.parametrize(
    "broken", [f'rule "{HOSTILE}" when when', f"{HOSTILE}", f'"{SHARP}', "\u202e<script>"]
)
def test_a_text_that_does_not_parse_stays_text(hostile: Flask, store: Store, broken: str) -> None:
    client = entered(hostile)
    draft = current(store, "odd")
    assert draft is not None
    take_text(store, "odd", f"{draft.text}\n{broken}\n", who=HOSTILE, seen=0)
    for path in ("/", "/rulesets/odd/review", "/rulesets/odd/edit", "/rulesets/odd/edit?view=text"):
        text = client.get(path, headers={"Accept-Encoding": "identity"}).get_data(as_text=True)
        assert Page(text).wrong == [], path
        assert "<script>alert" not in text


@pytest.mark.parametrize(
    "path",
    [
        "/leads?q={}",
        "/leads?ruleset={}",
        "/leads?stage={}",
        "/lead?id={}",
        "/lead?id=L1&at={}",
        "/lead?id=L1&rules={}",
        "/lead/history?id={}",
        "/lead/history?id=L1&ruleset={}",
        "/compare?a={}&b={}",
        "/rulesets/{}",
        "/rulesets/{}/history",
        "/rulesets/{}/review",
        "/rulesets/{}/edit",
        "/log-in?to={}",
        "/{}",
    ],
)
def test_what_stands_in_an_address_stays_text(client: FlaskClient, path: str) -> None:
    from urllib.parse import quote

    for attack in (HOSTILE, SHARP, "javascript:alert(1)", "' OR 1=1 --", "\x00", "%ff"):
        asked = path.replace("{}", quote(attack, safe=""))
        answer = client.get(asked, headers={"Accept-Encoding": "identity"})
        assert answer.status_code < 500
        text = answer.get_data(as_text=True)
        assert Page(text).wrong == []
        assert "<script>alert" not in text
        assert "<img src=x" not in text


def test_no_text_is_ever_sql(client: FlaskClient, database: Path) -> None:
    def rows() -> int:
        with open_store(database, read_only=True) as store:
            return int(store.connection.execute("SELECT count(*) FROM lead").fetchone()[0])

    before = rows()
    for attack in ("'; DROP TABLE lead; --", '"; DELETE FROM lead; --', "x' OR '1'='1", "%", "_", "\\"):
        for path in (
            "/leads?q=",
            "/lead?id=",
            "/leads?stage=",
            "/api/v1/leads?q=",
            "/api/v1/explanation?lead=",
        ):
            assert client.get(path + attack.replace("%", "%25")).status_code < 500
        client.post("/api/v1/drafts", json={"name": attack, "text": attack})
        client.post("/rulesets/inbound/publish", data={"revision": attack, "note": attack})
    assert rows() == before
    # What stands for any text in SQL is just a letter to be found.
    assert client.get("/api/v1/leads?q=%25").json["leads"] == []
    assert client.get("/api/v1/leads?q=x' OR '1'='1").json["leads"] == []
