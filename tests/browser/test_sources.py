"""Sources: made on the page, their keys shown once, and what they send seen as it came and as it became."""

from __future__ import annotations

import json
import re
import urllib.request

from leadwright.tests.browser.axe import for_everybody
from leadwright.tests.browser.conftest import Visit
from leadwright.tests.browser.site import Site
from playwright.sync_api import Page, expect


def made(page: Page, name: str, kind: str) -> str:
    """Makes a source on the page; the line that a program changes."""
    page.get_by_label("Name, such as website").fill(name)
    page.get_by_label("Client").select_option(label=kind)
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", name=f"{name} may send")).to_be_visible()
    return page.locator("pre code").inner_text()


def send(site: Site, key: str, *messages: dict[str, object]) -> None:
    body = json.dumps({"writeKey": key, "batch": messages}).encode()
    asked = urllib.request.Request(f"{site.address}/v1/batch", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(asked, timeout=20) as answer:
        assert answer.status == 200


def test_a_source_is_made_and_what_it_sends_is_seen(visit: Visit, site: Site) -> None:
    page = visit(site, "/sources")
    for_everybody(page)
    line = made(page, "website", "Segment")
    for_everybody(page)
    found = re.search(r'writeKey: "(lww_[^"]+)"', line)
    assert found is not None
    assert site.address in line
    page.get_by_role("link", name="I have it").click()
    expect(page.get_by_text("No messages yet")).to_be_visible()

    who = {"type": "identify", "userId": "L2", "traits": {"employees": 41}}
    send(site, found[1], who, {"type": "track", "event": "nobody's"})
    # The page says by itself that there is something new, and leaves it to the reader when to look.
    page.get_by_role("link", name="Show newer messages").click()
    came = page.get_by_role("region", name="What came, and what became of it")
    came.locator("summary", has_text="employees").click()
    expect(came.get_by_text('"employees": 41')).to_be_visible()
    expect(page.get_by_role("region", name="Refused", exact=True)).to_contain_text("no id: give userId")
    for_everybody(page)
    _see_all_of_the_list_on_a_phone(page)
    page.go_back()
    came.locator("summary", has_text="employees").click()
    came.get_by_role("link", name="L2").click()
    expect(page.get_by_role("definition").filter(has_text="41")).to_be_visible()


def _see_all_of_the_list_on_a_phone(page: Page) -> None:
    """No figure of the list is outside of the screen, or has to be looked for by scrolling."""
    wide = page.viewport_size
    page.get_by_role("link", name="Sources", exact=True).last.click()
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 800})
        expect(page.locator('.sources td[data-label="Refused"]')).to_have_text("1")
        right = "cells => Math.max(...cells.map(cell => cell.getBoundingClientRect().right))"
        assert page.locator(".sources tbody tr > *").evaluate_all(right) <= width
        # Each cell says what it is; the headings are for those who hear them.
        expect(page.locator(".sources thead")).to_have_css("position", "absolute")
        for_everybody(page)
    assert wide is not None
    page.set_viewport_size(wide)


def test_a_mapping_is_tried_on_what_came_and_then_kept(visit: Visit, site: Site) -> None:
    page = visit(site, "/sources")
    found = re.search(r'writeKey: "(lww_[^"]+)"', made(page, "website", "Segment"))
    assert found is not None
    page.get_by_role("link", name="I have it").click()
    send(site, found[1], {"type": "track", "userId": "L2", "event": "Demo Requested"})
    page.get_by_role("link", name="Show newer messages").click()
    mapping = '[[event]]\ncalled = "Demo Requested"\ntype = { is = "requested" }\n'
    page.get_by_label("Mapping").fill(mapping)
    page.get_by_role("button", name="Try it on the last messages").click()
    tried = page.get_by_role("region", name="What each message becomes")
    expect(tried.get_by_role("status")).to_have_text("requested")
    expect(page.get_by_label("Mapping")).to_have_value(mapping)
    page.get_by_role("button", name="Keep it").click()
    expect(tried.get_by_role("status")).to_have_count(0)
    expect(page.get_by_label("Mapping")).to_have_value(mapping)
