"""Events: appended, never changed, kept in the order of leads and time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ....grammar.frozen import frozen
from ....grammar.syntax.nodes import Kind
from ...values import moment_of
from ..database import Store


@frozen
class StoredEvent:
    """An event of a lead: its type and object as the data spells them, its instant, its properties.

    `object` is None where it has none. `instant` is microseconds since 1970-01-01T00:00Z.
    """

    type: str
    object: str | None
    instant: int
    properties: Mapping[str, Any]

    @property
    def at(self) -> datetime:
        """The instant as a datetime in UTC."""
        return moment_of(self.instant)


def count_events(store: Store) -> int:
    """How many events there are."""
    with store.guard():
        return int(store.connection.execute("SELECT count(*) FROM event").fetchone()[0])


def events_of(store: Store, lead: int) -> list[StoredEvent]:
    """The events of the lead with this number, in the order of time."""
    with store.guard():
        rows = store.connection.execute(
            "SELECT event_kind.type, event_kind.object, event.at, event.properties FROM event "
            "JOIN event_kind ON event_kind.id = event.kind WHERE event.lead = ? "
            "ORDER BY event.at, event.kind, event.key",
            (lead,),
        )
        return [
            StoredEvent(type_, object_, at, json.loads(properties) if properties else {})
            for type_, object_, at, properties in rows
        ]


def event_kinds(store: Store) -> dict[int, tuple[str, str | None]]:
    """Type and object of each number that stands for the two."""
    with store.guard():
        rows = store.connection.execute("SELECT id, type, object FROM event_kind ORDER BY id")
        return {number: (type_, object_) for number, type_, object_ in rows}


def stored_properties(store: Store) -> dict[str, dict[str, Kind]]:
    """The kinds of the properties that events of each type have."""
    found: dict[str, dict[str, Kind]] = {}
    with store.guard():
        for type_, name, kind in store.connection.execute("SELECT type, name, kind FROM property"):
            found.setdefault(type_, {})[name] = Kind(kind)
    return found
