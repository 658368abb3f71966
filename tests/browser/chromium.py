"""The browser of the tests: which one there is, and how it is started."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Error, Playwright, sync_playwright

_OF_THE_SYSTEM = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
)
_ARGUMENTS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    # Pictures and widths are then the same on every screen.
    "--font-render-hinting=none",
    "--force-color-profile=srgb",
    # Whatever a page may ask for elsewhere, nothing leaves this computer.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)

MISSING = (
    "there is no Chromium: apt install chromium-headless-shell, or python -m playwright install chromium; "
    "LEADWRIGHT_CHROMIUM names one that is elsewhere"
)


def program(playwright: Playwright) -> Path | None:
    """The Chromium to start: the one LEADWRIGHT_CHROMIUM names, playwright's own, the system's; else None."""
    named = os.environ.get("LEADWRIGHT_CHROMIUM")
    if named:
        return Path(named)
    own = Path(playwright.chromium.executable_path)
    if own.exists():
        return own
    found = next(filter(None, map(shutil.which, _OF_THE_SYSTEM)), None)
    return Path(found) if found is not None else None


def start(playwright: Playwright, chromium: Path) -> Browser:
    """A browser without a window, which asks nobody but this computer."""
    # As root, as in a container, Chromium starts in no other way.
    sandbox = [] if os.name != "posix" or os.geteuid() else ["--no-sandbox"]
    return playwright.chromium.launch(executable_path=chromium, args=[*_ARGUMENTS, *sandbox])


def main() -> int:
    """0 where there is a Chromium that starts, 1 where there is none."""
    with sync_playwright() as playwright:
        chromium = program(playwright)
        if chromium is None:
            return 1
        try:
            start(playwright, chromium).close()
        except Error:
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
