"""A mapping tried on the last messages of a source, before it is kept."""

from __future__ import annotations

import json

from ...grammar.frozen import frozen
from ..receivers.adapters import ADAPTERS, read_call
from ..receivers.calls import Unreadable
from ..store.database import Store
from .mapping import SourceMapping
from .sources import Source
from .values import flat


@frozen
class Tried:
    """What a message would become: an event, fields, or nothing, and why."""

    event: str | None = None
    properties: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    why: str | None = None


def try_mapping(store: Store, source: Source, mapping: SourceMapping) -> list[Tried]:
    """What each of the last messages of a source would become, the newest first."""
    with store.guard():
        rows = store.connection.execute(
            "SELECT body, about FROM live_message WHERE source = ? ORDER BY id DESC", (source.id,)
        ).fetchall()
    return [_tried(source, mapping, raw, about) for raw, about in rows]


def _tried(source: Source, mapping: SourceMapping, raw: str, about: str) -> Tried:
    try:
        call = read_call(ADAPTERS[source.adapter], json.loads(raw), json.loads(about))
    except ValueError:
        return Tried(why="it is too long to be kept whole")
    except Unreadable as error:
        return Tried(why=str(error))
    if call.ignored is not None:
        return Tried(why=call.ignored)
    if call.type is not None and mapping.ignores(call.type):
        return Tried(why=f'"{call.type}" is left out')
    traits = [mapping.field_of(name) for name, _ in flat(call.traits, lambda _: None)]
    fields = tuple(name for name in traits if name is not None)
    if call.type is None:
        return Tried(fields=fields)
    type_, object_, properties = mapping.event_of(call)
    names = tuple(mapping.rename.get(name, name) for name, _ in flat(properties, lambda _: None))
    return Tried(type_ if object_ is None else f"{type_} {object_}", names, fields)
