"""Databases that the page is measured on: made-up leads, and rulesets of several sizes that scored them."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterable
from pathlib import Path

from leadwright.engine.cli.program import run
from leadwright.tests.benchmarks.as_text import rules_text
from leadwright.tests.benchmarks.people import NOW
from leadwright.tests.benchmarks.stored_people import build
from leadwright.tests.benchmarks.workloads import many


def world(folder: Path, leads: int, sizes: Iterable[int]) -> Path:
    """A database of so many leads in a folder, with a ruleset of each size, published and scored."""
    path = folder / f"{leads}.db"
    build(path, leads)
    for size in sizes:
        rules = folder / f"{name_of(size)}.rules"
        rules.write_text(rules_text(many(size)), encoding="utf-8")
        command = ["score", str(rules), "--at", f"{NOW:%Y-%m-%dT%H:%MZ}", "--db", str(path)]
        with contextlib.redirect_stdout(io.StringIO()) as said:
            if run(command) != 0:
                raise RuntimeError(said.getvalue())
    return path


def name_of(size: int) -> str:
    """The name under which a ruleset of a size is published."""
    return f"rules-{size}"
