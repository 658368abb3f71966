"""What keeps a ruleset in sight: the bar that stays, the outline beside the cards, the search."""

from __future__ import annotations

import re

import pytest
from leadwright.tests.browser.axe import for_everybody
from leadwright.tests.browser.conftest import Visit
from leadwright.tests.browser.editor import Editor
from leadwright.tests.browser.site import Site
from leadwright.tests.web.small import RULES
from leadwright.web.words import BY_SORT
from playwright.sync_api import expect


@pytest.fixture
def editor(visit: Visit, site: Site) -> Editor:
    """The rules for four leads, as they are at rest, with room for an outline."""
    page = visit(site, "/rulesets/inbound/edit")
    page.set_viewport_size({"width": 1440, "height": 900})
    return Editor(page, site, "inbound")


def test_a_rule_is_one_line_until_it_is_opened_and_closed(editor: Editor) -> None:
    page, keyboard = editor.page, editor.page.keyboard
    large = editor.line("Rule Large")
    expect(large).to_contain_text("employees is at least 100")
    expect(large.get_by_label("points")).to_have_count(0)
    page.locator("[data-opens]").first.focus()
    while "Large" not in page.locator(":focus").inner_text():
        keyboard.press("ArrowDown")
    keyboard.press("Enter")
    expect(large.get_by_label("points")).to_be_visible()
    expect(large.locator(":focus")).to_have_count(1)
    keyboard.press("Escape")
    expect(large.get_by_label("points")).to_have_count(0)
    expect(large.locator("[data-opens]")).to_be_focused()
    # Another one that is opened takes the place of the one before.
    large.locator("[data-opens]").click()
    expect(large.get_by_label("points")).to_be_visible()
    editor.line("Rule Pricing interest").locator("[data-opens]").click()
    expect(editor.line("Rule Pricing interest").get_by_label("points")).to_be_visible()
    expect(large.get_by_label("points")).to_have_count(0)


def test_the_outline_is_one_stop_and_leads_to_every_statement(editor: Editor) -> None:
    page = editor.page
    outline = page.get_by_role("navigation", name="Outline")
    expect(outline.get_by_role("button", name="Large")).to_contain_text("+302")
    assert outline.locator("button[tabindex='0']").count() == 1
    search = outline.get_by_label("Find a rule, field or value")
    search.fill("demo requested")
    expect(outline.get_by_role("button")).to_have_count(3)
    search.press("ArrowDown")
    expect(outline.get_by_role("button", name="Asked for a demo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(editor.line("Rule Asked for a demo").get_by_label("points")).to_be_visible()
    expect(editor.line("Rule Asked for a demo").locator(":focus")).to_have_count(1)


def test_the_search_goes_to_statements_and_does_what_buttons_do(editor: Editor) -> None:
    page = editor.page
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Search and commands")
    expect(palette.get_by_role("option", name="Large")).to_be_visible()
    for_everybody(page)
    page.keyboard.type("employees")
    page.keyboard.press("Enter")
    expect(palette).to_be_hidden()
    value = editor.line("Rule Large").get_by_label("value", exact=True)
    expect(value).to_be_visible()
    editor.fill(value, "500")
    expect(editor.state).to_contain_text("Draft")
    page.keyboard.press("Control+k")
    page.keyboard.type("undo")
    page.keyboard.press("Enter")
    expect(value).to_have_value("100")
    assert editor.text == RULES
    page.keyboard.press("Control+k")
    page.keyboard.type("add: list")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="New list")).to_be_visible()


def test_the_bar_stays_and_lists_what_is_wrong(editor: Editor) -> None:
    page = editor.page
    editor.fill(editor.card("Rule Large").get_by_label("what is asked about"), "emploees")
    page.set_viewport_size({"width": 900, "height": 400})
    page.evaluate("() => scrollTo(0, document.body.scrollHeight)")
    expect(page.get_by_role("button", name="Undo", exact=True).first).to_be_in_viewport()
    page.locator("#problem-list > summary").click()
    listed = page.locator("#problem-list a").filter(has_text="Rule Large")
    expect(listed).to_contain_text("emploees")
    listed.click()
    expect(editor.line("Rule Large")).to_be_in_viewport()
    expect(editor.line("Rule Large").locator(":focus")).to_have_count(1)


def test_the_lead_of_the_dry_run_is_looked_at_as_of_any_day(editor: Editor) -> None:
    page = editor.open(lead="L1").page
    score = editor.panel.locator(".big strong")
    expect(score).to_have_text("100")
    day = editor.panel.get_by_label("As of", exact=True)
    expect(day).to_have_value("2026-01-15")
    with editor.settling():
        day.fill("2026-03-01")
    # January is too long ago in March; all leads stay counted as they were scored.
    expect(score).to_have_text("70")
    expect(editor.line("Rule Pricing interest").locator(".mark.no")).to_have_count(1)
    expect(editor.line("Rule Pricing interest").locator(".matches")).to_contain_text("1 of 4")
    assert page.url.endswith("at=2026-03-01")
    for_everybody(page)
    page.reload()
    expect(score).to_have_text("70")
    with editor.settling():
        editor.panel.get_by_role("button", name="Back to").press("Enter")
    expect(score).to_have_text("100")
    expect(day).to_be_focused()
    assert "at=" not in page.url


