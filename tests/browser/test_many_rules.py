"""A ruleset of very many rules: only the cards near the screen are in the page, and none is out of reach."""

from __future__ import annotations

import pytest
from leadwright.engine.store.database import open_store
from leadwright.tests.browser.axe import for_everybody
from leadwright.tests.browser.conftest import Visit
from leadwright.tests.browser.editor import Editor
from leadwright.tests.browser.site import Site
from leadwright.web.drafts import begin
from leadwright.web.editor.cards import id_of
from playwright.sync_api import expect

MANY = 600
RULES = "\n".join(
    f'rule "Number {number}" when employees >= {number} then +{number % 9 + 1}' for number in range(MANY)
)


@pytest.fixture
def editor(visit: Visit, site: Site) -> Editor:
    """Six hundred rules, as they are at rest."""
    with open_store(site.database) as store:
        begin(store, "many", RULES)
    page = visit(site, "/rulesets/many/edit")
    page.set_viewport_size({"width": 1440, "height": 900})
    return Editor(page, site, "many")


def test_a_page_holds_few_cards_and_brings_in_those_that_are_scrolled_to(editor: Editor) -> None:
    page = editor.page
    assert page.evaluate("document.querySelectorAll('*').length") < 6_000
    assert page.locator("#cards > article").count() < 250
    last = editor.line(f"Rule Number {MANY - 1}")
    expect(last).to_have_count(0)
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    expect(last).to_be_in_viewport()
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight / 2)")
    expect(editor.line(f"Rule Number {MANY // 2}")).to_have_count(1)
    page.evaluate("scrollTo(0, 0)")
    expect(editor.line("Rule Number 0")).to_be_in_viewport()
    assert page.evaluate("document.querySelectorAll('*').length") < 6_000
    for_everybody(page)


def test_a_rule_that_is_far_away_is_found_edited_and_undone(editor: Editor) -> None:
    page, keyboard = editor.page, editor.page.keyboard
    far = editor.line("Rule Number 555")
    page.get_by_label("Find a rule, field or value").fill("number 555")
    page.get_by_label("Find a rule, field or value").press("ArrowDown")
    keyboard.press("Enter")
    expect(far.locator(":focus")).to_have_count(1)
    editor.fill(far.get_by_label("points", exact=True), "+77")
    assert "employees >= 555 then +77" in editor.text
    # What is open stays, wherever one scrolls to; a rule is undone wherever one is.
    page.evaluate("scrollTo(0, 0)")
    expect(editor.line("Rule Number 0")).to_be_in_viewport()
    expect(far).to_have_count(1)
    page.locator("body").click(position={"x": 2, "y": 2})
    with editor.settling():
        keyboard.press("Control+z")
    assert editor.text == RULES
    expect(far.get_by_label("points", exact=True)).to_have_value("+7")


def test_arrows_go_from_line_to_line_beyond_what_is_in_the_page(editor: Editor) -> None:
    page = editor.page
    lines = page.locator("#cards > article [data-opens]")
    beyond = f"Rule Number {lines.count()}"
    lines.last.evaluate("line => line.focus({ preventScroll: true })")
    page.keyboard.press("ArrowDown")
    expect(editor.line(beyond).locator("[data-opens]")).to_be_focused()


def test_a_link_to_a_rule_opens_it_and_on_paper_are_all(editor: Editor) -> None:
    page = editor.page
    far = id_of("rule:Number 444")
    page.goto("about:blank")
    page.goto(f"/rulesets/many/edit#{far}")
    expect(editor.line("Rule Number 444")).to_be_in_viewport()
    expect(editor.line("Rule Number 444").get_by_label("points", exact=True)).to_be_visible()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#cards article").count() == MANY
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(page.locator("#cards article")).not_to_have_count(MANY)


def test_without_scripts_all_are_one_press_away(visit: Visit, editor: Editor) -> None:
    page = visit(editor.site, "/rulesets/many/edit", java_script_enabled=False)
    page.get_by_role("link", name=f"Show all {MANY} statements").click()
    expect(page.locator("#cards article")).to_have_count(MANY)
