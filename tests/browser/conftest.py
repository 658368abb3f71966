"""A browser, served databases, and visitors whose every mishap fails the test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from leadwright.engine.store.database import open_store
from leadwright.tests.browser import chromium
from leadwright.tests.browser.editor import count_settling
from leadwright.tests.browser.site import Site, make_sample, served
from leadwright.tests.browser.watch import Watch
from leadwright.tests.outbox_data import FAILED, REFUSED, SENT, fill_outbox
from leadwright.tests.web.small import small_database
from leadwright.web.settings import Settings
from playwright.sync_api import Browser, Page, Playwright, ViewportSize, expect, sync_playwright

WIDE: ViewportSize = {"width": 1280, "height": 900}
_PATIENCE = 20_000
"""Milliseconds that a page has, on a machine that does other things too."""

expect.set_options(timeout=_PATIENCE)

Serve = Callable[..., Site]
Visit = Callable[..., Page]
Provoke = Callable[..., None]


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What drives the browser."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One browser for all; each visitor has a profile of its own."""
    found = chromium.program(playwright)
    if found is None:
        # Where these tests are what is asked for, leaving them out is no success.
        (pytest.fail if os.environ.get("LEADWRIGHT_BROWSER") else pytest.skip)(chromium.MISSING)
    with chromium.start(playwright, found) as started:
        yield started


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of four leads, never written to."""
    return small_database(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The made-up sample of a thousand leads, as `make run` makes it; never written to."""
    path = tmp_path_factory.mktemp("sample") / "sample.db"
    make_sample(path)
    return path


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Serves a copy of a database until the test ends: `serve(database, settings)`."""
    with ExitStack() as until_the_end:

        def begin(database: Path, settings: Settings | None = None) -> Site:
            copy = Path(shutil.copy(database, tmp_path / database.name))
            return until_the_end.enter_context(served(copy, settings))

        yield begin


@pytest.fixture
def site(serve: Serve, small: Path) -> Site:
    """Four leads to do anything with."""
    return serve(small)


@pytest.fixture(scope="session")
def looked_at(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Four leads for all who only look."""
    copy = Path(shutil.copy(small, tmp_path_factory.mktemp("looked_at") / "leads.db"))
    with open_store(copy) as store:
        fill_outbox(store, {"L1": SENT, "L2": REFUSED, "L3": REFUSED, "L4": FAILED})
    with served(copy) as site:
        yield site


@pytest.fixture
def watches(serve: Serve) -> Iterator[dict[Page, Watch]]:
    """The watch over each visitor's pages, which looks a last time before the servers end."""
    assert serve
    kept: dict[Page, Watch] = {}
    yield kept
    mishaps = [note for watch in kept.values() for note in watch.mishaps()]
    assert not mishaps, "\n".join(mishaps)


@pytest.fixture
def provoke(watches: dict[Page, Watch]) -> Provoke:
    """Names the mishaps that a test brings about on purpose: `provoke(page, "status of 404")`."""

    def name(page: Page, *texts: str) -> None:
        watches[page].expect(*texts)

    return name


@pytest.fixture
def visit(browser: Browser, watches: dict[Page, Watch]) -> Iterator[Visit]:
    """Opens a page of a site for a new visitor: `visit(site, path, option=of the context)`."""
    with ExitStack() as until_the_end:

        def begin(site: Site, path: str = "/", **options: Any) -> Page:
            context = browser.new_context(**{"base_url": site.address, "viewport": WIDE, **options})
            until_the_end.enter_context(context)
            context.set_default_timeout(_PATIENCE)
            watch = Watch(site.address, site.said)
            watch.over(context)
            count_settling(context)
            page = context.new_page()
            watches[page] = watch
            page.goto(path)
            return page

        yield begin
