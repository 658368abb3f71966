"""The search for commands, and lists that are pasted into: found, acted on, understood before it is added."""

from __future__ import annotations

import re

import pytest
from leadwright.tests.browser.axe import for_everybody
from leadwright.tests.browser.conftest import Visit
from leadwright.tests.browser.editor import Editor
from leadwright.tests.browser.site import Site
from playwright.sync_api import Locator, expect


@pytest.fixture
def editor(visit: Visit, site: Site) -> Editor:
    """The rules for four leads."""
    page = visit(site, "/rulesets/inbound/edit", viewport={"width": 1440, "height": 900})
    return Editor(page, site, "inbound")


def search(editor: Editor, words: str) -> Locator:
    """Searches, and gives what is shown."""
    palette = editor.page.get_by_role("dialog", name="Search and commands")
    if not palette.is_visible():
        editor.page.keyboard.press("Control+k")
    palette.get_by_role("combobox").fill(words)
    return palette


def test_what_is_found_comes_in_groups_and_tab_says_what_can_be_done_with_it(editor: Editor) -> None:
    palette = search(editor, "Large")
    expect(palette.get_by_role("group", name="Go to").get_by_role("option")).to_have_count(1)
    expect(palette.get_by_role("group", name="Leads")).to_contain_text("Leads matching “Large”")
    for_everybody(editor.page)
    editor.page.keyboard.press("Tab")
    acts = palette.get_by_role("group", name="Large")
    expect(acts).to_contain_text("Switch off")
    for_everybody(editor.page)
    # Back, and in again; what is first is done.
    editor.page.keyboard.press("Escape")
    expect(palette.get_by_role("group", name="Go to")).to_be_visible()
    editor.page.keyboard.press("Tab")
    editor.page.keyboard.press("ArrowDown")
    editor.page.keyboard.press("Enter")
    expect(editor.line("Rule Large")).to_have_class(re.compile(r"\boff\b"))
    assert 'rule "Large" off' in editor.text

    palette = search(editor, "Pricing")
    doors = palette.get_by_role("group", name="Leads").get_by_role("option")
    doors.click()
    expect(editor.page.get_by_text("Matches Pricing interest in the draft")).to_be_visible()


def test_what_the_data_has_is_found_and_a_rule_is_begun_about_it(editor: Editor) -> None:
    palette = search(editor, "requested")
    found = palette.get_by_role("group", name="Used in the data").get_by_role("option")
    expect(found.first).to_contain_text("requested")
    for_everybody(editor.page)
    found.first.click()
    expect(editor.page.locator("#outline input")).to_have_value("requested")
    palette = search(editor, "employees")
    expect(palette.get_by_role("group", name="Used in the data")).to_be_visible()
    rows = palette.get_by_role("option")
    while "employees" not in (palette.locator("[aria-selected=true] .name").inner_text()):
        editor.page.keyboard.press("ArrowDown")
    assert rows.count()
    editor.page.keyboard.press("Tab")
    editor.page.keyboard.press("Enter")
    dialog = editor.page.get_by_role("dialog", name="New rule")
    expect(dialog.get_by_label("comparison")).to_be_visible()
    expect(dialog.get_by_label("What is asked about")).to_have_value("employees")


def test_leads_are_found_after_at_and_commands_after_greater_than(editor: Editor) -> None:
    palette = search(editor, ">undo")
    expect(palette.get_by_role("group", name="Go to")).to_have_count(0)
    palette = search(editor, "@Ann")
    lead = palette.get_by_role("group", name="Leads").get_by_role("option", name="Ann Lee")
    expect(lead).to_be_visible()
    with editor.settling():
        lead.click()
    expect(editor.panel.get_by_label("Try with a lead")).to_have_value("Ann Lee")


def test_what_is_pasted_into_a_list_is_understood_before_it_is_added(visit: Visit, site: Site) -> None:
    page = visit(site, "/rulesets/inbound/lists")
    page.get_by_label("Paste a column, commas or lines").fill("CTO\nvp *\nCTO\nStudent")
    found = page.locator("#understood")
    expect(found).to_contain_text("2 new")
    expect(found).to_contain_text("2 already here or pasted twice")
    for_everybody(page)
    found.get_by_role("button", name="Add 2 entries").click()
    expect(page.get_by_text("2 added, 2 left out")).to_be_visible()
    page.get_by_label("Paste a column, commas or lines").fill("CTO")
    expect(found).to_contain_text("1 already here")
    expect(found.get_by_role("button", name="Add")).to_be_disabled()
