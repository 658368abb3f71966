"""Logging in: who may, what a wrong password gets, and that nothing is left behind."""

from __future__ import annotations

import pytest
from leadwright.tests.browser.axe import for_everybody
from leadwright.tests.browser.conftest import Provoke, Visit
from leadwright.tests.browser.people import add_people, log_in
from leadwright.tests.browser.site import Site
from leadwright.web.accounts.users import Role
from playwright.sync_api import expect


@pytest.fixture
def guarded(site: Site) -> Site:
    """A page with a user of each role, called after it."""
    add_people(site, **{role.value: role for role in Role})
    return site


def test_a_wrong_password_is_told_and_the_right_one_leads_on(
    visit: Visit, provoke: Provoke, guarded: Site
) -> None:
    page = visit(guarded, "/leads?q=zo")
    provoke(page, "status of 401")
    for_everybody(page)
    log_in(page, "viewer", "wrong horse battery")
    expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    expect(page.get_by_label("Name")).to_have_value("viewer")
    for_everybody(page)
    log_in(page, "viewer")
    expect(page.locator("a[href*='id=L1']")).to_be_visible()
    assert page.url.endswith("/leads?q=zo")


def test_what_was_seen_is_not_seen_after_the_log_out(visit: Visit, guarded: Site) -> None:
    page = visit(guarded, "/lead?id=L1")
    log_in(page, "viewer")
    expect(page.get_by_text("100 points")).to_be_visible()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    expect(page.get_by_text("100 points")).to_have_count(0)


def test_the_record_is_an_admins(visit: Visit, provoke: Provoke, guarded: Site) -> None:
    admin = visit(guarded)
    log_in(admin, "admin")
    admin.get_by_role("link", name="Audit log").click()
    expect(admin.get_by_role("region", name="Entries")).to_contain_text("as publisher")
    for_everybody(admin)
    viewer = visit(guarded)
    log_in(viewer, "viewer")
    expect(viewer.get_by_role("link", name="Audit log")).to_have_count(0)
    provoke(viewer, "status of 403")
    viewer.goto("/audit")
    expect(viewer.get_by_role("heading", name="Not allowed")).to_be_visible()
    for_everybody(viewer)
