"""What must not happen while anybody looks at a page: it is noted, and fails the test in the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Page, Request, Response, WebError

_OF_THE_BROWSER = ("data", "blob", "about")
"""Schemes for which nobody is asked."""


@dataclass
class Watch:
    """The mishaps of one visitor of a server; those that a test provokes are named with `expect`."""

    # No slots: playwright keeps something of its own on whoever listens to it.

    address: str
    log: Callable[[], str] = str
    """What the server said about its troubles."""
    noted: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        """Begins to look at all pages of a context."""
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("request", self._request)
        context.on("requestfailed", self._failed)
        context.on("response", self._response)
        context.on("page", self._crash)
        context.on("dialog", self._dialog)

    def expect(self, *texts: str) -> None:
        """Lets pass, from now on and before, mishaps in which one of these texts stands."""
        self.expected += texts

    def mishaps(self) -> list[str]:
        """What nobody expected, and what was expected but did not happen."""
        log = self.log()
        if "Traceback" in log:
            self.noted.append(f"the server: {log[-3_000:]}")
        unseen = [text for text in self.expected if not any(text in note for note in self.noted)]
        return [
            *(note for note in self.noted if not any(text in note for text in self.expected)),
            *(f"expected, but it did not happen: {text}" for text in unseen),
        ]

    def _console(self, message: ConsoleMessage) -> None:
        # What the policy forbids is an error on the console too.
        if message.type in ("error", "assert"):
            where = message.location
            self.noted.append(f"console: {message.text} ({where.get('url')}:{where.get('lineNumber')})")

    def _error(self, error: WebError) -> None:
        self.noted.append(f"page error: {error.error}")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in _OF_THE_BROWSER and f"{parts.scheme}://{parts.netloc}" != self.address:
            self.noted.append(f"left the server: {request.method} {request.url}")

    def _failed(self, request: Request) -> None:
        # What the page itself breaks off, by going elsewhere or by downloading, has not failed.
        if request.failure != "net::ERR_ABORTED":
            self.noted.append(f"failed: {request.method} {request.url} {request.failure}")

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self.noted.append(f"{response.status}: {response.request.method} {response.url}")

    def _crash(self, page: Page) -> None:
        page.on("crash", lambda _: self.noted.append("the page crashed"))

    def _dialog(self, dialog: Dialog) -> None:
        # Nothing here asks in boxes, so one that comes up is somebody else's doing.
        self.noted.append(f"a box came up: {dialog.type} {dialog.message}")
        dialog.dismiss()
