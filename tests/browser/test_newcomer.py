"""What a newcomer does on the first day, with only the page: from the sample to a version and back."""

from __future__ import annotations

from pathlib import Path

from leadwright.tests.browser.conftest import Serve, Visit
from leadwright.tests.browser.editor import Editor
from playwright.sync_api import Locator, expect


def change_of(editor: Editor, stage: str) -> str:
    """By how much a stage grows or shrinks, as the dry run has it."""
    return row_of(editor, stage).get_by_role("cell").last.inner_text().replace("\N{MINUS SIGN}", "-")


def row_of(editor: Editor, stage: str) -> Locator:
    """The row of a stage in the table of all leads."""
    table = editor.panel.get_by_role("table", name="Stages")
    return table.get_by_role("row").filter(has=editor.page.get_by_role("rowheader", name=stage, exact=True))


def test_a_newcomer_changes_tries_tests_publishes_and_rolls_back(
    visit: Visit, serve: Serve, sample: Path
) -> None:
    site = serve(sample)
    page = visit(site)
    editor = Editor(page, site, "saas-inbound")

    # Opens the sample.
    page.get_by_role("link", name="B2B SaaS inbound", exact=True).click()
    page.get_by_role("link", name="Edit", exact=True).first.click()
    expect(editor.panel).to_contain_text("All 1,000 leads")
    written = editor.text

    # Raises a threshold, and sees who drops out.
    editor.fill(editor.card("Stage MQL").get_by_label("value"), "50")
    assert "stage MQL when score >= 50" in editor.text
    dropped = int(change_of(editor, "MQL"))
    assert dropped < 0
    assert int(change_of(editor, "Nurture")) == -dropped
    expect(editor.panel).to_contain_text(f"{-dropped} leads move down")

    # Asks why one of them does.
    mover = editor.panel.get_by_role("list", name="Who moves").get_by_role("link").first
    name = mover.inner_text()
    with editor.settling():
        mover.click()
    one = editor.panel.get_by_role("region", name="One lead")
    expect(one.get_by_label("Try with a lead")).to_have_value(name)
    expect(one).to_contain_text("live: MQL")
    expect(one.get_by_role("list", name="Stages")).to_contain_text("points short")

    # Adds a rule for such as these.
    with editor.adding("Add rule") as form:
        form.get_by_label("Name").fill("Any visit of late")
        editor.pick(form.get_by_label("What is asked about"), "visited")
        form.get_by_label("Points").fill("+20")
    rule = editor.card("Rule Any visit of late")
    editor.choose(rule.get_by_label("when"), "in the last")
    editor.fill(rule.get_by_role("group", name="What is missing").get_by_label("how many"), "30")
    expect(rule).to_contain_text("of 1,000")
    assert int(change_of(editor, "MQL")) > dropped

    # Saves the lead as a test.
    with editor.settling():
        one.get_by_role("button", name="Save as test").click()
    expect(editor.panel.get_by_role("region", name="Tests")).to_contain_text("all 16 passed")
    assert any(card.startswith("Test a lead like one in the data") for card in editor.cards())

    # Publishes with a note.
    page.get_by_role("link", name="Review and publish").click()
    expect(page.get_by_role("heading", name="Review version 2")).to_be_visible()
    expect(page.get_by_role("region", name="What changes, in words")).to_contain_text("Any visit of late")
    page.get_by_label("What changed and why, for the history").fill("Sales asked for fewer and warmer leads")
    page.get_by_role("button", name="Publish version 2").click()
    expect(page.locator("main")).to_contain_text("Version 2 live")
    expect(page.locator("main")).to_contain_text("Sales asked for fewer and warmer leads")

    # And goes back.
    page.get_by_text("Roll back to version 1").first.click()
    page.get_by_label("Why, for the history").fill("Sales want them all the same")
    page.get_by_role("button", name="Roll back to version 1").click()
    expect(page.locator("main")).to_contain_text("Version 3 live")
    editor.open()
    assert editor.text == written
    expect(editor.state).to_contain_text("same as version 3")
