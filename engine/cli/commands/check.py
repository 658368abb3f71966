"""`leadwright check`: every mistake in files of rules."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ....grammar.frozen import frozen
from ..command import Command, db_option, json_option, note, present, text_style, write, write_json
from ..failures import FOUND, Failure
from ..inputs import (
    STANDARD_INPUT,
    catalogue_beside,
    named,
    open_beside,
    read_catalogue,
    read_source,
    refuse_both,
    replace_text,
    was_typed,
)

if TYPE_CHECKING:
    from ....grammar.messages.diagnostics import Diagnostic, Source
    from ...catalogue import Catalogue
    from ...due.stale_events import StaleEvents
    from ...reading import Reading

OUTPUT_FORMATS = ("full", "concise", "json", "github", "gitlab", "sarif", "junit", "rdjson")
"""As ruff calls them."""

BUDGET = 3.0
"""Seconds that one guarantee may take here."""


@click.command(
    cls=Command,
    examples=[
        "leadwright check inbound.rules",
        "leadwright check rules/                all .rules files in a folder",
        "leadwright check --no-db --strict .    as in CI",
        "leadwright check --fields fields.json .    against names written by: leadwright fields --json",
        "leadwright check --output-format github .",
        "leadwright check --fix inbound.rules",
        "cat inbound.rules | leadwright check -",
    ],
)
@click.argument("files", nargs=-1, metavar="[FILE]...", type=click.Path())
@db_option(must=False)
@click.option("--no-db", is_flag=True, help="Look at the rules alone, even where a database is there.")
@click.option(
    "--fields",
    metavar="FILE",
    type=click.Path(),
    help="Check names against this file, from `leadwright fields --json`, instead of a database.",
)
@click.option("--fix", "fixing", is_flag=True, help="Fix what can be fixed safely, in the files.")
@click.option("--no-lint", is_flag=True, help="Leave out what merely could be better.")
@click.option("--strict", is_flag=True, help="Warnings and hints, too, end with exit code 1.")
@click.option(
    "--output-format",
    type=click.Choice(OUTPUT_FORMATS),
    help="How to print what was found.  [default: full]",
)
@json_option
def command(
    *,
    files: tuple[str, ...],
    db: str | None,
    no_db: bool,
    fields: str | None,
    fixing: bool,
    no_lint: bool,
    strict: bool,
    output_format: str | None,
    as_json: bool,
) -> int:
    """Find every mistake in rules files.

    Each is shown in its place, with what is wrong and what to do. Where there is a database, the names in
    the rules are held against the fields and events of its leads. Guarantees are looked at briefly; for
    more there is `leadwright prove`.

    With --fix, a mistake is fixed where it is clear what was meant, such as a misspelt word; what is left is
    shown. Files that others include are fixed when they are named themselves.

    Ends with exit code 1 where there are errors.
    """
    from ....grammar.messages.diagnostics import Diagnostic, Severity

    form = _form(output_format, as_json)
    found = _names(db, no_db=no_db, fields=fields)
    catalogue = found[0] if found else None
    if fixing:
        _mend(files, catalogue)
    readings = read_all(files, catalogue, lints=not no_lint)
    if fields is None:
        readings = _counted(readings, db, no_db=no_db)
    # A file that several include is spoken of once.
    promised = _promised(readings)
    said = {
        (item.source.label, item): item
        for reading, more in zip(readings, promised.found, strict=True)
        for item in sorted([*reading.diagnostics, *more], key=Diagnostic.sort_key)
    }
    diagnostics = list(said.values())
    if form == "full":
        _report(readings, diagnostics, found, promised.said)
    else:
        _print(form, readings, diagnostics, found)
        if promised.said:
            note(promised.said)
    failed = any(item.severity is Severity.ERROR for item in diagnostics)
    return FOUND if failed or (strict and diagnostics) else 0


def _counted(readings: list[Reading], db: str | None, *, no_db: bool) -> list[Reading]:
    """The same, with how many leads of the database would go to nobody, where some may."""
    if not any(item.code == "handoff-leaves-some" for reading in readings for item in reading.diagnostics):
        return readings
    from ...store.handoffs.leaving import with_counts
    from ...values import instant_of

    with open_beside(db, ignored=no_db) as store:
        if store is None:
            return readings
        now = instant_of(present())
        return [
            reading
            if reading.plan is None or reading.source.path is None
            else replace(
                reading,
                diagnostics=with_counts(
                    store, reading.source.path.stem, reading.plan, reading.diagnostics, now
                ),
            )
            for reading in readings
        ]


def _mend(files: tuple[str, ...], catalogue: Catalogue | None) -> None:
    """Writes each file as far as it can be fixed, and says so."""
    from ...fixing import mend
    from ...reading import read
    from ...report.text_style import counted

    if STANDARD_INPUT in files:
        raise Failure("standard input cannot be fixed", "name the file instead of -")
    for reading in read_all(files, catalogue, lints=False):
        path = reading.source.path
        mended, count = mend(reading.source, lambda source: read(source, catalogue=catalogue, lints=False))
        if path is not None and count:
            replace_text(path, mended.text)
            note(f"{path}: {counted(count, 'mistake')} fixed")


@frozen
class _Promised:
    """What the guarantees of each text give to say, and a sentence where they were not looked at."""

    found: list[list[Diagnostic]]
    said: str = ""


def _promised(readings: list[Reading]) -> _Promised:
    """Looks, briefly, whether the guarantees of some texts hold."""
    from ... import prove

    plans = [reading.plan for reading in readings]
    none: list[list[Diagnostic]] = [[] for _ in readings]
    if not any(plan is not None and plan.guarantees for plan in plans):
        return _Promised(none)
    if not prove.is_there():
        return _Promised(none, f"Guarantees were not checked: {prove.MISSING} ({prove.INSTALL}).")
    from ...prove.asking import answers
    from ...prove.diagnosed import guarantee_diagnostics

    return _Promised(
        [
            guarantee_diagnostics(plan, answers(plan, seconds=BUDGET)) if plan is not None else []
            for plan in plans
        ]
    )


def _form(asked: str | None, as_json: bool) -> str:
    """The form to print in; `--json` is short for one of them."""
    if as_json and asked not in (None, "json"):
        raise Failure(f"--json and --output-format {asked} cannot be used together", "give one of the two")
    return "json" if as_json else asked or "full"


def _names(db: str | None, *, no_db: bool, fields: str | None) -> tuple[Catalogue, Path] | None:
    """What names are checked against, and where it was read."""
    refuse_both(db, no_db)
    if fields is None:
        return catalogue_beside(db, ignored=no_db)
    if db is not None and was_typed("db"):
        raise Failure("--db and --fields cannot be used together", "give one of the two")
    return read_catalogue(fields), Path(fields)


def _print(
    form: str,
    readings: list[Reading],
    diagnostics: list[Diagnostic],
    found: tuple[Catalogue, Path] | None,
) -> None:
    sources = [reading.source for reading in readings]
    if form == "json":
        from ...report.diagnostics import check_data
        from ...report.scores import stale_data

        stale = next(iter(_stale(readings, found).values()), None)
        data = check_data(sources, diagnostics, found[1] if found else None)
        write_json({**data, "stale_events": stale_data(stale)})
        return
    from ...report.check_formats import FORMATS

    text = FORMATS[form](diagnostics, sources)
    if text:
        write(text)


def _report(
    readings: list[Reading],
    diagnostics: list[Diagnostic],
    found: tuple[Catalogue, Path] | None,
    said: str,
) -> None:
    from ....grammar.messages.diagnostics import render
    from ...report.diagnostics import verdict
    from ...report.scores import stale_text
    from ...report.text_style import counted

    style = text_style()
    if diagnostics:
        write(render(diagnostics, color=style.colored))
    write(verdict(diagnostics, len(readings), style))
    if found:
        catalogue, path = found
        write(style.dim(f"Names were checked against {counted(catalogue.leads, 'lead')} in {path}."))
    if said:
        write(style.warn(said))
    for source, stale in _stale(readings, found).items():
        # It is of the data, so once is enough.
        write(["", *stale_text(stale, str(source.path or "RULES"), style)])
        break


def _stale(readings: list[Reading], found: tuple[Catalogue, Path] | None) -> dict[Source, StaleEvents]:
    """The rulesets that ask what happened in the last time, where all events are older."""
    from ...due.stale_events import stale_events
    from ...values import instant_of

    newest, now = found[0].newest_event if found else None, instant_of(present())
    stale = {
        reading.source: stale_events(reading.plan, newest, now)
        for reading in readings
        if reading.plan is not None
    }
    return {source: one for source, one in stale.items() if one is not None}


def read_all(files: tuple[str, ...], catalogue: Catalogue | None, *, lints: bool) -> list[Reading]:
    """Reads and checks each file, but not on its own what another of them includes."""
    from ...check import Folder
    from ...reading import read

    readings = []
    for name in named(files):
        source = read_source(name)
        beside = Folder(Path()) if name == STANDARD_INPUT else None
        readings.append(read(source, catalogue=catalogue, files=beside, lints=lints))
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
