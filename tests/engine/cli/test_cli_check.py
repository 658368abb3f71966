"""`leadwright check`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Run = Callable[..., Any]

GOOD = 'when visited pricing >= 2 and title = "CTO" then +20; stage MQL when score >= 20\n'
BAD = (
    "field title: text\nwhen title >= 3 then +20\nwhen visited pricing then 20\nstage MQL when score >= 20\n"
)


def test_a_ruleset_without_mistakes(leadwright: Run, folder: Path) -> None:
    (folder / "good.rules").write_text(GOOD)
    assert leadwright("check", "good.rules", "--no-lint") == (0, "No problems in 1 file.\n", "")


def test_every_mistake_is_shown_in_its_place(leadwright: Run, folder: Path) -> None:
    (folder / "bad.rules").write_text(BAD)
    ended = leadwright("check", "bad.rules")
    assert ended.code == 1
    assert "bad.rules:2:" in ended.out
    assert "bad.rules:3:" in ended.out
    assert ended.out.endswith("2 errors in 1 file.\n")


def test_json_has_code_place_message_and_help(leadwright: Run, folder: Path) -> None:
    (folder / "bad.rules").write_text(BAD)
    ended = leadwright("check", "--json", "bad.rules")
    found = json.loads(ended.out)
    assert ended.code == 1
    assert found["files"] == ["bad.rules"]
    assert found["database"] is None
    assert [item["line"] for item in found["diagnostics"]] == [2, 3]
    for item in found["diagnostics"]:
        assert list(item) == [
            "code",
            "severity",
            "message",
            "help",
            "file",
            "line",
            "column",
            "end_line",
            "end_column",
            "fixes",
        ]
        assert item["file"] == "bad.rules"
        assert item["severity"] == "error"


def test_warnings_end_with_1_only_where_strict(leadwright: Run, folder: Path) -> None:
    (folder / "warned.rules").write_text("score fit from 10 to 20\nwhen visited then +10 fit\n")
    assert leadwright("check", "warned.rules").code == 0
    assert leadwright("check", "--strict", "warned.rules").code == 1


def test_names_are_held_against_the_database_that_is_there(leadwright: Run, data: Path) -> None:
    (data / "typo.rules").write_text('when titel = "CTO" then +20\n')
    ended = leadwright("check", "typo.rules")
    assert ended.code == 1
    assert '"title"' in ended.out
    assert "Names were checked against 4 leads in leads.db." in ended.out
    assert leadwright("check", "--no-db", "--no-lint", "typo.rules").code == 0


def test_standard_input(leadwright: Run) -> None:
    ended = leadwright("check", "-", stdin="when visited pricing then 20")
    assert ended.code == 1
    assert "<text>:1:" in ended.out


def test_a_folder_stands_for_its_rulesets_but_not_for_their_parts(leadwright: Run, folder: Path) -> None:
    (folder / "parts").mkdir()
    (folder / ".hidden").mkdir()
    (folder / "whole.rules").write_text('include "parts/scores.rules"\nwhen visited then +5 fit\n')
    (folder / "parts" / "scores.rules").write_text("score fit from 0 to 20\n")
    (folder / ".hidden" / "other.rules").write_text("nonsense\n")
    found = json.loads(leadwright("check", "--json", ".").out)
    assert found["files"] == ["whole.rules"]
    assert json.loads(leadwright("check", "--json").out) == found


def test_files_that_include_each_other_are_all_looked_at(leadwright: Run, folder: Path) -> None:
    (folder / "a.rules").write_text('include "b.rules"\n')
    (folder / "b.rules").write_text('include "a.rules"\n')
    ended = leadwright("check", "--json")
    assert ended.code == 1
    assert json.loads(ended.out)["files"] == ["a.rules", "b.rules"]


def test_a_folder_without_rulesets(leadwright: Run) -> None:
    ended = leadwright("check")
    assert ended.code == 2
    assert ended.err == (
        "error: there are no rules files in this folder\n"
        "  help: name a file, or start one with: leadwright new\n"
    )


def test_a_file_that_is_not_there(leadwright: Run) -> None:
    assert leadwright("check", "nope.rules") == (
        2,
        "",
        "error: there is no nope.rules\n  help: check the name, and the folder you are in\n",
    )


def test_a_file_that_is_not_utf_8(leadwright: Run, folder: Path) -> None:
    (folder / "old.rules").write_bytes(b"# fine\n# M\xfcller\n")
    ended = leadwright("check", "old.rules")
    assert ended.code == 2
    assert "old.rules is not UTF-8 text (line 2)" in ended.err


def test_a_database_that_is_none(leadwright: Run, folder: Path) -> None:
    (folder / "good.rules").write_text(GOOD)
    (folder / "notes.txt").write_text("not a database, but long enough to look")
    ended = leadwright("check", "good.rules", "--db", "notes.txt")
    assert ended.code == 2
    assert ended.err.startswith("error: the file notes.txt is not a database\n  help: ")


def test_a_database_both_named_and_forbidden(leadwright: Run) -> None:
    assert leadwright("check", "--db", "x.db", "--no-db").code == 2


def test_what_is_clear_is_mended(leadwright: Run, folder: Path) -> None:
    """One fix brings the next mistake to light; what is unclear stays."""
    path = folder / "bad.rules"
    path.write_bytes(
        b'field employees: number\r\nrull "A" when employees > 1,000 then +10\r\n'
        b'rule "B" when employees == 5 than +5\r\nrule "C" when then +5\r\n'
        b'stage MQL when scoore >= 50\r\ntest "T"\r\n  given emploees = 5\r\n  expect stage = MQLL\r\n'
    )
    ended = leadwright("check", "--fix", "bad.rules")
    assert path.read_bytes() == (
        b'field employees: number\r\nrule "A" when employees > 1000 then +10\r\n'
        b'rule "B" when employees = 5 then +5\r\nrule "C" when then +5\r\n'
        b'stage MQL when score >= 50\r\ntest "T"\r\n  given employees = 5\r\n  expect stage = MQL\r\n'
    )
    assert ended.code == 1
    assert "5 mistakes fixed" in ended.err
    assert "1 error in 1 file" in ended.out
    assert "missing-condition" in ended.out


def test_standard_input_is_not_mended(leadwright: Run) -> None:
    ended = leadwright("check", "--fix", "-", stdin="when visited pricing then 20")
    assert ended.code == 2
    assert "name the file" in ended.err
