"""A database of made-up leads, made once."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from leadwright.engine.cli.failures import Failure
from leadwright.engine.cli.program import program
from leadwright.tests.engine.outcomes.made_up import RULES, files

Run = Callable[..., str]


def called(*words: str | Path, code: int = 0) -> str:
    """What a command prints, which must end with this exit code."""
    result = CliRunner().invoke(program, [str(word) for word in words])
    failure = result.exception
    ended = failure.code if isinstance(failure, Failure) else result.exit_code
    assert ended == code, result.output + repr(failure)
    return result.output if code == 0 else f"{result.output}error: {failure}"


@pytest.fixture(scope="session")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database."""
    folder = tmp_path_factory.mktemp("made up")
    people, events = files()
    (folder / "leads.csv").write_text(people, encoding="utf-8")
    (folder / "events.csv").write_text(events, encoding="utf-8")
    db = folder / "leads.db"
    called("import", folder / "leads.csv", "--lead-id", "id", "--db", db)
    happened = ("--at", "at", "--type", "type", "--object", "object")
    called("import", folder / "events.csv", "--lead-id", "id", *happened, "--db", db)
    return db


@pytest.fixture
def folder(made_up: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a copy of the database and the rules."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(made_up, tmp_path / "leads.db")
    (tmp_path / "r.rules").write_text(RULES, encoding="utf-8")
    return tmp_path


@pytest.fixture
def run() -> Run:
    """Runs a command and gives what it printed."""
    return called
