"""People with names: users of a site, each in a window of their own."""

from __future__ import annotations

from leadwright.engine.store.database import open_store
from leadwright.tests.browser.site import Site
from leadwright.web.accounts.users import Doer, Role, add_user
from playwright.sync_api import Page

PASSWORD = "correct horse battery"


def add_people(site: Site, **people: Role) -> None:
    """Adds users, each with a role; from then on everybody has to log in."""
    with open_store(site.database) as store:
        for name, role in people.items():
            add_user(store, name, role, PASSWORD, Doer("test", "here"))


def log_in(page: Page, name: str, password: str = PASSWORD) -> None:
    """Fills the form in as a person does."""
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
