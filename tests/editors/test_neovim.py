"""A real Neovim with the configuration that comes along."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
MAIN = 'include "names.rules"\nrule "🙂" when title in ICP than +10\nstage MQL when score >= 10\n'


def test_a_ruleset_is_mended_renamed_and_laid_out(tmp_path: Path) -> None:
    (tmp_path / "main.rules").write_text(MAIN, encoding="utf-8")
    (tmp_path / "names.rules").write_text('field title: text\nlist ICP: "CTO"\n')
    (tmp_path / "pyproject.toml").write_text("")
    command = ", ".join(f'"{word}"' for word in (sys.executable, "-m", "leadwright", "lsp", "--no-db"))
    subprocess.run(
        [
            "nvim", "--headless", "-u", "NONE",
            "--cmd", f"set runtimepath^={ROOT / 'editors/neovim'}",
            "--cmd", "filetype plugin on",
            "-c", f'lua require("leadwright").setup({{ command = {{ {command} }} }})',
            "-c", f"luafile {ROOT / 'tests/editors/neovim_session.lua'}",
            "-c", "cquit",
        ],
        cwd=tmp_path,
        env={"HOME": str(tmp_path), "PATH": os.environ["PATH"], "XDG_STATE_HOME": str(tmp_path / "state")},
        check=True,
        timeout=120,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    seen = json.loads((tmp_path / "seen.json").read_text())
    assert seen["filetype"] == "leadwright"
    assert [said.split()[0] for said in seen["mistakes"]] == ["misspelt-word"]
    assert seen["fix"] == "Write then"
    assert seen["mended"] == []
    assert "title is one of ICP" in seen["hover"]
    assert (tmp_path / "main.rules").read_text() == (
        'include "names.rules"\nrule "🙂"\nwhen [job title] in ICP\nthen +10\nstage MQL when score >= 10\n'
    )
    assert (tmp_path / "names.rules").read_text() == (
        'field [job title] from "title": text\nlist ICP: "CTO"\n'
    )
