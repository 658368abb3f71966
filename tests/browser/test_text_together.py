"""Text and cards are one draft, whoever changes it and wherever; nothing that was written is lost."""

from __future__ import annotations

import re

import pytest
from leadwright.engine.store.database import open_store
from leadwright.tests.browser.conftest import Provoke, Visit
from leadwright.tests.browser.editor import Editor
from leadwright.tests.browser.site import Site
from leadwright.tests.browser.text_view import TextView
from leadwright.tests.web.small import RULES
from leadwright.web.drafts import current, take_text
from playwright.sync_api import expect


@pytest.fixture
def text(visit: Visit, site: Site) -> TextView:
    """The rules for four leads, in both views."""
    return TextView(Editor(visit(site), site, "inbound").open("both"))


def test_what_is_typed_shows_on_the_cards(text: TextView) -> None:
    text.go_behind("stage MQL when score >= 30")
    text.page.keyboard.type('\nrule "Small"\nwhen employees < 100\nthen -5\n')
    expect(text.editor.line("Rule Small")).to_be_visible()
    card = text.editor.card("Rule Small")
    expect(card.get_by_label("points")).to_have_value("-5")
    text.go_behind("then -5")
    text.page.keyboard.press("Backspace")
    text.page.keyboard.type("7")
    expect(card.get_by_label("points")).to_have_value("-7")


def test_a_card_changes_its_place_of_the_text_and_leaves_the_cursor(text: TextView) -> None:
    text.go_behind("stage SQL when score")
    text.editor.fill(text.editor.card("Rule Large").get_by_label("points"), "+1000")
    text.keeps("then +1000\n")
    assert text.cursor == "stage SQL when score"
    text.editor.press(text.page.get_by_role("button", name="Undo"))
    text.keeps("then +30\n")
    assert text.cursor == "stage SQL when score"


def test_a_broken_statement_is_a_card_with_its_mistake_until_it_is_mended(text: TextView) -> None:
    text.go_behind("when employees >")
    text.page.keyboard.press("Delete")
    text.page.keyboard.type("> >")
    text.keeps("when employees >> > 100\n")
    broken = text.page.locator("#cards article.text")
    expect(broken).to_have_count(1)
    expect(broken).to_contain_text(re.compile("means|sign|expected|value", re.IGNORECASE))
    expect(text.editor.state).to_contain_text("1 error")
    expect(text.problems).to_have_text("1 problem")
    expect(text.editor.card("Rule Pricing interest")).to_be_visible()
    text.page.reload()
    expect(broken).to_have_count(1)
    again = TextView(text.editor)
    again.go_behind("when employees >> >")
    for _ in range(3):
        again.page.keyboard.press("Backspace")
    again.page.keyboard.type("=")
    again.keeps(RULES)
    expect(broken).to_have_count(0)
    expect(again.editor.state).to_contain_text("no problems")


def test_undo_takes_back_what_either_view_did_in_turn(text: TextView) -> None:
    text.go_behind("employees >= 100")
    text.type("0")
    text.editor.fill(text.editor.card("Rule Large").get_by_label("points"), "+35")
    text.keeps("then +35\n")
    text.go_behind("stage MQL")
    text.page.keyboard.press("Control+z")
    text.keeps("employees >= 1000\nthen +30\n")
    text.page.keyboard.press("Control+z")
    text.keeps(RULES)
    text.page.keyboard.press("Control+y")
    text.keeps("employees >= 1000\nthen +30\n")
    text.page.keyboard.press("Control+Shift+Z")
    text.keeps("employees >= 1000\nthen +35\n")


def test_undo_right_after_typing_takes_back_what_was_typed(text: TextView) -> None:
    text.go_behind("employees >= 100")
    text.page.keyboard.type("0")
    text.page.keyboard.press("Control+z")
    expect(text.line("when employees")).to_have_text("when employees >= 100")
    text.keeps(RULES)


def test_choosing_in_one_view_shows_it_in_the_other(text: TextView) -> None:
    text.editor.card("Stage SQL").get_by_label("value").first.click()
    expect(text.page.locator("#text .lw-chosen")).to_have_text(
        ["stage SQL when score >= 80 and requested demo"]
    )
    text.go_behind('rule "Pricing')
    chosen = text.page.locator("#cards [data-chosen]")
    expect(chosen).to_have_attribute("aria-label", "Rule Pricing interest")
    expect(chosen).to_be_in_viewport()


