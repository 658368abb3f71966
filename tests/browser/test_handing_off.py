"""From an edit to a call: entries held back, a demo request handed off and told, rejected, in nurture."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from leadwright.engine.cli.program import run
from leadwright.engine.live.sources import add_source
from leadwright.engine.outbox.destinations import Kind, add_destination
from leadwright.engine.outbox.sender import present
from leadwright.engine.store.database import open_store
from leadwright.engine.store.handoffs.people import new_person, save_people
from leadwright.tests.browser.axe import for_everybody
from leadwright.tests.browser.conftest import WIDE, Visit
from leadwright.tests.browser.editor import Editor
from leadwright.tests.browser.people import add_people, log_in
from leadwright.tests.browser.site import Site, served_live
from leadwright.tests.engine.outbox.receiver import Receiver, receiver
from leadwright.web.accounts.users import Role
from playwright.sync_api import Page, ViewportSize, expect
from standardwebhooks import Webhook

ANA = "ana@acme.example"
PHONE: ViewportSize = {"width": 390, "height": 844}
RULES = f"""\
ruleset "Inbound"
event requested; event visited; event rejected; event contacted

rule "Large" when employees >= 100 then +40
rule "Asked for a demo" when requested demo in last 90 days then +50
rule "Reads" for each visited in last 30 days then +10 at most +20

stage Nurture when score >= 10
stage SQL when score >= 60 until score < 10 or rejected in last 90 days

list inside: "{ANA}"
handoff "All" of SQL to inside in turn, answered by contacted within 4 hours, tell crm
"""
LEADS = """\
id,name,title,employees
L1,Zoë Müller,CEO,1200
L2,Ann Lee,VP Marketing,40
L3,Tom Reed,Head of Sales,300
"""


@pytest.fixture
def hooks() -> Iterator[Receiver]:
    """Where what happens is told."""
    with receiver() as here:
        yield here


@pytest.fixture
def keys(tmp_path: Path, hooks: Receiver) -> tuple[Path, str, str]:
    """A scored database, with Ana, a source and a destination: its path, the write key and the secret."""
    path = tmp_path / "leads.db"
    (tmp_path / "leads.csv").write_text(LEADS, encoding="utf-8")
    (tmp_path / "inbound.rules").write_text(RULES, encoding="utf-8")
    db = ["--db", str(path)]
    assert run(["import", str(tmp_path / "leads.csv"), "--lead-id", "id", *db]) == 0
    assert run(["score", str(tmp_path / "inbound.rules"), *db]) == 0
    with open_store(path) as store:
        key = add_source(store, "site", "events", who="test", address="")
        to = add_destination(store, "crm", Kind.HTTP, hooks.url, present(), private=True, fields=["title"])
        with store.transaction() as connection:
            save_people(connection, [new_person(ANA, {"name": "Ana"})])
        assert to.secret is not None
        return path, key, to.secret


@pytest.fixture
def live(keys: tuple[Path, str, str]) -> Iterator[Site]:
    """The page, which scores what comes."""
    with served_live(keys[0]) as site:
        add_people(site, mia=Role.PUBLISHER)
        add_people(site, **{ANA: Role.SALES})
        yield site


def happened(site: Site, key: str, lead: str, type_: str, object_: str) -> None:
    """What a website sends, acknowledged."""
    body = json.dumps({"lead": lead, "type": type_, "object": object_}).encode()
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    asked = urllib.request.Request(f"{site.address}/api/v1/events", body, headers)
    with urllib.request.urlopen(asked, timeout=20) as answer:
        assert json.load(answer)["accepted"] == 1


def shows(page: Page, path: str, text: str) -> None:
    """A page says something, sooner or later."""
    until = time.monotonic() + 20
    page.goto(path)
    while text not in page.locator("main").inner_text():
        assert time.monotonic() < until, page.locator("main").inner_text()
        page.goto(path)


def publish_held_back(mia: Page, site: Site) -> None:
    """The edit would bring two leads to Ana, and is published with both held back."""
    editor = Editor(mia, site, "inbound").open()
    editor.fill(editor.card("Stage SQL").get_by_label("value").first, "40")
    mia.get_by_role("link", name="Review and publish").click()
    entries = mia.get_by_role("group", name="2 leads would enter stages that have handoffs")
    expect(entries).to_contain_text("Ana +2")
    expect(entries.get_by_label("Hold them back")).to_be_checked()
    mia.get_by_label("What changed and why").fill("Call earlier")
    mia.get_by_role("button", name="Publish version 2, hold back 2").click()
    expect(mia.locator("main")).to_contain_text("Version 2 live")
    shows(mia, "/handoffs", "2 leads were held back")


def find_the_reasons(ana: Page) -> None:
    """The lead is Ana's, with what it did and the score line by line."""
    ana.get_by_role("link", name="Show the new lead").click()
    card = ana.get_by_role("listitem").filter(has=ana.get_by_role("heading", name="Ann Lee"))
    expect(card).to_contain_text("Requested demo")
    expect(card).to_contain_text("before that, visited pricing")
    expect(card).to_contain_text("left")
    for_everybody(ana)
    card.get_by_role("link", name="Ann Lee").click()
    rows = ana.get_by_role("region", name="Why this lead is worth a call").get_by_role("row")
    expect(rows).to_have_text(["Asked for a demo+50", "Reads+10", "Score60"])
    expect(ana.get_by_role("region", name="Why Ana")).to_contain_text("It was the turn of")
    for_everybody(ana)


