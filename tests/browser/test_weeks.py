"""What the last weeks brought: of one lead its score with causes, of all leads the stages."""

from __future__ import annotations

from leadwright.tests.browser.axe import for_everybody
from leadwright.tests.browser.conftest import Visit
from leadwright.tests.browser.site import Site
from playwright.sync_api import expect


def test_the_last_weeks_of_a_score_say_what_changed_it_and_lead_to_the_day(
    visit: Visit, looked_at: Site
) -> None:
    page = visit(looked_at, "/lead?id=L1")
    weeks = page.get_by_role("region", name="Last 11 weeks")
    turns = weeks.get_by_role("listitem")
    # Prices on 10 and 13 January, a demo on the 14th.
    expect(turns).to_have_count(2)
    expect(turns.first).to_contain_text("Pricing interest +40")
    expect(turns.last).to_contain_text("Asked for a demo +40")
    expect(turns.last).to_contain_text("MQL → SQL")
    mark = weeks.get_by_role("link", name="2: 2026-01-14, 100 points")
    mark.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**at=2026-01-14*")
    for_everybody(page)
    page.go_back()
    weeks.get_by_text("Table").click()
    expect(weeks.get_by_role("table").get_by_role("row")).to_have_count(3)


def test_on_a_phone_the_course_of_a_score_has_its_height_and_room_for_its_words(
    visit: Visit, looked_at: Site
) -> None:
    page = visit(looked_at, "/lead?id=L1", viewport={"width": 390, "height": 844})
    drawn = page.get_by_role("region", name="Last 11 weeks").locator("svg:visible")
    expect(drawn).to_have_count(1)
    box = drawn.bounding_box()
    assert box is not None
    assert box["height"] >= 150
    words = [found for one in drawn.locator("text").all() if (found := one.bounding_box()) is not None]
    assert len(words) >= 4
    for at, one in enumerate(words):
        for other in words[:at]:
            apart = (
                one["x"] + one["width"] <= other["x"]
                or other["x"] + other["width"] <= one["x"]
                or one["y"] + one["height"] <= other["y"] + 4
                or other["y"] + other["height"] <= one["y"] + 4
            )
            assert apart, (one, other)
    for_everybody(page)


def test_the_first_page_shows_the_stages_over_the_last_weeks(visit: Visit, looked_at: Site) -> None:
    page = visit(looked_at, "/")
    drawn = page.get_by_role("img", name="Leads in each stage over 11 weeks")
    expect(drawn).to_be_visible()
    page.get_by_text("Table").first.click()
    last = page.get_by_role("group", name="Leads by week").get_by_role("row").last
    expect(last).to_contain_text("2026-01-15")
    for_everybody(page)
