"""Writing rules as text: coloured, completed, explained, marked where wrong, and for everybody."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from leadwright.engine.store.database import open_store
from leadwright.tests.browser.axe import for_everybody
from leadwright.tests.browser.conftest import Visit
from leadwright.tests.browser.editor import Editor
from leadwright.tests.browser.site import Site
from leadwright.tests.browser.text_view import TextView
from leadwright.tests.web.small import HOSTILE, RULES
from leadwright.web.accounts.users import Doer, Role, add_user
from playwright.sync_api import expect

PASSWORD = "correct horse battery"

Open = Callable[..., TextView]


@pytest.fixture
def text_of(visit: Visit, site: Site) -> Open:
    """Opens the rules for four leads in the text view."""

    def begin(view: str = "text", **options: object) -> TextView:
        return TextView(Editor(visit(site, **options), site, "inbound").open(view))

    return begin


@pytest.fixture
def text(text_of: Open) -> TextView:
    """The rules for four leads as text."""
    return text_of()


def test_the_visual_view_does_not_load_the_editor_of_texts(visit: Visit, site: Site) -> None:
    page = visit(site)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    Editor(page, site, "inbound").open()
    expect(page.get_by_role("article", name="Rule Large")).to_be_visible()
    assert not [url for url in asked if "codemirror" in url or "/static/text/" in url]
    page.get_by_role("link", name="Text", exact=True).click()
    expect(page.get_by_role("textbox", name="Text of the rules")).to_be_visible()
    assert [url for url in asked if "codemirror" in url]
    assert page.url.endswith("view=text")
    expect(page.locator("#cards")).to_be_hidden()


def test_words_are_coloured_by_what_they_are(text: TextView) -> None:
    line = text.line("when visited pricing")
    expect(line.locator(".lw-word")).to_have_text(["when", "in", "last", "days", "and", "in"])
    expect(line.locator(".lw-number")).to_have_text(["2", "30"])
    expect(text.line("# People").locator(".lw-comment")).to_have_text("# People who may sign.")
    expect(text.line('rule "Large"').locator(".lw-text")).to_have_text('"Large"')


def test_what_is_typed_is_saved_and_nothing_else_is_touched(text: TextView) -> None:
    text.go_behind("employees >= 100")
    text.type("0")
    assert text.editor.text == RULES.replace("employees >= 100", "employees >= 1000")
    expect(text.editor.state).to_contain_text("1 changed line")


def test_names_of_the_data_complete_with_how_often_they_occur(text: TextView) -> None:
    text.go_behind("and title in ICP\nthen +40\n")
    text.page.keyboard.type("\nwhen vis")
    text.accept("visited5 times")
    text.page.keyboard.type(" pri")
    text.accept("pricing3 times")
    text.page.keyboard.type(" and title = ")
    text.accept('"VP Marketing"2 leads', '"Head of Growth"1 lead', '"Student"1 lead', "nametext, 4 leads")
    text.type(" then +5\n")
    text.keeps('\nwhen visited pricing and title = "VP Marketing" then +5\n')


def test_lists_and_words_complete_on_demand(text: TextView) -> None:
    text.go_behind("when requested demo")
    text.page.keyboard.type(" and title in ")
    expect(text.options.first).to_have_text('ICP"VP *", "Head of *"')
    text.page.keyboard.press("Escape")
    expect(text.options).to_have_count(0)
    text.page.keyboard.press("Control+Space")
    text.accept('ICP"VP *", "Head of *"', "lastword", "nextword")
    text.keeps("when requested demo and title in ICP\n")


def test_enter_begins_a_line_where_lines_begin_and_takes_what_was_chosen(text: TextView) -> None:
    text.go_behind("when requested demo")
    text.page.keyboard.type(" and ")
    expect(text.options.first).to_have_text("nametext, 4 leads")
    text.page.wait_for_timeout(150)
    text.page.keyboard.press("Enter")
    text.page.keyboard.type("ti")
    expect(text.options.first).to_have_text("titletext, 4 leads")
    text.page.wait_for_timeout(150)
    text.page.keyboard.press("Tab")
    text.page.keyboard.type(" is known and ")
    expect(text.options.first).to_have_text("nametext, 4 leads")
    text.page.wait_for_timeout(150)
    text.page.keyboard.press("ArrowDown")
    text.page.keyboard.press("Enter")
    text.page.keyboard.type(" is known")
    text.keeps("when requested demo and \ntitle is known and title is known\nthen +40")


def test_letters_of_two_halves_do_not_shift_what_is_completed(text: TextView) -> None:
    text.go_behind("# People who may sign.")
    text.type(" 😀😀😀")
    text.go_behind("when requested demo")
    text.page.keyboard.type(" and tit")
    text.page.keyboard.press("Control+Space")
    text.accept("titletext, 4 leads")
    text.type(" is known")
    text.keeps("😀😀😀\n")
    text.keeps("when requested demo and title is known\n")
    text.point_at("demo and title")
    expect(text.page.locator("#text .lw-words")).to_contain_text("the lead requested demo")


def test_what_is_hostile_in_the_data_is_only_text(text: TextView) -> None:
    text.go_behind("when requested demo")
    text.page.keyboard.type(" and visited scr")
    text.accept(f'"{HOSTILE}"1 time')
    text.keeps(f'visited "{HOSTILE}"\n')
    text.point_at("alert(1)")
    expect(text.page.locator("#text .lw-words")).to_contain_text(HOSTILE)


def test_the_pointer_is_told_what_it_rests_on(text: TextView) -> None:
    text.point_at("employees >= 100")
    told = text.page.locator("#text .lw-words")
    expect(told).to_contain_text("employees: a field: number, 3 leads")
    expect(told).to_contain_text("employees is at least 100")
    expect(told).to_contain_text("When employees is at least 100, the lead gets 30 points.")


def test_the_cursor_is_told_in_words_what_it_stands_in(text: TextView) -> None:
    text.go_behind("stage MQL when")
    expect(text.in_words).to_have_text("A lead is MQL when its score is at least 30.")
    text.go_behind("# People")
    expect(text.in_words).to_contain_text("Ctrl+Space shows what can be written next")


def test_mistakes_are_marked_in_place_with_what_to_do(text: TextView) -> None:
    text.go_behind("when requested demo")
    text.type(" and titel = 3")
    expect(text.problems).to_have_text("1 problem")
    # Not while the line is being written, but as soon as it is left.
    marked = text.page.locator("#text .cm-lintRange-error")
    expect(marked).to_have_text("titel")
    marked.hover()
    told = text.page.locator("#text .cm-diagnostic-error")
    expect(told).to_contain_text('"titel" is neither a field nor an event')
    expect(told).to_contain_text('Did you mean "title"?')
    expect(text.page.locator("#text .cm-lint-marker-error")).to_be_visible()
    text.problems.click()
    listed = text.page.locator("#text .cm-panel-lint")
    expect(listed).to_contain_text('Did you mean "title"?')
    listed.get_by_role("button", name="close").click()
    expect(listed).to_have_count(0)
    text.editor.state.locator("summary.problems").click()
    expect(listed).to_contain_text('Did you mean "title"?')
    for_everybody(text.page)


def test_what_was_meant_is_put_in_with_one_click_or_key(text: TextView) -> None:
    text.go_behind("when requested demo")
    text.type(" and titel in ICP")
    marked = text.page.locator("#text .cm-lintRange-error")
    marked.hover()
    text.page.get_by_role("button", name="Write title").click()
    text.keeps("when requested demo and title in ICP\n")
    expect(marked).to_have_count(0)
    expect(text.editor.state).to_contain_text("no problems")
    text.go_behind("when requested demo and title in ICP")
    text.page.keyboard.press("Backspace")
    text.keeps("and title in IC\n")
    text.page.keyboard.press("Control+.")
    text.keeps("and title in ICP\n")


def test_what_is_half_written_is_not_called_wrong_yet(text: TextView) -> None:
    text.go_behind("when requested demo")
    text.page.keyboard.type(" and titel >")
    expect(text.editor.state).to_contain_text("error")
    expect(text.page.locator("#text .cm-lintRange-error")).to_have_count(0)
    text.go_behind("# People")
    text.page.keyboard.type(" ")
    expect(text.page.locator("#text .cm-lintRange-error")).not_to_have_count(0)


def test_a_text_is_laid_out_on_demand(text: TextView) -> None:
    text.go_behind("when employees >= 100")
    text.type("   and   title   in ICP")
    text.page.get_by_role("button", name="Format").click()
    text.keeps("when employees >= 100 and title in ICP\n")
    text.page.get_by_role("button", name="Undo").click()
    text.keeps("when employees >= 100   and   title   in ICP\n")


def test_tab_indents_and_escape_before_it_leaves(text: TextView) -> None:
    text.go_behind('rule "Large"\n')
    text.page.keyboard.press("Escape")
    text.page.keyboard.press("Tab")
    expect(text.content).not_to_be_focused()
    assert text.editor.text == RULES
    text.go_behind('rule "Large"\n')
    # A moment later Tab is a key for writing again.
    text.page.wait_for_timeout(2_100)
    text.page.keyboard.press("Tab")
    expect(text.content).to_be_focused()
    text.keeps('rule "Large"\n  when employees')


def test_keys_do_what_the_docs_say(text: TextView) -> None:
    text.go_behind("when employees >= 100")
    text.page.keyboard.press("Control+/")
    text.keeps("# when employees >= 100\n")
    text.page.keyboard.press("Control+/")
    text.keeps(RULES)
    text.go_behind("stage MQL")
    text.page.keyboard.press("Alt+ArrowDown")
    text.keeps("stage SQL when score >= 80 and requested demo\nstage MQL when score >= 30\n")
    text.page.keyboard.press("Alt+ArrowUp")
    text.keeps(RULES)
    text.go_behind("and title")
    text.page.keyboard.press("Backspace")
    text.keeps("and titl in")
    text.go_behind("stage SQL")
    expect(text.page.locator("#text .cm-lintRange-error")).to_have_text("titl")
    text.page.keyboard.press("Control+Shift+M")
    expect(text.page.locator("#text .cm-panel-lint li")).to_contain_text(["titl"])
    text.page.keyboard.press("Escape")
    text.page.keyboard.press("F8")
    assert text.cursor.endswith("and titl")
    text.page.keyboard.press("Control+f")
    text.page.keyboard.type("requested")
    text.page.keyboard.press("Enter")
    expect(text.page.locator("#text .cm-searchMatch-selected")).to_have_text("requested")
    for_everybody(text.page)


@pytest.mark.parametrize("view", ["text", "both"])
def test_it_is_for_everybody(text_of: Open, view: str) -> None:
    text = text_of(view)
    text.go_behind("when requested demo")
    text.page.keyboard.type(" and tit")
    expect(text.options).to_have_count(1)
    for_everybody(text.page)


def test_it_fits_on_320_pixels(text_of: Open) -> None:
    text = text_of()
    text.page.set_viewport_size({"width": 320, "height": 640})
    text.go_behind("when requested demo")
    text.page.keyboard.type(" and visited ")
    text.page.keyboard.press("Control+Space")
    expect(text.options.first).to_be_visible()
    for_everybody(text.page)
    box = text.page.locator("#text .cm-tooltip-autocomplete").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 320


def test_a_viewer_reads_and_changes_nothing(visit: Visit, site: Site) -> None:
    with open_store(site.database) as store:
        add_user(store, "viewer", Role.VIEWER, PASSWORD, Doer("test", "here"))
    page = visit(site, "/rulesets/inbound/edit?view=text")
    page.get_by_label("Name").fill("viewer")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    text = TextView(Editor(page, site, "inbound"))
    text.go_behind("stage MQL when")
    expect(text.in_words).to_have_text("A lead is MQL when its score is at least 30.")
    page.keyboard.type(" visited")
    page.keyboard.press("Control+Space")
    expect(text.content).to_have_attribute("aria-readonly", "true")
    expect(page.get_by_role("button", name="Format")).to_be_hidden()
    assert text.editor.text == RULES
