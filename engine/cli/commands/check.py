"""`leadwright check`: every mistake in files of rules."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..command import Command, db_option, json_option, paper, write, write_json
from ..failures import FOUND
from ..inputs import STANDARD_INPUT, catalogue_beside, named, read_source, refuse_both

if TYPE_CHECKING:
    from ....grammar.messages.diagnostics import Diagnostic
    from ...catalogue import Catalogue
    from ...reading import Reading


@click.command(
    cls=Command,
    examples=[
        "leadwright check inbound.rules",
        "leadwright check rules/                all .rules files in a folder",
        "leadwright check --no-db --strict .    as in CI",
        "cat inbound.rules | leadwright check -",
    ],
)
@click.argument("files", nargs=-1, metavar="[FILE]...", type=click.Path())
@db_option(must=False)
@click.option("--no-db", is_flag=True, help="Look at the rules alone, even where a database is there.")
@click.option("--no-lint", is_flag=True, help="Leave out what merely could be better.")
@click.option("--strict", is_flag=True, help="Warnings and hints, too, end with exit code 1.")
@json_option
def command(
    *, files: tuple[str, ...], db: str | None, no_db: bool, no_lint: bool, strict: bool, as_json: bool
) -> int:
    """Find every mistake in files of rules.

    Each is shown in its place, with what is wrong and what to do. Where there is a database, the names in
    the rules are held against the fields and events of its leads.

    Ends with exit code 1 where there are errors.
    """
    from ....grammar.messages.diagnostics import Severity

    refuse_both(db, no_db)
    found = catalogue_beside(db, ignored=no_db)
    readings = read_all(files, found[0] if found else None)
    # A file that several include is spoken of once.
    said = {(item.source.label, item): item for reading in readings for item in reading.diagnostics}
    diagnostics = list(said.values())
    if no_lint:
        diagnostics = [item for item in diagnostics if item.severity is not Severity.LINT]
    if as_json:
        from ...report.diagnostics import check_data

        sources = [reading.source for reading in readings]
        write_json(check_data(sources, diagnostics, found[1] if found else None))
    else:
        _report(readings, diagnostics, found)
    failed = any(item.severity is Severity.ERROR for item in diagnostics)
    return FOUND if failed or (strict and diagnostics) else 0


def _report(
    readings: list[Reading], diagnostics: list[Diagnostic], found: tuple[Catalogue, Path] | None
) -> None:
    from ....grammar.messages.render import render
    from ...report.diagnostics import verdict
    from ...report.text_style import counted

    sheet = paper()
    if diagnostics:
        write(render(diagnostics, color=sheet.colored))
    write(verdict(diagnostics, len(readings), sheet))
    if found:
        catalogue, path = found
        write(sheet.dim(f"Names were held against {counted(catalogue.leads, 'lead')} in {path}."))


def read_all(files: tuple[str, ...], catalogue: Catalogue | None) -> list[Reading]:
    """Reads and checks each file, but not on its own what another of them includes."""
    from ...check import Folder
    from ...reading import read

    readings = []
    for name in named(files):
        source = read_source(name)
        beside = Folder(Path()) if name == STANDARD_INPUT else None
        readings.append(read(source, catalogue=catalogue, files=beside))
    parts = _parts({_place(reading): _included(reading) for reading in readings})
    return [reading for reading in readings if _place(reading) not in parts]


def _parts(included: dict[Path | None, list[Path]]) -> set[Path | None]:
    """The files that are read as parts of one which itself is no part; files in a circle are not."""
    direct = {path for paths in included.values() for path in paths}
    waiting = [path for whole, paths in included.items() if whole not in direct for path in paths]
    found: set[Path | None] = set()
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += included.get(path, [])
    return found


def _place(reading: Reading) -> Path | None:
    return None if reading.source.path is None else reading.source.path.resolve()


def _included(reading: Reading) -> list[Path]:
    from ....grammar.syntax.nodes import Include

    place = _place(reading)
    if place is None:
        return []
    return [
        (place.parent / statement.path.value).resolve()
        for statement in reading.tree.statements
        if isinstance(statement, Include)
    ]
