"""A mapping laid over the columns that a file really has."""

from __future__ import annotations

from collections.abc import Iterable

from ...grammar.frozen import frozen
from .mapping import REST, ColumnMapping, EventColumns, Reading
from .problems import ImportRefused, near

_MOST_LISTED = 30


@frozen
class Column:
    """A column that becomes an attribute or a property: its place, its name there, its name then."""

    place: int
    source: str
    name: str


@frozen
class EventLayout:
    """How a row becomes an event, with columns by their place.

    `type` and `object` are places where the text given for all rows is None. `must`: the row is
    nothing but this event, so that one without a date cannot be read.
    """

    at: int
    type: int | None
    type_is: str | None
    object: int | None
    object_is: str | None
    key: int | None
    properties: tuple[Column, ...]
    must: bool


@frozen
class Layout:
    """What each column of a file is used for."""

    lead: int
    fields: tuple[Column, ...]
    events: tuple[EventLayout, ...]
    left_out: tuple[str, ...]
    merged_ids: int | None = None


def lay_out(
    label: str, mapping: ColumnMapping, reading: Reading, columns: list[str], id_is_field: bool = False
) -> Layout:
    """Finds every column that the mapping names. Raises `ImportRefused` where one is not there.

    With `id_is_field` the lead's id is among the rest that become attributes.
    """
    finder = _Finder(label, columns, mapping)
    for name in (
        *mapping.rename,
        *reading.kinds,
        *reading.date_formats,
        *reading.decimals,
        *reading.separators,
    ):
        finder.place(name, "", "")
    lead = finder.place(mapping.lead, "--lead-id", "the lead's id")
    merged_ids = finder.optional(mapping.merged_ids, "--merged-ids", "merged ids")
    if merged_ids == lead:
        raise ImportRefused(
            f"{mapping.lead} cannot hold both the lead's id and the ids merged into it",
            "name the column that lists the other ids with --merged-ids",
        )
    if mapping.merged_ids is not None:
        finder.used.add(mapping.merged_ids)
    for event in mapping.events:
        finder.use_event(event)
    named = [name for event in mapping.events for name in event.properties or () if name != REST]
    finder.used.update(named)
    finder.used.update(name for name in mapping.fields or () if name != REST)
    fields = _wanted_fields(mapping)
    if mapping.complete and not fields:
        raise ImportRefused(
            f"{label} is read for events, and --complete is about a file that has all leads",
            "leave --complete out, or leave --at out where each row is a lead",
        )
    if id_is_field and REST in fields:
        fields = (mapping.lead, *fields)
    only = len(mapping.events) == 1 and mapping.fields is None
    events = tuple(finder.event(event, only, not fields) for event in mapping.events)
    laid = finder.columns_of(fields)
    used = {column.source for column in laid} | finder.used
    used.update(column.source for event in events for column in event.properties)
    left_out = tuple(name for name in columns if name and name not in used)
    return Layout(lead, laid, events, left_out, merged_ids)


def _wanted_fields(mapping: ColumnMapping) -> tuple[str, ...]:
    if mapping.fields is not None:
        return mapping.fields
    return () if mapping.events else (REST,)


class _Finder:
    def __init__(self, label: str, columns: list[str], mapping: ColumnMapping) -> None:
        self.label = label
        self.columns = columns
        self.mapping = mapping
        self.places = {name: place for place, name in enumerate(columns) if name}
        self.used = {mapping.lead}

    def place(self, name: str, option: str, what: str) -> int:
        found = self.places.get(name)
        if found is not None:
            return found
        listed = ", ".join(list(self.places)[:_MOST_LISTED])
        more = ", ..." if len(self.places) > _MOST_LISTED else ""
        role = f" for {what}" if what else ""
        hint = f"its columns are {listed}{more}{near(name, self.places)}"
        if option in ("--type", "--object"):
            hint += f'; to give every row the same, write {option}-is "{name}"'
        raise ImportRefused(f"there is no column {name} in {self.label}{role}", hint)

    def optional(self, name: str | None, option: str, what: str) -> int | None:
        return None if name is None else self.place(name, option, what)

    def use_event(self, event: EventColumns) -> None:
        if event.type is None and not event.type_is:
            raise ImportRefused(
                f"an event of {self.label} has no type",
                'name its column with --type, or give all the same with --type-is "visited"',
            )
        used = (event.at, event.type, event.object, event.key)
        self.used.update(name for name in used if name is not None)

    def event(self, event: EventColumns, only: bool, no_fields: bool) -> EventLayout:
        properties = event.properties
        if properties is None:
            properties = (REST,) if only else ()
        return EventLayout(
            self.place(event.at, "--at", "the date of the event"),
            self.optional(event.type, "--type", "the type of the event"),
            event.type_is,
            self.optional(event.object, "--object", "the object of the event"),
            event.object_is,
            self.optional(event.key, "--key", "the key of the event"),
            self.columns_of(properties),
            must=no_fields and len(self.mapping.events) == 1,
        )

    def columns_of(self, names: Iterable[str]) -> tuple[Column, ...]:
        wanted = dict.fromkeys(names)
        if REST in wanted:
            del wanted[REST]
            wanted.update(dict.fromkeys(name for name in self.places if name not in self.used))
        found = []
        taken: dict[str, str] = {}
        for name in wanted:
            place = self.place(name, "", "")
            new = self.mapping.rename.get(name, name).strip()
            if taken.setdefault(new, name) != name:
                raise ImportRefused(
                    f"the columns {taken[new]} and {name} of {self.label} would both become {new}",
                    "rename one of them otherwise",
                )
            found.append(Column(place, name, new))
        return tuple(found)
