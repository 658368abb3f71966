"""What is done with a file that was sent: looked through, then loaded, each as work aside from requests."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ...engine.importing.preview import Preview, preview_file
from ...engine.importing.problems import ImportRefused
from ...engine.importing.report import ImportReport
from ...engine.importing.run import import_file
from ...engine.progress import Progress
from ...engine.report.imports import import_data
from ...engine.store.database import StoreError, open_store
from ...engine.store.records.audit import Action, record
from ...engine.store.records.catalogue import catalogue
from ...grammar.syntax.nodes import Kind
from ..accounts.users import Doer
from ..settings import Settings
from .choices import OPTIONS, Choices, guessed
from .uploads import Upload

_DATABASES = (b"SQLite format 3\x00",)
_OPTION = re.compile(r"--([a-z]+(?:-[a-z]+)*)")
_EXAMPLE = re.compile(r', as with --rename "[^"]*"')
"""What is written on a command line only."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A file that was looked through with some choices: how it is understood, else why it cannot be."""

    choices: Choices
    preview: Preview | None
    problem: str | None


def look(settings: Settings, upload: Upload, choices: Choices | None, tell: Progress) -> Looked:
    """Looks a file through. Without choices, its columns are first guessed."""
    try:
        _refuse_databases(upload)
        with open_store(settings.database, read_only=True) as store:
            first = choices or Choices()
            preview = preview_file(
                store,
                upload.path,
                first.mapping(),
                first.reading(),
                label=upload.name,
                progress=tell,
            )
            columns = {column.column for column in preview.columns}
            if choices is None or set(choices.columns) != columns:
                # Nothing was chosen yet, or another sheet or header line has other columns.
                found = guessed(preview.columns)
                first = Choices(found.rows, found.columns, first.options)
                preview = preview_file(
                    store,
                    upload.path,
                    first.mapping(),
                    first.reading(),
                    label=upload.name,
                    progress=tell,
                )
    except StoreError as error:
        return Looked(choices or Choices(), None, error_sentence(error, upload))
    refused = preview.refused
    said = error_sentence(refused, upload) if refused is not None else _undecided(preview)
    return Looked(first, preview, said)


def _undecided(preview: Preview) -> str | None:
    """What to say of a column whose field is a date already, and whose values can be read in two ways."""
    for column in preview.columns:
        offered = {one.option for hint in column.hints for choice in hint.choices for one in choice.settings}
        if (
            column.kind in (Kind.DATE, Kind.DATETIME)
            and column.found is Kind.TEXT
            and "date_format" in offered
        ):
            return f"Choose how the dates of {column.column} are written; the choices are below it."
    return None


def _refuse_databases(upload: Upload) -> None:
    with upload.path.open("rb") as file:
        start = file.read(16)
    if start.startswith(_DATABASES) or start[8:12] == b"DUCK":
        raise ImportRefused(
            f"{upload.name} is a database", "export the table as CSV, or import it on the command line"
        )


def load(settings: Settings, upload: Upload, choices: Choices, doer: Doer, tell: Progress) -> dict[str, Any]:
    """Loads a file, and keeps what came of it beside the file, which is then taken away."""
    mapping = choices.mapping()
    if mapping is None:
        raise ImportRefused(choices.lacking() or "nothing was chosen", "choose it, and load the file then")
    _refuse_databases(upload)
    with open_store(settings.database) as store:
        report = import_file(
            store,
            upload.path,
            mapping,
            choices.reading(),
            rejects=upload.rejects,
            label=upload.name,
            progress=tell,
        )
        with store.transaction() as connection:
            record(
                connection,
                Action.DATA_IMPORTED,
                who=doer.who,
                address=doer.address,
                detail=f"{upload.name}: {report.rows:,} rows, {report.leads_added:,} new leads, "
                f"{report.leads_changed:,} changed, {report.events_added:,} new events, "
                f"{report.rejected:,} not read",
            )
        # Kept with the data, so that pages, which only read, need not count it all again.
        catalogue(store)
    found = counts_of(report, choices)
    upload.keep("report", found)
    upload.path.unlink(missing_ok=True)
    return found


def counts_of(report: ImportReport, choices: Choices) -> dict[str, Any]:
    """A report of an import as data, with the leads of a file of leads that stay as they are."""
    found = import_data(report)
    found["rejects"] = None
    told = report.repeated + report.left_unknown + report.rejected + report.leads_added + report.leads_changed
    found["leads_same"] = report.rows - told if choices.rows == "leads" else 0
    return found


def error_sentence(error: StoreError, upload: Upload) -> str:
    """What is wrong with a file, for people who see a form and no options of a command."""
    message, hint = (
        text.replace(str(upload.path.resolve()), upload.name).replace(str(upload.path), upload.name)
        for text in (error.message, error.hint)
    )
    said = f"{message[:1].upper()}{message[1:]}"
    if hint.startswith("import with "):
        return f"{said}. Choose one of the answers below."
    named = _OPTION.sub(lambda found: f"“{_called(found[1])}”", _EXAMPLE.sub("", hint))
    return f"{said}. To do: {named}."


def _called(option: str) -> str:
    key = option.replace("-", "_")
    other = {
        "lead_id": "Lead id",
        "row_number": "Number the rows",
        "merge_rows": "Several rows are of one lead",
        "at": "When it happened",
        "type": "What happened",
        "rename": "Name",
        "date_format": "Written as",
        "kind": "Kind",
    }
    return OPTIONS.get(key) or other.get(key) or key.replace("_", " ").capitalize()
