"""The editor by keyboard alone, the focus never lost."""

from __future__ import annotations

import re

import pytest
from leadwright.tests.browser.conftest import Visit
from leadwright.tests.browser.editor import Editor
from leadwright.tests.browser.site import Site
from leadwright.tests.web.small import RULES
from playwright.sync_api import Route, expect


@pytest.fixture
def editor(visit: Visit, site: Site) -> Editor:
    """The rules for four leads, opened in the visual view."""
    return Editor(visit(site, "/rulesets/inbound/edit"), site, "inbound")


def test_tab_goes_on_to_the_next_control_while_the_edit_is_saved(editor: Editor) -> None:
    keyboard, large = editor.page.keyboard, editor.card("Rule Large")
    large.get_by_label("value").focus()
    with editor.settling():
        keyboard.type("150")
        keyboard.press("Tab")
    assert "employees >= 150" in editor.text
    expect(large.locator(":focus")).to_have_count(1)
    expect(large.get_by_label("value")).not_to_be_focused()


def test_what_is_typed_meanwhile_is_not_taken_away(editor: Editor) -> None:
    keyboard, large = editor.page.keyboard, editor.card("Rule Large")
    large.get_by_label("value").fill("150")
    with editor.settling():
        large.get_by_label("points").select_text()
        keyboard.type("+3")
    keyboard.type("5")
    expect(large.get_by_label("points")).to_have_value("+35")
    with editor.settling():
        keyboard.press("Enter")
    assert editor.text == RULES.replace("employees >= 100\nthen +30", "employees >= 150\nthen +35")


def test_suggestions_are_chosen_by_arrows(editor: Editor) -> None:
    keyboard = editor.page.keyboard
    about = editor.card("Rule Pricing interest").get_by_label("what it is about")
    about.focus()
    keyboard.press("ArrowDown")
    expect(editor.suggestions.first).to_be_visible()
    expect(about).to_have_attribute("aria-expanded", "true")
    keyboard.press("ArrowDown")
    chosen = editor.page.locator("#suggestions [aria-selected=true]")
    expect(about).to_have_attribute("aria-activedescendant", chosen.get_attribute("id") or "")
    keyboard.press("Escape")
    expect(editor.suggestions.first).to_be_hidden()
    expect(about).to_be_focused()
    about.fill("do")
    expect(editor.suggestions.first).to_contain_text("docs")
    keyboard.press("ArrowDown")
    with editor.settling():
        keyboard.press("Enter")
    assert "visited docs >= 2" in editor.text


def test_a_menu_opens_moves_and_gives_the_focus_back(editor: Editor) -> None:
    page, keyboard = editor.page, editor.page.keyboard
    more = editor.card("Rule Large").get_by_role("button", name="More for Large", exact=True)
    more.focus()
    keyboard.press("Enter")
    first = page.get_by_role("menuitem", name="Move up")
    expect(first).to_be_focused()
    keyboard.press("Escape")
    expect(more).to_be_focused()
    keyboard.press("Enter")
    expect(first).to_be_focused()
    keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitem", name="Move down")).to_be_focused()
    before = editor.cards()
    with editor.settling():
        keyboard.press("Enter")
    assert editor.cards().index("Rule Large") == before.index("Rule Large") + 1
    expect(more).to_be_focused()


def test_a_rule_is_added_duplicated_removed_and_brought_back(editor: Editor) -> None:
    page, keyboard = editor.page, editor.page.keyboard
    page.get_by_role("button", name="+ Add rule", exact=True).focus()
    keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Name")).to_be_focused()
    keyboard.type("Reads the docs")
    keyboard.press("Tab")
    keyboard.type("visited")
    expect(editor.suggestions.first).to_be_visible()
    keyboard.press("ArrowDown")
    keyboard.press("Enter")
    expect(dialog.get_by_label("what it is about")).to_be_visible()
    keyboard.press("Tab")
    keyboard.press("Tab")
    keyboard.type("+5")
    with editor.settling():
        keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    added = editor.card("Rule Reads the docs")
    expect(added.locator(":focus")).to_have_count(1)

    more = added.get_by_role("button", name=re.compile("^More for Reads the docs$"))
    more.focus()
    keyboard.press("Enter")
    page.get_by_role("menuitem", name="Duplicate").focus()
    with editor.settling():
        keyboard.press("Enter")
    assert editor.text.count('rule "Reads the docs') == 2
    with_both = editor.text
    more.focus()
    keyboard.press("Enter")
    page.get_by_role("menuitem", name="Remove").focus()
    with editor.settling():
        keyboard.press("Enter")
    assert editor.text.count('rule "Reads the docs') == 1
    # The focus has not fallen out of the page with what was removed.
    expect(page.locator("body:focus")).to_have_count(0)
    with editor.settling():
        keyboard.press("Control+z")
    assert editor.text == with_both


def test_what_is_typed_into_a_new_rule_stays_however_late_the_blanks_come(editor: Editor) -> None:
    page, keyboard = editor.page, editor.page.keyboard
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/edit/begin", hold)
    with page.expect_request("**/edit/begin"):
        page.get_by_role("button", name="+ Add rule", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_hidden()
    held.pop().continue_()
    expect(dialog.get_by_label("Name")).to_be_focused()
    keyboard.type("Reads the docs")
    keyboard.press("Tab")
    dialog.get_by_label("What is asked about").fill("visited")
    with page.expect_request("**/edit/begin"):
        dialog.get_by_label("Points").focus()
    keyboard.type("+")
    held.pop().continue_()
    expect(dialog.get_by_label("what it is about")).to_be_visible()
    keyboard.type("5")
    expect(dialog.get_by_label("Points")).to_have_value("+5")
