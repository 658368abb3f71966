"""What a source's messages become, kept as TOML in the words of the importer's mapping file.

fields = ["*"]                    # traits that become fields; "*" for all others
ignore = ["Heartbeat", "chat_*"]  # events that are left out
blank = ["n/a"]                   # words for nothing

[rename]
jobTitle = "title"                # trait = name of the field

[kinds]
zip = "text"                      # text, number, yes/no, date, datetime, texts

[[event]]
called = "Article Read"           # as the client calls it
type = { is = "read" }            # as rules call it
object = "slug"                   # the property that it is of
properties = ["author"]           # those that are kept; "*" for all, which is so without this line
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from ...grammar.frozen import frozen
from ...grammar.syntax.nodes import Kind
from ..importing.mapping import REST
from ..importing.mapping_file import MappingReader
from ..importing.problems import ImportRefused
from ..receivers.calls import Call, text_of
from ..values import text_key

_TOP = ("fields", "ignore", "blank", "rename", "kinds", "event")
_EVENT = ("called", "type", "object", "properties")
LONGEST = 20_000


@frozen
class EventMapping:
    """What one event of the client becomes. `object` names a property; `properties` None keeps all."""

    type: str
    object: str | None = None
    properties: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class SourceMapping:
    """What a source's messages become; see above."""

    fields: frozenset[str] = frozenset((REST,))
    ignore: tuple[str, ...] = ()
    blanks: tuple[str, ...] = ()
    rename: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    events: Mapping[str, EventMapping] = field(default_factory=dict)

    def field_of(self, trait: str) -> str | None:
        """The field that a trait becomes, None for none."""
        if REST not in self.fields and trait not in self.fields:
            return None
        return self.rename.get(trait, trait)

    def ignores(self, type_: str) -> bool:
        """Whether events of a type are left out."""
        if not self.ignore:
            return False
        key = text_key(type_)
        return any(
            key.startswith(asked[:-1]) if asked.endswith("*") else key == asked
            for asked in map(text_key, self.ignore)
        )

    def event_of(self, call: Call) -> tuple[str, str | None, Mapping[str, Any]]:
        """Type, object and properties of what happened."""
        assert call.type is not None
        found = self.events.get(text_key(call.type))
        if found is None:
            return call.type, call.object, call.properties
        kept = dict(call.properties)
        object_ = call.object
        if found.object is not None:
            object_ = text_of(kept.pop(found.object, None)) or object_
        if found.properties is not None:
            kept = {name: value for name, value in kept.items() if name in found.properties}
        return found.type, object_, kept


@lru_cache(maxsize=64)
def read_source_mapping(text: str) -> SourceMapping:
    """Reads a source's mapping. Raises `ImportRefused` where it does not say what it must."""
    if len(text) > LONGEST:
        raise ImportRefused(
            f"the mapping has more than {LONGEST:,} characters", "leave out what is the default"
        )
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ImportRefused(
            f"the mapping is not TOML: {error}",
            'write lines like ignore = ["Heartbeat"], with texts in quotation marks',
        ) from None
    reader = MappingReader("the mapping")
    reader.known(found, _TOP, "")
    kinds = {name: reader.kind(name, word) for name, word in reader.table(found, "kinds").items()}
    fields = reader.texts(found, "fields")
    events = found.get("event", [])
    if not isinstance(events, list) or not all(isinstance(event, dict) for event in events):
        raise reader.refused("has [event] where [[event]] is meant", "write [[event]] above each event")
    return SourceMapping(
        frozenset((REST,) if fields is None else fields),
        reader.texts(found, "ignore") or (),
        reader.texts(found, "blank") or (),
        reader.table(found, "rename"),
        kinds,
        dict(_event(reader, event) for event in events),
    )


def _event(reader: MappingReader, found: dict[str, Any]) -> tuple[str, EventMapping]:
    reader.known(found, _EVENT, " under [[event]]")
    called = reader.text(found, "called")
    if called is None:
        raise reader.refused(
            "has an event without called", 'write called = "the name that the client gives it"'
        )
    type_ = found.get("type")
    if isinstance(type_, dict):
        reader.known(type_, ("is",), " in type")
        type_ = reader.text(type_, "is")
    elif type_ is not None:
        raise reader.refused("has a type that is no name", 'write type = { is = "read" }')
    properties = reader.texts(found, "properties")
    kept = None if properties is None or REST in properties else frozenset(properties)
    return text_key(called), EventMapping(type_ or called, reader.text(found, "object"), kept)
