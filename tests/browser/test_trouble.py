"""What goes wrong around the editor: a lost connection, a stale page, a locked database, hostile data."""

from __future__ import annotations

import sqlite3

import pytest
from leadwright.engine.store.database import open_store
from leadwright.tests.browser.axe import for_everybody
from leadwright.tests.browser.conftest import Provoke, Visit
from leadwright.tests.browser.editor import Editor
from leadwright.tests.browser.people import add_people, log_in
from leadwright.tests.browser.site import Site
from leadwright.tests.web.small import HOSTILE, RULES
from leadwright.web.accounts.users import Role
from leadwright.web.drafts import take_text
from playwright.sync_api import expect


@pytest.fixture
def editor(visit: Visit, site: Site) -> Editor:
    """The rules for four leads, opened in the visual view."""
    return Editor(visit(site, "/rulesets/inbound/edit"), site, "inbound")


def test_an_edit_without_a_connection_is_kept_and_sent_again(editor: Editor, provoke: Provoke) -> None:
    page = editor.page
    provoke(page, "ERR_INTERNET_DISCONNECTED")
    large = editor.card("Rule Large")
    page.context.set_offline(True)
    value = large.get_by_label("value")
    value.fill("150")
    value.press("Tab")
    expect(editor.notices).to_contain_text("The connection is lost")
    points = large.get_by_label("points")
    points.fill("+35")
    points.press("Tab")
    for_everybody(page)
    assert editor.text == RULES
    with editor.settling(2):
        page.context.set_offline(False)
    assert editor.text == RULES.replace("employees >= 100\nthen +30", "employees >= 150\nthen +35")
    expect(editor.notices).not_to_contain_text("The connection is lost")
    expect(editor.state).to_contain_text("saved")


def test_an_edit_waits_for_a_database_that_another_writes_to(editor: Editor, provoke: Provoke) -> None:
    provoke(editor.page, "503")
    other = sqlite3.connect(editor.site.database, isolation_level=None)
    value = editor.card("Rule Large").get_by_label("value")
    try:
        other.execute("BEGIN IMMEDIATE")
        with editor.settling():
            value.fill("150")
            value.press("Tab")
            expect(editor.notices).to_contain_text("in use by another program")
            expect(editor.notices).to_contain_text("Your change is kept")
            other.execute("ROLLBACK")
    finally:
        other.close()
    assert "employees >= 150" in editor.text
    expect(editor.notices).not_to_contain_text("in use by another program")


def test_an_edit_waits_until_one_has_logged_in_again(visit: Visit, provoke: Provoke, site: Site) -> None:
    add_people(site, ann=Role.EDITOR)
    page = visit(site, "/rulesets/inbound/edit")
    provoke(page, "status of 401")
    log_in(page, "ann")
    editor = Editor(page, site, "inbound")
    expect(editor.card("Rule Large")).to_be_visible()
    with open_store(site.database) as store, store.transaction() as connection:
        connection.execute("DELETE FROM session")
    with editor.settling():
        value = editor.card("Rule Large").get_by_label("value")
        value.fill("150")
        value.press("Tab")
        expect(editor.notices).to_contain_text("You were logged out")
        with page.expect_popup() as opened:
            editor.notices.get_by_role("button", name="Log in").first.click()
        log_in(opened.value, "ann")
    assert "employees >= 150" in editor.text
    expect(editor.notices).not_to_contain_text("You were logged out")


def test_a_page_that_is_older_than_the_draft_loses_nothing(editor: Editor) -> None:
    with open_store(editor.site.database) as store:
        theirs = RULES.replace("# People who may sign.", "# Who signs.").replace("then +30", "then +25")
        take_text(store, "inbound", theirs, who="Ann", seen=0)
    editor.fill(editor.card("Rule Large").get_by_label("value"), "150")
    assert editor.text == theirs.replace("employees >= 100", "employees >= 150")
    expect(editor.card("Rule Large").get_by_label("points")).to_have_value("+25")


def test_a_hostile_lead_is_tried_and_never_run(editor: Editor) -> None:
    page = editor.page
    editor.set(editor.panel.get_by_label("Try with a lead"), HOSTILE)
    expect(editor.panel.get_by_label("Try with a lead")).to_have_value(HOSTILE)
    with editor.settling():
        editor.panel.get_by_role("button", name="Save as test").click()
    expect(editor.card("Test a lead like one in the data")).to_be_visible()
    editor.fill(editor.card("Rule Large").get_by_label("name of the rule"), HOSTILE)
    assert f'rule "{HOSTILE}"' in editor.text
    expect(editor.card(f"Rule {HOSTILE}")).to_be_visible()
    editor.ask(editor.card(f"Rule {HOSTILE}"), "visited")
    editor.set(editor.card(f"Rule {HOSTILE}").get_by_label("what it is about"), HOSTILE)
    page.reload()
    expect(editor.card(f"Rule {HOSTILE}").get_by_label("what it is about")).to_have_value(HOSTILE)
    assert page.locator("main script").count() == 0
    for_everybody(page)


def test_rules_are_read_without_javascript(visit: Visit, looked_at: Site) -> None:
    page = visit(looked_at, "/rulesets/inbound/edit?lead=L4", java_script_enabled=False)
    editor = Editor(page, looked_at, "inbound")
    expect(editor.line("Rule Large")).to_contain_text("matches 2 of 4")
    expect(editor.panel).to_contain_text("30 points")
    expect(editor.panel).to_contain_text("All 4 leads")
    page.goto("/rulesets/inbound/edit?view=text")
    expect(page.locator("#text")).to_contain_text("# People who may sign.")
