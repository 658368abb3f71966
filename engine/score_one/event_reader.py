"""The events of one lead, as a caller gives them, made into rows: the quickest way from mappings to facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import TYPE_CHECKING

from .facts import (
    INSTANTS,
    MEMO_LIMIT,
    OF_EVENT,
    Columns,
    Event,
    EventRow,
    ValueReader,
    event_from,
    instant_from,
)

if TYPE_CHECKING:
    from .event_classes import EventClasses

_AT = itemgetter(0)


class _Columns(dict[str, object]):
    """The columns of rows by the one text that they depend on, each kind of row made once."""

    __slots__ = ("_columns", "_place", "_reader")

    def __init__(self, columns: object, place: int, reader: ValueReader) -> None:
        super().__init__()
        self._columns = columns
        self._place = place
        self._reader = reader

    def of(self, value: object) -> object:
        """The columns with any value, text or not."""
        read = self._reader.read(value)
        if not isinstance(self._columns, tuple):
            return read
        return (*self._columns[: self._place], read, *self._columns[self._place + 1 :])

    def __missing__(self, text: str) -> object:
        made = self.of(text)
        if len(self) < MEMO_LIMIT:
            self[text] = made
        return made


Reads = tuple[tuple[int, str, ValueReader], ...]
"""What is read of an event's properties: where each value stands, the property, and what prepares it."""

Entry = tuple[int, object, str | None, _Columns | None, Reads]
"""How to make a row of an event: the code of its class and its columns but for what depends on properties.
Where that is a single one, its name and the columns by its text; where they are several, those."""


class EventReader:
    """Makes rows of the events of one plan. Remembers types and objects, but no event; safe in threads."""

    def __init__(self, classes: EventClasses) -> None:
        self._width = classes.width
        self._types = {type_: _OfType(classes, type_) for type_ in classes.types}

    def rows(self, events: Iterable[Event | Mapping[str, object]]) -> list[EventRow]:
        """The events that the plan reads, in ascending time.

        Raises FactsError for an event without a type or a readable instant, whether the plan reads it or not.
        """
        rows: list[EventRow] = []
        add, types, width, instants = rows.append, self._types, self._width, INSTANTS
        for event in events:
            if event.__class__ is dict:
                try:
                    type_, at = event["type"], event["at"]
                except KeyError:
                    type_ = at = None
                get = event.get
                object_, properties = get("object"), get("properties")
                if type_.__class__ is not str or (
                    properties.__class__ is not dict and properties is not None
                ):
                    type_, at, object_, properties = _parts(event)
                elif object_.__class__ is not str and object_ is not None:
                    object_ = object_ if isinstance(object_, str) else None
            else:
                type_, at, object_, properties = _parts(event)
            # A lead is scored again with each new event, so most instants were read before.
            instant = instants.get(at) if at.__class__ is str else None
            if instant is None:
                instant = instant_from(at)
            of_type = types.get(type_)
            if of_type is None:
                continue
            if of_type.properties:
                given = 3 if object_ is None else 4
                if properties is None or event.__class__ is not dict or len(event) != given:
                    properties = _properties(event, properties)
                code, columns, name, filled, reads = (
                    of_type.by_properties(object_, properties) if of_type.bys else of_type[object_]
                )
                if filled is not None and name is not None:
                    value = properties.get(name)
                    columns = filled[value] if value.__class__ is str else filled.of(value)
                elif reads:
                    columns = _filled(columns, reads, properties)
            else:
                code, columns, _, _, _ = of_type[object_]
            if code:
                add((instant, code, columns) if width else (instant, code))  # type: ignore[arg-type]
        rows.sort(key=_AT)
        return rows


def _filled(columns: object, reads: Reads, properties: Mapping[str, object]) -> Columns:
    """The columns of an event with what several properties of it are."""
    assert isinstance(columns, tuple)
    filled = list(columns)
    for place, name, reader in reads:
        value = properties.get(name)
        filled[place] = reader[value] if value.__class__ is str else reader.read(value)
    return tuple(filled)


def _parts(event: Event | Mapping[str, object]) -> tuple[str, object, str | None, Mapping[str, object]]:
    """What an event of any form says. Raises FactsError where it has no type or instant."""
    made = event_from(event)
    return made.type, made.at, made.object, made.properties


def _properties(
    event: Event | Mapping[str, object], gathered: Mapping[str, object] | None
) -> Mapping[str, object]:
    """All properties of an event: those gathered under their key, and every other key of a mapping."""
    if not isinstance(event, dict) or event.keys() <= OF_EVENT:
        return gathered or {}
    return {key: value for key, value in event.items() if key not in OF_EVENT} | dict(gathered or {})


class _OfType(dict[object, Entry]):
    """How to make rows of the events of one type, by their object; filled as objects come up.

    `bys` are the properties that an object is read from, where any is: then the key has all of them.
    `properties`: any is read of an event of this type.
    """

    __slots__ = ("_classes", "_type", "bys", "properties")

    def __init__(self, classes: EventClasses, type_: str) -> None:
        super().__init__()
        self._classes = classes
        self._type = type_
        self.bys = classes.object_properties(type_)
        self.properties = classes.reads_properties(type_)

    def __missing__(self, object_: str | None) -> Entry:
        return self._remembered(object_, object_, {})

    def by_properties(self, object_: str | None, properties: Mapping[str, object]) -> Entry:
        """The entry of an event whose object a property tells."""
        object_keys = [properties.get(by) for by in self.bys]
        spelt = {by: one for by, one in zip(self.bys, object_keys, strict=True) if isinstance(one, str)}
        key = (object_, *map(spelt.get, self.bys))
        found = self.get(key)
        return self._remembered(key, object_, spelt) if found is None else found

    def _remembered(self, key: object, object_: str | None, objects: Mapping[str, object]) -> Entry:
        classes = self._classes
        code = classes.code(self._type, object_, objects)
        reads = []
        columns: object = None
        if code:
            columns = classes.columns(code, self._type, object_, objects)
            for place, column in enumerate(classes.known[code].columns):
                if column is not None and column.name is not None:
                    reads.append((place, column.name, classes.reader(column)))
                    if isinstance(columns, tuple) and classes.width > 1:
                        columns = (*columns[:place], None, *columns[place + 1 :])
        name = filled = None
        if len(reads) == 1:
            place, name, reader = reads[0]
            filled = _Columns(columns, place, reader)
        entry = (code, columns, name, filled, tuple(reads))
        if len(self) < MEMO_LIMIT:
            self[key] = entry
        return entry
