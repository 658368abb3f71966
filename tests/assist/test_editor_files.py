"""The configuration for editors that comes along."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_helix_starts_the_server_for_rules() -> None:
    written = tomllib.loads((ROOT / "editors/helix/languages.toml").read_text())
    (language,) = written["language"]
    assert language["file-types"] == ["rules"]
    (server,) = language["language-servers"]
    assert written["language-server"][server] == {"command": "leadwright", "args": ["lsp"]}
