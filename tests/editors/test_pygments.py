"""Pygments, beside which Leadwright is merely installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_rules_are_coloured(tmp_path: Path) -> None:
    (tmp_path / "a.rules").write_text('rule "A" when number >= 2 then +5\n')
    command = [sys.executable, "-m", "pygments", "-f", "raw", "a.rules"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert lines[0] == "Token.Keyword\t'rule'"
    assert "Token.Name\t'number'" in lines
