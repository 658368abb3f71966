"""A second pair of eyes, new rulesets, histories and users, as people with a browser meet them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from leadwright.engine.cli.program import run
from leadwright.engine.store.database import open_store
from leadwright.tests.browser.axe import for_everybody
from leadwright.tests.browser.conftest import Provoke, Serve, Visit
from leadwright.tests.browser.people import PASSWORD, log_in
from leadwright.tests.browser.site import Site
from leadwright.web.accounts.users import Doer, Role, add_user
from leadwright.web.drafts import current, take_text
from leadwright.web.settings import Settings
from leadwright.web.sso.configuration import SingleSignOn
from playwright.sync_api import expect


@pytest.fixture
def with_people(small: Path, tmp_path: Path) -> Path:
    """Four leads, and an editor, two publishers and an admin."""
    folder = tmp_path / "people"
    folder.mkdir()
    database = Path(shutil.copy(small, folder / "people.db"))
    people = {"ed": Role.EDITOR, "one": Role.PUBLISHER, "two": Role.PUBLISHER, "amy": Role.ADMIN}
    with open_store(database) as store:
        for name, role in people.items():
            add_user(store, name, role, PASSWORD, Doer("test", "here"))
        draft = current(store, "inbound")
        assert draft is not None
        text = draft.text.replace("score >= 30", "score >= 50")
        take_text(store, "inbound", text, who="ed", seen=0)
    return database


def test_one_asks_and_another_approves(visit: Visit, serve: Serve, with_people: Path) -> None:
    site = serve(with_people, Settings(with_people, second_approver=True))
    editor = visit(site, "/rulesets/inbound/review")
    log_in(editor, "ed")
    expect(editor.get_by_role("heading", name="Ask for approval")).to_be_visible()
    for_everybody(editor)
    editor.get_by_label("What changed and why").fill("Sales was swamped")
    editor.get_by_role("button", name="Ask for approval of version 2").click()
    expect(editor.get_by_role("button", name="Withdraw")).to_be_visible()
    for_everybody(editor)

    publisher = visit(site)
    log_in(publisher, "two")
    publisher.get_by_role("link", name="waits for approval").click()
    expect(publisher.locator("main")).to_contain_text("ed wants this to be live")
    for_everybody(publisher)
    publisher.get_by_role("button", name="Approve and publish version 2").click()
    expect(publisher.locator("main")).to_contain_text("Version 2 is live.")
    expect(publisher.locator("main")).to_contain_text("ed, approved by two")
    for_everybody(publisher)


def test_one_declines_with_a_reason(visit: Visit, serve: Serve, with_people: Path) -> None:
    site = serve(with_people, Settings(with_people, second_approver=True))
    first = visit(site, "/rulesets/inbound/review", java_script_enabled=False)
    log_in(first, "one")
    first.get_by_label("What changed and why").fill("Sales was swamped")
    first.get_by_role("button", name="Ask for approval of version 2").click()
    second = visit(site, "/rulesets/inbound/review", java_script_enabled=False)
    log_in(second, "two")
    second.get_by_label("Or say why not").fill("Ask them first")
    second.get_by_role("button", name="Decline").click()
    second.goto("/rulesets/inbound/history")
    expect(second.locator("main")).to_contain_text("Ask them first")


def test_an_admin_manages_users(visit: Visit, provoke: Provoke, serve: Serve, with_people: Path) -> None:
    page = visit(serve(with_people), "/users")
    log_in(page, "amy")
    page.get_by_label("Role of ed", exact=True).select_option("publisher")
    page.get_by_role("button", name="Change the role of ed").click()
    expect(page.get_by_label("Role of ed", exact=True)).to_have_value("publisher")
    page.get_by_text("Password, tokens, remove: ed").click()
    for_everybody(page)
    page.get_by_label("Name; an email address works well").fill("ben")
    page.get_by_label("Password, at least ten letters").fill("aaaaaaaaaaaa")
    provoke(page, "status of 422")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("more than three different letters")
    for_everybody(page)


def test_a_ruleset_is_begun_imported_and_thrown_away_without_javascript(
    visit: Visit, provoke: Provoke, site: Site, tmp_path: Path
) -> None:
    page = visit(site, java_script_enabled=False)
    page.get_by_role("link", name="New ruleset").click()
    page.get_by_label("Name, as it appears in links").fill("inbound")
    provoke(page, "status of 409")
    page.get_by_role("button", name="Create the draft").click()
    expect(page.get_by_role("alert")).to_contain_text("There is a ruleset inbound already.")
    page.get_by_label("Name, as it appears in links").fill("fresh")
    page.get_by_role("button", name="Create the draft").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Lead scoring")

    file = tmp_path / "spring.rules"
    file.write_text("when employees >= 100 then +5\n")
    page.goto("/new")
    page.get_by_label("A .rules file").set_input_files(file)
    page.get_by_role("button", name="Import").click()
    page.goto("/")
    expect(page.get_by_role("link", name="spring", exact=True)).to_be_visible()
    page.get_by_role("button", name="Delete the draft spring").click()
    expect(page.get_by_role("heading", name="Draft deleted")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    page.goto("/")
    expect(page.get_by_role("link", name="spring", exact=True)).to_be_visible()


def test_why_a_score_changed_is_for_everybody(
    visit: Visit, serve: Serve, small: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "later"
    folder.mkdir()
    database = Path(shutil.copy(small, folder / "later.db"))
    more = folder / "more.csv"
    more.write_text("id,employees\nL2,500\n")
    assert run(["import", str(more), "--lead-id", "id", "--db", str(database)]) == 0
    assert run(["score", "inbound", "--at", "2026-01-18", "--db", str(database)]) == 0
    site = serve(database)
    page = visit(site, "/lead?id=L2")
    for_everybody(page)
    page.get_by_role("link", name="The whole history").click()
    expect(page.get_by_role("img", name="The score went between")).to_be_visible()
    expect(page.locator("main")).to_contain_text("employees 40 -> 500")
    for_everybody(page)
    page.get_by_role("link", name="2026-01-15").click()
    expect(page.locator("main")).to_contain_text("This is what scoring number 1 saw")
    for_everybody(page)

    page.goto("/lead/for-person?id=L2")
    for_everybody(page)
    page.emulate_media(media="print")
    expect(page.locator("main")).to_contain_text("The sentences that applied")
    expect(page.get_by_role("button")).to_have_count(0)


def test_logging_in_elsewhere_is_offered(visit: Visit, serve: Serve, small: Path) -> None:
    sso = SingleSignOn("https://login.example", "leadwright", label="Example account")
    page = visit(serve(small, Settings(small, sso=sso)), "/leads")
    expect(page.get_by_role("link", name="Log in with Example account")).to_be_visible()
    for_everybody(page)
