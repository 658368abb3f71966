"""The editor as a person uses it: found by what is written on it, waited for as one waits, by looking."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from leadwright.engine.store.database import open_store
from leadwright.tests.browser.site import Site
from leadwright.web.drafts import current
from playwright.sync_api import BrowserContext, Locator, Page, expect

_COUNTING = """addEventListener("leadwright:settled", () => {
    const root = document.documentElement;
    root.dataset.settled = Number(root.dataset.settled ?? 0) + 1;
}, true);"""
"""Counts in the page's root how often it has settled; scripts of tests are not bound by the page's policy."""


def count_settling(context: BrowserContext) -> None:
    """Has every page of a context count how often it has settled."""
    context.add_init_script(_COUNTING)


class Editor:
    """The editor of one ruleset in one window."""

    def __init__(self, page: Page, site: Site, ruleset: str) -> None:
        self.page = page
        self.site = site
        self.ruleset = ruleset
        # Until its scripts have run, nobody hears a click.
        page.wait_for_load_state()

    def open(self, view: str = "visual", **asked: str) -> Editor:
        """Goes there, as by its address."""
        more = "".join(f"&{name}={value}" for name, value in asked.items())
        self.page.goto(f"/rulesets/{self.ruleset}/edit?view={view}{more}")
        return self

    # --- what is there ------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """The text of the draft as it is kept."""
        with open_store(self.site.database, read_only=True) as store:
            found = current(store, self.ruleset)
            assert found is not None
            return found.text

    @property
    def state(self) -> Locator:
        """The line that says what the draft is, and its problems."""
        return self.page.locator("#state")

    @property
    def panel(self) -> Locator:
        """The dry run."""
        return self.page.locator("#panel")

    @property
    def notices(self) -> Locator:
        """What the editor tells."""
        return self.page.locator("#notices")

    @property
    def suggestions(self) -> Locator:
        """What is suggested for the control that one types in."""
        return self.page.get_by_role("listbox", name="Suggestions").get_by_role("option")

    def card(self, name: str) -> Locator:
        """The card of a statement: "Rule Large", "List ICP", "Stage SQL"; opened beside others that are."""
        card = self.page.get_by_role("article", name=name, exact=True)
        line = card.locator(":scope > .at-rest [data-opens]")
        if card.count() == 1 and line.count() == 1:
            line.click(modifiers=["Shift"])
            expect(line).to_have_count(0)
        return card

    def line(self, name: str) -> Locator:
        """The card of a statement as it is, open or not."""
        return self.page.get_by_role("article", name=name, exact=True)

    def cards(self) -> list[str]:
        """The cards from top to bottom."""
        found = self.page.locator("#cards article").all()
        return [card.get_attribute("aria-label") or "" for card in found]

    # --- what is done -------------------------------------------------------------------------

    @contextmanager
    def settling(self, times: int = 1) -> Iterator[None]:
        """What is done in the block has been answered, and shows, when it ends."""
        root = self.page.locator("html")
        before = int(root.get_attribute("data-settled") or 0)
        yield
        wanted = "|".join(str(before + number) for number in range(times, times + 10))
        expect(root).to_have_attribute("data-settled", re.compile(f"^({wanted})$"))

    def fill(self, control: Locator, value: str) -> None:
        """Writes into a control, and leaves it."""
        with self.settling():
            control.fill(value)
            control.press("Tab")

    def paste(self, control: Locator, text: str) -> None:
        """Pastes a text into a control, as out of a spreadsheet."""
        control.evaluate(
            """(control, text) => {
                control.focus();
                const clipboardData = new DataTransfer();
                clipboardData.setData("text", text);
                const told = { clipboardData, bubbles: true, cancelable: true };
                control.dispatchEvent(new ClipboardEvent("paste", told));
            }""",
            text,
        )

    def choose(self, control: Locator, words: str) -> None:
        """Chooses from a control, by the words one reads."""
        with self.settling():
            control.select_option(label=words)

    def press(self, control: Locator) -> None:
        """Presses a button that changes the ruleset."""
        with self.settling():
            control.click()

    def pick(self, control: Locator, value: str) -> None:
        """Types, and takes what is suggested, as found in the data."""
        control.fill(value)
        self.suggestions.filter(has_text=re.compile(f"^{re.escape(value)}")).first.click()

    def set(self, control: Locator, value: str) -> None:
        """Changes a control of a card to what is suggested."""
        with self.settling():
            self.pick(control, value)

    def ask(self, card: Locator, name: str, value: str | None = None, button: str = "+ condition") -> None:
        """Adds a condition to a card, about a name that is suggested, with a value where it needs one."""
        card.get_by_role("button", name=button, exact=True).first.click()
        blanks = card.get_by_role("group", name="New condition")
        about = blanks.get_by_label("What is asked about", exact=True)
        if value is None:
            self.set(about, name)
        else:
            self.pick(about, name)
            self.fill(blanks.get_by_label("value", exact=True), value)
        expect(blanks).to_have_count(0)

    @contextmanager
    def adding(self, what: str) -> Iterator[Locator]:
        """The form that adds a statement: filled in within the block, and sent at its end."""
        self.page.get_by_role("button", name=f"+ {what}", exact=True).click()
        dialog = self.page.get_by_role("dialog")
        yield dialog
        with self.settling():
            dialog.get_by_role("button", name=re.compile("^Add")).click()
        expect(dialog).to_be_hidden()
