"""How soon the command line answers, above an interpreter that does nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from time import perf_counter

from leadwright.tests.benchmarks.as_text import rules_text
from leadwright.tests.benchmarks.report import Claim, Report, Table
from leadwright.tests.benchmarks.workloads import twenty

HEAVY = ("flask", "sqlglot", "duckdb")
EMPTY, VERSION, CHECK = "python -c pass", "leadwright --version", "leadwright check of 20 rules"
COMMAND = Path(sys.executable).with_name("leadwright")


def run(*, quick: bool) -> Report:
    """Times `leadwright --version` and `leadwright check` of the 20 rules in fresh processes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "twenty.rules"
        path.write_text(rules_text(twenty()), encoding="utf-8")
        commands = {
            EMPTY: [sys.executable, "-c", "pass"],
            VERSION: [sys.executable, str(COMMAND), "--version"],
            CHECK: [sys.executable, str(COMMAND), "check", str(path)],
        }
        times = _times(commands, 5 if quick else 15)
        loaded = {name: _modules(commands[name]) for name in (VERSION, CHECK)}
    heavy = sorted({name for modules in loaded.values() for name in HEAVY if name in modules})
    processor = {name: median(run[1] for run in runs) * 1e3 for name, runs in times.items()}
    above = {name: milliseconds - processor[EMPTY] for name, milliseconds in processor.items()}
    rows = tuple(
        (
            name,
            f"{processor[name]:.1f}",
            f"{median(run[0] for run in runs) * 1e3:.1f}",
            f"{min(run[0] for run in runs) * 1e3:.1f}",
            f"{above[name]:.1f}",
            str(len(loaded.get(name, ()))),
        )
        for name, runs in times.items()
    )
    headings = ("command", "processor ms", "wall ms", "best wall ms", "above empty", "modules")
    return Report(
        "start",
        (Table(f"fresh processes, medians of {len(times[EMPTY])} interleaved runs", headings, rows),),
        (
            Claim(f"{VERSION}, above an empty interpreter", above[VERSION], 80, False, "ms"),
            Claim(f"{CHECK}, above it", above[CHECK], 200, False, "ms"),
            Claim(f"of {', '.join(HEAVY)}: imported", len(heavy), 0, False, "modules"),
        ),
        (f"imported all the same: {', '.join(heavy)}",) if heavy else (),
    )


def _times(commands: dict[str, list[str]], rounds: int) -> dict[str, list[tuple[float, float]]]:
    """Seconds on the wall and of the processor of every command, once a round."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for number in range(-1, rounds):
        for name, command in commands.items():
            run = _once(command)
            if number >= 0:
                found[name].append(run)
    return found


def _once(command: list[str]) -> tuple[float, float]:
    before, start = _children(), perf_counter()
    done = subprocess.run(command, capture_output=True, check=False, text=True, env=_environment())
    seconds, spent = perf_counter() - start, _children() - before
    if done.returncode:
        said = done.stderr or done.stdout
        raise RuntimeError(f"{' '.join(command[1:])} ended with {done.returncode}: {said}")
    return seconds, spent


def _environment() -> dict[str, str]:
    """Ours, but compiled modules are kept, as every installation keeps them; the round ahead makes them."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _children() -> float:
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _modules(command: list[str]) -> set[str]:
    """The modules that a command imports beyond those of an empty interpreter, by full name."""
    return _imported(command[1:]) - _imported(["-c", "pass"])


def _imported(arguments: list[str]) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments], capture_output=True, check=False, text=True
    )
    return set(re.findall(r"^import time:\s*\d+ \|\s*\d+ \|\s*(\S+)$", done.stderr, re.MULTILINE))
