"""Looking around: without JavaScript, by keyboard, in the colours one likes, without being attacked."""

from __future__ import annotations

import sqlite3

from leadwright.tests.browser.axe import for_everybody
from leadwright.tests.browser.conftest import Provoke, Visit
from leadwright.tests.browser.site import Site
from leadwright.tests.web.small import HOSTILE
from playwright.sync_api import expect


def test_all_is_read_without_javascript(visit: Visit, looked_at: Site) -> None:
    page = visit(looked_at, java_script_enabled=False)
    page.get_by_role("link", name="Inbound", exact=True).click()
    expect(page.get_by_role("heading", name="Inbound", level=1)).to_be_visible()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Leads").click()
    page.get_by_label("Id, name, company, any text").fill("zoë")
    page.get_by_role("button", name="Search").click()
    page.locator("a[href*='id=L1']").click()
    expect(page.get_by_text("100 points")).to_be_visible()
    expect(page.get_by_role("region", name="Stages")).to_contain_text("SQL")


def test_the_menu_can_be_skipped_by_keyboard(visit: Visit, looked_at: Site) -> None:
    page = visit(looked_at, "/leads")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("main").get_by_role("link").first).to_be_focused()


def test_colours_once_chosen_stay(visit: Visit, looked_at: Site) -> None:
    page = visit(looked_at, "/leads", color_scheme="light")

    def ground() -> str:
        page.wait_for_load_state()
        colour: str = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
        return colour

    def choose(name: str) -> None:
        button = page.get_by_role("button", name=name)
        button.click()
        expect(button).to_have_attribute("aria-pressed", "true")

    light = ground()
    choose("Dark")
    dark = ground()
    assert dark != light
    page.goto("/lead?id=L1")
    assert ground() == dark
    choose("Auto")
    assert ground() == light


def test_markup_in_data_is_shown_and_never_run(visit: Visit, looked_at: Site) -> None:
    page = visit(looked_at, f"/leads?q={HOSTILE}")
    expect(page.get_by_role("cell", name=HOSTILE)).to_be_visible()
    page.locator("a[href*='id=L3']").click()
    expect(page.get_by_role("region", name="What is known")).to_contain_text(HOSTILE)
    expect(page.get_by_role("region", name="What happened")).to_contain_text(f"visited {HOSTILE}")
    assert page.locator("main script").count() == 0


def test_a_database_that_is_gone_is_said_on_a_page(visit: Visit, provoke: Provoke, site: Site) -> None:
    page = visit(site)
    provoke(page, "503")
    site.database.unlink()
    page.reload()
    expect(page.get_by_role("heading", name="The database cannot be used")).to_be_visible()
    expect(page.locator("main")).to_contain_text("There is no database")
    for_everybody(page)


def test_a_database_that_another_writes_to_is_read_all_the_same(visit: Visit, site: Site) -> None:
    page = visit(site)
    other = sqlite3.connect(site.database, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        page.goto("/lead?id=L1")
        expect(page.get_by_text("100 points")).to_be_visible()
    finally:
        other.close()
