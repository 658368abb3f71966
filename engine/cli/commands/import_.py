"""`leadwright import`: leads and events from a file."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ....grammar.frozen import frozen
from ..command import Command, db_option, is_debugged, json_option, note, text_style, write, write_json
from ..failures import FAULT, FOUND, Failure, explained
from ..inputs import STANDARD_INPUT
from ..progress import ProgressLine

if TYPE_CHECKING:
    from ...importing.mapping import ColumnMapping, Reading
    from ...importing.report import ImportReport


@frozen
class _ImportOptions:
    """What is to be read, and how its columns are to be understood."""

    mapping: ColumnMapping
    reading: Reading
    table: str | None
    query: str | None


@click.command(
    cls=Command,
    examples=[
        "leadwright import leads.csv --lead-id email",
        "leadwright import visits.csv --lead-id email --at time --type-is visited --object page",
        "leadwright import activities.jsonl --lead-id lead --at date --type action",
        "leadwright import export.xlsx --sheet Leads --lead-id Email",
        "leadwright import crm.db --table contacts --lead-id id",
        "leadwright import postgresql://me@host/crm --query 'SELECT * FROM contact' --lead-id id",
        "leadwright import export.csv --mapping crm.toml",
    ],
)
@click.argument("file", metavar="FILE", type=click.Path())
@click.option("--lead-id", metavar="COLUMN", help="The column with the lead's id.")
@click.option("--at", metavar="COLUMN", help="The column with the date of an event: each row is an event.")
@click.option("--type", "type_", metavar="COLUMN", help="The column that says what happened.")
@click.option("--type-is", metavar="TEXT", help="What happened, the same in every row, such as visited.")
@click.option("--object", "object_", metavar="COLUMN", help="The column that says to what: page, file.")
@click.option("--object-is", metavar="TEXT", help="To what, the same in every row.")
@click.option("--key", metavar="COLUMN", help="The column that tells one event of a lead from all others.")
@click.option("--fields", metavar="COLUMNS", help="Columns to keep of leads, with commas; * for all others.")
@click.option("--properties", metavar="COLUMNS", help="Columns to keep of events, likewise.")
@click.option(
    "--rename",
    multiple=True,
    metavar="COLUMN=NAME",
    help="Another name for a column, said by its name or its number.",
)
@click.option(
    "--kind",
    multiple=True,
    metavar="COLUMN=KIND",
    help="What a column holds, such as zip=text. [default: found out]",
)
@click.option("--table", metavar="NAME", help="The table, where FILE is a database.")
@click.option("--query", metavar="SQL", help="A query in place of a table.")
@click.option("--sheet", metavar="NAME", help="The sheet, where FILE is a workbook. [default: the only one]")
@click.option(
    "--header-row",
    type=click.IntRange(min=1),
    metavar="N",
    help="The row with the column names. [default: found out]",
)
@click.option(
    "--merged-ids", metavar="COLUMN", help="The column that lists ids which were merged into the lead's."
)
@click.option("--row-number", is_flag=True, help="Tell leads apart by the numbers of their rows.")
@click.option("--id-prefix", metavar="TEXT", help="What to leave out before ids, such as zcrm_.")
@click.option("--merge-rows", is_flag=True, help="Let many rows be of one lead.")
@click.option(
    "--mapping",
    metavar="FILE.toml",
    type=click.Path(),
    help="All of this, kept in a file. [default: the one beside FILE]",
)
@click.option(
    "--delimiter", metavar="SIGN", help='The separator of columns, such as ";" or tab. [default: found out]'
)
@click.option("--encoding", metavar="NAME", help="The encoding, such as cp1252. [default: found out]")
@click.option("--timezone", metavar="ZONE", help="The time zone of times without an offset. [default: UTC]")
@click.option(
    "--date-format",
    multiple=True,
    metavar="[COLUMN=]FORM",
    help="How dates are written, such as %d/%m/%Y or created=unix-ms. [default: found out]",
)
@click.option(
    "--decimal",
    multiple=True,
    metavar="[COLUMN=]SIGN",
    help="The decimal separator, a point or a comma. [default: found out]",
)
@click.option(
    "--separator",
    multiple=True,
    metavar="COLUMN=SIGN",
    help='The separator between several choices, such as "roles=|". [default: ;]',
)
@click.option("--blank", multiple=True, metavar="WORD", help="A word that means blank, such as null or N/A.")
@click.option("--keep-blank", is_flag=True, help="Let a blank cell leave what is known of a lead.")
@click.option("--known-only", is_flag=True, help="Leave out rows of leads that are not in the database.")
@click.option("--complete", is_flag=True, help="The file has all leads: say which leads and fields it lacks.")
@click.option(
    "--rejects",
    metavar="FILE",
    type=click.Path(),
    help="Where rows go that cannot be read. [default: beside]",
)
@db_option()
@json_option
def command(file: str, db: str, rejects: str | None, as_json: bool, **asked: Any) -> int:
    """Load leads or events from a file, or from a database.

    FILE is CSV, JSON Lines, an array in JSON, a workbook (.xlsx, .xls, .ods) or Parquet, packed with gzip or
    zip or not; a database of SQLite or DuckDB; or the address of one of PostgreSQL.

    With --at each row is an event; without it, a lead. Other columns are kept as fields of leads or
    properties of events, with the kind that all their values have.

    Importing the same file again changes nothing. A row that cannot be read is put aside with its line
    number and the reason, the rest is loaded, and the exit code is 1. A blank cell makes unknown what was
    known of a lead; --keep-blank keeps it.
    """
    with _file(file) as (path, label):
        report = _load(path, label, db, rejects, asked)
    _tell(report, as_json)
    return FOUND if report.rejected else 0


def _tell(report: ImportReport, as_json: bool) -> None:
    """Prints the report. The rows are in: whatever goes wrong here must not look like a failed import."""
    from ...report.imports import import_data, import_text

    def report_of(report: ImportReport) -> dict[str, Any] | list[str]:
        return import_data(report) if as_json else import_text(report, text_style())

    try:
        words = report_of(report)
    except Exception as fault:
        report = replace(report, columns=(), hints=(), fault=fault)
        words = report_of(report)
    if isinstance(words, dict):
        write_json(words)
    else:
        write(words)
    if report.fault is not None:
        _show_fault(report.fault)


def _show_fault(fault: Exception) -> None:
    if is_debugged():
        import traceback

        traceback.print_exception(fault)
    failure = explained(fault) or Failure(f"{FAULT.message} ({type(fault).__name__}: {fault})", FAULT.hint)
    note(f"The rows are in, but not all could be said of them: {failure.message}")
    if failure.hint is not None:
        note(f"  help: {failure.hint}")


def _load(
    path: Path | str, label: str | None, db: str, rejects: str | None, asked: dict[str, Any]
) -> ImportReport:
    from ...importing.run import import_file
    from ...store.database import open_store
    from ...store.records.catalogue import catalogue

    found = _asked(path, asked)
    target = Path(rejects) if rejects else Path("stdin.rejects.csv") if label else None
    with open_store(db, create=True) as store, ProgressLine() as progress:
        report = import_file(
            store,
            path,
            found.mapping,
            found.reading,
            table=found.table,
            query=found.query,
            rejects=target,
            label=label,
            progress=progress,
        )
        try:
            # Kept with the data, so that checks, which only read, need not count it all again.
            catalogue(store)
        except Exception as fault:
            report = replace(report, fault=report.fault or fault)
    return report


@contextmanager
def _file(name: str) -> Iterator[tuple[Path | str, str | None]]:
    """The file or address named; standard input as a file that lasts as long as it is needed, since it is
    read twice."""
    from ...importing.sources import is_address

    if is_address(name):
        yield name, None
        return
    if name != STANDARD_INPUT:
        yield Path(name), None
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "input"
        with path.open("wb") as file:
            while piece := sys.stdin.buffer.read(1 << 20):
                file.write(piece)
        yield path, "standard input"


def _asked(path: Path | str, asked: dict[str, Any]) -> _ImportOptions:
    """The mapping by options, or by a file where no option says which columns are meant."""
    from ...importing.mapping_file import mapping_beside, read_mapping

    columns = [name for name in _COLUMN_OPTIONS if asked[name]]
    mapping_path = Path(asked["mapping"]) if asked["mapping"] else None
    if mapping_path and columns:
        option = "--" + columns[0].rstrip("_").replace("_", "-")
        raise Failure(
            f"{option} and --mapping both say what the columns mean",
            f"leave {option} out, or write it into {mapping_path}",
        )
    if not columns and mapping_path is None and isinstance(path, Path):
        mapping_path = mapping_beside(path)
        if mapping_path is not None:
            note(f"Columns are understood as {mapping_path} says.")
    if mapping_path is None:
        reading = _reading_changed(None, asked)
        mapping = _limited(_mapping(path, reading, asked), asked)
        return _ImportOptions(mapping, reading, asked["table"], asked["query"])
    found = read_mapping(mapping_path)
    mapping = _limited(found.mapping, asked)
    reading = _reading_changed(found.reading, asked)
    return _ImportOptions(mapping, reading, asked["table"] or found.table, asked["query"] or found.query)


def _limited(mapping: ColumnMapping, asked: dict[str, Any]) -> ColumnMapping:
    """The mapping, with what options say of which leads to take."""
    return replace(
        mapping,
        known_only=mapping.known_only or asked["known_only"],
        merge_rows=mapping.merge_rows or asked["merge_rows"],
        complete=mapping.complete or asked["complete"],
    )


_EVENT_OPTIONS = ("type_", "type_is", "object_", "object_is", "key", "properties")
_COLUMN_OPTIONS = (
    "lead_id",
    "row_number",
    "merged_ids",
    "at",
    "fields",
    "rename",
    *_EVENT_OPTIONS,
)


def _mapping(path: Path | str, reading: Reading, asked: dict[str, Any]) -> ColumnMapping:
    from ...importing.mapping import ROW_NUMBER, ColumnMapping, EventColumns

    if asked["lead_id"] and asked["row_number"]:
        raise Failure("--lead-id and --row-number cannot be used together", "give one of the two")
    if not asked["lead_id"] and not asked["row_number"]:
        raise _no_id(path, reading, asked)
    says_event = [
        name for name in ("type_", "type_is", "object_", "object_is", "key", "properties") if asked[name]
    ]
    if says_event and not asked["at"]:
        option = "--" + says_event[0].rstrip("_").replace("_", "-")
        raise Failure(
            f"{option} is about events, but nothing says when they happened",
            "name the column of the date with --at",
        )
    events: tuple[EventColumns, ...] = ()
    if asked["at"]:
        events = (
            EventColumns(
                asked["at"],
                asked["type_"],
                asked["type_is"],
                asked["object_"],
                asked["object_is"],
                asked["key"],
                _names(asked["properties"]),
            ),
        )
    names = {name: new for name, new in _pairs("--rename", asked["rename"]).items() if not name.isdigit()}
    lead = asked["lead_id"] or ROW_NUMBER
    return ColumnMapping(lead, _names(asked["fields"]), events, names, merged_ids=asked["merged_ids"])


def _no_id(path: Path | str, reading: Reading, asked: dict[str, Any]) -> Failure:
    """Asks for the lead's id, with the columns to choose from."""
    from ...importing.sources import open_source

    columns = [name for name in open_source(path, reading, asked["table"], asked["query"]).columns if name]
    choice = (
        f"its columns are {', '.join(columns[:30])}{', ...' if len(columns) > 30 else ''}" if columns else ""
    )
    return Failure(
        f"which column of {path} has the lead's id?",
        "say it with --lead-id COLUMN, or --row-number where there is none"
        + (f"; {choice}" if choice else ""),
    )


