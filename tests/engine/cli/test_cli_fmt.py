"""`leadwright fmt`."""

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

Run = Callable[..., Any]

UGLY = "WHEN visited pricing>=2 THEN +20 # why\n"
NICE = "when visited pricing >= 2 then +20  # why\n"
BROKEN = "when visited pricing >= then +20\n"


def test_files_are_laid_out_in_place_and_keep_their_permissions(leadwright: Run, folder: Path) -> None:
    path = folder / "a.rules"
    path.write_text(UGLY)
    path.chmod(0o640)
    ended = leadwright("fmt", "a.rules")
    assert ended == (0, "formatted a.rules\n1 file formatted, 0 already laid out.\n", "")
    assert path.read_text() == NICE
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert os.listdir(folder) == ["a.rules"]
    assert leadwright("fmt", "a.rules").out == "1 file already laid out.\n"


def test_a_link_stays_a_link(leadwright: Run, folder: Path) -> None:
    (folder / "real.rules").write_text(UGLY)
    (folder / "link.rules").symlink_to("real.rules")
    assert leadwright("fmt", "link.rules").code == 0
    assert (folder / "link.rules").is_symlink()
    assert (folder / "real.rules").read_text() == NICE


def test_check_changes_nothing(leadwright: Run, folder: Path) -> None:
    (folder / "a.rules").write_text(UGLY)
    ended = leadwright("fmt", "--check", "a.rules")
    assert ended.code == 1
    assert "would change a.rules" in ended.out
    assert (folder / "a.rules").read_text() == UGLY
    (folder / "a.rules").write_text(NICE)
    assert leadwright("fmt", "--check", "a.rules").code == 0


def test_diff_shows_what_would_change(leadwright: Run, folder: Path) -> None:
    (folder / "a.rules").write_text(UGLY)
    ended = leadwright("fmt", "--diff", "a.rules")
    assert ended.code == 1
    assert ended.out == f"--- a.rules\n+++ a.rules (formatted)\n@@ -1 +1 @@\n-{UGLY}+{NICE}"
    assert (folder / "a.rules").read_text() == UGLY


def test_standard_input_goes_to_standard_output(leadwright: Run) -> None:
    assert leadwright("fmt", "-", stdin=UGLY) == (0, NICE, "")
    assert leadwright("fmt", "-", stdin='when title = "Zoë" then +1').out == 'when title = "Zoë" then +1\n'


def test_what_cannot_be_read_stays_as_it_is(leadwright: Run, folder: Path) -> None:
    (folder / "a.rules").write_text(UGLY + BROKEN)
    ended = leadwright("fmt", "a.rules")
    assert ended.code == 1
    assert (folder / "a.rules").read_text() == NICE + BROKEN
    assert ended.err == (
        "a.rules:2: left as it is written\na.rules has mistakes: leadwright check shows them\n"
    )


def test_a_folder_that_may_not_be_written_to(leadwright: Run, folder: Path) -> None:
    ended = leadwright("fmt", "nowhere/a.rules")
    assert (ended.code, ended.err.splitlines()[0]) == (2, "error: there is no nowhere/a.rules")
