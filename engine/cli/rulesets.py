"""Rulesets as commands name them: a file, or one that the database keeps."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .failures import FOUND, Failure
from .files import STANDARD_INPUT, read_source

if TYPE_CHECKING:
    from ..catalogue import Catalogue
    from ..check import Files
    from ..plan import Plan
    from ..ruleset import Reading


def runnable(reading: Reading) -> Plan:
    """The plan of a text. Where it has errors, shows them and raises Failure."""
    if reading.plan is not None:
        return reading.plan
    from ...grammar.render import render
    from ..report.paper import counted

    wish = click.get_current_context().find_root().color
    colored = sys.stderr.isatty() if wish is None else wish
    click.echo(render(reading.errors, color=colored), err=True, color=True)
    label = reading.source.label
    raise Failure(
        f"{label} has {counted(len(reading.errors), 'error')}, so it cannot run",
        "mend what is shown above",
        FOUND,
    )


def read_rules(name: str, catalogue: Catalogue | None = None, files: Files | None = None) -> Reading:
    """A file of rules or standard input, read and checked."""
    from ..check import Folder
    from ..ruleset import read

    if files is None:
        files = Folder(Path() if name == STANDARD_INPUT else Path(name).parent)
    return read(read_source(name), catalogue=catalogue, files=files)
