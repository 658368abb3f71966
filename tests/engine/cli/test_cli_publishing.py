"""A file of rules and the page: neither undoes in silence what the other published."""

from __future__ import annotations

from pathlib import Path

import pytest
from leadwright.engine.reading import read
from leadwright.engine.store.database import open_store
from leadwright.engine.store.records.audit import Action, entries
from leadwright.engine.store.records.catalogue import catalogue
from leadwright.engine.store.records.rulesets import versions
from leadwright.grammar.messages.diagnostics import Source
from leadwright.tests.engine.cli.conftest import Run
from leadwright.tests.saved_version import save_version

TEXT = 'rule "Large"\nwhen employees >= 100\nthen +30\n\nrule "VP"\nwhen title = "VP Marketing"\nthen +5\n'
ON_THE_PAGE = TEXT.replace("+30", "+35")
OTHER_RULE = TEXT.replace("+5", "+6")


@pytest.fixture
def rules(data: Path, leadwright: Run) -> Path:
    """A file of rules that was scored, and so is version 1; version 2 was published on the page since."""
    path = data / "r.rules"
    path.write_text(TEXT)
    assert leadwright("score", "r.rules").code == 0
    with open_store(data / "leads.db") as store:
        plan = read(Source(ON_THE_PAGE, Path("r.rules")), catalogue=catalogue(store)).plan
        assert plan is not None
        save_version(store, "r", ON_THE_PAGE, plan.digest, names=plan.names, author="zoe")
    return path


def texts(folder: Path) -> list[str]:
    with open_store(folder / "leads.db") as store:
        return [version.text for version in versions(store, "r")]


def test_an_unchanged_file_leaves_what_is_live_and_says_so(data: Path, leadwright: Run, rules: Path) -> None:
    for asked in ("r.rules", str(rules)):
        scored = leadwright("score", asked)
        assert scored.code == 0
        assert "r, version 2" in scored.out
        assert "r.rules is as version 1 was; version 2 is live, published on" in scored.err
        assert "by zoe" in scored.err
        assert "leadwright pull r.rules" in scored.err
    assert texts(data) == [TEXT, ON_THE_PAGE]


def test_an_old_copy_elsewhere_does_not_count_as_new(data: Path, leadwright: Run, rules: Path) -> None:
    (data / "clone").mkdir()
    (data / "clone" / "r.rules").write_text(TEXT)
    assert leadwright("score", "clone/r.rules").code == 0
    assert texts(data) == [TEXT, ON_THE_PAGE]


def test_where_both_changed_nothing_is_published_or_scored(data: Path, leadwright: Run, rules: Path) -> None:
    rules.write_text(OTHER_RULE)
    scored = leadwright("score", "r.rules")
    assert scored.code == 2
    assert "has changed since it was version 1, but version 2 is live" in scored.err
    assert "leadwright pull r.rules" in scored.err
    assert "leadwright score r.rules --publish" in scored.err
    assert texts(data) == [TEXT, ON_THE_PAGE]


def test_merging_brings_both_together_and_the_file_is_published(
    data: Path, leadwright: Run, rules: Path
) -> None:
    rules.write_text(OTHER_RULE)
    merged = leadwright("pull", "r.rules")
    assert (merged.code, merged.out) == (0, "Brought version 2 of r into r.rules.\n")
    both = ON_THE_PAGE.replace("+5", "+6")
    assert rules.read_text() == both
    assert "version 3" in leadwright("score", "r.rules").out
    assert texts(data) == [TEXT, ON_THE_PAGE, both]
    assert leadwright("pull", "r.rules").out == "r.rules has all of version 3 of r already.\n"


def test_merging_keeps_the_files_words_and_shows_the_others(data: Path, leadwright: Run, rules: Path) -> None:
    mine = TEXT.replace("+30", "+40")
    rules.write_text(mine)
    merged = leadwright("pull", "r.rules")
    assert merged.code == 1
    assert rules.read_text() == mine
    assert "+35" in merged.out
    assert "+40" in merged.out
    assert leadwright("score", "r.rules").code == 0
    assert texts(data) == [TEXT, ON_THE_PAGE, mine]


def test_publishing_all_the_same_is_on_record(data: Path, leadwright: Run, rules: Path) -> None:
    assert "version 3" in leadwright("score", "r.rules", "--publish").out
    assert texts(data) == [TEXT, ON_THE_PAGE, TEXT]
    with open_store(data / "leads.db") as store:
        entry, version = entries(store, 1)[0], versions(store, "r")[-1]
        assert (entry.action, entry.subject, entry.address) == (Action.PUBLISH, "r@3", "command line")
        assert (version.author, version.note) == (f"{entry.who} (command line)", "from the file r.rules")


def test_a_file_put_back_to_an_earlier_text_is_a_change(data: Path, leadwright: Run, rules: Path) -> None:
    for text in (OTHER_RULE, TEXT):
        rules.write_text(text)
        leadwright("score", "r.rules", *(["--publish"] if text == OTHER_RULE else []))
    assert texts(data) == [TEXT, ON_THE_PAGE, OTHER_RULE, TEXT]


def test_a_second_approver_is_not_passed_by_with_a_file(data: Path, leadwright: Run) -> None:
    path = data / "r.rules"
    path.write_text(TEXT)
    leadwright("score", "r.rules")
    with open_store(data / "leads.db") as store, store.transaction() as connection:
        connection.execute("UPDATE state SET second_approver = 1")
    path.write_text(OTHER_RULE)
    refused = leadwright("score", "r.rules")
    assert (refused.code, texts(data)) == (2, [TEXT])
    assert "a second person approves" in refused.err
    assert leadwright("score", "r.rules", "--publish").code == 0
    assert texts(data) == [TEXT, OTHER_RULE]


def test_rulesets_that_differ_in_case_only_are_refused(data: Path, leadwright: Run, rules: Path) -> None:
    (data / "R.rules").write_text(TEXT)
    refused = leadwright("score", "R.rules")
    assert refused.code == 2
    assert "there is a ruleset r already, and R differs from it in case only" in refused.err