def test_what_others_change_comes_in_while_somebody_types(text: TextView, site: Site) -> None:
    text.go_behind('rule "Asked for a demo')
    text.page.keyboard.type(" or")
    with open_store(site.database) as store:
        draft = current(store, "inbound")
        assert draft is not None
        theirs = draft.text.replace("# People who may sign.", "# People who sign.\n# Ask sales.")
        take_text(store, "inbound", theirs, who="zoe", seen=draft.revision)
    text.page.keyboard.type(" quote", delay=60)
    text.keeps("# People who sign.\n# Ask sales.\n")
    text.keeps('rule "Asked for a demo or quote"\n')
    assert text.cursor == 'rule "Asked for a demo or quote'


def test_two_people_write_at_once_and_both_have_it_all(visit: Visit, site: Site) -> None:
    one = TextView(Editor(visit(site), site, "inbound").open("text"))
    two = TextView(Editor(visit(site), site, "inbound").open("text"))
    one.go_behind("employees >= 100")
    two.go_behind("stage MQL when score >= 30")
    for letter in " and title in ICP":
        one.page.keyboard.type(letter)
        two.page.keyboard.type(letter)
    for page in (one, two):
        page.keeps("when employees >= 100 and title in ICP\n")
        page.keeps("stage MQL when score >= 30 and title in ICP\n")


def test_who_was_there_first_is_told_and_what_was_written_is_not_lost(text: TextView, site: Site) -> None:
    text.go_behind("employees >= 100")
    with open_store(site.database) as store:
        theirs = RULES.replace("employees >= 100", "employees >= 500")
        take_text(store, "inbound", theirs, who="zoe", seen=0)
    text.page.keyboard.type("7")
    text.keeps("employees >= 500\n")
    expect(text.editor.notices).to_contain_text('zoe changed "Large" at the same place meanwhile')
    expect(text.editor.notices).to_contain_text("employees >= 1007")
    text.editor.notices.get_by_role("button", name="Use mine").click()
    text.keeps("employees >= 1007\n")
    expect(text.editor.notices).not_to_contain_text("meanwhile")


def test_a_lost_connection_loses_nothing(text: TextView, provoke: Provoke) -> None:
    text.go_behind("employees >= 100")
    text.page.context.set_offline(True)
    provoke(text.page, "ERR_INTERNET_DISCONNECTED")
    text.page.keyboard.type("0")
    expect(text.editor.notices).to_contain_text("The connection is lost")
    text.page.keyboard.type("0")
    assert text.editor.text == RULES
    text.page.context.set_offline(False)
    text.keeps("employees >= 10000\n")
    expect(text.editor.notices).not_to_contain_text("lost")


def test_what_was_typed_last_is_kept_when_the_page_is_left(text: TextView) -> None:
    text.go_behind("employees >= 100")
    text.page.keyboard.type("0")
    text.page.goto("/leads")
    text.editor.open("text")
    expect(text.line("when employees")).to_have_text("when employees >= 1000")


def test_line_ends_of_windows_stay(visit: Visit, site: Site) -> None:
    windows = RULES.replace("\n", "\r\n")
    with open_store(site.database) as store:
        take_text(store, "inbound", windows, who="zoe", seen=0)
    text = TextView(Editor(visit(site), site, "inbound").open("both"))
    text.go_behind("employees >= 100")
    text.page.keyboard.type("\nand title in ICP")
    expect(text.editor.card("Rule Large").get_by_label("comparison")).to_have_count(2)
    assert text.editor.text == windows.replace(">= 100", ">= 100\r\nand title in ICP")


def test_without_scripts_a_text_is_saved_with_a_button(visit: Visit, site: Site) -> None:
    page = visit(site, "/rulesets/inbound/edit?view=text", java_script_enabled=False)
    area = page.get_by_label("Text of the rules")
    expect(area).to_have_value(RULES)
    area.fill(RULES.replace("employees >= 100", "employees >> 100"))
    page.get_by_role("button", name="Save", exact=True).click()
    expect(area).to_have_value(RULES.replace("employees >= 100", "employees >> 100"))
    expect(page.locator("#text .problems")).to_contain_text("Line 13")
    assert Editor(page, site, "inbound").text == RULES.replace("employees >= 100", "employees >> 100")
