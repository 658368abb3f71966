"""What a ruleset reads from files: included rules and lists, never above its folder."""

from pathlib import Path

import pytest
from leadwright.engine.check import Checked, FileProblem, Folder, FrozenFiles, RecordedFiles, check
from leadwright.grammar.messages.diagnostics import Source
from leadwright.grammar.syntax.parse import parse


def checked(text: str, files: dict[str, str]) -> Checked:
    return check(parse(Source(text, Path("main.rules"))), files=FrozenFiles(files))


def messages(text: str, files: dict[str, str]) -> list[str]:
    return [f"{item.source.label}:{item.line} {item.message}" for item in checked(text, files).diagnostics]


def test_an_included_file_stands_in_place() -> None:
    files = {
        "shared/lists.rules": 'list ICP: "CTO"\ninclude "more.rules"',
        "shared/more.rules": "when visited then +1",
    }
    outcome = checked('include "shared/lists.rules"\nwhen title in ICP then +2', files)
    assert outcome.plan is not None
    assert [rule.identity for rule in outcome.plan.rules] == [
        "when visited then +1",
        "when title in ICP then +2",
    ]
    assert [source.label for source in outcome.plan.sources] == [
        "main.rules",
        "shared/lists.rules",
        "shared/more.rules",
    ]


def test_errors_in_an_included_file_are_told_there() -> None:
    files = {"a.rules": "when visited then +1\nwhen title in NONE then +1"}
    assert messages('include "a.rules"', files) == ['a.rules:2 there is no list "NONE"']


@pytest.mark.parametrize(
    ("text", "files", "message"),
    [
        (
            'include "a.rules"\ninclude "a.rules"',
            {"a.rules": ""},
            'main.rules:2 "a.rules" is already included',
        ),
        ('include "a.rules"', {"a.rules": 'include "a.rules"'}, 'a.rules:1 "a.rules" is already included'),
        ('include "../a.rules"', {}, 'main.rules:1 "../a.rules" is outside the ruleset\'s folder'),
        ('include "/etc/passwd"', {}, 'main.rules:1 "/etc/passwd" is not a path below the ruleset\'s folder'),
        ('include "C:/a.rules"', {}, 'main.rules:1 "C:/a.rules" is not a path below the ruleset\'s folder'),
        (
            'include "a.rules"',
            {"a.rules": 'ruleset "A"'},
            "a.rules:1 the ruleset's title stands once, before everything else",
        ),
        ('list L from "l.csv"', {"l.csv": "a\nb"}, "main.rules:1 a CSV file has columns"),
        ('list L from "l.csv" column c', {"l.csv": "a,b\n1,2"}, 'main.rules:1 "l.csv" has no column "c"'),
        ('list L from "l.txt"', {"l.txt": "\n"}, 'main.rules:1 "l.txt" holds no entries'),
        ('list L from "l.txt"', {}, 'main.rules:1 "l.txt" is not among the ruleset\'s files'),
    ],
)
def test_a_file_that_cannot_be_used_is_told(text: str, files: dict[str, str], message: str) -> None:
    assert messages(text, files) == [message]


def test_lists_come_from_lines_or_from_a_column() -> None:
    files = {"l.txt": "CTO\n\n VP * \n", "l.csv": 'name;domain\nRival;rival.example\n"A;B";\n'}
    outcome = checked(
        'list A from "l.txt"\nlist B from "l.csv" column domain\nwhen title in A and d in B then +1', files
    )
    assert outcome.plan is not None
    assert [entries.entries for entries in outcome.plan.lists] == [("CTO", "VP *"), ("rival.example",)]


def test_the_content_of_a_list_is_part_of_the_meaning() -> None:
    text = 'list A from "l.txt"\nwhen title in A then +1'
    one, other = checked(text, {"l.txt": "CTO"}).plan, checked(text, {"l.txt": "CEO"}).plan
    assert one is not None
    assert other is not None
    assert one.digest != other.digest


def test_a_folder_gives_nothing_from_outside_not_even_through_a_link(tmp_path: Path) -> None:
    inside = tmp_path / "rules"
    inside.mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    (inside / "link.txt").symlink_to(tmp_path / "secret.txt")
    (inside / "latin.txt").write_bytes(b"M\xfcller")
    (inside / "bom.txt").write_bytes(b"\xef\xbb\xbfCTO")
    folder = Folder(inside)
    assert folder.read("bom.txt") == "CTO"
    for name in ("link.txt", "../secret.txt", "missing.txt", "latin.txt", "."):
        with pytest.raises(FileProblem):
            folder.read(name)


def test_recorded_files_can_be_frozen() -> None:
    recorded = RecordedFiles(FrozenFiles({"a": "1", "b": "2"}))
    recorded.read("a")
    assert recorded.texts == {"a": "1"}
