"""The hooks for pre-commit, each run as pre-commit runs it."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]

WRITTEN = (Path(__file__).parents[3] / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
HOOKS = {
    part.partition("\n")[0]: dict(line.strip().split(": ", 1) for line in part.splitlines()[1:])
    for part in WRITTEN.split("- id: ")[1:]
}
OF_FOLDERS = ["leadwright-check", "leadwright-test"]


@pytest.fixture
def rules(folder: Path) -> Path:
    (folder / "countries.txt").write_text("DE\nAT\n")
    (folder / "shared.rules").write_text('field country: text\nlist eu from "countries.txt"\n')
    (folder / "inbound.rules").write_text(
        'include "shared.rules"\n\nrule "Near"\nwhen country in eu\nthen +10\n\n'
        'test "near" given country = "AT" expect score = 10\n'
    )
    return folder


def call(leadwright: Run, hook: str, *names: str) -> int:
    program, *arguments = shlex.split(HOOKS[hook]["entry"])
    assert program == "leadwright"
    return int(leadwright(*arguments, *names).code)


def test_all_are_content_with_rules_that_are_right(leadwright: Run, rules: Path) -> None:
    assert sorted(HOOKS) == ["leadwright-check", "leadwright-fmt", "leadwright-test"]
    assert {call(leadwright, hook) for hook in OF_FOLDERS} == {0}
    assert call(leadwright, "leadwright-fmt", "shared.rules", "inbound.rules") == 0


@pytest.mark.parametrize("hook", OF_FOLDERS)
@pytest.mark.parametrize("gone", ["countries.txt", "shared.rules"])
def test_what_is_included_and_goes_is_noticed(leadwright: Run, rules: Path, hook: str, gone: str) -> None:
    # A commit that only deletes files starts no hook that waits for files, or is given their names.
    assert (HOOKS[hook]["always_run"], HOOKS[hook]["pass_filenames"]) == ("true", "false")
    assert "files" not in HOOKS[hook]
    (rules / gone).unlink()
    assert call(leadwright, hook) != 0


def test_a_list_that_changes_is_noticed(leadwright: Run, rules: Path) -> None:
    (rules / "countries.txt").write_text("DE\n")
    assert call(leadwright, "leadwright-test") == 1
