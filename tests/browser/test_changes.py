"""What each change of a draft does, on the card that made it: with its leads, and a way back."""

from __future__ import annotations

import re

import pytest
from leadwright.tests.browser.axe import for_everybody
from leadwright.tests.browser.conftest import Visit
from leadwright.tests.browser.editor import Editor
from leadwright.tests.browser.site import Site
from leadwright.tests.web.small import RULES
from playwright.sync_api import expect


@pytest.fixture
def editor(visit: Visit, site: Site) -> Editor:
    """The rules for four leads, with room for an outline."""
    page = visit(site, "/rulesets/inbound/edit", viewport={"width": 1440, "height": 900})
    return Editor(page, site, "inbound")


def test_a_change_stands_on_its_card_with_its_leads_and_is_reverted_alone(editor: Editor) -> None:
    page = editor.page
    editor.fill(editor.card("Stage MQL").get_by_label("value"), "80")
    editor.fill(editor.card("Rule Large").get_by_label("points"), "+31")
    stage, rule = editor.line("Stage MQL"), editor.line("Rule Large")
    expect(stage.locator(".change")).to_contain_text("threshold 30 → 80")
    expect(stage.locator(".change")).to_contain_text("1 lead moves down")
    expect(rule.locator(".change")).to_contain_text("+30 → +31")
    outline = page.get_by_role("navigation", name="Outline")
    expect(outline.get_by_role("button", name="changed")).to_have_count(2)
    for_everybody(page)

    # Its leads are one press away.
    with page.expect_navigation():
        stage.get_by_role("link", name="1 lead moves down").click()
    expect(page.get_by_text("Changes stage by the change of MQL")).to_be_visible()
    expect(page.get_by_role("table").get_by_role("row")).to_have_count(2)
    page.go_back()

    # By keyboard, one alone is taken back; undo brings it again.
    revert = stage.get_by_role("button", name="Revert stage MQL")
    revert.focus()
    with editor.settling():
        page.keyboard.press("Enter")
    assert editor.text == RULES.replace("+30", "+31", 1)
    expect(editor.notices).to_contain_text("Stage “MQL” is as in the live version again.")
    expect(stage.locator(".change")).to_have_count(0)
    expect(rule.locator(".change")).to_contain_text("+30 → +31")
    expect(page.locator("body:focus")).to_have_count(0)
    with editor.settling():
        editor.notices.get_by_role("button", name="Undo").click()
    assert "score >= 80" in editor.text


def test_a_threshold_is_moved_by_its_flag_and_every_number_of_a_chart_opens_its_leads(
    editor: Editor,
) -> None:
    page, keyboard = editor.page, editor.page.keyboard
    flag = editor.panel.get_by_role("slider", name="MQL threshold")
    expect(flag).to_have_attribute("aria-valuenow", "30")
    flag.focus()
    with editor.settling():
        keyboard.press("ArrowRight")
        keyboard.press("Shift+ArrowRight")
        expect(flag).to_have_attribute("aria-valuetext", "36, 1 fewer by score")
        keyboard.press("Enter")
    assert editor.text == RULES.replace("score >= 30", "score >= 36")
    expect(flag).to_be_focused()
    expect(flag).to_have_attribute("aria-valuetext", "36, live 30")
    for_everybody(page)

    # By pointer: nothing is kept while it moves, letting go is one step to undo.
    flag.scroll_into_view_if_needed()
    box = flag.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 60, box["y"] + 8, steps=4)
    assert editor.text == RULES.replace("score >= 30", "score >= 36")
    with editor.settling():
        page.mouse.up()
    assert "score >= 36" not in editor.text
    with editor.settling():
        page.get_by_role("button", name="Undo", exact=True).first.click()
    assert editor.text == RULES.replace("score >= 30", "score >= 36")

    # From bar to bar by arrows; Enter opens the leads of one.
    bars = editor.panel.get_by_role("group", name="Leads by score, draft over live").get_by_role("link")
    bars.first.focus()
    keyboard.press("ArrowRight")
    expect(bars.nth(1)).to_be_focused()
    assert bars.nth(1).get_attribute("tabindex") == "0"
    with page.expect_navigation():
        keyboard.press("Enter")
    expect(page.get_by_role("list", name="Filters that are on")).to_contain_text("score 30")
    expect(page.get_by_role("table").get_by_role("row")).to_have_count(2)


def test_several_leads_stand_side_by_side_and_follow_the_draft(editor: Editor) -> None:
    page = editor.open(lead="L1").page
    editor.panel.get_by_role("button", name="Keep side by side").click()
    table = editor.panel.get_by_role("region", name="Side by side").get_by_role("table")
    expect(table).to_contain_text("Zoë Müller")
    editor.open(lead="L4")
    add = editor.panel.get_by_role("button", name="Keep side by side")
    add.focus()
    page.keyboard.press("Enter")
    expect(table.get_by_role("row", name="Draft")).to_contain_text(re.compile("100.*SQL.*30.*MQL", re.DOTALL))
    expect(table.get_by_role("row", name="Asked for a demo").get_by_role("cell")).to_have_text(["+40", "·"])
    editor.fill(editor.card("Stage MQL").get_by_label("value"), "80")
    expect(table.get_by_role("row", name="Draft")).to_contain_text(re.compile("30.*no stage", re.DOTALL))
    expect(table.get_by_role("row", name="Live")).to_contain_text(re.compile("30.*MQL", re.DOTALL))
    for_everybody(page)
    table.get_by_role("button", name="Take Zoë Müller away").press("Enter")
    expect(table).not_to_contain_text("Zoë")


def test_a_threshold_has_two_buttons_for_fingers(editor: Editor) -> None:
    editor.page.set_viewport_size({"width": 390, "height": 844})
    editor.page.get_by_role("button", name="Dry run").click()
    more = editor.panel.get_by_role("button", name="MQL: one point more")
    with editor.settling():
        more.click()
    assert "stage MQL when score >= 31" in editor.text
    expect(editor.panel.get_by_role("group", name="MQL threshold")).to_contain_text("MQL at 31")
    for_everybody(editor.page)


def test_rules_are_printed_line_by_line(editor: Editor) -> None:
    editor.page.emulate_media(media="print")
    sentence = editor.page.locator("article", has_text="Large").locator(".opens").first.bounding_box()
    assert sentence is not None
    assert sentence["width"] > 300
    assert sentence["height"] < 80
    expect(editor.panel).to_be_hidden()
