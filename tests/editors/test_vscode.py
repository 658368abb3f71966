"""The extension for VS Code: what it colours, what it starts, and that it can be packaged."""

from __future__ import annotations

import json
import subprocess
import zipfile
from pathlib import Path
from typing import Any

from leadwright.assist.classify import classified
from leadwright.grammar.messages.diagnostics import Source
from leadwright.grammar.syntax.parse import parse

ROOT = Path(__file__).parents[2]
EXTENSION = ROOT / "editors/vscode"


def node(script: str, *arguments: str) -> Any:
    path = str(Path(__file__).parent / script)
    done = subprocess.run(
        ["node", path, str(EXTENSION), *arguments], capture_output=True, text=True, check=True, timeout=120
    )
    return json.loads(done.stdout)


def test_its_own_engine_reads_nearly_as_the_parser_does() -> None:
    files = sorted((ROOT / "rulesets").glob("*.rules"))
    seen = node("textmate.js", *map(str, files))
    right = every = 0
    for path in files:
        text = path.read_text("utf-8")
        keywords = set(seen[str(path)])
        for one in classified(parse(Source(text))):
            if text[one.span.start].isalpha():
                at = len(text[: one.span.start].encode("utf-16-le")) // 2
                every += 1
                right += (at in keywords) is (one.sort == "keyword")
    assert every > 1_000
    assert right / every >= 0.995


def test_it_starts_the_server_of_the_folder() -> None:
    asked = node("extension.js", ".venv/bin/leadwright", "trusted")
    ((server, client),) = asked["started"]
    assert server == {
        "command": "/project/.venv/bin/leadwright",
        "args": ["lsp", "--db", "l.db"],
        "options": {"cwd": "/project"},
    }
    assert client == {"documentSelector": [{"language": "leadwright"}]}
    assert asked["commands"] == ["leadwright.restart"]
    ((server, _),) = node("extension.js", "leadwright", "trusted")["started"]
    assert server["command"] == "leadwright"


def test_it_starts_nothing_in_a_folder_that_is_not_trusted() -> None:
    assert node("extension.js", "leadwright", "not")["started"] == []


def test_it_says_what_to_do_where_the_server_is_missing() -> None:
    (said,) = node("extension.js", "missing", "trusted")["errors"]
    assert "pip install 'leadwright[lsp]'" in said


def test_it_can_be_packaged() -> None:
    (ROOT / "build").mkdir(exist_ok=True)
    subprocess.run(
        ["npm", "run", "--silent", "package"], cwd=EXTENSION, check=True, capture_output=True, timeout=120
    )
    with zipfile.ZipFile(ROOT / "build/leadwright.vsix") as package:
        names = package.namelist()
    for name in ("extension.js", "syntaxes/leadwright.tmLanguage.json", "language-configuration.json"):
        assert f"extension/{name}" in names
    assert "extension/node_modules/vscode-languageclient/package.json" in names
    assert not [name for name in names if "vsce" in name or "textmate/" in name.lower()]


def test_versions_are_those_of_leadwright() -> None:
    from leadwright import __version__

    written = json.loads((EXTENSION / "package.json").read_text())
    locked = json.loads((EXTENSION / "package-lock.json").read_text())
    assert written["version"] == locked["version"] == __version__
    pinned = {**written["dependencies"], **written["devDependencies"]}
    assert all(version[0].isdigit() for version in pinned.values())
