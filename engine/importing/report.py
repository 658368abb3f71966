"""What an import did, and to what."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ...grammar.frozen import frozen
from ...grammar.syntax.nodes import Kind
from .ids import similar_ids
from .layout import Column
from .live_fields import missing_fields
from .merged_ids import MergedCounts, likely_merged_ids
from .values.columns import Hint, likely_blanks

if TYPE_CHECKING:
    from .gone import Gone
    from .loading import Loading
    from .rejects import Rejects
    from .staging import Merged


@frozen
class ColumnReport:
    """A column of the file: what it became (`field`, `property`, `id`, `merged ids`, `type`, `object`, `at`,
    `key` or `left out`), under which name and kind, in what form its values are written, how many rows had a
    value, how many of these were not of the kind and are unknown now (`unread_example` is one), how many
    leads' values a blank cell `cleared` or, where that was asked for, left as it was (`kept`), and what a
    person may want to decide."""

    column: str
    used_as: str
    name: str | None = None
    kind: Kind | None = None
    form: str = ""
    values: int = 0
    unread: int = 0
    unread_example: str = ""
    cleared: int = 0
    kept: int = 0
    hints: tuple[Hint, ...] = ()

    @property
    def note(self) -> str | None:
        """What a person may want to decide, in words; None where there is nothing."""
        return "; ".join(map(str, self.hints)) or None


@frozen
class ImportReport:
    """What came of an import.

    `rows` counts all rows, the rejected ones too; `reasons` how many were rejected for what;
    `events_known` the events that were there already, `events_corrected` those of a known key that read
    otherwise now; `repeated` the rows of attributes whose lead had an earlier row in the same file;
    `nameless` the new leads that events alone tell of; `left_unknown` the rows of leads that are not known,
    where these are not wanted. `rejects` is the file that the rejected rows went to, if any. `fault`: the
    rows are in, but something went wrong in finding out what else there is to say of them. `leads_merged`
    leads were merged into others, and `ids_added` ids that no lead had became another id of one, as the
    column of merged ids says. `gone`: what a file that has all leads lacks.
    """

    source: str
    rows: int
    leads_added: int
    leads_changed: int
    events_added: int
    events_known: int
    events_corrected: int
    repeated: int
    nameless: int
    left_unknown: int
    rejected: int
    reasons: Mapping[str, int]
    rejects: Path | None
    columns: tuple[ColumnReport, ...]
    hints: tuple[Hint, ...]
    seconds: float
    fault: Exception | None = None
    leads_merged: int = 0
    ids_added: int = 0
    gone: Gone | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person may want to know of the file as a whole."""
        return tuple(map(str, self.hints))


def import_report(
    loading: Loading,
    rejects: Rejects,
    merged: Merged,
    *,
    joined: MergedCounts,
    gone: Gone | None,
    repeated: int,
    seconds: float,
) -> ImportReport:
    """What an import did. Whatever goes wrong in finding out more than the counts, the rows are in, and that
    is said."""
    columns: tuple[ColumnReport, ...] = ()
    hints: tuple[Hint, ...] = ()
    fault = None
    try:
        columns, hints = _columns(loading, merged), _hints(loading, merged, joined)
    except Exception as error:  # a fault of ours, which must not look like a failed import
        fault = error
    return ImportReport(
        loading.source.label,
        loading.survey.rows,
        merged.leads_added,
        merged.leads_changed,
        merged.events_added,
        merged.events_known,
        merged.events_corrected,
        repeated,
        merged.nameless,
        merged.rows_unknown,
        rejects.count,
        dict(rejects.reasons.most_common()),
        rejects.path if rejects.count else None,
        columns,
        hints,
        seconds,
        fault,
        joined.leads,
        joined.ids,
        gone,
    )


