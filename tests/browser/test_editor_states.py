"""Every state of the editor is for everybody: with a menu, a form or suggestions open, empty, refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from leadwright.tests.browser.axe import for_everybody
from leadwright.tests.browser.conftest import Serve, Visit
from leadwright.tests.browser.editor import Editor
from leadwright.tests.browser.people import add_people, log_in
from leadwright.tests.browser.site import Site
from leadwright.web.accounts.users import Role
from playwright.sync_api import expect


def card_menu(editor: Editor) -> None:
    editor.card("Rule Large").get_by_role("button", name="More for Large", exact=True).click()
    expect(editor.page.get_by_role("menuitem", name="Duplicate")).to_be_visible()


def condition_menu(editor: Editor) -> None:
    editor.card("Rule Large").locator(".line .more").click()
    expect(editor.page.get_by_role("menuitem", name="Make it a group")).to_be_visible()


def suggestions(editor: Editor) -> None:
    editor.card("Rule Pricing interest").get_by_label("what it is about").click()
    expect(editor.suggestions.first).to_be_visible()
    editor.page.keyboard.press("ArrowDown")


def leads_suggested(editor: Editor) -> None:
    editor.panel.get_by_label("Try with a lead").fill("a")
    expect(editor.suggestions.first).to_be_visible()


def condition_asked_for(editor: Editor) -> None:
    editor.card("Rule Large").get_by_role("button", name="+ condition").click()
    expect(editor.suggestions.first).to_be_visible()


def form(editor: Editor) -> None:
    editor.page.get_by_role("button", name="+ Add rule", exact=True).click()
    expect(editor.page.get_by_role("dialog")).to_be_visible()


def form_refused(editor: Editor) -> None:
    form(editor)
    dialog = editor.page.get_by_role("dialog")
    with editor.settling():
        dialog.get_by_label("Points").fill("many")
        dialog.get_by_role("button", name="Add rule").click()
    expect(dialog.get_by_role("alert")).to_be_visible()


def refused(editor: Editor) -> None:
    editor.fill(editor.card("Rule Large").get_by_label("value"), "many")
    expect(editor.card("Rule Large").get_by_role("alert")).to_be_visible()


def switched_off(editor: Editor) -> None:
    card_menu(editor)
    with editor.settling():
        editor.page.get_by_role("menuitem", name="Switch off").click()
    expect(editor.card("Rule Large")).to_contain_text("off")


def grouped(editor: Editor) -> None:
    condition_menu(editor)
    with editor.settling():
        editor.page.get_by_role("menuitem", name="Make it a group").click()
    editor.ask(editor.card("Rule Large").locator(".nest"), "opted_in")


def nobody_matches(editor: Editor) -> None:
    editor.fill(editor.card("Rule Large").get_by_label("value"), "1000000")
    expect(editor.card("Rule Large")).to_contain_text("matches 0 of 4")


def pasted(editor: Editor) -> None:
    editor.panel.get_by_text("Paste one").click()
    editor.panel.get_by_label("JSON, or a line").fill(
        "title: VP Sales\nemployees: 300\nvisited: pricing 3 times"
    )
    with editor.settling():
        editor.panel.get_by_role("button", name="Try this lead").click()
    expect(editor.panel).to_contain_text("points")


def pasted_wrong(editor: Editor) -> None:
    editor.panel.get_by_text("Paste one").click()
    editor.panel.get_by_label("JSON, or a line").fill("{")
    with editor.settling():
        editor.panel.get_by_role("button", name="Try this lead").click()
    expect(editor.panel.get_by_role("alert")).to_be_visible()


STATES: list[Callable[[Editor], None]] = [
    card_menu,
    condition_menu,
    suggestions,
    leads_suggested,
    condition_asked_for,
    form,
    form_refused,
    refused,
    switched_off,
    grouped,
    nobody_matches,
    pasted,
    pasted_wrong,
]


@pytest.mark.parametrize("bring_about", STATES, ids=lambda state: state.__name__)
def test_a_state_is_for_everybody(visit: Visit, site: Site, bring_about: Callable[[Editor], None]) -> None:
    editor = Editor(visit(site, "/rulesets/inbound/edit?lead=L1"), site, "inbound")
    bring_about(editor)
    for_everybody(editor.page)


def test_every_sort_of_statement_is_for_everybody(visit: Visit, serve: Serve, sample: Path) -> None:
    site = serve(sample)
    page = visit(site, "/rulesets/saas-inbound/edit")
    closed = page.locator("#cards details:not([open]) > summary")
    while closed.count():
        closed.first.click()
    for_everybody(page)


def test_an_empty_ruleset_is_for_everybody(visit: Visit, site: Site) -> None:
    page = visit(site, "/new")
    for_everybody(page)
    page.get_by_label("Nothing").check()
    page.get_by_label("Name, as it appears in links").fill("empty")
    page.get_by_role("button", name="Create the draft").click()
    expect(page.get_by_role("button", name="+ Add rule")).to_be_visible()
    for_everybody(page)


def test_what_a_viewer_sees_is_for_everybody(visit: Visit, site: Site) -> None:
    add_people(site, ann=Role.VIEWER)
    page = visit(site, "/rulesets/inbound/edit")
    log_in(page, "ann")
    expect(page.get_by_role("article", name="Rule Large")).to_be_visible()
    expect(page.get_by_role("button", name="+ Add rule")).to_have_count(0)
    for_everybody(page)
    large = Editor(page, site, "inbound").card("Rule Large")
    expect(large.get_by_label("points")).to_be_disabled()
    for_everybody(page)
