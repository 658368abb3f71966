"""The page of parts: colours, controls, rules and notices of the page in every state, light beside dark.

Nothing on it is drawn anew. Its cards are those of the real editor, on a draft that has a rule for each
state; its notices are made by the editor's own script, and what shows a state that passes, such as hover,
by the style sheets' own rules for it. `make parts` serves it to whoever works on the looks of the page.
"""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Flask, Response, jsonify, make_response, render_template
from leadwright.engine.cli.program import run
from leadwright.engine.store.database import open_store
from leadwright.tests.web.small import EVENTS, LEADS
from leadwright.web import Settings, create_app
from leadwright.web.access import settings
from leadwright.web.database import reading
from leadwright.web.drafts import current, take_text
from leadwright.web.editor.answers import begun_parts
from leadwright.web.editor.beginnings import Beginning
from leadwright.web.editor.cards import id_of
from leadwright.web.editor.opening import draft_of, screen_of
from leadwright.web.jobs import Job
from leadwright.web.problems import not_found
from leadwright.web.security import HEADERS

NAME = "parts"
LEAD = "L3"
"""The lead of the dry run: a student, whose size nobody knows."""

COLOURS = ("canvas", "surface", "sunk", "line", "edge", "text3", "text2", "text", "accent")
WRITTEN = tuple(
    Beginning("condition", name="employees", slots={"name": "employees", "value": value})
    for value in ("60", "", "fifty")
)
"""Conditions with their number written, missing and wrong."""

COUNTING = Job()
COUNTING.tell("counting 100,000 leads", 0.4)

LIVE = """\
ruleset "Parts"

list ICP: "VP *", "Head of *"

score from 0 to 100

rule "At rest" when title in ICP then +10
rule "Hover" when title in ICP then +10
rule "Keyboard focus" when title in ICP then +10
rule "Matches the lead" when title starts with "Student" then +10
rule "Changed" when title in ICP then +10
rule "Error" when title in ICP then +10
rule "Switched off" off when title in ICP then +10
rule "Dragged" when title in ICP then +10

rule "Open"
when employees >= 60 and title in ("CEO", "CTO") and not visited pricing in last 30 days
then +10

stage MQL when score >= 10
stage SQL when score >= 30
stage Customer when score >= 70
"""

DRAFT = LIVE.replace('"Changed" when title in ICP then +10', '"Changed" when title in ICP then +40').replace(
    '"Error" when title in', '"Error" when titel in'
)

pages = Blueprint(
    "parts", __name__, template_folder="templates", static_folder="static", static_url_path="/parts/static"
)


@pages.get("/parts")
def both() -> Response:
    """Light beside dark, each in a frame of its own."""
    response = make_response(render_template("parts/both.html"))
    response.headers["Content-Security-Policy"] = f"{HEADERS['Content-Security-Policy']}; frame-src 'self'"
    return response


@pages.get("/parts/<theme>")
def one(theme: str) -> Response:
    """All parts in one theme."""
    if theme not in ("light", "dark"):
        raise not_found("The page of parts is light or dark.")
    store = reading(settings())
    draft = draft_of(store, NAME)
    screen = screen_of(store, draft, LEAD, opened=frozenset({id_of("rule:Open")}))
    html = render_template(
        "parts/one.html",
        screen=screen,
        everything=False,
        view="visual",
        published=None,
        read_only=False,
        theme=theme,
        colours=COLOURS,
        written=[begun_parts(one, screen.names)["html"] for one in WRITTEN],
        job=COUNTING,
    )
    response = make_response(html)
    policy = HEADERS["Content-Security-Policy"]
    response.headers["Content-Security-Policy"] = policy.replace(
        "frame-ancestors 'none'", "frame-ancestors 'self'"
    )
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


@pages.get("/parts/counting")
def counting() -> Response:
    """How far a count is that never ends."""
    return jsonify(COUNTING.data())


def made(folder: Path) -> Path:
    """A database in a folder with a few leads, and a draft that has a rule for each state."""
    files = {"leads.csv": LEADS, "events.csv": EVENTS, f"{NAME}.rules": LIVE}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    leads, events, rules = (str(folder / name) for name in files)
    database, db = folder / "parts.db", ["--db", str(folder / "parts.db")]
    columns = ["--lead-id", "lead", "--at", "at", "--type", "what", "--object", "page"]
    for command in (
        ["import", leads, "--lead-id", "id"],
        ["import", events, *columns],
        ["score", rules, "--at", "2026-01-15T12:00Z"],
    ):
        if run([*command, *db]) != 0:
            raise RuntimeError(f"leadwright {command[0]} failed")
    with open_store(database) as store:
        draft = current(store, NAME)
        assert draft is not None
        take_text(store, NAME, DRAFT, who="Jonas", seen=draft.revision)
    return database


def app(database: Path) -> Flask:
    """The page with the page of parts on it."""
    page = create_app(Settings(database))
    page.register_blueprint(pages)
    return page
