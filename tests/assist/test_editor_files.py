"""The configuration for editors that comes along."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_how_to_names_settings_that_there_are() -> None:
    page = (ROOT / "docs/how-to/write-rules-in-your-editor.md").read_text(encoding="utf-8")
    package = json.loads((ROOT / "editors/vscode/package.json").read_text(encoding="utf-8"))
    settings = set(package["contributes"]["configuration"]["properties"])
    assert set(re.findall(r"`(leadwright\.\w+)`", page)) <= settings
    assert "package" in package["scripts"]
    (setup,) = re.findall(r'require\("leadwright"\)\.(\w+)', page)
    written = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "editors/neovim/lua").rglob("*.lua")
    )
    assert re.search(rf"function \w+\.{setup}\(", written)
    assert re.search(r"\bcommand\b", written)


def test_helix_starts_the_server_for_rules() -> None:
    written = tomllib.loads((ROOT / "editors/helix/languages.toml").read_text())
    (language,) = written["language"]
    assert language["file-types"] == ["rules"]
    (server,) = language["language-servers"]
    assert written["language-server"][server] == {"command": "leadwright", "args": ["lsp"]}
