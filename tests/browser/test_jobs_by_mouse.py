"""What people come for, each done with the mouse, and how many clicks it takes. Text is typed where a click
has put the cursor; choosing from a list that opens counts as two clicks."""

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
from playwright.sync_api import Locator, Page, expect


class Mouse:
    """A mouse that counts its clicks."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0

    def click(self, what: Locator) -> None:
        """Clicks on something."""
        self.clicks += 1
        what.click()

    def write(self, box: Locator, text: str) -> None:
        """Clicks into a box and writes over what is in it."""
        self.click(box)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def choose(self, control: Locator, words: str) -> None:
        """Opens a list of choices, and clicks on one."""
        self.clicks += 2
        control.select_option(label=words)


@pytest.fixture
def editor(visit: Visit, site: Site) -> Editor:
    """The rules for four leads."""
    page = visit(site, "/rulesets/inbound/edit", viewport={"width": 1440, "height": 900})
    return Editor(page, site, "inbound")


@pytest.fixture
def mouse(editor: Editor) -> Mouse:
    """The mouse of who edits."""
    return Mouse(editor.page)


@pytest.fixture
def within(mouse: Mouse) -> Iterator[Callable[[int], None]]:
    """Says how many clicks are allowed."""
    allowed: list[int] = []
    yield allowed.append
    assert mouse.clicks <= allowed[0], mouse.clicks


def opened(mouse: Mouse, editor: Editor, name: str) -> Locator:
    """Opens a statement, which is one line until then."""
    mouse.click(editor.line(name).locator("[data-opens]"))
    return editor.line(name)


def item(editor: Editor, name: str) -> Locator:
    """An entry of the menu that is open."""
    return editor.page.get_by_role("menuitem", name=name)


def test_a_threshold_is_changed_and_who_falls_out_is_seen(
    editor: Editor, mouse: Mouse, within: Callable[[int], None]
) -> None:
    within(2)
    stage = opened(mouse, editor, "Stage MQL")
    mouse.write(stage.get_by_label("value"), "80")
    with editor.settling():
        editor.page.keyboard.press("Enter")
    assert "stage MQL when score >= 80" in editor.text
    expect(editor.panel.get_by_role("list", name="Who moves")).to_contain_text("Ann Lee")


def test_a_rule_is_added(editor: Editor, mouse: Mouse, within: Callable[[int], None]) -> None:
    within(5)
    mouse.click(editor.page.get_by_role("button", name="+ Add rule", exact=True))
    dialog = editor.page.get_by_role("dialog", name="New rule")
    expect(dialog.get_by_label("Name")).to_be_focused()
    editor.page.keyboard.type("Reads the docs")
    mouse.write(dialog.get_by_label("What is asked about"), "visited")
    mouse.click(editor.suggestions.filter(has_text="visited").first)
    mouse.write(dialog.get_by_label("Points"), "+5")
    with editor.settling():
        mouse.click(dialog.get_by_role("button", name="Add rule"))
    assert 'rule "Reads the docs"' in editor.text


def test_a_choice_of_conditions_a_negation_and_a_window(
    editor: Editor, mouse: Mouse, within: Callable[[int], None]
) -> None:
    within(6)
    rule = opened(mouse, editor, "Rule Pricing interest")
    mouse.write(rule.locator("input").and_(editor.page.get_by_label("how many")).first, "60")
    with editor.settling():
        editor.page.keyboard.press("Tab")
    assert "in last 60 days" in editor.text
    mouse.click(rule.get_by_role("button", name=re.compile("More for .*visited")))
    with editor.settling():
        mouse.click(item(editor, "Negate"))
    assert "not visited pricing" in editor.text
    with editor.settling():
        mouse.choose(rule.get_by_label("all or any").first, "any")
    assert re.search(r"not visited pricing .* or title in ICP", editor.text)


def test_a_list_is_made_and_disqualifies(editor: Editor, mouse: Mouse, within: Callable[[int], None]) -> None:
    within(11)
    page = editor.page
    mouse.click(page.get_by_role("button", name="+ list", exact=True))
    dialog = page.get_by_role("dialog", name="New list")
    expect(dialog.get_by_label("Name")).to_be_focused()
    page.keyboard.type("rivals")
    mouse.write(dialog.get_by_label("First entry"), "Student")
    with editor.settling():
        mouse.click(dialog.get_by_role("button", name="Add list"))
    mouse.click(page.get_by_role("button", name="+ disqualification", exact=True))
    dialog = page.get_by_role("dialog", name="New disqualification")
    mouse.write(dialog.get_by_label("What is asked about"), "title")
    mouse.click(editor.suggestions.filter(has_text="title").first)
    mouse.choose(dialog.get_by_label("comparison"), "is in the list")
    mouse.choose(dialog.get_by_label("list", exact=True), "rivals")
    with editor.settling():
        mouse.click(dialog.get_by_role("button", name="Add disqualification"))
    assert "disqualify when title in rivals" in editor.text


def test_a_group_with_a_cap_is_made_and_moved(
    editor: Editor, mouse: Mouse, within: Callable[[int], None]
) -> None:
    within(5)
    mouse.click(editor.line("Rule Large").get_by_role("button", name="More for Large"))
    with editor.settling():
        mouse.click(item(editor, "Put into a new group"))
    group = editor.page.locator("article[data-sort=group]")
    mouse.write(group.get_by_label("at most").first, "20")
    with editor.settling():
        editor.page.keyboard.press("Enter")
    assert re.search(r'group "[^"]+" at most 20', editor.text)
    before = editor.cards()
    mouse.click(group.locator(":scope > header").get_by_role("button", name=re.compile("^More for")))
    with editor.settling():
        mouse.click(item(editor, "Move up"))
    assert editor.cards() != before


def test_points_fade(editor: Editor, mouse: Mouse, within: Callable[[int], None]) -> None:
    within(3)
    rule = opened(mouse, editor, "Rule Asked for a demo")
    mouse.click(rule.get_by_role("button", name=re.compile(r"More for \+40")))
    with editor.settling():
        mouse.click(item(editor, "Let the points fade"))
    assert re.search(r"then \+40 (fading|halving)", editor.text)


def test_a_lead_is_pasted_and_saved_as_a_test(
    editor: Editor, mouse: Mouse, within: Callable[[int], None]
) -> None:
    within(4)
    mouse.click(editor.panel.get_by_text("Paste one"))
    mouse.write(editor.panel.locator("#trial-text"), "title: VP Sales\nemployees: 500")
    with editor.settling():
        mouse.click(editor.panel.get_by_role("button", name="Try this lead"))
    expect(editor.panel.locator(".big strong")).to_have_text("30")
    assert mouse.clicks <= 3
    with editor.settling():
        mouse.click(editor.panel.get_by_role("button", name="Save as test"))
    expect(editor.panel.get_by_role("region", name="Tests")).to_contain_text("all 2 passed")


def test_the_text_is_broken_and_mended(editor: Editor, mouse: Mouse, within: Callable[[int], None]) -> None:
    within(3)
    mouse.click(editor.page.get_by_role("link", name="Text", exact=True))
    text = TextView(editor)
    mouse.click(text.content)
    with editor.settling():
        editor.page.keyboard.press("Control+Home")
        editor.page.keyboard.type("x")
    expect(editor.state).to_contain_text("1 error")
    with editor.settling():
        mouse.click(editor.state.get_by_role("button", name="Undo"))
    text.keeps(RULES)
    expect(editor.state).to_contain_text("no problems")


def test_rules_are_published_compared_and_rolled_back(
    editor: Editor, mouse: Mouse, within: Callable[[int], None]
) -> None:
    within(9)
    page = editor.page
    rule = opened(mouse, editor, "Rule Large")
    mouse.write(rule.get_by_label("value"), "150")
    with editor.settling():
        page.keyboard.press("Enter")
    with page.expect_navigation():
        mouse.click(page.get_by_role("link", name="Review and publish"))
    mouse.write(page.get_by_label("What changed and why"), "Larger companies only")
    with page.expect_navigation():
        mouse.click(page.get_by_role("button", name="Publish version 2"))
    expect(page.locator("main")).to_contain_text("Version 2 live")
    mouse.click(page.get_by_text("Roll back to version 1").first)
    mouse.write(page.get_by_label("Why, for the history"), "Too few")
    with page.expect_navigation():
        mouse.click(page.get_by_role("button", name="Roll back to version 1"))
    expect(page.locator("main")).to_contain_text("Version 3 live")
    with page.expect_navigation():
        mouse.click(page.locator("main").get_by_role("link", name="Compare").first)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Compare")


def test_leads_are_imported(visit: Visit, site: Site) -> None:
    page = visit(site, "/leads")
    mouse = Mouse(page)
    mouse.click(page.get_by_role("link", name="Import", exact=True))
    mouse.write(page.get_by_label("From a spreadsheet"), "id,title\nL9,CEO\n")
    mouse.click(page.get_by_role("button", name="Read the rows"))
    mouse.click(page.get_by_role("button", name="Load 1 row"))
    expect(page.get_by_role("heading", name="is loaded")).to_be_visible()
    with open_store(site.database, read_only=True) as store:
        assert find_lead(store, "L9") is not None
    assert mouse.clicks <= 4


def test_a_lead_is_found_and_understood(visit: Visit, site: Site) -> None:
    page = visit(site, "/")
    mouse = Mouse(page)
    mouse.click(page.get_by_role("navigation", name="Main").get_by_role("link", name="Leads"))
    mouse.write(page.get_by_label("any text"), "Ann Lee")
    mouse.click(page.get_by_role("button", name="Search"))
    mouse.click(page.get_by_role("table").get_by_role("link", name="Ann Lee"))
    expect(page.get_by_role("heading", level=1, name="Ann Lee")).to_be_visible()
    expect(page.get_by_role("region", name="Stages")).to_contain_text("not reached, missing: 50 points short")
    assert mouse.clicks <= 4
