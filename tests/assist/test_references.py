"""Where names stand, and what renames them over all texts of a ruleset."""

from __future__ import annotations

from pathlib import Path

import pytest
from leadwright.assist.project import OpenRuleset, Project
from leadwright.assist.references import RenameRefused
from leadwright.engine.fixing import fixed
from leadwright.engine.reading import read
from leadwright.grammar.messages.diagnostics import Fix, Source

ROOT = Path(__file__).parents[2]

NAMES = 'field title: text\nevent visited by page\nlist ICP: "CTO", "VP *"\nscore fit from 0\n'
MAIN = """include "parts/names.rules"
define boss: title in ICP
rule "Boss" when boss then +10 fit, tag "boss"
rule "Prices" when visited pricing >= 2 where title = "x" then +5 fit
stage Hot in sales when fit >= 5
stage Hot when fit >= 8
handoff "Hot ones" of Hot in sales to "ana@acme.example"
test "T"
  given title = "CTO", visited pricing 2 times with title = "x"
  expect stage in sales = Hot, rule "Boss" fires, tag "boss", fit = 15, stage = Hot
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts/names.rules").write_text(NAMES)
    (tmp_path / "main.rules").write_text(MAIN)
    return tmp_path.resolve()


def ruleset_of(folder: Path) -> OpenRuleset:
    project = Project()
    project.folders = (folder,)
    (main,) = project.mains(folder / "parts/names.rules")
    assert main == folder / "main.rules"
    return project.read(main, None)


def renamed(folder: Path, before: str, new: str) -> dict[str, str]:
    """The texts after the name at `|` in a piece of the main text has become another."""
    ruleset = ruleset_of(folder)
    main = ruleset.parts[0].source
    place = main.text.index(before.replace("|", "")) + before.index("|")
    use = ruleset.references.at(main, place)
    assert use is not None
    changes: dict[str, list[Fix]] = {}
    for source, fix in ruleset.references.renamed(use, new):
        assert source.path is not None
        changes.setdefault(source.path.name, []).append(fix)
    texts = {part.source.path.name: part.source.text for part in ruleset.parts if part.source.path}
    return {name: fixed(texts[name], fixes) for name, fixes in changes.items()}


def test_a_field_keeps_what_the_data_calls_it(folder: Path) -> None:
    after = renamed(folder, "define boss: |title", "job title")
    assert after["names.rules"] == NAMES.replace("field title", 'field [job title] from "title"')
    assert after["main.rules"] == MAIN.replace("boss: title", "boss: [job title]").replace(
        "given title", "given [job title]"
    ), "properties of events that are called alike are left alone"
    (folder / "parts/names.rules").write_text(after["names.rules"])
    (folder / "main.rules").write_text(after["main.rules"])
    found = ruleset_of(folder).reading
    assert found.plan is not None
    assert {field.column for field in found.plan.fields} == {"title"}


def test_stages_of_one_name_are_told_apart_by_their_track(folder: Path) -> None:
    after = renamed(folder, "stage |Hot in sales", "Warm")["main.rules"]
    assert "stage Warm in sales" in after
    assert "stage Hot when" in after
    assert "of Warm in sales" in after
    assert after.rstrip().endswith(
        'stage in sales = Warm, rule "Boss" fires, tag "boss", fit = 15, stage = Hot'
    )


@pytest.mark.parametrize(
    ("place", "new", "count"),
    [
        ("+10 |fit", "match", 5),
        ("in |ICP", "buyers", 1),
        ('rule "|Boss" when', "The boss", 2),
        ('tag "|boss"', "chief", 2),
        ("|visited pricing >=", "looked at", 2),
    ],
)
def test_a_renamed_ruleset_means_the_same(folder: Path, place: str, new: str, count: int) -> None:
    before = ruleset_of(folder).reading
    assert not before.diagnostics
    after = renamed(folder, place, new)
    assert after["main.rules"].count(new) == count
    for name, text in after.items():
        next(folder.rglob(name)).write_text(text)
    assert not ruleset_of(folder).reading.diagnostics


@pytest.mark.parametrize(
    ("place", "new", "said"),
    [
        ("define |boss", "title", "already stands for"),
        ("define |boss", " ", "cannot be a name"),
        ("define |boss", "a]b", "cannot be a name"),
        ("where |title", "x", "what the data calls it"),
    ],
)
def test_what_cannot_be_renamed_is_refused(folder: Path, place: str, new: str, said: str) -> None:
    with pytest.raises(RenameRefused, match=said):
        renamed(folder, place, new)


def test_every_name_of_the_rulesets_that_come_along_is_found_where_it_stands() -> None:
    """Renaming any one of them leaves a ruleset that is as correct as before."""
    for path in sorted((ROOT / "rulesets").glob("*.rules")):
        project = Project()
        ruleset = project.read(path.resolve(), None)
        text = ruleset.parts[0].source.text
        for use in ruleset.references.uses:
            written = text[use.span.start : use.span.end]
            assert use.name in (written, written[1:-1].strip().replace('""', '"')), (path.name, written)
        declared = [use for use in ruleset.references.uses if use.node is not None][::15]
        for use in declared:
            changes = [fix for _, fix in ruleset.references.renamed(use, "Another name")]
            source = Source(fixed(text, changes), path)
            after = read(source, lints=False)
            assert [item.message for item in after.errors] == [], (path.name, use.name)


def test_a_file_that_nobody_includes_is_a_ruleset_of_its_own(folder: Path) -> None:
    (folder / "main.rules").write_text('rule "A" when visited pricing then +1\n')
    project = Project()
    project.folders = (folder,)
    part = folder / "parts/names.rules"
    assert project.mains(part) == [part]
    project.texts[folder / "main.rules"] = 'include "parts/names.rules"\n'
    assert project.mains(part) == [folder / "main.rules"], "an open text comes before its file"
