"""The house: grammar <- engine <- web, a pure core, and a start that loads little."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("grammar", "engine", "assist", "lsp", "web", "rulesets")
MAY_USE = {
    "grammar": {"grammar"},
    "rulesets": {"rulesets"},
    "engine": {"grammar", "rulesets", "engine"},
    "assist": {"grammar", "engine", "assist"},
    "lsp": {"grammar", "engine", "assist", "lsp"},
    "web": {"grammar", "engine", "assist", "rulesets", "web"},
}
OF_THE_PAGE = {
    ROOT / "engine/cli" / name
    for name in (
        *("commands/serve.py", "commands/user.py", "commands/lsp.py", "commands/mcp.py"),
        "single_sign_on.py",
    )
}
"""The commands that start the page or a server, and keep users and tokens: the only look upward."""

TOUCHES_THE_WORLD = tuple(
    f"engine/{room}" for room in ("store", "importing", "live", "outbox", "cli", "bulk", "prove")
)
"""Rooms of the engine that may read a clock, a database or the network."""


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


@cache
def _import_statements(path: Path) -> tuple[ast.Import | ast.ImportFrom, ...]:
    tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return tuple(node for node in tree if isinstance(node, ast.Import | ast.ImportFrom))


def imports(path: Path) -> Iterator[str]:
    """Every module a file imports, by its whole name, the package's own from `leadwright.`."""
    here = ["leadwright", *path.relative_to(ROOT).with_suffix("").parts]
    for node in _import_statements(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        else:
            up = here[: len(here) - node.level] if node.level else []
            yield ".".join([*up, *(node.module or "").split(".")]).strip(".")


@pytest.mark.parametrize("package", PACKAGES)
def test_each_package_uses_those_below_it(package: str) -> None:
    for path in modules(package):
        for name in imports(path):
            if name.startswith("leadwright.") and path not in OF_THE_PAGE:
                assert name.split(".")[1] in MAY_USE[package], f"{path.relative_to(ROOT)} imports {name}"


def test_no_module_comes_to_import_itself() -> None:
    """Imports within functions and those for types alone are counted too."""
    files = {_name(path): path for package in PACKAGES for path in modules(package)}
    uses = {name: _imported(name, path, files) for name, path in files.items()}
    waiting = dict(uses)
    while free := [name for name, used in waiting.items() if not used & waiting.keys()]:
        for name in free:
            del waiting[name]
    # What only leads into a circle is no part of it.
    while ends := [name for name in waiting if not any(name in used for used in waiting.values())]:
        for name in ends:
            del waiting[name]
    assert not {name: sorted(used & waiting.keys()) for name, used in waiting.items()}


def _name(path: Path) -> str:
    parts = ("leadwright", *path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imported(name: str, path: Path, files: dict[str, Path]) -> set[str]:
    """The modules that a file imports, and the packages that are set up on the way to them."""
    package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    found = set()
    for node in _import_statements(path):
        if isinstance(node, ast.ImportFrom):
            up = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*up, *(node.module or "").split(".")]).strip(".")
            inside = {f"{module}.{alias.name}" for alias in node.names}
            found |= inside if inside <= files.keys() else {module, *inside}
        else:
            found |= {alias.name for alias in node.names}
    within = {".".join(package[:length]) for length in range(1, len(package) + 1)}
    for module in found & files.keys():
        parts = module.split(".")
        found |= {".".join(parts[:length]) for length in range(1, len(parts))} - within
    return found & files.keys() - {name}


def test_only_the_page_knows_flask() -> None:
    for package in ("grammar", "engine", "assist", "lsp", "rulesets"):
        for path in modules(package):
            if path not in OF_THE_PAGE:
                assert not {name.split(".")[0] for name in imports(path)} & {
                    "flask",
                    "werkzeug",
                    "waitress",
                }, path


def test_only_the_grammar_knows_lark() -> None:
    for package in ("engine", "assist", "lsp", "web", "rulesets"):
        for path in modules(package):
            assert "lark" not in {name.split(".")[0] for name in imports(path)}, path


def test_the_core_reads_no_clock_and_no_database() -> None:
    for path in [*modules("grammar"), *modules("engine")]:
        if path.relative_to(ROOT).as_posix().startswith(TOUCHES_THE_WORLD):
            continue
        used = {name.split(".")[0] for name in imports(path) if name != "urllib.parse"}
        assert not used & {"sqlite3", "sqlite_utils", "time", "socket", "urllib"}, path
        text = path.read_text(encoding="utf-8")
        assert "datetime.now(" not in text, path
        assert "date.today(" not in text, path


def test_importing_the_package_loads_next_to_nothing() -> None:
    code = "import sys, leadwright; print(*[m for m in sys.modules if m.startswith('leadwright.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_every_public_name_is_there() -> None:
    import leadwright

    for name in leadwright.__all__:
        assert getattr(leadwright, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        getattr(leadwright, "noth" + "ing")


def test_every_room_is_in_the_wheel() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    rooms = {path.parent.relative_to(ROOT) for package in PACKAGES for path in modules(package)}
    wanted = {".".join(("leadwright", *room.parts)) for room in rooms} | {"leadwright"}
    assert set(project["tool"]["setuptools"]["packages"]) == wanted
