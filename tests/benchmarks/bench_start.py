"""How soon the command line answers, above an interpreter that does nothing."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from .as_text import rules_text
from .report import Claim, Report, Table
from .timing import Measured, Work, interleaved
from .workloads import twenty

HEAVY = ("flask", "sqlglot", "duckdb")
COMMAND = Path(sys.executable).with_name("leadwright")


def run(*, quick: bool) -> Report:
    """Times `leadwright --version` and `leadwright check` of the 20 rules in fresh processes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "twenty.rules"
        path.write_text(rules_text(twenty()), encoding="utf-8")
        commands = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "leadwright --version": [sys.executable, str(COMMAND), "--version"],
            "leadwright check, 20 rules": [sys.executable, str(COMMAND), "check", str(path)],
        }
        works = [Work(name, _quietly, [(command,)]) for name, command in commands.items()]
        times = interleaved(works, 5 if quick else 15)
        loaded = {name: _modules(command) for name, command in list(commands.items())[1:]}
    empty = times["python -c pass"]
    version, check = times["leadwright --version"], times["leadwright check, 20 rules"]
    heavy = [name for modules in loaded.values() for name in HEAVY if name in modules]
    return Report(
        "start-up",
        (_table(list(times.values()), empty, {name: len(found) for name, found in loaded.items()}),),
        (
            Claim(
                "leadwright --version, above an empty interpreter", _above(version, empty), 80, False, "ms"
            ),
            Claim("leadwright check of 20 rules, above it", _above(check, empty), 200, False, "ms"),
            Claim(f"of {', '.join(HEAVY)}: imported", len(heavy), 0, False, "modules"),
        ),
        (f"imported all the same: {', '.join(heavy)}",) if heavy else (),
    )


def _above(measured: Measured, empty: Measured) -> float:
    return (measured.median - empty.median) * 1e3


def _table(times: list[Measured], empty: Measured, modules: dict[str, int]) -> Table:
    rows = tuple(
        (
            each.name,
            f"{each.median * 1e3:.1f}",
            f"{each.best * 1e3:.1f}",
            f"{_above(each, empty):.1f}",
            str(modules.get(each.name, "")),
        )
        for each in times
    )
    headings = ("command", "median ms", "best ms", "above empty ms", "modules")
    return Table(f"fresh processes, {len(empty.rounds)} interleaved runs each", headings, rows)


def _quietly(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    if done.returncode:
        raise RuntimeError(
            f"{' '.join(command[1:])} ended with {done.returncode}: {done.stderr or done.stdout}"
        )


def _modules(command: list[str]) -> set[str]:
    """The modules that a command imports beyond those of an empty interpreter, by full name."""
    return _imported(command[1:]) - _imported(["-c", "pass"])


def _imported(arguments: list[str]) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments], capture_output=True, check=False, text=True
    )
    return set(re.findall(r"^import time:\s*\d+ \|\s*\d+ \|\s*(\S+)$", done.stderr, re.MULTILINE))
