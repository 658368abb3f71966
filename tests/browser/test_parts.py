"""The page of parts: every state of a rule, a token and a notice, light beside dark, for everybody."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import waitress
from leadwright.tests.browser import parts
from leadwright.tests.browser.axe import sticking_out, violations
from leadwright.tests.browser.conftest import Visit
from leadwright.tests.browser.site import Site
from playwright.sync_api import Page, expect

STATES = [
    "At rest",
    "Hover",
    "Keyboard focus",
    "Matches the lead",
    "Changed",
    "Error",
    "Switched off",
    "Dragged",
]
NOTICES = ["Undo", "Show", "Keep mine", "Try again"]

_LOOKS = """(row) => {
    const of = (one, ...names) => names.map((name) => getComputedStyle(one)[name]);
    const mark = row.querySelector(".mark");
    return JSON.stringify([
        of(row, "backgroundColor", "borderStyle", "outlineStyle", "boxShadow", "rotate"),
        of(row.querySelector(".handle"), "opacity"), of(mark, "opacity", "backgroundColor"), mark.textContent,
        of(row.querySelector("strong"), "textDecorationLine"), !!row.querySelector(".change"),
    ]);
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The page of parts, served."""
    folder = tmp_path_factory.mktemp("parts")
    database = parts.made(folder)
    server = waitress.create_server(parts.app(database), host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    (folder / "log").touch()
    yield Site(f"http://127.0.0.1:{server.effective_port}", database, folder / "log")
    server.close()
    thread.join(10)


def ready(page: Page) -> Page:
    expect(page.locator("html[data-ready]")).to_be_attached()
    # What a change does comes a moment later.
    expect(page.get_by_role("article", name="Rule Changed")).to_contain_text("This change:")
    return page


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_state_looks_different_and_is_for_everybody(visit: Visit, site: Site, theme: str) -> None:
    page = ready(visit(site, f"/parts/{theme}", viewport={"width": 720, "height": 900}))
    looks = {
        name: page.get_by_role("article", name=f"Rule {name}", exact=True).evaluate(_LOOKS) for name in STATES
    }
    assert len(set(looks.values())) == len(STATES), looks
    for label in NOTICES:
        expect(page.locator(".toast").get_by_role("button", name=label)).to_be_visible()
    expect(page.get_by_text("Counting 100,000 leads …")).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("is not a number")
    for width in (720, 390, 320):
        page.set_viewport_size({"width": width, "height": 900})
        assert violations(page) == []
        assert sticking_out(page) == []


def test_light_stands_beside_dark(visit: Visit, site: Site) -> None:
    page = visit(site, "/parts", viewport={"width": 1440, "height": 900})
    grounds = set()
    for theme in ("light", "dark"):
        frame = page.frame_locator(f'iframe[title="Parts in the {theme} theme"]')
        expect(frame.get_by_text("Jonas changed this")).to_be_visible()
        grounds.add(frame.locator("body").evaluate("(one) => getComputedStyle(one).backgroundColor"))
    assert grounds == {"rgb(246, 246, 248)", "rgb(16, 17, 22)"}
