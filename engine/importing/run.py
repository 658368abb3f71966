"""An import from beginning to end: survey, kinds, gathering, merging, report."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path

from ...grammar.syntax.nodes import Kind
from ..store.database import Store
from ..store.records.leads import StoredField, add_field, change_kind, stored_fields
from .events import EventMaker, KindNumbers, save_properties
from .layout import Column, Layout, lay_out
from .mapping import REST, ColumnMapping, Reading
from .problems import ImportRefused
from .rejects import Rejects
from .report import ColumnReport, ImportReport
from .rows import Chunk, Rejected
from .sources import Source, open_source
from .staging import Merged, Staging
from .survey import Memo, Progress, Survey, advice, check_dates, kind_found, take_survey
from .values import UNREAD, stored_value


def import_file(
    store: Store,
    path: Path,
    mapping: ColumnMapping,
    reading: Reading | None = None,
    *,
    table: str | None = None,
    rejects: Path | None = None,
    label: str | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Loads leads and events from a file of CSV or JSON Lines, or from a table of a SQLite database.

    A blank cell is unknown, and leaves alone what is known already. A lead is found by its own id,
    or made. An event is known by its key, else by its lead, type, object, instant, properties and how
    many equal rows stood before it: so the same file, or a longer one that contains it, can be imported
    again and again. Rows that cannot be read go to `rejects` (beside the file, as `<file>.rejects.csv`).

    Raises `ImportRefused` before anything is loaded where the file or its mapping will not do, and
    `StoreError` where the database will not; what was committed until then stays, in whole batches.
    """
    started = time.perf_counter()
    reading = reading or Reading()
    tell = progress or _silent
    if path.exists() and path.samefile(store.path):
        raise ImportRefused(
            f"{path} is the very database to import into", "name another file, or another database with --db"
        )
    source = open_source(path, reading, table)
    if label is not None:
        source.label = label
    loading = _survey(store, source, mapping, reading, tell)
    target = rejects or path.with_name(path.name + ".rejects.csv")
    with Rejects(target, source.columns) as rejected, Staging(store, loading.stored) as staging:
        for chunk in source.chunks():
            loading.gather(chunk, staging, rejected)
            tell("loading", chunk.share)
        for maker in loading.makers:
            save_properties(store, maker.found)
        leads, merged = _merge(staging, loading, tell)
        return _report(loading, rejected, leads, merged, time.perf_counter() - started)


def _silent(_what: str, _share: float) -> None:
    return


def _merge(staging: Staging, loading: _Loading, tell: Progress) -> tuple[tuple[int, int, int], Merged]:
    leads = staging.merge_leads(lambda share: tell("storing leads", share))
    merged = Merged()
    if loading.makers:
        merged = staging.merge_events(lambda share: tell("storing events", share))
    return leads, merged


def _survey(
    store: Store, source: Source, mapping: ColumnMapping, reading: Reading, tell: Progress
) -> _Loading:
    if source.columns:
        # Names that are not there are told before a long file is read.
        lay_out(source.label, mapping, reading, source.columns)
    named = {*(mapping.fields or ()), *(name for event in mapping.events for name in event.properties or ())}
    skipped = {name for event in mapping.events for name in (event.type, event.object, event.key) if name}
    if mapping.events and REST not in (mapping.fields or ()):
        skipped.add(mapping.lead)
    ats = {event.at for event in mapping.events}
    survey = take_survey(
        source, reading, lead=mapping.lead, ats=ats - named, skipped=skipped - named, progress=tell
    )
    layout = lay_out(source.label, mapping, reading, source.columns, survey.has_at)
    check_dates(source.label, layout, survey, source.columns, reading)
    loading = _Loading(store, source, reading, layout, survey)
    loading.settle_fields()
    return loading


