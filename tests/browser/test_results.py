"""Results: a threshold tried and kept, points taken by clicks and published, the past replayed."""

from __future__ import annotations

from pathlib import Path

import pytest
from leadwright.engine.cli.program import run
from leadwright.engine.store.database import open_store
from leadwright.tests.browser.axe import for_everybody
from leadwright.tests.browser.conftest import Serve, Visit
from leadwright.tests.browser.site import Site
from leadwright.tests.engine.outcomes.made_up import RULES, files
from leadwright.web.drafts import current
from playwright.sync_api import Page, expect


@pytest.fixture(scope="session")
def customers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of made-up leads some of which became customers, never written to."""
    folder = tmp_path_factory.mktemp("customers")
    people, events = files(leads=500)
    for name, text in (("leads.csv", people), ("events.csv", events), ("r.rules", RULES)):
        (folder / name).write_text(text, encoding="utf-8")
    db = ["--db", str(folder / "leads.db")]
    assert run(["import", str(folder / "leads.csv"), "--lead-id", "id", *db]) == 0
    happened = ["--at", "at", "--type", "type", "--object", "object"]
    assert run(["import", str(folder / "events.csv"), "--lead-id", "id", *happened, *db]) == 0
    assert run(["score", str(folder / "r.rules"), "--at", "2026-11-01", *db]) == 0
    return folder / "leads.db"


@pytest.fixture
def site(serve: Serve, customers: Path) -> Site:
    """A copy of it, served."""
    return serve(customers)


def drafted(site: Site) -> str:
    """The draft's text."""
    with open_store(site.database) as store:
        draft = current(store, "r")
        assert draft is not None
        return draft.text


def test_a_threshold_is_tried_with_keys_and_pointer_and_goes_into_the_draft(visit: Visit, site: Site) -> None:
    page = visit(site, "/rulesets/r/results")
    card = page.get_by_role("region", name="Try a threshold")
    flag = card.get_by_role("slider", name="SQL from score")
    expect(card).to_contain_text("Precision SQL that win")
    expect(card.locator("[data-week]")).to_contain_text("as live")
    flag.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(flag).to_have_value("40")
    expect(card.locator("[data-week]")).to_contain_text("▼ from")
    expect(card.get_by_role("status")).to_contain_text("SQL from 40: precision")
    expect(card).to_contain_text("In the draft: SQL 40.")
    assert "stage SQL when score >= 40" in drafted(site)
    for_everybody(page)
    card.get_by_role("button", name="Undo").click()
    expect(flag).to_have_value("30")
    assert "stage SQL when score >= 30" in drafted(site)

    # The page came again, and goes to where it was scrolled to once it is there as a whole.
    page.wait_for_load_state()
    flag.scroll_into_view_if_needed()
    room = flag.bounding_box()
    assert room is not None
    middle = room["y"] + room["height"] / 2
    page.mouse.move(room["x"] + 12 + (room["width"] - 24) * 30 / 65, middle)
    page.mouse.down()
    page.mouse.move(room["x"] + 12 + (room["width"] - 24) * 20 / 65, middle, steps=4)
    expect(flag).to_have_value("20")
    expect(card.locator("[data-week]")).to_contain_text("▲ from")
    page.mouse.up()
    expect(card).to_contain_text("In the draft: SQL 20.")
    card.get_by_role("link", name="Review").click()
    expect(page.get_by_role("region", name="What changes, in words")).to_contain_text("SQL")


def test_points_are_taken_by_clicks_reviewed_and_published(visit: Visit, site: Site) -> None:
    page = visit(site, "/")
    page.get_by_role("link", name="Results").first.click()
    page.get_by_role("link", name="Proposed points").click()
    for_everybody(page)
    hospitals = page.get_by_role("group", name="Hospitals")
    expect(hospitals.get_by_role("radio", name="Leave")).to_be_checked()
    page.get_by_role("button", name="Leave all").click()
    expect(page.get_by_role("button", name="Nothing is taken")).to_be_disabled()
    page.get_by_role("button", name="Take all").click()
    expect(page.get_by_role("status")).to_have_text("4 of 4 taken")
    hospitals.get_by_text("Leave").click()
    page.get_by_role("group", name="SQL").get_by_text("Leave").click()
    expect(page.get_by_role("group", name="Demo").get_by_role("radio", name="Take")).to_be_checked()
    page.get_by_role("button", name="Put 2 changes into the draft").click()
    words = page.get_by_role("region", name="What changes, in words")
    expect(words).to_contain_text("Demo")
    expect(words).to_contain_text("integrations")
    page.get_by_label("What changed and why").fill("As outcomes have it")
    page.get_by_role("button", name="Publish version 2").click()
    expect(page.locator("main")).to_contain_text("Version 2 live")
    page.goto("/rulesets/r/results")
    expect(page.get_by_role("heading", name="1 rule does nothing")).to_be_visible()
    expect(page.locator(".lifts")).to_contain_text("visited integrations")


def test_the_past_is_replayed_beside_the_draft(visit: Visit, site: Site) -> None:
    page = visit(site, "/rulesets/r/results/backtest")
    expect(page.locator("main")).to_contain_text("There is no changed draft")
    take_all(page)
    page.goto("/rulesets/r/results/backtest")
    better = "The other rules would have sorted leads better"
    expect(page.get_by_role("heading", level=1)).to_contain_text(better)
    expect(page.get_by_role("columnheader", name="Draft")).to_be_visible()
    for_everybody(page)


def take_all(page: Page) -> None:
    """Takes what is proposed."""
    page.get_by_role("link", name="Proposed points").click()
    page.get_by_role("button", name="Put 3 changes into the draft").click()
    expect(page.get_by_role("region", name="What changes, in words")).to_be_visible()


def test_leads_are_chosen_and_sources_have_their_costs(visit: Visit, site: Site, tmp_path: Path) -> None:
    page = visit(site, "/rulesets/r/results")
    costs = "source,month,cost\nfair,2026-02,900\nradio,2026-02,50\n"
    (tmp_path / "costs.csv").write_text(costs, encoding="utf-8")
    page.get_by_label("What sources cost").set_input_files(tmp_path / "costs.csv")
    page.get_by_role("button", name="Show costs").click()
    sources = page.get_by_role("region", name="By source")
    expect(sources).to_contain_text("per qualified lead")
    expect(sources).to_contain_text("50.00 for radio belongs to no lead")
    page.get_by_label("Only").select_option("source=fair")
    page.get_by_role("button", name="Show", exact=True).click()
    page.get_by_text("Which leads these are").click()
    with open_store(site.database) as store:
        fair = store.connection.execute("SELECT count(*) FROM lead WHERE source = 'fair'").fetchone()[0]
    expect(page.get_by_role("region", name="won").first).to_contain_text(f"of {fair}")
