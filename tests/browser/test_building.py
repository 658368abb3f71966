"""A ruleset built from nothing, by clicks alone, says what it would say had it been written."""

from __future__ import annotations

from leadwright.grammar.messages.diagnostics import Source
from leadwright.grammar.text.formatter import format_text
from leadwright.tests.browser.conftest import Visit
from leadwright.tests.browser.editor import Editor
from leadwright.tests.browser.site import Site
from playwright.sync_api import expect

WRITTEN = """\
list ICP: "VP *", "Head of *"

define demo_requested: requested demo

when visited pricing >= 2 and title in ICP then +20

stage SQL when score >= 80 and demo_requested

guarantee "Few points, no call" never stage = SQL when score < 80
guarantee "More visits never hurt" score never falls with visited
"""


def begun(visit: Visit, site: Site, name: str) -> Editor:
    """An empty ruleset, begun on the first page."""
    page = visit(site)
    page.get_by_role("link", name="New ruleset").click()
    page.get_by_label("Nothing").check()
    page.get_by_label("Name, as it appears in links").fill(name)
    page.get_by_role("button", name="Create the draft").click()
    expect(page.get_by_role("button", name="+ Add rule")).to_be_visible()
    return Editor(page, site, name)


def laid_out(text: str) -> str:
    """A text in the one common layout."""
    return format_text(Source(text)).text


def test_clicks_alone_make_the_text_that_one_would_write(visit: Visit, site: Site) -> None:
    editor = begun(visit, site, "by-clicks")

    with editor.adding("list") as form:
        form.get_by_label("Name").fill("ICP")
        form.get_by_label("First entry").fill("VP *")
    editor.fill(editor.card("List ICP").get_by_label("add to entries"), "Head of *")

    with editor.adding("definition") as form:
        form.get_by_label("Name").fill("demo_requested")
        editor.pick(form.get_by_label("What is asked about"), "requested")
    editor.set(editor.card("Definition demo_requested").get_by_label("what it is about"), "demo")

    with editor.adding("Add rule") as form:
        editor.pick(form.get_by_label("What is asked about"), "visited")
        form.get_by_label("Points").fill("+20")
    rule = editor.page.locator("article[data-sort=rule]")
    editor.set(rule.get_by_label("what it is about"), "pricing")
    editor.choose(rule.get_by_label("comparison"), "at least")
    editor.fill(rule.get_by_role("group", name="What is missing").get_by_label("value"), "2")
    rule.get_by_role("button", name="+ condition").click()
    blanks = rule.get_by_role("group", name="New condition")
    editor.pick(blanks.get_by_label("What is asked about"), "title")
    editor.choose(blanks.get_by_label("comparison"), "is in the list")

    with editor.adding("stage") as form:
        form.get_by_label("Name").fill("SQL")
        editor.pick(form.get_by_label("What is asked about"), "score")
        form.get_by_label("value").fill("80")
    stage = editor.card("Stage SQL")
    editor.ask(stage, "demo_requested")

    with editor.adding("guarantee") as form:
        form.get_by_label("Name").fill("Few points, no call")
        form.get_by_role("group", name="Outcome").get_by_label("stage", exact=True).select_option(label="SQL")
        condition = form.get_by_role("group", name="When")
        editor.pick(condition.get_by_label("What is asked about"), "score")
        condition.get_by_label("comparison").select_option("<")
        condition.get_by_label("value").fill("80")
    editor.page.get_by_role("button", name="+ guarantee about one more").focus()
    with editor.settling():  # by the keyboard alone
        editor.page.keyboard.press("Enter")
        expect(editor.page.get_by_role("dialog")).to_be_visible()
        for words in ("More visits never hurt", "", "", "visited"):
            editor.page.keyboard.type(words)
            editor.page.keyboard.press("Tab")
        editor.page.keyboard.press("Enter")

    assert laid_out(editor.text) == laid_out(WRITTEN)
    # Hints come once nobody changes anything: one rule alone cannot bring 80 points.
    expect(editor.state).to_contain_text("1 hint")
    expect(editor.state).to_contain_text("No lead can be in SQL")


def test_a_pasted_column_is_a_value_a_line_and_doubles_are_said(visit: Visit, site: Site) -> None:
    editor = begun(visit, site, "by-pasting")
    with editor.adding("list") as form:
        form.get_by_label("Name").fill("countries")
        form.get_by_label("First entry").fill("DE")
        form.get_by_label("First entry").press("Tab")
    entries = editor.card("List countries").get_by_label("add to entries")
    with editor.settling():
        editor.paste(entries, "CH\r\nLI\r\nde\r\n\r\nBonn, Germany\r\nli\r\n")
    assert laid_out(editor.text) == 'list countries: "DE", "CH", "LI", "Bonn, Germany"\n'
    expect(editor.notices).to_contain_text("2 values are there already, and left out: de, li")
    expect(entries).to_have_value("")
    # One change, undone at once.
    with editor.settling():
        editor.page.get_by_role("button", name="Undo").click()
    assert laid_out(editor.text) == 'list countries: "DE"\n'
    entries.fill("de")
    entries.press("Tab")
    expect(editor.notices).to_contain_text("This is there already: de")
    expect(entries).to_have_value("")
    assert laid_out(editor.text) == 'list countries: "DE"\n'
