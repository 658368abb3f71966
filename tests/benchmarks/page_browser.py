"""The page in a real browser: how long an edit takes until it has settled, and what a first load weighs."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from leadwright.tests.benchmarks.page_world import name_of
from leadwright.tests.browser import chromium
from leadwright.tests.browser.site import Site, served
from playwright.sync_api import Browser, sync_playwright

_SETTLE = """async ([id, value]) => {
    const control = document.getElementById(id);
    const before = Number(document.getElementById("state").dataset.revision);
    const settled = new Promise((done) => {
        let saved = false;
        document.addEventListener("leadwright:settled", function look({ detail }) {
            saved ||= detail?.revision > before;
            // Where leads are many, what they come to may be counted after the edit is saved.
            if (!saved || document.querySelector("#panel [data-pending]")) return;
            document.removeEventListener("leadwright:settled", look);
            done();
        });
    });
    const start = performance.now();
    control.focus();
    control.value = value;
    control.dispatchEvent(new Event("input", { bubbles: true }));
    control.dispatchEvent(new Event("change", { bubbles: true }));
    await settled;
    document.body.getBoundingClientRect();
    return performance.now() - start;
}"""
"""From the change that a person makes until all of the page shows what came of it, laid out again."""

_CONTROLS = """(kind) => [...document.querySelectorAll(`#cards input.${kind}`)]
    .filter((one) => one.closest("article")?.dataset.sort === "rule" && !one.disabled)
    .filter((one) => kind === "points" || one.dataset.path.startsWith("when"))
    .map((one) => [one.id, one.value])"""

_OPEN = """() => [...document.querySelectorAll("#cards article[data-sort=rule] [data-opens]")].slice(0, 10)
    .forEach((one) => one.dispatchEvent(new MouseEvent("click", { bubbles: true, shiftKey: true })))"""
"""Opens some rules beside each other; the others stay one line each."""


@contextmanager
def browsing(database: Path) -> Iterator[tuple[Browser, Site]]:
    """A browser, and a server of a database in a process of its own."""
    with sync_playwright() as playwright:
        found = chromium.program(playwright)
        if found is None:
            raise RuntimeError(chromium.MISSING)
        with chromium.start(playwright, found) as browser, served(database) as site:
            yield browser, site


def edits(browser: Browser, site: Site, size: int, rounds: int) -> dict[str, list[float]]:
    """Milliseconds that edits took in the ruleset of a size: of points, and of numbers in conditions."""
    with browser.new_context(base_url=site.address, viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        page.set_default_timeout(120_000)
        page.goto(f"/rulesets/{name_of(size)}/edit?view=visual")
        page.wait_for_load_state("networkidle")
        page.evaluate(_OPEN)
        page.locator("#cards input.points").first.wait_for()
        page.wait_for_load_state("networkidle")
        found: dict[str, list[float]] = {"points": [], "number": []}
        chance = random.Random(size)
        for number in range(-2, rounds):
            for kind, seconds in found.items():
                control, value = chance.choice(page.evaluate(_CONTROLS, kind))
                took = page.evaluate(_SETTLE, [control, _other(kind, value)])
                # The first ones make ready what is kept from then on, as the first people of a day do.
                if number >= 0:
                    seconds.append(took)
        return found


def first_load(browser: Browser, site: Site, size: int) -> dict[str, int]:
    """The bytes of each answer that a browser without anything kept gets for the visual view, headers too."""
    with browser.new_context(base_url=site.address) as context:
        page = context.new_page()
        session = context.new_cdp_session(page)
        addresses: dict[str, str] = {}
        sizes: dict[str, int] = {}

        def answered(event: dict[str, Any]) -> None:
            addresses[event["requestId"]] = event["response"]["url"]

        def finished(event: dict[str, Any]) -> None:
            sizes[addresses[event["requestId"]]] = int(event["encodedDataLength"])

        session.on("Network.responseReceived", answered)
        session.on("Network.loadingFinished", finished)
        session.send("Network.enable")
        page.goto(f"/rulesets/{name_of(size)}/edit?view=visual")
        page.wait_for_load_state("networkidle")
        return {address.removeprefix(site.address): size for address, size in sizes.items()}


def _other(kind: str, value: str) -> str:
    """Another value for a control that holds this one."""
    number = int(float(value.replace(",", "") or 0))
    return f"{number % 9 + 1:+d}" if kind == "points" else str(number + 1)
