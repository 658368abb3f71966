"""What people come for, each done by keyboard alone, in no more presses than are allowed for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from leadwright.engine.store.database import open_store
from leadwright.engine.store.records.leads import find_lead
from leadwright.tests.browser.conftest import Visit
from leadwright.tests.browser.editor import Editor
from leadwright.tests.browser.site import Site
from leadwright.tests.browser.text_view import TextView
from leadwright.tests.web.small import RULES
from playwright.sync_api import Page, ViewportSize, expect

_CHOSEN = "() => document.activeElement.selectedOptions?.[0]?.textContent.trim() ?? null"
"""What is chosen in the select that has the focus."""

_NAME = """() => {
    const one = document.activeElement;
    if (one === document.body) return "";
    const labels = [...(one.labels || [])].map((label) => label.textContent).join(" ");
    const own = one.getAttribute("aria-label") || labels || one.textContent;
    return own.trim();
}"""


class Keys:
    """A keyboard that counts: a text counts once, however long it is."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.presses = 0

    def press(self, *keys: str) -> None:
        """Presses keys one after the other."""
        for key in keys:
            self.presses += 1
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Writes a text."""
        self.presses += 1
        self.page.keyboard.type(text)

    def tab(self, name: str, most: int = 40, key: str = "Tab") -> None:
        """Goes on by Tab until what has the focus is called so."""
        for _ in range(most + 1):
            if re.search(name, self.page.evaluate(_NAME)):
                return
            self.press(key)
        raise AssertionError(f"no {name} within {most} stops; now at {self.page.evaluate(_NAME)}")

    def run(self, command: str) -> None:
        """Runs a command of the palette, or goes to what it finds."""
        palette = self.page.get_by_role("dialog", name="Search and commands")
        self.press("Control+k")
        expect(palette).to_be_visible()
        self.type(command)
        expect(palette.get_by_role("option").first).to_contain_text(
            re.compile(re.escape(command), re.IGNORECASE)
        )
        self.press("Enter")
        expect(palette).to_be_hidden()

    def choose(self, words: str) -> None:
        """Chooses from a select that has the focus, by the letters that its words begin with."""
        self.presses += 1
        for _ in range(5):
            self.page.keyboard.type(words)
            chosen = self.page.evaluate(_CHOSEN)
            if chosen is None or chosen.startswith(words):
                return
            # So slow a machine takes the letters for several words; after a second it begins again.
            self.page.wait_for_timeout(1100)
        raise AssertionError(f"{words} cannot be chosen")


@pytest.fixture
def editor(visit: Visit, site: Site) -> Editor:
    """The rules for four leads."""
    page = visit(site, "/rulesets/inbound/edit", viewport={"width": 1440, "height": 900})
    return Editor(page, site, "inbound")


@pytest.fixture
def keys(editor: Editor) -> Keys:
    """The keyboard of who edits."""
    return Keys(editor.page)


@pytest.fixture
def within(keys: Keys) -> Iterator[Callable[[int], None]]:
    """Says how many presses are allowed."""
    allowed: list[int] = []
    yield allowed.append
    assert keys.presses <= allowed[0], keys.presses


def opened(keys: Keys, editor: Editor, name: str, card: str) -> None:
    """Goes to a statement, whose card opens."""
    keys.run(name)
    expect(editor.line(card).locator(":focus")).to_have_count(1)


def test_a_threshold_is_changed_and_who_falls_out_is_seen(
    editor: Editor, keys: Keys, within: Callable[[int], None]
) -> None:
    within(12)
    opened(keys, editor, "Stage MQL", "Stage MQL")
    keys.tab("value", key="Tab")
    with editor.settling():
        keys.type("80")
        keys.press("Enter")
    assert "stage MQL when score >= 80" in editor.text
    expect(editor.panel.get_by_role("status").first).to_contain_text("1 lead moves down")
    expect(editor.line("Stage MQL").locator(".change")).to_contain_text("1 lead moves down")
    expect(editor.panel.get_by_role("list", name="Who moves")).to_contain_text("Ann Lee")


def test_a_rule_is_added(editor: Editor, keys: Keys, within: Callable[[int], None]) -> None:
    within(16)
    keys.run("Add: rule")
    dialog = editor.page.get_by_role("dialog", name="New rule")
    expect(dialog.get_by_label("Name")).to_be_focused()
    keys.type("Reads the docs")
    keys.press("Tab")
    keys.type("visited")
    expect(editor.suggestions.first).to_be_visible()
    keys.press("ArrowDown", "Enter")
    expect(dialog.get_by_label("what it is about")).to_be_visible()
    keys.tab("Points")
    with editor.settling():
        keys.type("+5")
        keys.press("Enter")
    assert 'rule "Reads the docs"' in editor.text


def test_a_choice_of_conditions_a_negation_and_a_window(
    editor: Editor, keys: Keys, within: Callable[[int], None]
) -> None:
    within(60)
    opened(keys, editor, "Pricing interest", "Rule Pricing interest")
    # The window: 60 days rather than 30.
    keys.tab("how long|in the last|how many")
    while editor.page.locator(":focus").input_value() != "30":
        keys.press("Tab")
    with editor.settling():
        keys.type("60")
        keys.press("Enter")
    assert "in last 60 days" in editor.text
    # Not: by the menu of the condition.
    keys.tab("More for .*visited")
    keys.press("Enter")
    expect(editor.page.get_by_role("menuitem", name="Negate")).to_be_focused()
    with editor.settling():
        keys.press("Enter")
    assert "not visited pricing" in editor.text
    # Or: any of them is enough.
    keys.tab("all or any", key="Shift+Tab")
    with editor.settling():
        keys.choose("any")
        keys.press("Tab")
    assert re.search(r"not visited pricing .* or title in ICP", editor.text)


def test_a_list_is_made_and_disqualifies(editor: Editor, keys: Keys, within: Callable[[int], None]) -> None:
    within(30)
    keys.run("Add: list")
    expect(editor.page.get_by_role("dialog", name="New list").get_by_label("Name")).to_be_focused()
    keys.type("rivals")
    keys.press("Tab")
    with editor.settling():
        keys.type("Student")
        keys.press("Enter")
    keys.run("Add: disqualification")
    dialog = editor.page.get_by_role("dialog", name="New disqualification")
    expect(dialog).to_be_visible()
    expect(dialog.locator(":focus")).to_have_count(1)
    keys.tab("What is asked about")
    keys.type("title")
    expect(editor.suggestions.first).to_be_visible()
    keys.press("ArrowDown", "Enter")
    expect(dialog.get_by_label("comparison")).to_be_visible()
    keys.tab("comparison", most=3, key="Shift+Tab")
    comparison = dialog.get_by_label("comparison")
    for value in ("!=", "in values", "in list"):
        keys.press("ArrowDown")
        expect(comparison).to_have_value(value)
        expect(comparison).to_be_focused()
    lists = dialog.get_by_label("list", exact=True)
    expect(lists).to_be_visible()
    keys.press("Tab")
    expect(lists).to_be_focused()
    for _ in range(2):
        if lists.input_value() != "rivals":
            keys.press("ArrowDown")
    expect(lists).to_have_value("rivals")
    keys.tab("Add disqualification", most=5)
    with editor.settling():
        keys.press("Enter")
    assert "disqualify when title in rivals" in editor.text
    expect(editor.panel.locator("#trial-all")).to_contain_text("none")


def test_a_group_with_a_cap_is_made_and_moved(
    editor: Editor, keys: Keys, within: Callable[[int], None]
) -> None:
    within(30)
    opened(keys, editor, "Large", "Rule Large")
    keys.press("Escape")
    expect(editor.line("Rule Large").locator("[data-opens]")).to_be_focused()
    # Arrows reach what else a line has: the menu.
    keys.press("ArrowRight", "ArrowRight", "Enter")
    expect(editor.page.get_by_role("menuitem", name="Move up")).to_be_focused()
    keys.press("p")
    expect(editor.page.get_by_role("menuitem", name="Put into a new group")).to_be_focused()
    with editor.settling():
        keys.press("Enter")
    group = editor.page.locator("article[data-sort=group]")
    expect(group).to_have_count(1)
    keys.run("Group")
    expect(group.locator(":focus")).to_have_count(1)
    keys.tab("at most")
    with editor.settling():
        keys.type("20")
        keys.press("Enter")
    assert re.search(r'group "[^"]+" at most 20', editor.text)
    before = editor.cards()
    with editor.settling():
        keys.press("Alt+ArrowUp")
    assert editor.cards() != before


def test_points_fade(editor: Editor, keys: Keys, within: Callable[[int], None]) -> None:
    within(20)
    opened(keys, editor, "Asked for a demo", "Rule Asked for a demo")
    keys.tab("More for \\+40")
    keys.press("Enter", "l")
    expect(editor.page.get_by_role("menuitem", name="Let the points fade")).to_be_focused()
    with editor.settling():
        keys.press("Enter")
    assert re.search(r"then \+40 (fading|halving)", editor.text)


def test_a_lead_is_pasted_and_saved_as_a_test(
    editor: Editor, keys: Keys, within: Callable[[int], None]
) -> None:
    within(12)
    keys.run("Paste a lead")
    expect(editor.panel.locator("#trial-text")).to_be_focused()
    keys.type("title: VP Sales\nemployees: 500")
    keys.press("Tab")
    with editor.settling():
        keys.press("Enter")
    expect(editor.panel.locator(".big strong")).to_have_text("30")
    with editor.settling():
        keys.run("Save as test")
    assert editor.text.count("\ntest ") == 2
    expect(editor.panel.get_by_role("region", name="Tests")).to_contain_text("all 2 passed")


def test_the_text_is_broken_and_mended(editor: Editor, keys: Keys, within: Callable[[int], None]) -> None:
    within(12)
    keys.run("Text")
    text = TextView(editor)
    expect(text.content).to_be_focused()
    with editor.settling():
        keys.press("Control+Home")
        keys.type("x")
    expect(editor.state).to_contain_text("1 error")
    with editor.settling():
        keys.press("Control+z")
    text.keeps(RULES)
    expect(editor.state).to_contain_text("no problems")


def test_rules_are_published_compared_and_rolled_back(
    editor: Editor, keys: Keys, within: Callable[[int], None]
) -> None:
    within(90)
    page = editor.page
    opened(keys, editor, "Large", "Rule Large")
    keys.tab("value")
    with editor.settling():
        keys.type("150")
        keys.press("Enter")
    with page.expect_navigation():
        keys.run("Review and publish")
    keys.tab("What changed and why")
    keys.type("Larger companies only")
    with page.expect_navigation():
        keys.press("Control+Enter")
    expect(page.locator("main")).to_contain_text("Version 2 live")
    keys.tab("Roll back to version 1")
    keys.press("Enter")
    keys.tab("Why, for the history", most=3)
    keys.type("Too few")
    keys.press("Tab")
    with page.expect_navigation():
        keys.press("Enter")
    expect(page.locator("main")).to_contain_text("Version 3 live")
    keys.tab("Compare")
    with page.expect_navigation():
        keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Compare")


def test_leads_are_imported(visit: Visit, site: Site) -> None:
    page = visit(site, "/leads/import")
    keys = Keys(page)
    keys.tab("From a spreadsheet")
    keys.type("id,title\nL9,CEO\n")
    keys.press("Tab")
    with page.expect_navigation():
        keys.press("Enter")
    keys.tab("Load 1 row", most=60)
    with page.expect_navigation():
        keys.press("Enter")
    expect(page.get_by_role("heading", name="is loaded")).to_be_visible()
    with open_store(site.database, read_only=True) as store:
        assert find_lead(store, "L9") is not None
    assert keys.presses <= 70


def test_a_lead_is_found_and_understood(visit: Visit, site: Site) -> None:
    page = visit(site, "/leads")
    keys = Keys(page)
    keys.tab("any text")
    keys.type("Ann Lee")
    with page.expect_navigation():
        keys.press("Enter")
    expect(page.get_by_label("any text")).to_be_focused()
    keys.press("ArrowDown")
    expect(page.get_by_role("link", name="Ann Lee")).to_be_focused()
    with page.expect_navigation():
        keys.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Ann Lee")).to_be_visible()
    expect(page.get_by_role("region", name="How 30 adds up")).to_contain_text("Large")
    expect(page.get_by_role("region", name="Stages")).to_contain_text("not reached, missing: 50 points short")
    assert keys.presses <= 30


@pytest.mark.parametrize(
    "size", [{"width": 1440, "height": 900}, {"width": 390, "height": 844}], ids=["wide", "phone"]
)
def test_stages_undo_and_the_reason_for_a_fall_are_in_sight(
    visit: Visit, site: Site, size: ViewportSize
) -> None:
    page = visit(site, "/rulesets/inbound/edit?lead=L4", viewport=size)
    editor = Editor(page, site, "inbound")
    editor.fill(editor.card("Stage MQL").get_by_label("value"), "80")
    # As somebody comes to it who has done nothing here yet.
    page.reload()
    stages = editor.panel.get_by_role("list", name="Leads by stage in the draft")
    fall = editor.panel.get_by_text("Falls out of MQL with this draft: 50 points short")
    expect(page.get_by_role("button", name="Undo", exact=True).first).to_be_in_viewport(ratio=1)
    if size["width"] < 900:
        # What it does to all and to this lead is docked at the bottom, and one press shows it whole.
        dock = page.locator("#trial-dock")
        expect(dock).to_be_in_viewport(ratio=1)
        expect(dock).to_contain_text("1 lead moves down")
        expect(dock).to_contain_text("Ann Lee")
        dock.get_by_role("button").click()
        editor.panel.get_by_role("button", name="Close").click()
        expect(fall).to_be_hidden()
        dock.get_by_role("button").click()
    expect(stages).to_contain_text("MQL 0")
    for one in (stages, fall):
        expect(one).to_be_in_viewport(ratio=1)
    page.get_by_role("link", name="Go to stage").press("Enter")
    expect(editor.line("Stage MQL").locator(":focus")).to_have_count(1)
