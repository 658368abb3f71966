"""Tests of rulesets beside other plug-ins of pytest that are merely installed."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path


def test_rulesets_pass_beside_pytest_lsp(tmp_path: Path) -> None:
    assert version("pytest-lsp")
    (tmp_path / "a.rules").write_text(
        'rule "A" when title = "CTO" then +10\n'
        'test "one" given title = "CTO" expect score = 10\ntest "two" given title = "CTO" expect score = 11\n'
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "a.rules"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 failed, 1 passed" in done.stdout
    assert "score is 10" in done.stdout
    assert "did not yield" not in done.stdout
