"""Whether everybody can use a page: axe looks for what stands in the way, in the page as it is now."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

import axe_playwright_python
from playwright.sync_api import Page, ViewportSize

NARROW: ViewportSize = {"width": 320, "height": 640}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

_RUN = """async () => {
    const found = await axe.run(document, { resultTypes: ["violations"] });
    return found.violations.flatMap(({ id, help, nodes }) =>
        nodes.map(({ target, html, failureSummary }) =>
            `${id}: ${help}: ${target} ${html.slice(0, 160)} ${failureSummary}`));
}"""

_STICKING_OUT = """() => {
    const room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= room) return [];
    const cut = (one) => one && (getComputedStyle(one).overflowX !== "visible" || cut(one.parentElement));
    return [...document.body.querySelectorAll("*")]
        .filter((one) => one.getBoundingClientRect().right > room + 0.5 && !cut(one.parentElement))
        .slice(0, 5).map((one) => one.outerHTML.slice(0, 120));
}"""


def for_everybody(page: Page) -> None:
    """Nothing on the page as it is now keeps anybody out, in light and in dark, wide and narrow."""
    wide = page.viewport_size
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        found = violations(page)
        assert not found, (scheme, found)
    page.set_viewport_size(NARROW)
    # What the page does about its new width, it does with the next frame.
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    out = sticking_out(page)
    assert not out, out
    found = violations(page)
    assert not found, ("narrow", found)
    if wide is not None:
        page.set_viewport_size(wide)


def violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA and good practice, a sentence for each place."""
    if not page.evaluate("() => 'axe' in window"):
        # Given to the page from outside it, so that its own policy stays as it is.
        page.evaluate(_source())
    found: list[str] = page.evaluate(_RUN)
    return found


def sticking_out(page: Page) -> list[str]:
    """The first of what makes a page scroll sideways, none where it does not."""
    found: list[str] = page.evaluate(_STICKING_OUT)
    return found


@cache
def _source() -> str:
    """axe-core as the package brings it along (Mozilla Public License 2.0)."""
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
