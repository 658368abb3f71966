"""On a Python that is too old the command says so, whatever the rest of the code is written in."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from leadwright.engine.cli import OLDEST_PYTHON, main

ROOT = Path(__file__).parents[3]
READ_FIRST = ("__init__.py", "__main__.py", "engine/__init__.py", "engine/cli/__init__.py")


def test_a_python_that_is_too_old_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 13, "final", 0))
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert capsys.readouterr().err == (
        "error: Leadwright needs Python 3.11 or later, and this is Python 3.10.13\n"
        "  help: install it with a newer Python, for example: python3.11 -m pip install leadwright\n"
    )


def test_the_floor_is_the_one_that_the_package_claims() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["requires-python"] == ">=" + ".".join(map(str, OLDEST_PYTHON))


@pytest.mark.parametrize("name", READ_FIRST)
def test_what_is_read_before_that_is_understood_by_older_ones(name: str) -> None:
    ast.parse((ROOT / name).read_text("utf-8"), feature_version=(3, 7))


def test_nothing_else_of_ours_is_read_before_that() -> None:
    code = (
        "import sys; sys.version_info = (3, 10, 13, 'final', 0); sys.argv[1:] = ['check']\n"
        "import atexit; atexit.register(lambda: print(sorted(n for n in sys.modules"
        " if n.startswith('leadwright'))))\n"
        "from leadwright.engine.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (
        2,
        "['leadwright', 'leadwright.engine', 'leadwright.engine.cli']",
    )
