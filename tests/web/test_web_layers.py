"""Who knows whom: grammar <- engine <- web, and users are managed without Flask."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOORS = {
    Path("engine/cli/commands/mcp.py"),
    Path("engine/cli/commands/serve.py"),
    Path("engine/cli/commands/user.py"),
    Path("engine/cli/single_sign_on.py"),
}
"""The commands that open the page; nothing else of the engine knows that there is one."""


def imported(file: Path) -> set[str]:
    """The modules that a file imports, anywhere in it, by their whole names."""
    package = ["leadwright", *file.relative_to(ROOT).parts[:-1]]
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            name = ".".join([*base, *([node.module] if node.module else [])])
            found.update({name, *(f"{name}.{alias.name}" for alias in node.names)})
    return found


def files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def knows(file: Path, *packages: str) -> set[str]:
    return {name for name in imported(file) for package in packages if f"{name}.".startswith(f"{package}.")}


@pytest.mark.parametrize(
    ("folder", "never"),
    [
        ("grammar", ("leadwright.engine", "leadwright.web", "flask", "sqlite3", "click")),
        ("engine", ("leadwright.web", "flask", "werkzeug", "waitress")),
        ("web", ("leadwright.engine.cli", "click")),
        ("web/accounts", ("flask", "werkzeug.wrappers", "waitress")),
        ("web/drafts", ("flask", "werkzeug", "waitress")),
    ],
)
def test_each_layer_knows_only_those_below(folder: str, never: tuple[str, ...]) -> None:
    found = {
        str(file.relative_to(ROOT)): names
        for file in files(folder)
        if file.relative_to(ROOT) not in DOORS and (names := knows(file, *never))
    }
    assert found == {}


def test_users_are_managed_without_loading_flask(made: Path) -> None:
    code = (
        "import sys; from leadwright.engine.cli.program import run; "
        f"run(['user', 'list', '--db', {str(made)!r}]); "
        "sys.exit(bool({'flask', 'waitress', 'lark'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, capture_output=True).returncode == 0
