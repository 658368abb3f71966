"""The pages of the docs are run: every ruleset shown is checked, every command and program executed.

A page is a script. Blocks with `file=NAME` are written to the page's folder, `console` blocks run there
(lines behind `$` are commands, the lines after it what they print, `…` standing for anything), `python`
blocks run there in one namespace. A block marked `exit=1` is a command that finds problems; `sh` blocks
are for another machine and are not run.
"""

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from leadwright.engine.cli.program import run
from leadwright.engine.reading import read
from leadwright.grammar.messages.diagnostics import Severity, Source

ROOT = Path(__file__).parents[2]
PAGES = [*ROOT.glob("README.md"), *sorted(ROOT.glob("docs/*.md")), *sorted(ROOT.glob("docs/how-to/*.md"))]
BLOCK = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]+)?(#[^)\s]+)?\)")


@dataclass(frozen=True)
class Block:
    """One fenced block: its language, the words behind it, its text, the line it begins on."""

    language: str
    options: dict[str, str]
    text: str
    line: int


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    return [
        Block(
            match[1],
            dict(word.partition("=")[::2] for word in match[2].split()),
            match[3],
            text.count("\n", 0, match.start()) + 1,
        )
        for match in BLOCK.finditer(text)
    ]


EXAMPLES = [
    pytest.param(block, id=f"{page.stem}-{block.line}")
    for page in PAGES
    for block in blocks(page)
    if block.language == "rules" and "file" not in block.options
]


@pytest.mark.parametrize("block", EXAMPLES)
def test_example_is_clean_or_has_the_error_it_names(block: Block) -> None:
    """Lints are let pass unless one is named: sentences that show one construct are no ruleset of sense."""
    diagnostics = read(Source(block.text)).diagnostics
    if "lint" not in block.options:
        diagnostics = tuple(item for item in diagnostics if item.severity is not Severity.LINT)
    found = [f"{item.code}: {item.message}" for item in diagnostics]
    wanted = [block.options[word] for word in ("error", "lint") if word in block.options]
    assert [item.partition(":")[0] for item in found] == wanted, found


def shell(command: str, folder: Path) -> tuple[int, str]:
    """Run a command as a reader would, and return its exit code and what it printed.

    Where it is nothing but a call of leadwright, it runs in this process, which is much faster.
    """
    environment = {"COLUMNS": "100", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
    if command.startswith("leadwright ") and not set(command) & set("|<>;&"):
        printed = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
        with (
            pytest.MonkeyPatch.context() as patch,
            contextlib.chdir(folder),
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(printed),
        ):
            for name, value in environment.items():
                patch.setenv(name, value)
            code = run(shlex.split(command)[1:])
        return code, printed.buffer.getvalue().decode()
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        command,
        shell=True,
        cwd=folder,
        env=os.environ | environment | {"PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout


def commands(block: Block) -> list[tuple[str, str]]:
    """Each command of a console block, with the output shown for it."""
    parts = re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]
    return [(part.partition("\n")[0], part.partition("\n")[2].strip("\n")) for part in parts]


def pattern(shown: str) -> str:
    """What printed text may be where this is shown: blanks at line ends and `…` are free."""
    lines = "\n".join(line.rstrip() for line in shown.splitlines())
    return ".*".join(map(re.escape, lines.split("…")))


def run_console(block: Block, folder: Path, where: str) -> None:
    for command, shown in commands(block):
        code, printed = shell(command, folder)
        printed = "\n".join(line.rstrip() for line in printed.strip("\n").splitlines())
        assert code == int(block.options.get("exit", 0)), f"{where}: $ {command}\n{printed}"
        if shown:
            assert re.fullmatch(pattern(shown), printed, re.DOTALL), f"{where}: $ {command}\n{printed}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_page_runs_from_top_to_bottom(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {}
    for block in blocks(page):
        if "file" in block.options:
            target = tmp_path / block.options["file"]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.text, encoding="utf-8")
        elif block.language == "console":
            run_console(block, tmp_path, f"{page.name}, line {block.line}")
        elif block.language == "python":
            exec(compile(block.text, f"{page.name}, line {block.line}", "exec"), namespace)


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", BLOCK.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {"#" + re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_somewhere(page: Path) -> None:
    for target, anchor in LINK.findall(BLOCK.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        linked = (page.parent / target).resolve() if target else page
        assert linked.exists(), f"{page.name} links to {target}, which is not there"
        if anchor:
            assert anchor in anchors(linked), f"{page.name} links to {target}{anchor}"
