"""The first visit: leads and events brought in on the page, scored there, rows that were not read fixed."""

from __future__ import annotations

from pathlib import Path

from leadwright.engine.store.database import open_store
from leadwright.tests.browser.axe import for_everybody
from leadwright.tests.browser.conftest import Serve, Visit
from leadwright.tests.web.small import EVENTS, LEADS
from playwright.sync_api import Page, expect


def settled(page: Page) -> None:
    """Waits until the page has answered a choice."""
    expect(page.locator("main")).not_to_have_attribute("aria-busy", "true")


def test_a_newcomer_brings_leads_in_writes_rules_and_scores_them(
    visit: Visit, serve: Serve, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.db"
    open_store(empty, create=True).close()
    (tmp_path / "served").mkdir()
    site = serve(empty.rename(tmp_path / "served" / "empty.db"))
    page = visit(site)
    expect(page.get_by_role("heading", name="Say when a lead is qualified")).to_be_visible()
    for_everybody(page)

    # A file is chosen; it is sent in pieces, and understood before anything is stored.
    leads = LEADS + ',Nobody,,,\nL5,Late,CEO,"1,200",no\n'
    file = {"name": "crm.csv", "mimeType": "text/csv", "buffer": leads.encode()}
    page.get_by_label("File").set_input_files(files=[file])
    columns = page.get_by_role("table", name="The columns of the file")
    expect(columns).to_be_visible()
    for_everybody(page)
    expect(columns).to_contain_text("1,200 (line 7) can be two numbers")
    page.get_by_role("button", name="Read it as 1200").click()
    expect(page.get_by_label("Sign before decimals")).to_have_value(".")
    settled(page)

    # By keyboard: another kind for a column, with what it makes of the values; focus stays.
    kind = page.get_by_label("Kind of opted_in")
    kind.focus()
    kind.select_option("text")
    expect(page.get_by_label("Kind of opted_in")).to_have_value("text")
    settled(page)
    expect(page.get_by_label("Kind of opted_in")).to_be_focused()
    page.get_by_label("Kind of opted_in").select_option("")
    settled(page)
    # What will be stored is counted before anything is.
    expect(page.get_by_role("region", name="What will be stored")).to_contain_text("New leads5")
    page.get_by_role("button", name="Load 6 rows").click()
    expect(page.get_by_role("heading", name="crm.csv is loaded")).to_be_visible()
    for_everybody(page)
    with page.expect_download() as rejects:
        page.get_by_role("link", name="Download 1 row").click()
    assert "has no id in id" in rejects.value.path().read_text(encoding="utf-8")

    # Events, pasted.
    page.get_by_role("link", name="Import another file").click()
    page.get_by_label("From a spreadsheet").fill(EVENTS)
    page.get_by_role("button", name="Read the rows").click()
    expect(page.get_by_label("what is used as")).to_have_value("type")
    expect(page.get_by_label("something a lead did")).to_be_checked()
    page.get_by_role("button", name="Load 6 rows").click()
    expect(page.get_by_role("heading", name="pasted rows.csv is loaded")).to_be_visible()

    # Rules from the data, published, and scored as of when the data ends, all without a terminal.
    page.get_by_role("link", name="Make a ruleset from this data").click()
    page.get_by_label("Name, as it appears").fill("first")
    page.get_by_role("button", name="Create the draft").click()
    page.get_by_role("link", name="Review and publish").click()
    page.get_by_label("What changed and why").fill("The first rules")
    page.get_by_role("button", name="Publish version 1").click()
    expect(page.locator("main")).to_contain_text("All leads are scored by it")
    expect(page.locator("main")).to_contain_text("Scored 5 leads as of 2026-01-14")
    for_everybody(page)
    page.get_by_role("link", name="Rulesets").first.click()
    expect(page.locator("main")).to_contain_text("As of 2026-01-14")
