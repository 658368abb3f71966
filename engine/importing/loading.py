"""The rows of a file on their way in: which field each column becomes, and what each cell is then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ...grammar.syntax.nodes import Kind
from ..progress import Progress
from ..store.database import Store
from ..store.records.events import stored_properties
from ..store.records.history import note_lost
from ..store.records.identity import own_ids
from ..store.records.leads import (
    Convert,
    Lost,
    StoredField,
    add_field,
    change_kind,
    kind_change,
    stored_fields,
    to_stored,
)
from .cells_read import FieldReader, Ids
from .coding import CodedChunk, CodedSource
from .events import Drafts, EventMaker, KindNumbers
from .ids import refuse_merging
from .layout import Column, Layout, lay_out
from .live_fields import DeclaredKind, declared_kinds
from .mapping import REST, ColumnMapping, Reading
from .merged_ids import MergedIds
from .problems import ImportRefused
from .rejects import Rejects
from .rows import Rejected, Source
from .staging import CLEAR, Staging
from .survey import Survey, take_survey
from .table_shape import loose
from .values.blanks import folded
from .values.cells import cell_text
from .values.columns import Choice, Hint, Setting, Stated, settle_instants
from .values.columns import Column as Understood
from .values.looks import BLANK as BLANK_FAMILY
from .values.stored import UNREAD


def coded_source(source: Source, mapping: ColumnMapping, *, keep: bool = False) -> CodedSource:
    """A source whose dates of events and ids are coded as such. Close it where it is to `keep` its rows for a
    second pass."""
    return CodedSource(source, instants=_dates_alone(mapping), ids=mapping.lead, keep=keep)


def _dates_alone(mapping: ColumnMapping) -> set[str]:
    """The columns of events' dates that become nothing else."""
    return {event.at for event in mapping.events} - _named(mapping)


def _named(mapping: ColumnMapping) -> set[str]:
    return {*(mapping.fields or ()), *(name for event in mapping.events for name in event.properties or ())}


def prepare_loading(
    store: Store, coded: CodedSource, mapping: ColumnMapping, reading: Reading, tell: Progress
) -> Loading:
    """Reads the file once, and settles what every column becomes. Raises `ImportRefused`."""
    source = coded.source
    left_out: tuple[str, ...] = ()
    if source.columns:
        # Names that are not there are told before a long file is read.
        left_out = lay_out(source.label, mapping, reading, source.columns).left_out
    survey = survey_of(coded, mapping, reading, tell, left_out)
    if not (mapping.events or mapping.merge_rows):
        refuse_merging(source.label, mapping.lead, survey)
    layout = lay_out(source.label, mapping, reading, source.columns, survey.has_at)
    loading = Loading(store, coded, mapping, reading, layout, survey)
    loading.settle()
    return loading


def survey_of(
    source: CodedSource,
    mapping: ColumnMapping,
    reading: Reading,
    tell: Progress,
    left_out: Iterable[str] = (),
) -> Survey:
    """The first pass over a file, without a look at the columns left out."""
    skipped = {name for event in mapping.events for name in (event.type, event.object, event.key) if name}
    skipped.update(left_out)
    if mapping.events and REST not in (mapping.fields or ()):
        skipped.add(mapping.lead)
    ats = _dates_alone(mapping)
    skipped -= _named(mapping)
    return take_survey(source, reading, lead=mapping.lead, ats=ats, skipped=skipped, progress=tell)


def wrong_dates(source: Source, survey: Survey, place: int, reading: Reading) -> ImportRefused | None:
    """Lets the dates of events be read; what is wrong with them, where they cannot be."""
    name = source.columns[place]
    wrong = settle_instants(name, survey.looks[place], stated_of(reading, name), survey.moments[place])
    if wrong is None:
        return None
    ways = ", or with ".join(map(str, wrong.choices))
    return ImportRefused(
        f"the column {name} of {source.label} {wrong.message}",
        f"import with {ways}"
        if ways
        else "name the column of the dates with --at, or say how they are written with --date-format",
    )