def reject(ana: Page) -> None:
    """An answer is taken back, and another one given."""
    ana.get_by_role("button", name="Contacted").click()
    toast = ana.get_by_role("status").filter(has_text="Contacted")
    toast.get_by_role("button", name="Undo").click()
    expect(ana.get_by_text("Contacted today")).to_have_count(0)
    ana.get_by_role("link", name="Reject…").click()
    sheet = ana.get_by_role("region", name="Reject Ann Lee")
    expect(sheet).to_contain_text("The lead goes back to Nurture")
    for_everybody(ana)
    sheet.get_by_label("Wrong time").check()
    sheet.get_by_role("button", name="Reject this lead").click()
    expect(ana.locator("main")).to_contain_text("Rejected today")


def answer_by_keys(ana: Page) -> None:
    """Beside the list, single letters answer while it has focus, unless they are switched off."""
    ana.set_viewport_size(WIDE)
    ana.goto("/my-leads?show=rejected")
    lead = ana.get_by_role("list", name="Leads").get_by_role("link", name="Ann Lee")
    ana.keyboard.press("a")
    ana.get_by_role("button", name="Switch keys off").click()
    lead.focus()
    ana.keyboard.press("a")
    ana.get_by_role("button", name="Switch keys on").click()
    expect(ana.get_by_role("heading", name="1 rejected lead")).to_be_visible()
    lead.focus()
    ana.keyboard.press("j")
    expect(lead).to_be_focused()
    ana.keyboard.press("a")
    expect(ana.get_by_role("status").filter(has_text="Accepted")).to_be_visible()
    for_everybody(ana)


def test_from_an_edit_to_a_call_and_back_to_nurture(
    live: Site, keys: tuple[Path, str, str], hooks: Receiver, visit: Visit
) -> None:
    _, key, secret = keys
    mia = visit(live)
    log_in(mia, "mia")
    publish_held_back(mia, live)
    ana = visit(live, viewport=PHONE)
    log_in(ana, ANA)
    expect(ana.get_by_role("heading", name="No lead waits for you")).to_be_visible()
    happened(live, key, "L2", "visited", "pricing")
    happened(live, key, "L2", "requested", "demo")
    find_the_reasons(ana)

    # It is told, once and signed, with the field that the destination may have.
    came = hooks.wait_for(1)[0]
    Webhook(secret).verify(came.body, dict(came.headers))
    told = json.loads(came.body)
    assert told["id"] == came.headers["webhook-id"]
    assert told["type"] == "leadwright.handoff"
    assert told["data"]["lead"] == {"id": "L2", "fields": {"title": "VP Marketing"}}
    assert told["data"]["owner"] == {"address": ANA, "name": "Ana"}
    assert sum(line["points"] for line in told["data"]["lines"]) == told["data"]["score"] == 60

    reject(ana)
    shows(ana, "/my-leads?show=rejected", "1 rejected lead")
    ana.get_by_role("link", name="Ann Lee").click()
    shows(ana, ana.url, "Back in Nurture")
    shows(mia, "/leads?ruleset=inbound&stage=Nurture", "Ann Lee")
    # Nothing else was told: neither the two that were held back nor the lead again.
    with open_store(live.database, read_only=True) as store:
        ids = [one for (one,) in store.connection.execute("SELECT id FROM message ORDER BY number")]
    assert ids == hooks.ids() == [told["id"]]
    answer_by_keys(ana)
