"""Rows made into events: kind, instant, key and properties of each."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import blake2b
from itertools import compress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...grammar.frozen import frozen
from ...grammar.syntax.nodes import Kind
from ..store.database import Store
from .coding import CodedChunk, CodedSource, Instants, MappedValues, Numbers, Values
from .gathering import Properties
from .layout import Column, EventLayout
from .problems import shortened
from .survey import Survey
from .values.alike import write_all
from .values.cells import cell_text
from .values.columns import Column as Understood
from .values.columns import Stated
from .values.moments import usual_instants
from .values.stored import UNREAD, member_writer

_MOST_KINDS = 100_000
_ORDINAL_BITS = 16

_MOST_WRITTEN = 50_000
"""Different combinations of properties that are remembered."""

_MOST_COMBINED = 1 << 20
"""Combinations of values that a table is made for."""

Pair = tuple[str, str | None]
"""Type and object."""


@frozen
class Drafts:
    """The events of a chunk, one a row: whether there is one, its instant, which of the `pairs` of type and
    object it has, its key, and where its properties are."""

    there: NDArray[np.bool_]
    at: NDArray[np.int64]
    pair: NDArray[np.int64]
    pairs: list[Pair]
    key: NDArray[np.int64]
    properties: NDArray[np.int64]


def given_key(type_: str, key: str) -> int:
    """The key of an event that its source names: negative, so that it is told from the others."""
    return -1 - (_hash(f"{type_}\x1f{key}") >> 2)


def _content_keys(properties: Sequence[bytes]) -> NDArray[np.int64]:
    """The keys of events known by their content alone, each from its properties in UTF-8, with room below for
    counting equal ones. That of an event without properties is 0, the smallest to store."""
    digests = b"".join([blake2b(text, digest_size=8).digest() for text in properties])
    keys = np.frombuffer(digests, ">u8") >> np.uint64(_ORDINAL_BITS + 1) << np.uint64(_ORDINAL_BITS)
    return keys.astype(np.int64)


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest())


class EventMaker:
    """Makes the events of one event layout, a chunk of rows at a time.

    `unread` counts, by a column's place, the values not of its kind; `found` says which properties events
    of which type have, and of what kind.
    """

    def __init__(
        self,
        source: CodedSource,
        layout: EventLayout,
        survey: Survey,
        stated: Mapping[int, Stated],
        stored: Mapping[str, Mapping[str, Kind]],
    ) -> None:
        self.source = source
        self.layout = layout
        self.stated = stated
        self.unread: Counter[int] = Counter()
        self.unread_examples: dict[int, str] = {}
        self.found: dict[tuple[str, str], Kind] = {}
        # In the order of names, so that equal events are equal however a file orders its columns.
        self.columns: tuple[Column, ...] = tuple(sorted(layout.properties, key=lambda column: column.name))
        self._stored = stored
        self.understood: dict[int, Understood] = {
            column.place: survey.understood(column.place, column.source, self._stated(column))
            for column in self.columns
        }
        moments = survey.moments[layout.at]
        self._moments = moments
        typed = any(look.typed for look in survey.looks[layout.at].counts)
        self._instant: Callable[[Any], int | None] = moments.instant_of_cell if typed else moments.instant
        self._mapped: dict[tuple[int, object], MappedValues] = {}
        self._written: dict[tuple[str, ...], tuple[int, int]] = {}
        self._table: _Table | None = None

    def _stated(self, column: Column) -> Stated:
        """What is said of a property, the kind that the database has for it included."""
        kinds = [kinds[column.name] for kinds in self._stored.values() if column.name in kinds]
        stated = self.stated[column.place]
        return replace(stated, known=kinds[0]) if kinds and stated.kind is None else stated

    def make(self, chunk: CodedChunk, texts: Properties, bad: dict[int, str]) -> Drafts:
        """The events of a chunk; rows that cannot be read go to `bad`, and properties to `texts`."""
        layout = self.layout
        at, there = self._instants(chunk)
        types, type_texts = self._texts(chunk, layout.type, layout.type_is)
        objects, object_texts = self._texts(chunk, layout.object, layout.object_is)
        named = np.fromiter(map(bool, type_texts), bool, len(type_texts))[types]
        there &= named
        for row in np.flatnonzero(~there).tolist():
            self._refuse(chunk, row, bool(named[row]), bad)
        used, pair = np.unique(types * len(object_texts) + objects, return_inverse=True)
        pairs: list[Pair] = [
            (type_texts[one // len(object_texts)], object_texts[one % len(object_texts)] or None)
            for one in used.tolist()
        ]
        properties, key = self._properties(chunk, types, type_texts, texts)
        if layout.key is not None:
            key = key.copy()
            keys, key_texts = self._texts(chunk, layout.key, None)
            for row, (type_, known_by) in enumerate(zip(types.tolist(), keys.tolist(), strict=True)):
                if key_texts[known_by]:
                    key[row] = given_key(type_texts[type_], key_texts[known_by])
        return Drafts(there, at, pair, pairs, key, properties)

    def _instants(self, chunk: CodedChunk) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """The instant of each row, and whether it has one."""
        place = self.layout.at
        column = chunk.columns[place] if place < len(chunk.columns) else self.source.cells(chunk, place)
        if isinstance(column, Instants):
            return column.micros, np.ones(len(chunk), bool)
        if isinstance(column, np.ndarray):
            read = self._map(place, "instant", self._instant).of(column)
        else:
            usual = usual_instants(column)
            if usual is not None:
                return usual, np.ones(len(chunk), bool)
            read = list(map(self._instant, column))
        there = np.fromiter((isinstance(one, int) for one in read), bool, len(chunk))
        return np.fromiter((one or 0 for one in read), np.int64, len(chunk)), there

    def _map(self, place: int, purpose: object, make: Callable[[Any], object]) -> MappedValues:
        mapped = self._mapped.get((place, purpose))
        if mapped is None:
            mapped = MappedValues(self.source.values[place], partial(map, make))
            self._mapped[place, purpose] = mapped
        return mapped

    def _texts(
        self, chunk: CodedChunk, place: int | None, same: str | None
    ) -> tuple[NDArray[np.int64], list[str]]:
        """The texts of a column without the blanks around them: the number of that of each row, and all."""
        if place is None:
            return np.zeros(len(chunk), np.int64), [same or ""]
        column = chunk.columns[place] if place < len(chunk.columns) else None
        if isinstance(column, np.ndarray):
            return column.astype(np.int64), self._map(place, "text", stripped).all()
        values = Values()
        texts = list(map(stripped, self.source.cells(chunk, place)))
        return values.numbers(texts, True).astype(np.int64), values.cells  # type: ignore[return-value]

    def _refuse(self, chunk: CodedChunk, row: int, named: bool, bad: dict[int, str]) -> None:
        place = self.layout.at
        at = cell_text(self.source.cell(chunk, place, row))
        if not at.strip():
            if self.layout.must:
                bad.setdefault(row, f"has no date in {self.source.source.columns[place]}")
        elif not named:
            bad.setdefault(row, "has no type of event")
        else:
            name = self.source.source.columns[place]
            bad.setdefault(row, f'"{shortened(at)}" in {name} is not a date')

    # --- properties -----------------------------------------------------------------------------

    def _properties(
        self, chunk: CodedChunk, types: NDArray[np.int64], type_texts: list[str], texts: Properties
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where each row's properties are as JSON, and the key that follows from them."""
        if not self.columns:
            return np.full(len(chunk), -1, np.int64), np.zeros(len(chunk), np.int64)
        here = {number: type_texts[number] for number in np.unique(types).tolist()}
        kinds = [{type_: self._kind(type_, column) for type_ in here.values()} for column in self.columns]
        coded = [self._coded(chunk, column) for column in self.columns]
        combinations = math.prod(len(self.source.values[column.place].cells) for column in self.columns)
        if (
            all(one is not None for one in coded)
            and all(len(set(one.values())) == 1 for one in kinds)
            and combinations < 1 << 62
        ):
            return self._from_table(chunk, types, here, [next(iter(one.values())) for one in kinds], texts)
        rows = self._members(chunk, types, here, kinds)
        if any(one is None for one in coded):
            return _write(list(rows), texts)
        written = self._written
        if len(written) > _MOST_WRITTEN:
            written.clear()
        combined = list(rows)
        missing = [row for row in dict.fromkeys(combined) if row not in written]
        places, keys = _write(missing, texts)
        written.update(zip(missing, zip(places.tolist(), keys.tolist(), strict=True), strict=True))
        both = np.array([written[row] for row in combined], np.int64).reshape(-1, 2)
        return both[:, 0], both[:, 1]

    def _coded(self, chunk: CodedChunk, column: Column) -> Numbers | None:
        found = chunk.columns[column.place] if column.place < len(chunk.columns) else None
        return found if isinstance(found, np.ndarray) else None

    def _writer(self, column: Column, kind: Kind) -> Callable[[object], object]:
        return member_writer(column.name, kind, self.understood[column.place].reader)

    def _from_table(
        self,
        chunk: CodedChunk,
        types: NDArray[np.int64],
        here: Mapping[int, str],
        kinds: Sequence[Kind],
        texts: Properties,
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """As `_properties`, of columns that are numbers and of one kind each: every combination is written
        once."""
        members = []
        number = np.zeros(len(chunk), np.int64)
        for column, kind in zip(self.columns, kinds, strict=True):
            coded = chunk.columns[column.place]
            assert isinstance(coded, np.ndarray)
            made = self._map(column.place, kind, self._writer(column, kind)).all()
            members.append(["" if one is UNREAD else one for one in made])
            if UNREAD in made:
                unread = np.fromiter((one is UNREAD for one in made), bool, len(made))
                self._note_unread(chunk, column, np.flatnonzero(unread[coded]).tolist())
            if any(self.found.get((type_, column.name)) is not kind for type_ in here.values()):
                there = np.fromiter(map(bool, members[-1]), bool, len(made))
                for type_ in np.unique(types[there[coded]]).tolist():
                    self.found[here[type_], column.name] = kind
            number = number * len(made) + coded
        sizes = tuple(map(len, members))
        if math.prod(sizes) > _MOST_COMBINED:
            used, inverse = np.unique(number, return_inverse=True)
            places, keys = _write(_combined(used, members), texts)
            return places[inverse], keys[inverse]
        if self._table is None or self._table.made_for != (sizes, tuple(kinds)):
            self._table = _Table((sizes, tuple(kinds)))
        table = self._table
        missing = np.unique(number[table.keys[number] < 0])
        if len(missing):
            table.places[missing], table.keys[missing] = _write(_combined(missing, members), texts)
        return table.places[number], table.keys[number]

    def _note_unread(self, chunk: CodedChunk, column: Column, rows: Sequence[int]) -> None:
        if rows:
            self.unread[column.place] += len(rows)
            example = cell_text(self.source.cell(chunk, column.place, rows[0])).strip()
            self.unread_examples.setdefault(column.place, example)

    def _members(
        self,
        chunk: CodedChunk,
        types: NDArray[np.int64],
        here: Mapping[int, str],
        kinds: Sequence[Mapping[str, Kind]],
    ) -> Iterator[tuple[str, ...]]:
        """The values of each row as members of JSON objects, blank ones empty."""
        of_rows = [here[number] for number in types.tolist()]
        columns = []
        for column, by_type in zip(self.columns, kinds, strict=True):
            members = self._column_members(chunk, column, of_rows, by_type)
            if UNREAD in members:
                unread = [row for row, member in enumerate(members) if member is UNREAD]
                self._note_unread(chunk, column, unread)
                members = ["" if member is UNREAD else member for member in members]
            for type_ in set(compress(of_rows, members)):
                self.found[type_, column.name] = by_type[type_]
            columns.append(members)
        return zip(*columns, strict=True)

    def _column_members(
        self, chunk: CodedChunk, column: Column, types: Sequence[str], kinds: Mapping[str, Kind]
    ) -> Sequence[Any]:
        coded = self._coded(chunk, column)
        writers = {kind: self._writer(column, kind) for kind in set(kinds.values())}
        if len(writers) > 1:
            cells = self.source.cells(chunk, column.place)
            return [writers[kinds[type_]](cell) for type_, cell in zip(types, cells, strict=True)]
        ((kind, writer),) = writers.items()
        if coded is not None:
            return self._map(column.place, kind, writer).of(coded)
        cells = self.source.cells(chunk, column.place)
        reader = self.understood[column.place].reader
        made = write_all(column.name, kind, reader, cells) if chunk.texts else None  # type: ignore[arg-type]
        return list(map(writer, cells)) if made is None else made

    def _kind(self, type_: str, column: Column) -> Kind:
        """The stated kind, else the one the store has, else the one found in the file."""
        found = self.understood[column.place].found or Kind.TEXT
        stored = self._stored.get(type_, {}).get(column.name)
        stated = self.stated[column.place].kind
        if stated is not None:
            return stated
        if stored is None or (stored is Kind.DATE and found is Kind.DATETIME):
            return found
        return stored


class _Table:
    """Of each combination of values: where its properties are, and its key, which is -1 until it is known."""

    def __init__(self, made_for: tuple[tuple[int, ...], tuple[Kind, ...]]) -> None:
        self.made_for = made_for
        self.places = np.full(math.prod(made_for[0]), -1, np.int64)
        self.keys = np.full(math.prod(made_for[0]), -1, np.int64)


def _combined(numbers: NDArray[np.int64], members: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    """The members that the numbers of combinations stand for."""
    places = np.unravel_index(numbers, tuple(map(len, members)))
    columns = [
        map(of_column.__getitem__, place.tolist()) for of_column, place in zip(members, places, strict=True)
    ]
    return list(zip(*columns, strict=True))


def _write(rows: Sequence[tuple[str, ...]], texts: Properties) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Members as objects: where each is, and its key."""
    if all(map(all, rows)):
        # JSON has no line feed as it is.
        written = ("{" + "}\n{".join(map(",".join, rows)) + "}").encode().split(b"\n") if rows else []
        return texts.add(written), _content_keys(written)
    written = [("{" + ",".join(filter(None, row)) + "}").encode() if any(row) else b"" for row in rows]
    keys = _content_keys(written)
    keys[[not text for text in written]] = 0
    return texts.add(written), keys


def stripped(cell: object) -> str:
    """A cell as text, without the blanks around it."""
    return cell_text(cell).strip()


@dataclass(slots=True)
class KindNumbers:
    """The numbers that stand for pairs of type and object, new pairs being stored."""

    store: Store
    _numbers: dict[Pair, int] = field(default_factory=dict)

    def of(self, pairs: Collection[Pair]) -> dict[Pair, int]:
        """The numbers of the pairs, and maybe of others."""
        if len(self._numbers) > _MOST_KINDS:
            self._numbers.clear()
        missing = [pair for pair in pairs if pair not in self._numbers]
        if missing:
            with self.store.transaction() as connection:
                connection.executemany(
                    "INSERT OR IGNORE INTO event_kind (type, object) VALUES (?, ?)", missing
                )
                for type_, object_ in missing:
                    row = connection.execute(
                        "SELECT id FROM event_kind WHERE type = ? AND ifnull(object, '') = ?",
                        (type_, object_ or ""),
                    ).fetchone()
                    self._numbers[type_, object_] = row[0]
        return self._numbers


def save_properties(store: Store, found: dict[tuple[str, str], Kind]) -> None:
    """Notes which properties events of which type have, and their kinds."""
    if found:
        with store.transaction() as connection:
            connection.executemany(
                "INSERT INTO property (type, name, kind) VALUES (?, ?, ?) "
                "ON CONFLICT (type, name) DO UPDATE SET kind = excluded.kind",
                [(type_, name, kind.value) for (type_, name), kind in found.items()],
            )
