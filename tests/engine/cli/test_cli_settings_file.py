"""[tool.leadwright] in pyproject.toml, and names to check against from a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
WARNED = "score fit from 10 to 20\nwhen visited then +10 fit\n"


def settings(folder: Path, text: str) -> None:
    (folder / "pyproject.toml").write_text(text)


def test_settings_stand_for_options_that_were_not_typed(leadwright: Run, folder: Path) -> None:
    (folder / "warned.rules").write_text(WARNED)
    assert leadwright("check", "warned.rules").code == 0
    settings(folder, "[tool.leadwright.check]\nstrict = true\noutput-format = 'concise'\n")
    ended = leadwright("check", "warned.rules")
    assert ended.code == 1
    assert ended.out.startswith("warned.rules:1:")
    assert leadwright("check", "--output-format", "full", "warned.rules").out != ended.out


def test_paths_start_from_the_folder_of_the_file(
    leadwright: Run, folder: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "good.rules").write_text('when title = "CTO" then +1\n')
    (data / "leads.db").rename(folder / "kept.db")
    settings(folder, '[tool.leadwright]\ndb = "kept.db"\n')
    (folder / "below").mkdir()
    monkeypatch.chdir(folder / "below")
    assert "kept.db" in leadwright("check", "../good.rules").out
    assert "kept.db" not in leadwright("check", "--no-db", "../good.rules").out
    assert leadwright("fields").code == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool.leadwright.check]\nstrct = true\n", '[tool.leadwright.check] has no setting "strct"'),
        ("[tool.leadwright]\nstrict = true\n", '[tool.leadwright] has no setting "strict"'),
        ("[tool.leadwright.check]\nstrict = 1\n", "strict is true or false, not 1"),
        ("[tool.leadwright\n", "pyproject.toml cannot be read"),
        ("[tool]\nleadwright = 1 # [tool.leadwright]\n", "leadwright is not a table"),
        ("[tool.leadwright.check]\noutput-format = 'xml'\n", "'xml' is not one of"),
    ],
)
def test_a_wrong_setting_is_named(leadwright: Run, folder: Path, text: str, message: str) -> None:
    (folder / "good.rules").write_text("when visited then +1\n")
    settings(folder, text)
    ended = leadwright("check", "good.rules")
    assert ended.code == 2
    assert message in ended.err


def test_names_are_checked_against_a_file_of_fields(leadwright: Run, folder: Path, data: Path) -> None:
    (folder / "fields.json").write_text(leadwright("fields", "--json").out)
    (data / "leads.db").unlink()
    (folder / "near.rules").write_text('when titel = "CTO" then +1\n')
    (folder / "good.rules").write_text('when title = "CTO" then +1\n')
    assert leadwright("check", "near.rules").code == 0
    ended = leadwright("check", "--fields", "fields.json", "near.rules")
    assert ended.code == 1
    assert 'did you mean "title"?' in ended.out
    assert leadwright("check", "--fields", "fields.json", "good.rules").code == 0


def test_a_file_of_fields_says_the_same_as_its_database(leadwright: Run, folder: Path, data: Path) -> None:
    (folder / "fields.json").write_text(leadwright("fields", "--json").out)
    (folder / "some.rules").write_text('when titel = "CTO" or employees > 9 and visited prcing then +1\n')
    with_db = json.loads(leadwright("check", "--json", "some.rules").out)
    with_file = json.loads(leadwright("check", "--json", "--fields", "fields.json", "some.rules").out)
    assert with_file["diagnostics"] == with_db["diagnostics"] != []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is no JSON"),
        ("[]", 'has no number of "leads"'),
        ('{"leads": 1}', 'has no list of "fields"'),
        ('{"leads": 1, "fields": [{"name": "a", "kind": "colour"}], "events": []}', "colour"),
        (
            '{"leads": 1, "fields": [{"name": "a", "kind": "date", "low": "x"}], "events": []}',
            "cannot be read: x",
        ),
        ('{"leads": 1, "fields": [], "events": [{"type": "a", "properties": 1}]}', "cannot be read"),
    ],
)
def test_what_is_no_file_of_fields_is_refused(leadwright: Run, folder: Path, text: str, reason: str) -> None:
    (folder / "good.rules").write_text("when visited then +1\n")
    (folder / "fields.json").write_text(text)
    ended = leadwright("check", "--fields", "fields.json", "good.rules")
    assert ended.code == 2
    assert reason in ended.err
    assert "leadwright fields --json > fields.json" in ended.err