def stated_of(reading: Reading, column: str) -> Stated:
    """What was said of a column."""
    return Stated(
        reading.kinds.get(column),
        None,
        reading.decimals.get(column, reading.decimal),
        reading.date_formats.get(column, reading.date_format),
        reading.separators.get(column),
        frozenset(map(folded, reading.blanks)),
    )


def understood_beside(
    survey: Survey, place: int, name: str, stated: Stated, declared: DeclaredKind | None
) -> Understood:
    """What a column of fields is, live rules declaring its kind: a field that the database does not have is
    read so, where all values can be; of one that it has as another kind, that is said."""
    understood = survey.understood(place, name, stated)
    if declared is None or stated.kind is not None or understood.found in (None, declared.kind):
        return understood
    kind, texts = declared.kind, survey.looks[place].texts
    as_declared = survey.understood(place, name, replace(stated, kind=kind))
    read = as_declared.reader.of(kind)
    if as_declared.two_ways or any(read(cell) is UNREAD for cell in texts):
        return understood
    if stated.known is None:
        said = Hint(f"read as {kind.value}, as {declared.said_by} declare it")
        return replace(as_declared, hints=(*as_declared.hints, said))
    if stated.known is kind or (stated.known is Kind.TEXT and all(_reads_so(kind, cell) for cell in texts)):
        return understood
    said = Hint(
        f"is {stated.known.value} in the database, and {declared.said_by} declare it {kind.value}",
        (Choice((Setting("kind", name, kind.value),), f"to make it {kind.value}"),),
    )
    return replace(understood, hints=(*understood.hints, said))


def _reads_so(kind: Kind, cell: object) -> bool:
    """Whether rules that declare a kind read a text of the database as that."""
    text = cell_text(cell).strip()
    return not text or to_stored(kind, text) is not None