@dataclass(slots=True)
class _Loading:
    """What is known of the file when its rows are gathered."""

    store: Store
    source: Source
    reading: Reading
    layout: Layout
    survey: Survey
    stored: list[StoredField] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    makers: list[EventMaker] = field(default_factory=list)
    unread: dict[int, int] = field(default_factory=dict)
    staged: int = 0
    kinds: KindNumbers = field(init=False)
    _memos: list[Memo] = field(default_factory=list)

    def settle_fields(self) -> None:
        """Gives every attribute its column and kind in the store, in one transaction."""
        with self.store.transaction():
            known = stored_fields(self.store)
            for column in self.layout.fields:
                settled = self._settle(column, known.get(column.name))
                if settled is not None:
                    self.columns.append(column)
                    self.stored.append(settled)
                    self._memos.append(self._memo(column, settled.kind))
        names = self.source.columns
        self.makers = [
            EventMaker(self.store, event, self.survey, self.reading, names[event.at])
            for event in self.layout.events
        ]
        self.kinds = KindNumbers(self.store)

    def _settle(self, column: Column, stored: StoredField | None) -> StoredField | None:
        """The kind stated; else the store's, where a day may become an instant; else the one found."""
        stated = self.reading.kinds.get(column.source)
        found = kind_found(self.survey, column.place)
        if stored is None:
            kind = stated or found
            return None if kind is None else add_field(self.store, column.name, kind)
        if stated is None and stored.kind is Kind.DATE and found is Kind.DATETIME:
            stated = Kind.DATETIME
        return stored if stated in (None, stored.kind) else change_kind(self.store, stored, stated)

    def _memo(self, column: Column, kind: Kind) -> Memo:
        moments, decimal = self.survey.moments[column.place], self.reading.decimal
        return Memo(lambda text: stored_value(kind, moments, decimal, text))

    def gather(self, chunk: Chunk, staging: Staging, rejects: Rejects) -> None:
        """Gathers the rows of a chunk that can be read, and rejects the others."""
        if not chunk.rows:
            rejects.add_all(chunk.rejected)
            return
        width = len(self.source.columns)
        columns: list[Sequence[str]] = list(zip_longest(*chunk.rows, fillvalue=""))
        columns += [("",) * len(chunk.rows)] * (width - len(columns))
        leads = list(map(str.strip, columns[self.layout.lead]))
        bad = {place: f"has no id in {self._id_name()}" for place, lead in enumerate(leads) if not lead}
        drafts = [draft for maker in self.makers for draft in maker.make(leads, columns, bad)]
        # In the order of their coming, so that the first spelling of an object gets the lowest number.
        pairs = dict.fromkeys((draft[1], draft[2]) for place, draft in drafts if place not in bad)
        numbers = self.kinds.of(pairs)
        events = [
            (lead, at, numbers[type_, object_], key, properties)
            for place, (lead, type_, object_, at, key, properties) in drafts
            if place not in bad
        ]
        rows = self._lead_rows(leads, columns, bad) if self.layout.fields or not self.makers else []
        self.staged += len(rows)
        staging.add(rows, events)
        late = [Rejected(chunk.lines[place], reason, chunk.rows[place]) for place, reason in bad.items()]
        rejects.add_all(sorted([*chunk.rejected, *late], key=lambda rejected: rejected.line))

    def _id_name(self) -> str:
        return self.source.columns[self.layout.lead]

    def _lead_rows(
        self, leads: list[str], columns: Sequence[Sequence[str]], bad: dict[int, str]
    ) -> list[tuple[object, ...]]:
        values: list[list[object]] = []
        for column, memo in zip(self.columns, self._memos, strict=True):
            found = list(map(memo.__getitem__, columns[column.place]))
            if UNREAD in found:
                self.unread[column.place] = self.unread.get(column.place, 0) + found.count(UNREAD)
                found = [None if value is UNREAD else value for value in found]
            values.append(found)
        rows = list(zip(leads, *values, strict=True))
        return [row for place, row in enumerate(rows) if place not in bad] if bad else rows


def _report(
    loading: _Loading, rejects: Rejects, leads: tuple[int, int, int], merged: Merged, seconds: float
) -> ImportReport:
    total, added, changed = leads
    odd = [reader.odd_time for reader in loading.survey.moments.values() if reader.odd_time]
    notes = []
    if odd:
        notes.append(
            f"some times, as {odd[0]}, fall into an hour that the change to or from summer time repeats or "
            "skips: a repeated one is read as the first, a skipped one as an hour later"
        )
    return ImportReport(
        loading.source.label,
        loading.survey.rows,
        added + merged.leads_added,
        changed,
        merged.events_added,
        merged.events_known,
        loading.staged - total,
        rejects.count,
        dict(rejects.reasons.most_common()),
        rejects.path if rejects.count else None,
        _columns(loading),
        tuple(notes),
        seconds,
    )


def _columns(loading: _Loading) -> tuple[ColumnReport, ...]:
    layout, survey, names = loading.layout, loading.survey, loading.source.columns
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
            unread = maker.unread.get(column.place, 0)
            reports[column.place] = _column(survey, column, "property", kind, unread)
    kinds = {
        column.place: stored.kind for column, stored in zip(loading.columns, loading.stored, strict=True)
    }
    for column in layout.fields:
        unread = loading.unread.get(column.place, 0)
        reports[column.place] = _column(survey, column, "field", kinds.get(column.place), unread)
    for name in layout.left_out:
        reports[names.index(name)] = ColumnReport(name, "left out")
    return tuple(reports[place] for place in sorted(reports))


def _column(survey: Survey, column: Column, use: str, kind: Kind | None, unread: int) -> ColumnReport:
    note = advice(survey, column.place, column.source, kind)
    return ColumnReport(
        column.source, use, column.name, kind, survey.forms[column.place].values, unread, note
    )