def test_a_question_mark_shows_the_keys_and_each_statement_says_what_it_is_for(editor: Editor) -> None:
    page, keyboard = editor.page, editor.page.keyboard
    line = editor.line("Rule Large").locator("[data-opens]")
    line.focus()
    keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(keys.get_by_role("row", name="Ctrl K")).to_be_visible()
    for_everybody(page)
    keyboard.press("Escape")
    expect(keys).to_be_hidden()
    expect(line).to_be_focused()
    keyboard.press("/")
    search = page.get_by_label("Find a rule, field or value")
    expect(search).to_be_focused()
    keyboard.type("?")
    expect(search).to_have_value("?")
    expect(keys).to_be_hidden()
    search.fill("")
    help_link = editor.card("Stage MQL").get_by_role("link", name="Help")
    expect(help_link).to_have_accessible_description(BY_SORT["stage"].meaning)
    for_everybody(page)
    help_link.click()
    expect(page.get_by_role("heading", name="Words")).to_be_visible()
    expect(page.locator("#stage")).to_be_in_viewport()


def test_on_a_phone_the_dry_run_is_a_drawer(editor: Editor) -> None:
    page, keyboard, panel = editor.open(lead="L1").page, editor.page.keyboard, editor.panel
    page.set_viewport_size({"width": 390, "height": 800})
    dock = panel.get_by_role("button", name=re.compile("^100 points,.*Dry run"))
    expect(dock).to_be_in_viewport()
    expect(panel.get_by_label("Try with a lead")).to_be_hidden()
    dock.press("Enter")
    expect(panel.get_by_role("button", name="Close")).to_be_focused()
    expect(panel.get_by_label("Try with a lead")).to_be_in_viewport()
    expect(page.locator("#cards")).to_have_attribute("inert", "")
    for_everybody(page)
    keyboard.press("Escape")
    expect(dock).to_be_focused()
    expect(panel.get_by_label("Try with a lead")).to_be_hidden()
    for_everybody(page)
    # What is changed behind it shows in the dock.
    editor.fill(editor.card("Rule Large").get_by_label("points"), "+10")
    expect(panel.get_by_role("button", name=re.compile("^90 points,.*Dry run"))).to_be_in_viewport()
    dock = panel.get_by_role("button", name="Dry run")
    dock.click()
    page.set_viewport_size({"width": 1440, "height": 900})
    expect(editor.line("Rule Large")).to_be_visible()
    expect(dock).to_be_hidden()


def test_the_outline_folds_and_moves_statements_by_keys_and_pointer(editor: Editor) -> None:
    page, keyboard = editor.page, editor.page.keyboard
    outline = page.get_by_role("navigation", name="Outline")
    # Where a ruleset has no headings, those of its kinds stand in; tests are folded at first.
    stages = outline.get_by_role("button", name="Stages", exact=True)
    expect(stages).to_have_attribute("aria-expanded", "true")
    expect(outline.get_by_role("button", name="Tests", exact=True)).to_have_attribute(
        "aria-expanded", "false"
    )
    mql = outline.get_by_role("button", name=re.compile("^Stage MQL"))
    mql.focus()
    keyboard.press("ArrowLeft")
    expect(stages).to_be_focused()
    keyboard.press("ArrowLeft")
    expect(stages).to_have_attribute("aria-expanded", "false")
    expect(mql).to_have_count(0)
    page.reload()
    expect(stages).to_have_attribute("aria-expanded", "false")
    stages.focus()
    keyboard.press("ArrowRight")
    expect(mql).to_be_visible()
    assert outline.locator("button[tabindex='0']").count() == 1
    for_everybody(page)

    # A line is moved by keys, and keeps the focus.
    large = outline.get_by_role("button", name=re.compile("^Large"))
    large.focus()
    with editor.settling():
        keyboard.press("Alt+ArrowDown")
    assert editor.text.index('"Asked for a demo"') < editor.text.index('"Large"')
    expect(large).to_be_focused()
    lines = outline.get_by_role("button", name=re.compile("^(Pricing|Large|Asked)"))
    expect(lines).to_have_text([re.compile("^Pricing"), re.compile("^Asked"), re.compile("^Large")])

    # And dragged: onto the upper half of another it goes before that.
    first = outline.get_by_role("button", name=re.compile("^Pricing interest"))
    # By the lines and not by where they were: they are drawn again whenever counts arrive.
    large.hover(position={"x": 60, "y": 10})
    page.mouse.down()
    first.hover(position={"x": 60, "y": 12}, force=True)
    first.hover(position={"x": 60, "y": 4}, force=True)
    with editor.settling():
        page.mouse.up()
    assert editor.text.index('"Large"') < editor.text.index('"Pricing interest"')
