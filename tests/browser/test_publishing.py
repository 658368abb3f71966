"""Publishing: refused where a test fails or the rules cannot be read, and taken back by publishing again."""

from __future__ import annotations

import re

import pytest
from leadwright.engine.store.database import open_store
from leadwright.tests.browser.axe import for_everybody
from leadwright.tests.browser.conftest import Visit
from leadwright.tests.browser.editor import Editor
from leadwright.tests.browser.site import Site
from leadwright.tests.browser.text_view import TextView
from leadwright.tests.web.small import RULES
from leadwright.web.drafts import current, take_text
from playwright.sync_api import Route, expect


@pytest.fixture
def editor(visit: Visit, site: Site) -> Editor:
    """The rules for four leads, opened in the visual view."""
    return Editor(visit(site, "/rulesets/inbound/edit"), site, "inbound")


def test_a_failing_test_keeps_a_version_back_until_it_is_mended(editor: Editor) -> None:
    page, large = editor.page, editor.card("Rule Large")
    editor.fill(large.get_by_label("value"), "250")
    expect(editor.panel.get_by_role("region", name="Tests")).to_contain_text("1 of 1 fails")
    page.get_by_role("link", name="Review and publish").click()
    blocks = page.get_by_role("region", name="Fix before publishing")
    expect(blocks).to_contain_text("a VP who compares prices and asks for a demo")
    expect(blocks).to_contain_text("score = 100")
    expect(page.get_by_role("button", name="Publish version 2")).to_be_disabled()
    for_everybody(page)

    page.get_by_role("link", name="Back to editing").click()
    expect(editor.line("Rule Large")).to_be_visible()
    editor.fill(editor.card("Rule Large").get_by_label("value"), "150")
    expect(editor.panel.get_by_role("region", name="Tests")).to_contain_text("passed")
    page.get_by_role("link", name="Review and publish").click()
    for_everybody(page)
    page.get_by_role("button", name="Publish version 2").click()
    # The note is asked for, and nothing is published without.
    expect(page.get_by_role("heading", name="Review version 2")).to_be_visible()
    page.get_by_label("What changed and why").fill("Larger companies only")
    page.get_by_role("button", name="Publish version 2").click()
    expect(page.locator("main")).to_contain_text("Version 2 live")
    for_everybody(page)

    page.get_by_text("Roll back to version 1").first.click()
    for_everybody(page)
    page.get_by_label("Why, for the history").fill("Too few")
    page.get_by_role("button", name="Roll back to version 1").click()
    expect(page.locator("main")).to_contain_text("Version 3 live")
    assert editor.text == RULES


def test_what_is_being_written_stays_when_scoring_ends(editor: Editor) -> None:
    page = editor.page
    editor.fill(editor.card("Rule Large").get_by_label("value"), "150")
    page.get_by_role("link", name="Review and publish").click()
    page.get_by_label("What changed and why").fill("Larger companies only")
    page.get_by_role("button", name="Publish version 2").click()
    expect(page.locator("main")).to_contain_text("Version 2 live")

    # Four leads are scored too quickly to watch: the answers say that scoring goes on until all is written.
    written: list[bool] = []
    head = '<div class="watch" data-watch="/state" data-then="/rulesets/inbound/history">'
    scoring = (
        f'<main id="content">{head}<p data-what>Scoring all leads</p><progress max="100"></progress></div>'
    )
    script = '<script type="module" src="/static/page/watch.js"></script></body>'

    def with_scoring(route: Route) -> None:
        answer = route.fetch()
        text = answer.text()
        if not written:
            text = re.sub('<main id="content"[^>]*>', scoring, text).replace("</body>", script)
        route.fulfill(response=answer, body=text)

    page.route("**/rulesets/inbound/history", with_scoring)
    page.route(
        "**/state", lambda route: route.fulfill(json={"done": bool(written), "what": "x", "share": 0.5})
    )
    page.goto("/rulesets/inbound/history")
    expect(page.locator("[data-what]")).to_contain_text("50%")
    page.get_by_text("Roll back to version 1").first.click()
    why = page.get_by_label("Why, for the history")
    why.fill("Too few")
    written.append(True)
    expect(page.locator("[data-what]")).to_have_count(0)
    expect(why).to_have_value("Too few")
    expect(why).to_be_focused()