@dataclass(slots=True)
class Loading:
    """What is known of the file when its rows are gathered.

    `columns` become `stored` fields, each read as `understood` says by place. `unread` counts the values not
    of their column's kind, and keeps one of each.
    """

    store: Store
    coded: CodedSource
    mapping: ColumnMapping
    reading: Reading
    layout: Layout
    survey: Survey
    stored: list[StoredField] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    makers: list[EventMaker] = field(default_factory=list)
    understood: dict[int, Understood] = field(default_factory=dict)
    unread: Counter[int] = field(default_factory=Counter)
    unread_examples: dict[int, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    staged: int = 0
    clearing: set[str] = field(default_factory=set)
    declared: dict[str, DeclaredKind] = field(default_factory=dict)
    kinds: KindNumbers = field(init=False)
    _readers: list[FieldReader] = field(default_factory=list)
    _ids: Ids = field(init=False)

    @property
    def source(self) -> Source:
        """Where the rows come from."""
        return self.coded.source

    def settle(self) -> None:
        """Gives every attribute its column and kind in the store, in one transaction."""
        for event in self.layout.events:
            wrong = wrong_dates(self.source, self.survey, event.at, self.reading)
            if wrong is not None:
                raise wrong
        names = self.source.columns
        stated = {place: stated_of(self.reading, name) for place, name in enumerate(names)}
        properties = stored_properties(self.store)
        self.makers = [
            EventMaker(self.coded, event, self.survey, stated, properties) for event in self.layout.events
        ]
        self.kinds = KindNumbers(self.store)
        self._ids = Ids(self.store, self.coded, self.layout.lead, self.reading.id_prefix)
        with self.store.transaction():
            known = stored_fields(self.store)
            self.declared = declared_kinds(self.store)
            self.layout = replace(self.layout, fields=self._known_names(known))
            for column in self.layout.fields:
                self._settle(column, known)

    def _known_names(self, known: Collection[str]) -> tuple[Column, ...]:
        """The columns that become fields, those called as a known field but for case and blanks as that."""
        taken = {column.name for column in self.layout.fields}
        by_loose = {loose(name): name for name in known if name not in taken}
        columns = []
        for column in self.layout.fields:
            name = None if column.name in known else by_loose.pop(loose(column.name), None)
            if name is not None:
                self.notes.append(f'the column "{column.source}" is taken for the field "{name}"')
            columns.append(column if name is None else replace(column, name=name))
        return tuple(columns)

    def _settle(self, column: Column, known: dict[str, StoredField]) -> None:
        """The kind stated; else the store's, where a day may become an instant; else the one found."""
        stored = known.get(column.name)
        stated = stated_of(self.reading, column.source)
        if stored is not None:
            stated = replace(stated, known=stored.kind)
        declared = self.declared.get(column.name)
        understood = understood_beside(self.survey, column.place, column.source, stated, declared)
        kind = understood.kind
        if stored is not None and stated.kind is None:
            kind = stored.kind
            if stored.kind is Kind.DATE and understood.found is Kind.DATETIME:
                kind = Kind.DATETIME
        if kind in (Kind.DATE, Kind.DATETIME) and understood.two_ways:
            raise ImportRefused(
                f"the column {column.source} of {self.source.label} {understood.doubt}",
                f"import with {', or with '.join(map(str, understood.two_ways))}",
            )
        self.understood[column.place] = understood
        if kind is None:
            return
        if stored is None:
            stored = add_field(self.store, column.name, kind)
        elif stored.kind is not kind:
            self.notes.append(f'the field "{stored.name}" was {stored.kind.value} and is {kind.value} now')
            stored = self._rekind(stored, kind, converter(understood, kind), column.place)
        self.columns.append(column)
        self.stored.append(stored)
        self._readers.append(FieldReader(self.coded, column.place, kind, understood.reader))

    def _rekind(self, stored: StoredField, kind: Kind, read: Convert, place: int) -> StoredField:
        """Makes a stored field the kind that was stated for this file, which may make those values unknown
        that the file has as well. Raises `StoreError` where others would be lost."""
        lost = kind_change(self.store, stored, kind, read).lost
        here = {cell_text(cell).strip() for cell in self.survey.looks[place].texts}
        losing = here.issuperset(lost)
        if losing:
            note_lost(self.store.connection, stored, lost)
        return change_kind(self.store, stored, kind, read, losing=losing)

    def staging(self) -> Staging:
        """Where the rows are gathered."""
        self.clearing = {
            stored.name
            for column, stored in zip(self.columns, self.stored, strict=True)
            if not self._always_known(column, stored)
        }
        return Staging(
            self.store,
            self.stored,
            clearing=self.clearing,
            keep_blank=self.reading.keep_blank,
            partial=self.source.partial,
            keyed=any(event.key is not None for event in self.layout.events),
            together=self.mapping.known_only or self.mapping.complete or self.layout.merged_ids is not None,
        )

    def merged_ids(self) -> MergedIds:
        """Where the ids are gathered that were merged into others."""
        place = self.layout.merged_ids
        sign = None if place is None else self.reading.separators.get(self.source.columns[place])
        return MergedIds(self.store, place, sign, self.reading.id_prefix)

    def _always_known(self, column: Column, stored: StoredField) -> bool:
        """Whether every row has a value of the column that can be read."""
        looks = self.survey.looks[column.place]
        blank = any(look.family == BLANK_FAMILY for look in looks.counts)
        readable = self.understood[column.place].found is stored.kind or stored.kind is Kind.TEXT
        return readable and not blank and stored.kind is not Kind.TEXTS and not self.source.partial

    def gather(self, chunk: CodedChunk, staging: Staging, merged: MergedIds, rejects: Rejects) -> None:
        """Gathers the rows of a chunk that can be read, and rejects the others."""
        if not chunk.lines:
            rejects.add_all(chunk.rejected)
            return
        bad: dict[int, str] = {}
        leads = self._ids.of(chunk, bad)
        drafts = [maker.make(chunk, staging.properties, bad) for maker in self.makers]
        good = np.ones(len(chunk), bool)
        good[list(bad)] = False
        self._gather_events(leads, drafts, good, staging)
        if self.layout.fields or not self.makers:
            self._gather_leads(leads, chunk, bad, good, staging)
        if merged.place is not None:
            rows_of = [row for row in range(len(chunk)) if row not in bad]
            cells = self.coded.cells(chunk, merged.place)
            merged.add([self._ids.keys[leads[row]] for row in rows_of], [cells[row] for row in rows_of])
        late = [
            Rejected(chunk.lines[place], reason, self.coded.row(chunk, place))
            for place, reason in bad.items()
        ]
        rejects.add_all(sorted([*chunk.rejected, *late], key=lambda rejected: rejected.line))

    def settle_gathered(self, staging: Staging) -> None:
        """Lets go of what is only needed while rows are gathered."""
        self.coded.values.clear()
        self._readers.clear()
        staging.ids = self._ids.settle()

    def _gather_events(
        self, leads: NDArray[np.int32], drafts: Sequence[Drafts], good: NDArray[np.bool_], staging: Staging
    ) -> None:
        """Gathers those events that have a good row."""
        rows = [np.flatnonzero(draft.there & good) for draft in drafts]
        # In the order of their coming, so that the first spelling of an object gets the lowest number.
        firsts = []
        for draft, some in zip(drafts, rows, strict=True):
            first = np.full(len(draft.pairs), len(some), np.int64)
            # What is assigned last holds.
            first[draft.pair[some[::-1]]] = np.arange(len(some) - 1, -1, -1)
            firsts.append(np.argsort(first, kind="stable")[: np.count_nonzero(first < len(some))].tolist())
        pairs = dict.fromkeys(
            draft.pairs[pair] for draft, used in zip(drafts, firsts, strict=True) for pair in used
        )
        numbers = self.kinds.of(pairs)
        for draft, some in zip(drafts, rows, strict=True):
            kinds = np.fromiter((numbers.get(pair, 0) for pair in draft.pairs), np.int32, len(draft.pairs))
            staging.add_events(
                leads[some], draft.at[some], kinds[draft.pair[some]], draft.key[some], draft.properties[some]
            )

    def _gather_leads(
        self,
        leads: NDArray[np.int32],
        chunk: CodedChunk,
        bad: dict[int, str],
        good: NDArray[np.bool_],
        staging: Staging,
    ) -> None:
        """Gathers what good rows say of leads."""
        values: list[Sequence[object]] = []
        for column, stored, reader in zip(self.columns, self.stored, self._readers, strict=True):
            found, unread = reader.of(chunk)
            if unread:
                self._note_unread(column.place, chunk, found, bad)
                self.clearing.add(stored.name)
                found = [CLEAR if value is UNREAD else value for value in found]
            values.append(found)
        if bad:
            rows = np.flatnonzero(good)
            leads, places = leads[rows], rows.tolist()
            values = [list(map(column.__getitem__, places)) for column in values]
        keys = list(map(self._ids.keys.__getitem__, leads.tolist()))
        with self.store.guard():
            own = own_ids(self.store.connection, keys)
        if own:
            keys = [own.get(key, key) for key in keys]
            # Two ids may be one lead's.
            staging.together = True
        self.staged += len(keys)
        staging.add_leads(leads, [keys, *values])

    def _note_unread(
        self, place: int, chunk: CodedChunk, found: Iterable[object], bad: dict[int, str]
    ) -> None:
        unread = [row for row, value in enumerate(found) if value is UNREAD and row not in bad]
        self.unread[place] += len(unread)
        if unread:
            example = cell_text(self.coded.cell(chunk, place, unread[0])).strip()
            self.unread_examples.setdefault(place, example)


def converter(understood: Understood, kind: Kind) -> Convert:
    """Reads what is stored as the column is read now."""
    read = understood.reader.of(kind)

    def convert(text: str) -> str | float | int | Lost | None:
        value = read(text)
        return value if value is None or isinstance(value, str | float | int) else Lost.LOST

    return convert
