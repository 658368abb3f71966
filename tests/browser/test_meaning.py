"""Nothing changes what rules mean unless somebody chose it: what cannot be kept is named or asked for, what
another did is not overwritten, what was typed is not lost."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from leadwright.engine.store.database import open_store
from leadwright.tests.browser.conftest import Visit
from leadwright.tests.browser.editor import Editor
from leadwright.tests.browser.site import Site
from leadwright.tests.web.small import RULES
from leadwright.web.drafts import take_text
from playwright.sync_api import expect

Open = Callable[..., Editor]


@pytest.fixture
def opened(visit: Visit, site: Site) -> Open:
    """Opens the rules for four leads, with one text in place of another."""

    def begin(old: str = "", new: str = "") -> Editor:
        if old:
            write(site, RULES.replace(old, new), who="me")
        return Editor(visit(site, "/rulesets/inbound/edit"), site, "inbound")

    return begin


def write(site: Site, text: str, who: str = "Ben") -> None:
    """Somebody changes the draft meanwhile, in another window."""
    with open_store(site.database) as store:
        take_text(store, "inbound", text, who=who, seen=10_000)


# --- names ------------------------------------------------------------------------------------------


def test_a_misspelt_field_is_corrected_and_keeps_its_comparison(opened: Open) -> None:
    editor = opened("employees >= 100\n", "emploees >= 1000\n")
    editor.set(editor.card("Rule Large").get_by_label("what is asked about"), "employees")
    assert "when employees >= 1000\n" in editor.text


def test_a_name_of_another_kind_says_what_cannot_stay_and_changes_nothing_yet(opened: Open) -> None:
    editor = opened()
    large = editor.card("Rule Large")
    editor.set(large.get_by_label("what is asked about"), "title")
    assert editor.text == RULES
    blanks = large.get_by_role("group", name="What is missing")
    expect(blanks).to_contain_text("title is text, so “is at least 100” cannot stay")
    editor.fill(blanks.get_by_label("value"), "CTO")
    assert editor.text == RULES.replace("employees >= 100", 'title = "CTO"')


@pytest.mark.parametrize(
    ("offered", "blanks", "condition"),
    [
        ("the domain of …", {"field": "name", "value": "example.com"}, 'domain(name) = "example.com"'),
        ("days since …", {"since what": "visited", "value": "30"}, "days since visited <= 30"),
        ("how many different …", {"event": "visited", "value": "3"}, "distinct(visited) >= 3"),
    ],
)
def test_what_is_offered_in_a_condition_works_in_it(
    opened: Open, offered: str, blanks: dict[str, str], condition: str
) -> None:
    editor = opened()
    large = editor.card("Rule Large")
    name = large.get_by_label("what is asked about")
    name.fill(offered.removesuffix(" …"))
    with editor.settling():
        editor.suggestions.filter(has_text=offered).first.click()
    assert editor.text == RULES
    asked = large.get_by_role("group", name="What is missing")
    for place, (label, value) in enumerate(blanks.items(), 1):
        control = asked.get_by_label(label, exact=True)
        if place < len(blanks):
            editor.pick(control, value)
        else:
            editor.fill(control, value)
    assert editor.text == RULES.replace("employees >= 100", condition)


# --- two at once ------------------------------------------------------------------------------------


def test_a_change_that_arrives_while_one_types_is_not_overwritten(opened: Open, site: Site) -> None:
    editor = opened()
    value = editor.card("Rule Large").get_by_label("value", exact=True)
    with editor.settling():
        value.select_text()
        editor.page.keyboard.type("25")
        write(site, RULES.replace("employees >= 100", "employees >= 500"))
    # What Ben did has arrived in the page, and shows at the word.
    expect(editor.card("Rule Large").get_by_role("alert")).to_contain_text("changed to 500")
    expect(value).to_have_value("25")
    with editor.settling():
        editor.page.keyboard.type("0")
        editor.page.keyboard.press("Tab")
    assert "employees >= 500" in editor.text
    alert = editor.card("Rule Large").get_by_role("alert")
    expect(alert).to_contain_text("Ben")
    with editor.settling():
        alert.get_by_role("button", name="Change it to 250 all the same").click()
    assert "employees >= 250" in editor.text


def test_who_typed_nothing_new_sees_what_arrived(opened: Open, site: Site) -> None:
    editor = opened()
    value = editor.card("Rule Large").get_by_label("value", exact=True)
    with editor.settling():
        value.press("End")
        editor.page.keyboard.type("0")
        write(site, RULES.replace("employees >= 100", "employees >= 500"))
    editor.page.keyboard.press("Backspace")
    editor.page.keyboard.press("Tab")
    expect(value).to_have_value("500")
    assert "employees >= 500" in editor.text


def test_what_is_typed_into_a_rule_that_is_renamed_goes_into_it(opened: Open, site: Site) -> None:
    editor = opened()
    value = editor.card("Rule Large").get_by_label("value", exact=True)
    with editor.settling():
        value.select_text()
        editor.page.keyboard.type("25")
        other = editor.page.context.new_page()
        there = Editor(other, site, "inbound").open()
        there.fill(there.card("Rule Large").get_by_label("name of the rule"), "Big")
        other.close()
    expect(editor.card("Rule Big").get_by_label("value", exact=True)).to_have_value("25")
    with editor.settling():
        editor.page.keyboard.type("0")
        editor.page.keyboard.press("Tab")
    assert 'rule "Big"\nwhen employees >= 250' in editor.text


def test_what_is_typed_into_a_rule_that_is_deleted_is_kept(opened: Open, site: Site) -> None:
    editor = opened()
    with editor.settling():
        editor.card("Rule Large").get_by_label("value", exact=True).select_text()
        editor.page.keyboard.type("250")
        write(site, RULES.replace('rule "Large"\nwhen employees >= 100\nthen +30\n\n', ""))
    kept = editor.notices.locator("div").filter(has_text="You typed: 250")
    expect(kept).to_be_visible()
    kept.get_by_role("button", name="Put it in").click()
    points = editor.card("Rule Asked for a demo").get_by_label("points")
    points.click()
    expect(points).to_have_value("250")
    with editor.settling():
        points.press("Tab")
    assert "then +250" in editor.text


def test_a_comment_that_is_being_written_outlives_what_others_do(opened: Open, site: Site) -> None:
    editor = opened()
    editor.card("Rule Large").get_by_role("button", name="More for Large", exact=True).click()
    editor.page.get_by_role("menuitem", name="Add a comment").click()
    with editor.settling():
        editor.page.get_by_label("comment", exact=True).fill("For the field team")
        write(site, RULES.replace("employees >= 100", "employees >= 500"))
    with editor.settling():
        editor.page.get_by_label("comment", exact=True).press("Enter")
    assert "# For the field team" in editor.text
    assert "employees >= 500" in editor.text


# --- values -----------------------------------------------------------------------------------------


def test_values_that_a_comparison_drops_are_named_and_come_back(opened: Open) -> None:
    editor = opened("employees >= 100\n", 'title in ("CTO", "CMO", "CEO")\n')
    before = editor.text
    editor.choose(editor.card("Rule Large").get_by_label("comparison"), "is")
    expect(editor.notices).to_contain_text("dropped “CMO” and “CEO”")
    with editor.settling():
        editor.notices.get_by_role("button", name="Undo").click()
    assert editor.text == before


def test_one_of_several_lists_is_asked_for(opened: Open) -> None:
    text = 'list ICP: "VP *", "Head of *"\nlist Interns: "Intern*"\n'
    editor = opened('list ICP: "VP *", "Head of *"\n', text)
    before = editor.text
    pricing = editor.card("Rule Pricing interest")
    editor.choose(pricing.get_by_label("comparison").nth(1), "contains")
    blanks = pricing.get_by_role("group", name="What is missing")
    editor.fill(blanks.get_by_label("value", exact=True), "VP")
    editor.choose(pricing.get_by_label("comparison").nth(1), "is in the list")
    assert 'title contains "VP"' in editor.text
    editor.choose(blanks.get_by_label("list"), "Interns")
    assert editor.text == before.replace("title in ICP", "title in Interns")


@pytest.mark.parametrize(("typed", "stays"), [("1.000", "1.000"), ("2,500", "2,500")])
def test_a_number_that_can_mean_two_is_asked_about(opened: Open, typed: str, stays: str) -> None:
    editor = opened()
    value = editor.card("Rule Large").get_by_label("value", exact=True)
    editor.fill(value, typed)
    assert editor.text == RULES
    expect(editor.card("Rule Large").get_by_role("alert")).to_contain_text(re.compile("can mean .* or "))
    expect(value).to_have_value(stays)


def test_a_score_that_nobody_declared_is_not_shown_as_the_total(opened: Open) -> None:
    editor = opened("then +30", "then +30 fitt")
    score = editor.card("Rule Large").get_by_label("score")
    assert score.evaluate("(one) => one.selectedOptions[0].textContent") == "fitt"
    # Whatever else is changed, what is shown stays what is meant.
    editor.fill(editor.card("Rule Large").get_by_label("value", exact=True), "200")
    assert score.evaluate("(one) => one.selectedOptions[0].textContent") == "fitt"


# --- causes, removals, blanks, errors ---------------------------------------------------------------


def test_who_falls_out_is_listed_under_what_moved_them(opened: Open) -> None:
    editor = opened()
    editor.fill(editor.card("Stage MQL").get_by_label("value", exact=True), "50")
    editor.fill(editor.card("Rule Large").get_by_label("points"), "+35")
    causes = editor.panel.get_by_role("region", name="Why they move")
    stage = causes.locator("details").filter(has_text="Stage MQL")
    expect(stage).to_contain_text("1 down")
    expect(stage.get_by_role("link", name="Ann Lee")).to_be_visible()
    rule = causes.locator("details").filter(has_text="Rule Large")
    expect(rule).not_to_contain_text("down")


def test_who_is_disqualified_is_listed_under_the_disqualification(opened: Open) -> None:
    editor = opened("stage MQL", 'disqualify when title contains "VP" because "No VPs"\n\nstage MQL')
    editor.fill(editor.card("Rule Large").get_by_label("points"), "+35")
    causes = editor.panel.get_by_role("region", name="Why they move")
    expect(causes.locator("details").filter(has_text="No VPs")).to_contain_text("2 down")
    expect(causes.locator("details").filter(has_text="Rule Large")).not_to_contain_text("down")


def test_a_removal_says_so_and_undo_goes_back_there(opened: Open) -> None:
    editor = opened()
    line = editor.card("Rule Pricing interest").locator(".line").filter(has_text="times")
    editor.press(line.get_by_role("button", name=re.compile("^Remove: ")))
    toast = editor.notices
    expect(toast).to_contain_text("removed")
    undo = toast.get_by_role("button", name="Undo")
    expect(undo).to_be_in_viewport(ratio=1)
    editor.page.evaluate("() => scrollTo(0, document.body.scrollHeight)")
    with editor.settling():
        undo.click()
    assert editor.text == RULES
    expect(toast).to_contain_text("Undone:")
    expect(toast).to_contain_text("Pricing interest")
    expect(editor.card("Rule Pricing interest")).to_be_in_viewport()


def test_a_new_condition_is_empty_and_counts_only_once_it_is_complete(opened: Open) -> None:
    editor = opened()
    large = editor.card("Rule Large")
    large.get_by_role("button", name="+ condition", exact=True).click()
    blanks = large.get_by_role("group", name="New condition")
    editor.pick(blanks.get_by_label("What is asked about"), "title")
    expect(blanks.get_by_label("value", exact=True)).to_have_value("")
    assert editor.text == RULES
    editor.fill(blanks.get_by_label("value", exact=True), "CTO")
    assert 'when employees >= 100 and title = "CTO" then +30' in " ".join(editor.text.split())


def test_a_new_rule_asks_for_all_it_needs(opened: Open) -> None:
    editor = opened()
    editor.page.get_by_role("button", name="+ Add rule", exact=True).click()
    dialog = editor.page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Small")
    editor.pick(dialog.get_by_label("What is asked about"), "employees")
    expect(dialog.get_by_label("value", exact=True)).to_be_visible()
    dialog.get_by_label("Points").fill("-5")
    with editor.settling():
        dialog.get_by_role("button", name="Add rule").click()
    expect(dialog.get_by_role("alert")).to_contain_text("fill in every blank")
    assert editor.text == RULES
    dialog.get_by_label("value", exact=True).fill("20")
    dialog.get_by_label("value", exact=True).press("Tab")
    with editor.settling():
        dialog.get_by_role("button", name="Add rule").click()
    assert 'rule "Small"\nwhen employees >= 20\nthen -5\n' in editor.text


def test_one_error_leaves_all_else_counted_and_tried(opened: Open) -> None:
    editor = opened("employees >= 100\n", "emploees >= 100\n")
    expect(editor.card("Rule Pricing interest")).to_contain_text("1 of 4")
    expect(editor.card("Rule Asked for a demo")).to_contain_text("1 of 4")
    one = editor.panel.get_by_role("region", name="One lead")
    expect(one).to_contain_text("80 points")
    expect(editor.panel).to_contain_text("All 4 leads")
    expect(one).to_contain_text("1 statement has an error and is left out")
    one.get_by_role("button", name="Go to error").click()
    large = editor.line("Rule Large")  # which the button has opened
    expect(large.locator(":scope > .at-rest")).to_have_count(0)
    expect(large).to_be_in_viewport()
    expect(large.locator(":focus")).to_have_count(1)
