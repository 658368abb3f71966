"""The table of leads in use: filters, sorting, picking by keyboard, a row as one link, numbers as doors."""

from __future__ import annotations

from leadwright.tests.browser.axe import for_everybody
from leadwright.tests.browser.conftest import Visit
from leadwright.tests.browser.editor import Editor
from leadwright.tests.browser.site import Site
from playwright.sync_api import expect


def test_leads_are_filtered_sorted_picked_and_opened(visit: Visit, site: Site) -> None:
    page = visit(site, "/leads")
    table = page.get_by_role("table")
    expect(page.get_by_text("Pick leads to")).to_be_hidden()
    page.keyboard.press("f")
    page.get_by_label("Field", exact=True).select_option("title")
    page.get_by_label("Comparison").select_option("contains")
    page.get_by_label("Value").fill("vp")
    page.get_by_role("button", name="Apply").click()
    expect(table.get_by_role("link", name="Ann Lee")).to_be_visible()
    expect(table.get_by_role("link", name="Ben Okafor")).to_have_count(0)
    for_everybody(page)
    page.get_by_role("link", name="Remove the filter title contains vp").focus()
    page.keyboard.press("Delete")
    expect(table.get_by_role("link", name="Ben Okafor")).to_be_visible()

    # By keyboard: rows by arrows, picked with Space, several with Shift.
    page.get_by_label("Pick Zoë Müller").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Pick Ben Okafor")).to_be_focused()
    page.keyboard.press("Shift+Space")
    expect(page.get_by_text("3 picked")).to_be_visible()
    for_everybody(page)
    with page.expect_download() as picked:
        page.get_by_role("button", name="Download", exact=True).click()
    rows = picked.value.path().read_text(encoding="utf-8").splitlines()
    assert {row.split(",")[0] for row in rows[1:]} == {"L1", "L2", "L4"}

    # Chosen columns, and the view saved for everybody.
    page.get_by_text("Columns", exact=True).click()
    page.get_by_label("employees").check()
    page.get_by_role("button", name="Show these").click()
    page.get_by_role("link", name="employees", exact=True).click()
    expect(table.get_by_role("row").nth(1)).to_contain_text("L2")
    page.get_by_text("Save view").click()
    page.get_by_label("Name, for everybody here").fill("By size")
    page.get_by_role("button", name="Save", exact=True).click()
    views = page.get_by_role("navigation", name="Views")
    expect(views.get_by_role("link", name="By size")).to_have_attribute("aria-current", "page")

    # Anywhere on a row opens it.
    box = table.get_by_role("row").nth(1).get_by_role("cell").last.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] - 4, box["y"] + 6)
    page.wait_for_url("**/lead?id=L2*")


def test_a_number_on_a_card_opens_its_leads_one_of_which_is_tried(visit: Visit, site: Site) -> None:
    page = visit(site)
    editor = Editor(page, site, "inbound").open()
    expect(editor.panel).to_contain_text("All 4 leads")
    page.locator("article", has_text="Large").get_by_role("link", name="2 of 4").first.click()
    expect(page.get_by_text("Matches Large in the draft")).to_be_visible()
    rows = page.get_by_role("table").get_by_role("row")
    expect(rows).to_have_count(3)
    for_everybody(page)
    page.get_by_label("Pick Ann Lee").check()
    page.get_by_role("button", name="Compare in the dry run").click()
    expect(editor.panel.get_by_label("Try with a lead")).to_have_value("Ann Lee")
    editor.panel.get_by_role("table", name="Stages").get_by_role("link").nth(1).click()
    expect(page.get_by_role("list", name="Filters that are on")).to_contain_text("SQL in the draft")


def test_leads_are_gone_through_one_after_the_other(visit: Visit, looked_at: Site) -> None:
    page = visit(looked_at, "/leads?ruleset=inbound")
    page.get_by_role("table").get_by_role("link", name="Ann Lee").click()
    beside = page.get_by_role("navigation", name="Leads of the list")
    expect(beside).to_contain_text("2 of 4")
    beside.get_by_role("link", name="Next lead").click()
    expect(beside).to_contain_text("3 of 4")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ben Okafor")
    for_everybody(page)
    page.get_by_role("link", name="Leads", exact=True).last.click()
    page.wait_for_url("**/leads?ruleset=inbound")
    # A lead that is opened by its address alone has no neighbors.
    page.goto("/lead?id=L2")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ben Okafor")
    expect(beside).to_be_hidden()


def test_picked_leads_go_into_a_list_by_what_is_known_of_them(visit: Visit, site: Site) -> None:
    page = visit(site, "/leads?ruleset=inbound")
    page.get_by_label("Pick Ben Okafor").check()
    page.get_by_label("Pick Ann Lee").check()
    for_everybody(page)
    page.get_by_role("button", name="Add to list…").click()
    page.get_by_label("Of the 2 leads you picked, take").select_option("title")
    page.get_by_role("button", name="Put below").click()
    expect(page.locator("#understood")).to_contain_text("2 new VP Marketing, Head of Growth")
    expect(page.locator("#understood")).to_contain_text("No lead changes its stage.")
    for_everybody(page)


def test_what_opens_on_the_page_of_leads_fits_a_small_phone(visit: Visit, looked_at: Site) -> None:
    page = visit(looked_at, "/leads?ruleset=inbound")
    page.set_viewport_size({"width": 320, "height": 640})
    for name in ("+ Filter", "Columns", "Save view"):
        opener = page.locator("summary", has_text=name)
        opener.click()
        box = opener.locator("..").locator(".popup").bounding_box()
        assert box is not None
        assert (box["x"] >= 0, box["x"] + box["width"] <= 320) == (True, True), name
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, name
        for_everybody(page)
        opener.focus()
        page.keyboard.press("Enter")