def _hints(loading: Loading, merged: Merged, joined: MergedCounts) -> tuple[Hint, ...]:
    hints = [Hint(note) for note in (*loading.source.notes, *loading.notes)]
    hints += _on_merged_ids(loading, joined)
    if loading.layout.fields and not loading.makers:
        for name, rulesets in missing_fields(loading.store, {one.name for one in loading.layout.fields}):
            readers = ", ".join(rulesets)
            message = f'the field "{name}", which earlier files had and the live rules of {readers} read, '
            message += f'is not in this one; where it has another name now: --rename "THE COLUMN={name}"'
            hints.append(Hint(message))
    similar = similar_ids(loading.store, merged.leads_added)
    if similar is not None:
        hints.append(Hint(similar))
    odd = [reader.odd_time for reader in loading.survey.moments.values() if reader.odd_time]
    if odd:
        hints.append(
            Hint(
                f"some times, as {odd[0]}, fall into an hour that the change to or from summer time repeats "
                "or skips: a repeated one is read as the first, a skipped one as an hour later"
            )
        )
    blanks = likely_blanks(
        loading.survey.looks[column.place]
        for column in (*loading.layout.fields, *(one for maker in loading.makers for one in maker.columns))
    )
    return (*hints, blanks) if blanks is not None else tuple(hints)


def _on_merged_ids(loading: Loading, joined: MergedCounts) -> list[Hint]:
    """What to say of ids that were merged into others."""
    if joined.against:
        column = loading.mapping.merged_ids
        ids = f"{joined.against:,} ids" if joined.against > 1 else "1 id"
        message = (
            f"{ids} in {column}, as {', '.join(joined.examples)}, not merged: another row has it as the "
        )
        message += "lead's id, two rows list it, or it is an id of another lead already"
        return [Hint(message)]
    if loading.layout.merged_ids is not None:
        return []
    looks = loading.survey.looks
    found = likely_merged_ids(one.source for one in loading.layout.fields if looks[one.place].values)
    return [] if found is None else [found]


def _columns(loading: Loading, merged: Merged) -> tuple[ColumnReport, ...]:
    layout, names = loading.layout, loading.source.columns
    reports = {layout.lead: ColumnReport(names[layout.lead], "id")}
    for maker in loading.makers:
        event = maker.layout
        for place, use in (
            (event.type, "type"),
            (event.object, "object"),
            (event.key, "key"),
            (event.at, "at"),
        ):
            if place is not None:
                reports.setdefault(place, ColumnReport(names[place], use))
        for column in event.properties:
            kind = next((kind for (_, name), kind in maker.found.items() if name == column.name), None)
            understood = maker.understood[column.place]
            reports[column.place] = ColumnReport(
                column.source,
                "property",
                column.name,
                kind,
                understood.form if kind is understood.kind else "",
                loading.survey.looks[column.place].values_as(kind),
                maker.unread.get(column.place, 0),
                maker.unread_examples.get(column.place, ""),
                hints=understood.hints,
            )
    for column in layout.fields:
        reports[column.place] = _field(loading, merged, column)
    if layout.merged_ids is not None:
        reports.setdefault(layout.merged_ids, ColumnReport(names[layout.merged_ids], "merged ids"))
    for name in layout.left_out:
        reports[names.index(name)] = ColumnReport(name, "left out")
    return tuple(reports[place] for place in sorted(reports))


def _field(loading: Loading, merged: Merged, column: Column) -> ColumnReport:
    kinds = {one.place: stored.kind for one, stored in zip(loading.columns, loading.stored, strict=True)}
    understood = loading.understood[column.place]
    blank = merged.blank.get(column.name, 0)
    return ColumnReport(
        column.source,
        "field",
        column.name,
        kinds.get(column.place),
        understood.form,
        loading.survey.looks[column.place].values_as(kinds.get(column.place)),
        loading.unread[column.place],
        loading.unread_examples.get(column.place, ""),
        0 if loading.reading.keep_blank else blank,
        blank if loading.reading.keep_blank else 0,
        understood.hints,
    )
