"""Rows made into events: kind, instant, key and properties of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from itertools import compress

from ...grammar.syntax.nodes import Kind
from ..store.database import Store
from ..store.records.events import stored_properties
from .layout import Column, EventLayout
from .problems import shortened
from .survey import Memo, Survey
from .values.cells import cell_text
from .values.columns import Column as Understood
from .values.columns import Stated
from .values.stored import UNREAD, member_writer

_MOST_KINDS = 100_000
_ORDINAL_BITS = 16

_MOST_WRITTEN = 50_000
"""Different combinations of properties that are remembered."""

Draft = tuple[str, str, str | None, int, int, str | None]
"""Lead, type, object, instant, key and properties; the kind's number comes later."""


def given_key(type_: str, key: str) -> int:
    """The key of an event that its source names: negative, so that it is told from the others."""
    return -1 - (_hash(f"{type_}\x1f{key}") >> 2)


def content_key(properties: str) -> int:
    """The key of an event known by its content alone, with room below for counting equal ones.

    That of an event without properties is 0, the smallest to store.
    """
    return _hash(properties) >> (_ORDINAL_BITS + 1) << _ORDINAL_BITS


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


class EventMaker:
    """Makes the events of one event layout, a chunk of rows at a time.

    `unread` counts, by a column's place, the values not of its kind; `found` says which properties events
    of which type have, and of what kind.
    """

    def __init__(
        self, store: Store, layout: EventLayout, survey: Survey, stated: Mapping[int, Stated], at_name: str
    ) -> None:
        self.layout = layout
        self.stated = stated
        self.at_name = at_name
        self.unread: Counter[int] = Counter()
        self.unread_examples: dict[int, str] = {}
        self.found: dict[tuple[str, str], Kind] = {}
        # In the order of names, so that equal events are equal however a file orders its columns.
        self.columns: tuple[Column, ...] = tuple(sorted(layout.properties, key=lambda column: column.name))
        self._stored = stored_properties(store)
        self.understood: dict[int, Understood] = {
            column.place: survey.understood(column.place, column.source, self._stated(column))
            for column in self.columns
        }
        moments = survey.moments[layout.at]
        self._moments = moments
        self._written: dict[tuple[str, ...], tuple[str | None, int]] = {}
        typed = any(look.typed for look in survey.looks[layout.at].counts)
        self._instants = Memo(moments.instant_of_cell if typed else moments.instant)  # type: ignore[arg-type]
        self._writers: dict[tuple[int, Kind], Memo] = {}

    def _stated(self, column: Column) -> Stated:
        """What is said of a property, the kind that the database has for it included."""
        kinds = [kinds[column.name] for kinds in self._stored.values() if column.name in kinds]
        stated = self.stated[column.place]
        return replace(stated, known=kinds[0]) if kinds and stated.kind is None else stated

    def make(
        self, leads: Sequence[str], columns: Sequence[Sequence[object]], bad: dict[int, str]
    ) -> list[tuple[int, Draft]]:
        """The events of a chunk, each with the place of its row; rows that cannot be read go to `bad`."""
        layout, count = self.layout, len(leads)
        cells = columns[layout.at]
        instants: Sequence[object] | None = self._moments.instants(cells)
        if instants is None:
            instants = list(map(self._instants.__getitem__, cells))
        types = _texts(columns, layout.type, layout.type_is, count)
        objects = _texts(columns, layout.object, layout.object_is, count)
        keys = _texts(columns, layout.key, None, count)
        texts = self._properties(types, columns)
        made: list[tuple[int, Draft]] = []
        rows = zip(leads, instants, types, objects, keys, texts, strict=True)
        for place, (lead, at, type_, object_, key, (text, number)) in enumerate(rows):
            if not isinstance(at, int) or not type_:
                self._refuse(place, cell_text(columns[layout.at][place]), type_, bad)
                continue
            known_by = given_key(type_, key) if key else number
            made.append((place, (lead, type_, object_ or None, at, known_by, text)))
        return made

    def _refuse(self, place: int, at: str, type_: str, bad: dict[int, str]) -> None:
        if not at.strip():
            if self.layout.must:
                bad.setdefault(place, f"has no date in {self.at_name}")
        elif not type_:
            bad.setdefault(place, "has no type of event")
        else:
            bad.setdefault(place, f'"{shortened(at)}" in {self.at_name} is no date')

    def _properties(
        self, types: Sequence[str], columns: Sequence[Sequence[object]]
    ) -> Sequence[tuple[str | None, int]]:
        """Each row's properties as JSON, None where it has none, and the key that follows from them."""
        if not self.columns:
            return [(None, 0)] * len(types)
        here = set(types)
        members = [self._members(column, types, here, columns[column.place]) for column in self.columns]
        written = self._written
        if len(written) > _MOST_WRITTEN:
            written.clear()
        return [written.get(row) or self._write(row) for row in zip(*members, strict=True)]

    def _write(self, row: tuple[str, ...]) -> tuple[str | None, int]:
        """The members of one row as an object with its key; the same combination comes again and again."""
        text = "{" + ",".join(filter(None, row)) + "}" if any(row) else None
        made = self._written[row] = (text, 0 if text is None else content_key(text))
        return made

    def _members(
        self, column: Column, types: Sequence[str], here: set[str], cells: Sequence[object]
    ) -> Sequence[str]:
        """A column's values as members of JSON objects, blank ones empty."""
        kinds = {type_: self._kind(type_, column) for type_ in here}
        if len(set(kinds.values())) == 1:
            writer = self._writer(column, next(iter(kinds.values())))
            members = list(map(writer.__getitem__, cells))
        else:
            writers = {type_: self._writer(column, kind) for type_, kind in kinds.items()}
            members = [writers[type_][cell] for type_, cell in zip(types, cells, strict=True)]
        if UNREAD in members:
            self.unread[column.place] += members.count(UNREAD)
            example = cell_text(cells[members.index(UNREAD)]).strip()
            self.unread_examples.setdefault(column.place, example)
            members = ["" if member is UNREAD else member for member in members]
        for type_ in set(compress(types, members)):
            self.found[type_, column.name] = kinds[type_]
        return members  # type: ignore[return-value]  # all texts, once none is unread

    def _writer(self, column: Column, kind: Kind) -> Memo:
        writer = self._writers.get((column.place, kind))
        if writer is None:
            writer = Memo(member_writer(column.name, kind, self.understood[column.place].reader))
            self._writers[column.place, kind] = writer
        return writer

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


def _texts(
    columns: Sequence[Sequence[object]], place: int | None, same: str | None, count: int
) -> Sequence[str]:
    if place is None:
        return [same or ""] * count
    return texts_of(columns[place])


def texts_of(cells: Sequence[object]) -> list[str]:
    """Cells as texts, without the blanks around them."""
    try:
        return list(map(str.strip, cells))  # type: ignore[arg-type]  # texts nearly always
    except TypeError:
        return [cell_text(cell).strip() for cell in cells]


@dataclass(slots=True)
class KindNumbers:
    """The numbers that stand for pairs of type and object, new pairs being stored."""

    store: Store
    _numbers: dict[tuple[str, str | None], int] = field(default_factory=dict)

    def of(self, pairs: Iterable[tuple[str, str | None]]) -> dict[tuple[str, str | None], int]:
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