def test_rules_that_cannot_be_read_are_kept_and_not_published(editor: Editor) -> None:
    page = editor.page
    editor.open("both")
    text = TextView(editor)
    text.go_behind("employees >= 100")
    for _ in "100":
        page.keyboard.press("Backspace")
    text.keeps("when employees >= \nthen +30")
    broken = page.locator("article[data-sort=text]")
    expect(broken).to_contain_text("employees")
    expect(broken.locator(".problem").first).to_be_visible()
    expect(editor.panel).to_contain_text("1 statement has an error and is left out")
    expect(editor.state).to_contain_text("1 error")
    for_everybody(page)
    page.get_by_role("link", name="Review and publish").click()
    expect(page.get_by_role("region", name="Fix before publishing")).to_contain_text("line")
    expect(page.get_by_role("button", name="Publish version 2")).to_be_disabled()
    for_everybody(page)

    page.get_by_role("link", name="Back to editing").click()
    mended = page.get_by_label("text of this statement")
    editor.fill(mended, mended.input_value().replace(">= ", ">= 100"))
    assert editor.text == RULES
    expect(editor.card("Rule Large")).to_be_visible()
    expect(editor.state).to_contain_text("no problems")


CONSENT = 'guarantee "No consent, no call" never stage = MQL when opted_in = no or opted_in is unknown'
ASKED = "and opted_in = yes"


def test_an_edit_that_breaks_a_guarantee_is_kept_back_and_its_lead_becomes_a_test(editor: Editor) -> None:
    page = editor.page
    asks = "stage MQL when score >= 30"
    rules = RULES[: RULES.index('\ntest "')].replace(asks, f"{asks} {ASKED}")
    rules = rules.replace(" and requested demo", f" and requested demo {ASKED}") + CONSENT + "\n"
    with open_store(editor.site.database) as store:
        draft = current(store, "inbound")
        assert draft is not None
        take_text(store, "inbound", rules, who="local", seen=draft.revision)
    page.goto("/rulesets/inbound/guarantees")
    page.get_by_role("button", name="Prove").click()
    expect(page.get_by_role("heading", name="The guarantee is proved")).to_be_visible()
    for_everybody(page)

    # The edit: an MQL is asked for its consent no longer.
    editor.open("both")
    text = TextView(editor)
    text.go_behind(f"score >= 30 {ASKED}")
    for _ in f" {ASKED}":
        page.keyboard.press("Backspace")
    text.keeps("stage MQL when score >= 30\n")
    page.goto("/rulesets/inbound/review")
    blocks = page.get_by_role("region", name="Fix before publishing")
    expect(blocks).to_contain_text("No consent, no call")
    expect(page.get_by_role("button", name="Publish version 2")).to_be_disabled()
    for_everybody(page)

    blocks.get_by_role("link", name="See the made-up lead that breaks it").click()
    expect(page.get_by_role("heading", name="1 guarantee of 1 does not hold")).to_be_visible()
    for_everybody(page)
    page.get_by_role("link", name="Open in the dry run").click()
    expect(editor.panel.get_by_label("Stages")).to_contain_text("MQL")
    page.goto("/rulesets/inbound/guarantees")
    page.get_by_role("button", name="Save as test").click()
    expect(editor.panel.get_by_role("region", name="Tests")).to_contain_text("1 of 1 fails")

    # Fixed, the test passes, the guarantee is proved, and the version goes live.
    editor.open("both")
    text = TextView(editor)
    text.go_behind("score >= 30")
    page.keyboard.type(f" {ASKED}")
    text.keeps(f"stage MQL when score >= 30 {ASKED}\n")
    expect(editor.panel.get_by_role("region", name="Tests")).to_contain_text("passed")
    page.goto("/rulesets/inbound/review")
    expect(page.get_by_role("region", name="For every possible lead")).to_contain_text("Proved")
    page.get_by_label("What changed and why").fill("Ask for consent")
    page.get_by_role("button", name="Publish version 2").click()
    expect(page.locator("main")).to_contain_text("Version 2 live")
