"""How a file would be understood, before anything of it is loaded: what an import screen shows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ...grammar.frozen import frozen
from ...grammar.syntax.nodes import Kind
from ..progress import Progress, no_progress
from ..store.database import Store
from ..store.records.leads import stored_fields, written_as
from .layout import lay_out
from .live_fields import DeclaredKind, declared_kinds
from .loading import coded_source, stated_of, survey_of, understood_beside, wrong_dates
from .mapping import REST, ColumnMapping, Reading
from .merged_ids import likely_merged_ids
from .problems import ImportRefused, shortened
from .rows import Source
from .run import source_of
from .survey import Survey
from .values.blanks import folded
from .values.cells import cell_text
from .values.columns import Column, ColumnLooks, Hint, Stated, likely_blanks
from .values.stored import Unread

_MOST_SAMPLES = 6


@frozen
class Sample:
    """A cell as it is written, and what is read of it: None where it is blank, and where it `fails` to be
    read."""

    written: str
    read: str | None
    fails: bool


@frozen
class ColumnPreview:
    """A column of the file: what it would be used as (as `ColumnReport` says), under which name, of what kind
    and form, the kind that its values alone have and the one that the database has for it, how many rows have
    a value and how many a blank, some different values, and what a person may want to decide."""

    column: str
    used_as: str
    name: str | None = None
    kind: Kind | None = None
    form: str = ""
    found: Kind | None = None
    known: Kind | None = None
    values: int = 0
    blank: int = 0
    samples: tuple[Sample, ...] = ()
    hints: tuple[Hint, ...] = ()


@frozen
class Preview:
    """A file understood: its rows, its columns in their order, what is to be known of it as a whole, and what
    stops an import as it is asked for, if anything does."""

    source: str
    rows: int
    columns: tuple[ColumnPreview, ...]
    hints: tuple[Hint, ...]
    refused: ImportRefused | None


def preview_file(
    store: Store | None,
    path: Path | str,
    mapping: ColumnMapping | None = None,
    reading: Reading | None = None,
    *,
    table: str | None = None,
    query: str | None = None,
    label: str | None = None,
    progress: Progress | None = None,
) -> Preview:
    """Reads a file through and says how each column would be understood. Nothing is written.

    Without a mapping every column is a field, and the id is still to be chosen. `store` gives the kinds that
    fields have already. Raises `ImportRefused` where the file cannot be read at all; what is wrong with the
    mapping comes back in `refused`.
    """
    reading = reading or Reading()
    asked = mapping or ColumnMapping("", (REST,))
    source = source_of(path, asked, reading, table, query)
    if label is not None:
        source.label = label
    asked = replace(asked, lead=asked.lead or "\0")
    survey = survey_of(coded_source(source, asked), asked, reading, progress or no_progress)
    uses, refused = _uses(source, survey, mapping, reading)
    known = stored_fields(store) if store is not None else {}
    declared = declared_kinds(store) if store is not None else {}
    columns = []
    for place, name in enumerate(source.columns):
        if name:
            use, becomes = uses.get(place, ("left out", None))
            field = known.get(becomes or "") if use == "field" else None
            stated = replace(stated_of(reading, name), known=field.kind if field is not None else None)
            said = declared.get(becomes or "") if use == "field" else None
            columns.append(_column(survey, (place, name), (use, becomes), stated, said))
    blanks = likely_blanks(survey.looks.values())
    hints = [Hint(note) for note in source.notes]
    if blanks is not None:
        hints.append(blanks)
    if asked.merged_ids is None and not asked.events:
        merged = likely_merged_ids(one.column for one in columns if one.used_as == "field" and one.values)
        hints += [] if merged is None else [merged]
    return Preview(source.label, survey.rows, tuple(columns), tuple(hints), refused)


Uses = dict[int, tuple[str, str | None]]
"""By the place of a column: what it is used as, and the name that it becomes."""


def _uses(
    source: Source, survey: Survey, mapping: ColumnMapping | None, reading: Reading
) -> tuple[Uses, ImportRefused | None]:
    """What each column is used as, and what is wrong with the mapping."""
    everything: Uses = {place: ("field", name) for place, name in enumerate(source.columns) if name}
    if mapping is None:
        return everything, None
    try:
        layout = lay_out(source.label, mapping, reading, source.columns, survey.has_at)
    except ImportRefused as problem:
        return everything, problem
    uses: Uses = {column.place: ("field", column.name) for column in layout.fields}
    refused = None
    for event in layout.events:
        uses |= {column.place: ("property", column.name) for column in event.properties}
        for place, use in (
            (event.type, "type"),
            (event.object, "object"),
            (event.key, "key"),
            (event.at, "at"),
        ):
            if place is not None:
                uses.setdefault(place, (use, None))
        refused = refused or wrong_dates(source, survey, event.at, reading)
    uses.setdefault(layout.lead, ("id", None))
    if layout.merged_ids is not None:
        uses.setdefault(layout.merged_ids, ("merged ids", None))
    return uses, refused


def _column(
    survey: Survey,
    column: tuple[int, str],
    used: tuple[str, str | None],
    stated: Stated,
    declared: DeclaredKind | None,
) -> ColumnPreview:
    (place, name), (use, becomes) = column, used
    if place not in survey.looks:
        return ColumnPreview(name, use)
    looks = survey.looks[place]
    understood = understood_beside(survey, place, name, stated, declared)
    return ColumnPreview(
        name,
        use,
        becomes,
        understood.kind,
        understood.form,
        understood.found,
        stated.known,
        looks.values_as(understood.kind),
        looks.counts.total() - looks.values_as(understood.kind),
        tuple(_samples(understood, looks, stated)),
        understood.hints if use in ("field", "property") else (),
    )


def _samples(understood: Column, looks: ColumnLooks, stated: Stated) -> list[Sample]:
    kind = understood.kind or Kind.TEXT
    read = understood.reader.of(kind)
    found = []
    for cell in looks.texts:
        written = cell_text(cell).strip()
        if not written or folded(written) in stated.blanks:
            continue
        value = read(cell)
        fails = isinstance(value, Unread)
        shown = None if fails or value is None else written_as(kind, value)
        found.append(Sample(shortened(written), shown, fails))
        if len(found) == _MOST_SAMPLES:
            break
    return found