def _names(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else tuple(name.strip() for name in text.split(",") if name.strip())


def _pairs(option: str, texts: tuple[str, ...]) -> dict[str, str]:
    pairs = {}
    for text in texts:
        column, sign, value = text.rpartition("=")
        if not (sign and column.strip() and value.strip()):
            raise Failure(f'{option} "{text}" has no two sides', f"write {option} COLUMN=...")
        pairs[column.strip()] = value.strip()
    return pairs


def _reading_changed(reading: Reading | None, asked: dict[str, Any]) -> Reading:
    """How to read the file: as given, but as the options say where they say something."""
    from ...importing.mapping import Reading
    from ...importing.mapping_file import kind_named

    reading = reading or Reading()
    said: dict[str, Any] = {
        name: asked[name]
        for name in ("encoding", "delimiter", "timezone", "sheet", "header_row", "id_prefix")
        if asked[name]
    }
    for option, by_column in (("date_format", "date_formats"), ("decimal", "decimals")):
        general, own = _general_and_own(asked[option])
        if general:
            said[option] = general
        said[by_column] = {**getattr(reading, by_column), **own}
    kinds = {column: kind_named(word, "--kind") for column, word in _pairs("--kind", asked["kind"]).items()}
    numbers = {int(name): new for name, new in _pairs("--rename", asked["rename"]).items() if name.isdigit()}
    separators = _pairs("--separator", asked["separator"])
    return replace(
        reading,
        **said,
        kinds={**reading.kinds, **kinds},
        separators={**reading.separators, **separators},
        names={**reading.names, **numbers},
        blanks=(*reading.blanks, *asked["blank"]),
        keep_blank=reading.keep_blank or asked["keep_blank"],
    )


def _general_and_own(texts: tuple[str, ...]) -> tuple[str | None, dict[str, str]]:
    """Values for all columns (the last one said) and for one column each, written COLUMN=VALUE."""
    general, own = None, {}
    for text in texts:
        column, sign, value = text.rpartition("=")
        if sign and column.strip():
            own[column.strip()] = value
        else:
            general = value
    return general, own
