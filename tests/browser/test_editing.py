"""Editing rules by clicks and keys: each change is one place of the text, and shows what it does."""

from __future__ import annotations

import re

import pytest
from leadwright.tests.browser.axe import NARROW
from leadwright.tests.browser.conftest import Visit
from leadwright.tests.browser.editor import Editor
from leadwright.tests.browser.site import Site
from leadwright.tests.web.small import RULES
from playwright.sync_api import expect


@pytest.fixture
def editor(visit: Visit, site: Site) -> Editor:
    """The rules for four leads, opened in the visual view."""
    return Editor(visit(site, "/rulesets/inbound/edit"), site, "inbound")


def test_a_threshold_is_raised_and_lowered(editor: Editor) -> None:
    large = editor.card("Rule Large")
    editor.fill(large.get_by_label("value"), "500")
    assert editor.text == RULES.replace("employees >= 100", "employees >= 500")
    expect(editor.state).to_contain_text("Draft")
    expect(editor.state).to_contain_text("1 changed line")
    editor.fill(large.get_by_label("value"), "100")
    assert editor.text == RULES
    expect(editor.state).to_contain_text("Live")


def test_undo_and_redo_restore_the_text_byte_for_byte(editor: Editor) -> None:
    editor.fill(editor.card("Rule Large").get_by_label("points"), "+35")
    editor.choose(editor.card("Rule Large").get_by_label("comparison"), "is more than")
    changed = editor.text
    editor.press(editor.page.get_by_role("button", name="Undo"))
    editor.press(editor.page.get_by_role("button", name="Undo"))
    assert editor.text == RULES
    expect(editor.page.get_by_role("button", name="Undo")).to_be_disabled()
    editor.press(editor.page.get_by_role("button", name="Redo"))
    editor.press(editor.page.get_by_role("button", name="Redo"))
    assert editor.text == changed


def test_rules_are_moved_by_keyboard_and_keep_the_focus(editor: Editor) -> None:
    before = editor.cards()
    handle = editor.card("Rule Large").get_by_role("button", name="Move Large")
    handle.focus()
    with editor.settling():
        editor.page.keyboard.press("Alt+ArrowUp")
    expect(handle).to_be_focused()
    moved = editor.cards()
    assert moved.index("Rule Large") == before.index("Rule Large") - 1
    assert sorted(moved) == sorted(before)
    with editor.settling():
        editor.page.keyboard.press("Alt+ArrowDown")
    expect(handle).to_be_focused()
    assert editor.cards() == before
    assert editor.text == RULES


def test_what_cannot_be_is_told_beside_the_control(editor: Editor) -> None:
    large = editor.card("Rule Large")
    value = large.get_by_label("value")
    editor.fill(value, "many")
    expect(large.get_by_role("alert")).to_be_visible()
    expect(value).to_have_value("many")
    expect(value).to_have_attribute("aria-invalid", "true")
    assert editor.text == RULES
    editor.fill(value, "250")
    expect(large.get_by_role("alert")).to_have_count(0)
    assert "employees >= 250" in editor.text


def test_what_an_edit_does_is_in_sight_on_a_phone(visit: Visit, site: Site) -> None:
    editor = Editor(visit(site, "/rulesets/inbound/edit"), site, "inbound")
    editor.page.set_viewport_size(NARROW)
    value = editor.card("Rule Large").get_by_label("value")
    editor.fill(value, "500")
    expect(value).to_be_in_viewport()
    moves = editor.page.locator("#trial-moves")
    expect(moves).to_have_text(re.compile("1 lead moves down, none up"))
    expect(moves).to_be_in_viewport(ratio=1)
    moves.get_by_role("link").click()
    expect(editor.panel.get_by_role("table", name="Stages")).to_be_in_viewport()
