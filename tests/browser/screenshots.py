"""`python -m leadwright.tests.browser.screenshots FOLDER`: the pictures of the page that the README shows.

They are taken from the page itself, on the sample leads, in light and in dark.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from leadwright.tests.browser import chromium
from leadwright.tests.browser.axe import SCHEMES
from leadwright.tests.browser.editor import Editor, count_settling
from leadwright.tests.browser.site import Site, make_sample, served
from leadwright.tests.browser.text_view import TextView
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect, sync_playwright

WIDTH = 1280
_LARGEST = 180_000
"""Bytes that a picture may have, so that the README opens fast."""


def editing(page: Page, site: Site) -> None:
    """The visual view, in which a threshold was raised: who drops out, and why one lead does."""
    editor = Editor(page, site, "saas-inbound").open(lead="L0004")
    editor.fill(editor.card("Stage MQL").get_by_label("value"), "50")
    _to_the_top(page, editor.card("Rule Pricing interest"))


def both_views(page: Page, site: Site) -> None:
    """The text beside the cards."""
    editor = Editor(page, site, "saas-inbound").open("both", lead="L0004")
    text = TextView(editor)
    _to_the_top(page, editor.card("Rule Pricing interest"))
    text.go_behind("visited pricing >= 2")
    text.in_words.get_by_text("pricing").first.wait_for()


def reviewing(page: Page, site: Site) -> None:
    """What is about to be published, in words, and what it does to leads."""
    Editor(page, site, "saas-inbound").open()
    page.get_by_role("link", name="Review and publish").click()
    page.get_by_role("heading", name="Review version 2").wait_for()


def explaining(page: Page, site: Site) -> None:
    """Why a lead has its score."""
    assert site.address
    page.goto("/lead?id=L0004")


PICTURES: dict[str, tuple[int, Callable[[Page, Site], None]]] = {
    "editor": (620, editing),
    "both-views": (500, both_views),
    "review": (640, reviewing),
    "lead": (640, explaining),
}
"""Each picture's height, and how to come to what it shows; later ones go on from the edits of the first."""


def _to_the_top(page: Page, card: Locator) -> None:
    bar = page.locator(".editor-head").bounding_box()
    above = 16 + (bar["height"] if bar is not None else 0)
    card.evaluate(
        "(card, above) => scrollBy({ top: card.getBoundingClientRect().top - above, behavior: 'instant' })",
        above,
    )
    page.mouse.move(1, 1)
    page.evaluate("() => document.activeElement?.blur()")
    page.wait_for_timeout(300)


def take(browser: Browser, site: Site, scheme: Literal["light", "dark"], folder: Path) -> None:
    """Takes every picture in light or in dark."""
    for name, (height, come_to) in PICTURES.items():
        size: ViewportSize = {"width": WIDTH, "height": height}
        with browser.new_context(
            base_url=site.address, viewport=size, color_scheme=scheme, reduced_motion="reduce"
        ) as context:
            count_settling(context)
            page = context.new_page()
            page.set_default_timeout(60_000)
            come_to(page, site)
            path = folder / f"{name}-{scheme}.png"
            page.screenshot(path=path)
        print(f"{path}: {path.stat().st_size:,} bytes")
        if path.stat().st_size > _LARGEST:
            raise SystemExit(f"{path} has more than {_LARGEST:,} bytes: show less in it")


def main() -> None:
    """Makes the sample, serves a copy of it for light and one for dark, and takes the pictures."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    # The machine may do other things too.
    expect.set_options(timeout=60_000)
    with tempfile.TemporaryDirectory() as made, sync_playwright() as playwright:
        found = chromium.program(playwright)
        if found is None:
            raise SystemExit(chromium.MISSING)
        sample = Path(made) / "sample.db"
        make_sample(sample)
        with chromium.start(playwright, found) as browser:
            for scheme in SCHEMES:
                with served(Path(shutil.copy(sample, Path(made) / f"{scheme}.db"))) as site:
                    take(browser, site, scheme, folder)


if __name__ == "__main__":
    main()
