"""The watch over the browser tests sees what it is there for."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from leadwright.tests.browser.axe import sticking_out, violations
from leadwright.tests.browser.watch import Watch
from playwright.sync_api import Browser, Page

PAGES = {
    "/fine": "<!doctype html><html lang=en><title>Fine</title><main><h1>Fine</h1></main>",
    "/console": "<script>console.error('broken')</script>",
    "/box": "<script>alert('boo')</script>",
    "/thrown": "<script>throw new Error('thrown')</script>",
    "/rejected": "<script>Promise.reject(new Error('rejected'))</script>",
    "/fault": "<p>A fault</p>",
    "/policy": "<p style='color: red'>Red</p>",
    "/elsewhere": "<img src='http://leads.example/pixel.gif' alt=''>",
    "/missing": "<link rel=stylesheet href=/none.css>",
    "/sideways": "<div style='width: 2000px'>Wide</div>",
    "/pale": "<!doctype html><html lang=en><title>Pale</title><main style='color: #bbb'><h1>Pale</h1></main>",
}


class Answer(BaseHTTPRequestHandler):
    """Answers with the page of a path; /fault is a fault, and /policy comes with a policy."""

    def do_GET(self) -> None:
        page = PAGES.get(self.path)
        self.send_response({"/fault": 500}.get(self.path, 200 if page else 404))
        self.send_header("Content-Type", "text/html")
        if self.path == "/policy":
            self.send_header("Content-Security-Policy", "default-src 'self'")
        self.end_headers()
        self.wfile.write((page or "").encode())

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A server of pages that go wrong."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Answer) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page over which only the test watches."""
    with browser.new_context() as context:
        yield context.new_page()


def watched(page: Page, address: str, path: str) -> Watch:
    watch = Watch(address)
    watch.over(page.context)
    page.goto(address + path)
    return watch


@pytest.mark.parametrize(
    ("path", "noted"),
    [
        ("/console", "console: broken"),
        ("/box", "a box came up: alert boo"),
        ("/thrown", "page error: thrown"),
        ("/rejected", "page error: rejected"),
        ("/policy", "Content Security Policy"),
        ("/elsewhere", "left the server: GET http://leads.example/pixel.gif"),
        ("/missing", "404"),
        ("/fault", "500: GET"),
    ],
)
def test_a_mishap_is_noted(page: Page, address: str, path: str, noted: str) -> None:
    watch = watched(page, address, path)
    page.wait_for_load_state("networkidle")
    assert any(noted in mishap for mishap in watch.mishaps()), watch.noted


def test_a_server_that_is_gone_is_noted(page: Page, address: str) -> None:
    watch = watched(page, address, "/fine")
    page.route("**/gone", lambda route: route.abort("connectionrefused"))
    page.evaluate("() => fetch('/gone').catch(() => null)")
    assert any("failed: GET" in mishap for mishap in watch.mishaps()), watch.noted


def test_a_page_without_mishaps_has_none(page: Page, address: str) -> None:
    assert watched(page, address, "/fine").mishaps() == []
    assert violations(page) == []
    assert sticking_out(page) == []


def test_what_is_expected_must_come(page: Page, address: str) -> None:
    watch = watched(page, address, "/console")
    watch.expect("broken")
    assert watch.mishaps() == []
    watch.expect("something else")
    assert watch.mishaps() == ["expected, but it did not happen: something else"]


def test_axe_finds_pale_text(page: Page, address: str) -> None:
    page.goto(address + "/pale")
    assert [found.split(":")[0] for found in violations(page)] == ["color-contrast"]


def test_what_is_too_wide_is_found(page: Page, address: str) -> None:
    page.goto(address + "/sideways")
    assert sticking_out(page)
    assert Path(page.url).name == "sideways"
