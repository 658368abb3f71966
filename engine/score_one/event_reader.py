"""The events of one lead, as a caller gives them, made into rows: the quickest way from mappings to facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from operator import itemgetter
from typing import TYPE_CHECKING

from ..values import EPOCH
from .facts import MEMO_LIMIT, OF_EVENT, Event, Row, ValueReader, event_from, instant_from

if TYPE_CHECKING:
    from .event_classes import EventClasses

_AT = itemgetter(0)

Entry = tuple[int, object, tuple[tuple[int, str, ValueReader], ...]]
"""How to make a row of an event: the code of its class, its columns but for what depends on properties, and
those: where each stands, the property, and what prepares it."""


class EventReader:
    """Makes rows of the events of one plan. Remembers types and objects, but no event; safe in threads."""

    def __init__(self, classes: EventClasses) -> None:
        self._width = classes.width
        self._types = {type_: _OfType(classes, type_) for type_ in classes.types}

    def rows(self, events: Iterable[Event | Mapping[str, object]]) -> list[Row]:
        """The events that the plan reads, in ascending time.

        Raises FactsError for an event without a type or a readable instant, whether the plan reads it or not.
        """
        rows: list[Row] = []
        add, types, width = rows.append, self._types, self._width
        read_iso, epoch = datetime.fromisoformat, EPOCH
        for event in events:
            if event.__class__ is dict:
                get = event.get
                type_, at, object_, properties = get("type"), get("at"), get("object"), get("properties")
                if type_.__class__ is not str or (
                    properties.__class__ is not dict and properties is not None
                ):
                    type_, at, object_, properties = _parts(event)
                elif object_.__class__ is not str and object_ is not None:
                    object_ = object_ if isinstance(object_, str) else None
            else:
                type_, at, object_, properties = _parts(event)
            # 2026-01-15T12:00:00Z, the commonest way to write an instant, and the quickest to read.
            if at.__class__ is str and at[7::3] == "-T::Z":
                try:
                    since = read_iso(at) - epoch
                    instant = since.days * 86_400_000_000 + since.seconds * 1_000_000
                except ValueError:
                    instant = instant_from(at)
            else:
                instant = instant_from(at)
            of_type = types.get(type_)
            if of_type is None:
                continue
            if not of_type.properties:
                code, columns, reads = of_type[object_]
            else:
                if event.__class__ is not dict or len(event) != 4 or object_ is None or properties is None:
                    properties = _properties(event, properties)
                code, columns, reads = (
                    of_type.by_properties(object_, properties) if of_type.bys else of_type[object_]
                )
            if not code:
                continue
            if not width:
                add((instant, code))
            elif not reads:
                add((instant, code, columns))  # type: ignore[arg-type]
            elif width == 1:
                assert properties is not None
                add((instant, code, reads[0][2].read(properties.get(reads[0][1]))))
            else:
                assert properties is not None
                filled = list(columns)  # type: ignore[call-overload]
                for place, name, reader in reads:
                    value = properties.get(name)
                    filled[place] = reader[value] if value.__class__ is str else reader.read(value)
                add((instant, code, tuple(filled)))
        rows.sort(key=_AT)
        return rows


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
        told = [properties.get(by) for by in self.bys]
        spelt = {by: one for by, one in zip(self.bys, told, strict=True) if isinstance(one, str)}
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
        entry = (code, columns, tuple(reads))
        if len(self) < MEMO_LIMIT:
            self[key] = entry
        return entry
