"""Two people who edit the same rules: nothing of either is lost, and who was second is told."""

from __future__ import annotations

import pytest
from leadwright.tests.browser.axe import for_everybody
from leadwright.tests.browser.conftest import Provoke, Visit
from leadwright.tests.browser.editor import Editor
from leadwright.tests.browser.people import add_people, log_in
from leadwright.tests.browser.site import Site
from leadwright.tests.web.small import RULES
from leadwright.web.accounts.users import Role
from playwright.sync_api import expect


@pytest.fixture
def both(visit: Visit, site: Site) -> tuple[Editor, Editor]:
    """Ann and Ben with the same rules before them."""
    add_people(site, ann=Role.EDITOR, ben=Role.PUBLISHER)
    editors = []
    for name in ("ann", "ben"):
        page = visit(site, "/rulesets/inbound/edit")
        log_in(page, name)
        editors.append(Editor(page, site, "inbound"))
        expect(editors[-1].card("Rule Large")).to_be_visible()
    return editors[0], editors[1]


def test_changes_of_different_places_are_both_kept(both: tuple[Editor, Editor]) -> None:
    ann, ben = both
    ann.fill(ann.card("Rule Large").get_by_label("value"), "500")
    ben.fill(ben.card("Rule Large").get_by_label("points"), "+35")
    assert ben.text == RULES.replace("employees >= 100\nthen +30", "employees >= 500\nthen +35")
    expect(ben.card("Rule Large").get_by_label("value")).to_have_value("500")
    expect(ben.state).to_contain_text("by ann and ben")


def test_who_changes_the_same_place_second_is_told_by_whom_and_what(both: tuple[Editor, Editor]) -> None:
    ann, ben = both
    ann.fill(ann.card("Rule Large").get_by_label("value"), "500")
    ben.fill(ben.card("Rule Large").get_by_label("value"), "250")
    assert "employees >= 500" in ben.text
    alert = ben.card("Rule Large").get_by_role("alert")
    expect(alert).to_contain_text("ann")
    expect(alert).to_contain_text("500")
    ben.fill(ben.card("Rule Large").get_by_label("value"), "250")
    assert "employees >= 250" in ben.text
    expect(alert).to_have_count(0)


def test_what_another_does_comes_up_by_itself(both: tuple[Editor, Editor]) -> None:
    ann, ben = both
    ann.fill(ann.card("Rule Large").get_by_label("value"), "500")
    expect(ben.card("Rule Large").get_by_label("value")).to_have_value("500")
    expect(ben.notices).to_contain_text("ann changed the rules")


def test_each_undoes_what_they_did_themselves(both: tuple[Editor, Editor]) -> None:
    ann, ben = both
    ann.fill(ann.card("Rule Large").get_by_label("value"), "500")
    ben.fill(ben.card("Rule Pricing interest").get_by_label("points"), "+45")
    ann.press(ann.page.get_by_role("button", name="Undo"))
    assert ann.text == RULES.replace("then +40", "then +45", 1)


def test_nobody_publishes_what_they_have_not_seen(both: tuple[Editor, Editor], provoke: Provoke) -> None:
    ann, ben = both
    provoke(ben.page, "status of 409")
    ben.fill(ben.card("Rule Large").get_by_label("points"), "+35")
    ben.page.goto("/rulesets/inbound/review")
    ben.page.get_by_label("What changed and why").fill("More for large ones")
    ann.fill(ann.card("Rule Large").get_by_label("value"), "150")
    ben.page.get_by_role("button", name="Publish version 2").click()
    expect(ben.page.get_by_role("alert")).to_contain_text("changed")
    expect(ben.page.get_by_label("What changed and why")).to_have_value("More for large ones")
    ben.page.get_by_role("button", name="Publish version 2").click()
    expect(ben.page.locator("main")).to_contain_text("Version 2 live")
    expect(ben.page.locator("main")).to_contain_text("More for large ones")


def test_each_sees_who_else_is_here_and_where(both: tuple[Editor, Editor]) -> None:
    ann, ben = both
    ann.card("Rule Large").get_by_label("value").focus()
    here = ben.page.get_by_role("group", name="Who else is here")
    for editor in (ann, ben):
        editor.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(here).to_contain_text("ann in Large")
    expect(ben.line("Rule Large").locator(".avatar")).to_have_text("Aann is here")
    for_everybody(ben.page)
    here.get_by_role("button", name="ann in Large").click()
    expect(ben.line("Rule Large").locator(":focus")).to_have_count(1)
    # A change leaves the mark where it is.
    ben.fill(ben.line("Rule Large").get_by_label("points", exact=True), "+31")
    expect(ben.line("Rule Large").locator(".avatar")).to_have_count(1)
