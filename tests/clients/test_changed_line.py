"""A source made on the page, one changed line of a Node program: its event is listed, and in the score."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from leadwright.tests.browser import chromium
from leadwright.tests.web.small import small_database
from playwright.sync_api import Page, expect, sync_playwright

MODULES = Path(__file__).parent / "node"
LINE = 'const analytics = new Analytics({ writeKey: "the key of before" });'
PROGRAM = f"""\
const {{ Analytics }} = require("@segment/analytics-node");
{LINE}
analytics.track({{ userId: "L2", event: "Demo Requested", properties: {{ what: "demo" }} }});
analytics.closeAndFlush();
"""
MAPPING = '[[event]]\ncalled = "Demo Requested"\ntype = { is = "requested" }\nobject = "what"\n'


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A served database of four scored leads, scored as events come."""
    database = small_database(tmp_path)
    command = [sys.executable, "-m", "leadwright", "serve", "--live", "--db", str(database), "--port", "0"]
    with subprocess.Popen([*command, "--no-open"], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        found = re.search(r"http://\S+", server.stdout.readline())
        assert found is not None
        yield found[0]
        server.send_signal(signal.SIGTERM)
    assert server.returncode == 0


@pytest.fixture
def page(address: str) -> Iterator[Page]:
    """The page of sources, in a browser."""
    with sync_playwright() as playwright:
        found = chromium.program(playwright)
        assert found is not None, chromium.MISSING
        with chromium.start(playwright, found) as browser:
            made = browser.new_page(base_url=address)
            made.goto("/sources")
            yield made


def score_of(address: str, lead: str) -> int:
    with urllib.request.urlopen(f"{address}/api/v1/leads?q={lead}", timeout=20) as answer:
        return int(json.load(answer)["leads"][0]["score"])


def test_one_changed_line_brings_an_event_into_the_score(page: Page, address: str) -> None:
    page.get_by_label("Name, such as website").fill("shop")
    page.get_by_label("Client").select_option(label="Segment")
    page.get_by_role("button", name="Add").click()
    line = page.locator("pre code").inner_text()
    page.get_by_role("link", name="I have it").click()
    page.get_by_label("Mapping").fill(MAPPING)
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_label("Mapping")).to_have_value(MAPPING)
    assert score_of(address, "L2") == 0

    subprocess.run(["node", "-e", PROGRAM.replace(LINE, line)], cwd=MODULES, check=True, timeout=60)
    page.get_by_role("link", name="Show newer messages").click()
    came = page.get_by_role("region", name="What came, and what became of it")
    came.locator("summary", has_text="requested demo").click()
    expect(came.get_by_text('"Demo Requested"')).to_be_visible()
    until = time.monotonic() + 20
    while score_of(address, "L2") != 40:
        assert time.monotonic() < until, "the score has not followed"
    page.get_by_role("link", name="L2").click()
    expect(page.get_by_text("40").first).to_be_visible()
