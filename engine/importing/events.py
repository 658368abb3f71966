"""Rows made into events: kind, instant, key and properties of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from ...grammar.nodes import Kind
from ..store.events import stored_properties
from ..store.opening import Store
from .layout import Column, EventLayout
from .mapping import Reading
from .problems import shortened
from .survey import Memo, Survey, kind_found
from .values import UNREAD, member_writer

_MOST_KINDS = 100_000
_ORDINAL_BITS = 16

Draft = tuple[str, str, object, object, int, str | None]
"""Lead, type, object, instant, key and properties; the kind's number comes later."""


def given_key(type_: str, key: str) -> int:
    """The key of an event that its source names: negative, so that it is told from the others."""
    return -1 - (_hash(f"{type_}\x1f{key}") >> 2)


def content_key(properties: str | None) -> int:
    """The key of an event known by its content alone, with room below for counting equal ones."""
    return 0 if properties is None else _hash(properties) >> (_ORDINAL_BITS + 1) << _ORDINAL_BITS


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


@dataclass(slots=True)
class _TypeProperties:
    """How events of one type write their properties. `waiting` are those not seen with a value yet."""

    writers: list[Memo]
    waiting: set[int]


@dataclass(slots=True)
class EventMaker:
    """Makes the events of one event layout, row by row."""

    store: Store
    layout: EventLayout
    survey: Survey
    reading: Reading
    at_name: str
    unread: dict[int, int] = field(default_factory=dict)
    found: dict[tuple[str, str], Kind] = field(default_factory=dict)
    _types: dict[str, _TypeProperties] = field(default_factory=dict)
    _stored: dict[str, dict[str, Kind]] = field(default_factory=dict)
    _at: Memo = field(init=False)
    _columns: tuple[Column, ...] = field(init=False)

    def __post_init__(self) -> None:
        self._at = Memo(self.survey.moments[self.layout.at].instant)
        # In the order of names, so that equal events are equal however a file orders its columns.
        self._columns = tuple(sorted(self.layout.properties, key=lambda column: column.name))
        self._stored = stored_properties(self.store)

    def make(
        self, leads: Sequence[str], columns: Sequence[Sequence[str]], bad: dict[int, str]
    ) -> list[tuple[int, Draft]]:
        """The events of a chunk, each with the place of its row; rows that cannot be read go to `bad`."""
        layout = self.layout
        count = len(leads)
        instants = list(map(self._at.__getitem__, columns[layout.at]))
        types = _texts(columns, layout.type, layout.type_is, count)
        objects = _texts(columns, layout.object, layout.object_is, count)
        keys = _texts(columns, layout.key, None, count)
        properties = (
            zip(*(columns[column.place] for column in self._columns), strict=True)
            if self._columns
            else [()] * count
        )
        made: list[tuple[int, Draft]] = []
        for place, (lead, at, type_, object_, key, cells) in enumerate(
            zip(leads, instants, types, objects, keys, properties, strict=True)
        ):
            if at is None or not type_:
                self._refuse(place, columns[layout.at][place], type_, bad)
                continue
            text = self._write(type_, cells) if cells else None
            number = given_key(type_, key) if key else content_key(text)
            made.append((place, (lead, type_, object_ or None, at, number, text)))
        return made

    def _refuse(self, place: int, at: str, type_: str | None, bad: dict[int, str]) -> None:
        if not at.strip():
            if self.layout.must:
                bad.setdefault(place, f"has no date in {self.at_name}")
        elif not type_:
            bad.setdefault(place, "has no type of event")
        else:
            bad.setdefault(place, f'"{shortened(at)}" in {self.at_name} is no date')

    def _write(self, type_: str, cells: Sequence[str]) -> str | None:
        known = self._types.get(type_) or self._start(type_)
        members = [writer[cell] for writer, cell in zip(known.writers, cells, strict=True)]
        if UNREAD in members:
            for place, member in enumerate(members):
                if member is UNREAD:
                    column = self._columns[place].place
                    self.unread[column] = self.unread.get(column, 0) + 1
                    members[place] = ""
        if known.waiting:
            for place in [place for place in known.waiting if members[place]]:
                known.waiting.discard(place)
                self.found[type_, self._columns[place].name] = self._kind(type_, self._columns[place])
        text = ",".join(filter(None, members))  # type: ignore[arg-type]  # texts, once none is unread
        return f"{{{text}}}" if text else None

    def _start(self, type_: str) -> _TypeProperties:
        if len(self._types) >= _MOST_KINDS:
            self._types.clear()
        writers = []
        for column in self._columns:
            kind, moments = self._kind(type_, column), self.survey.moments[column.place]
            writers.append(Memo(member_writer(column.name, kind, moments, self.reading.decimal)))
        started = self._types[type_] = _TypeProperties(writers, set(range(len(writers))))
        return started

    def _kind(self, type_: str, column: Column) -> Kind:
        """The stated kind, else the one the store has, else the one found in the file."""
        found = kind_found(self.survey, column.place) or Kind.TEXT
        stored = self._stored.get(type_, {}).get(column.name)
        if column.source in self.reading.kinds:
            return self.reading.kinds[column.source]
        if stored is None or (stored is Kind.DATE and found is Kind.DATETIME):
            return found
        return stored


def _texts(
    columns: Sequence[Sequence[str]], place: int | None, same: str | None, count: int
) -> Sequence[str | None]:
    if place is None:
        return [same] * count
    return list(map(str.strip, columns[place]))


@dataclass(slots=True)
class KindNumbers:
    """The numbers that stand for pairs of type and object, new pairs being stored."""

    store: Store
    _numbers: dict[tuple[str, str | None], int] = field(default_factory=dict)

    def of(self, pairs: set[tuple[str, str | None]]) -> dict[tuple[str, str | None], int]:
        """The numbers of the pairs."""
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
