"""What the columns of a file mean: which is the lead's id, which are attributes, which make events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...grammar.syntax.nodes import Kind

REST = "*"
"""Among `fields` or `properties`: every column that is not used otherwise."""


@dataclass(frozen=True, slots=True)
class EventColumns:
    """How a row becomes an event.

    `type` and `object` name columns; `type_is` and `object_is` are the same text for every row. `key`
    names a column whose value identifies the event among those of its lead and type. `properties` are
    columns; None means the rest where this is the file's only event and no attributes are asked for.
    """

    at: str
    type: str | None = None
    type_is: str | None = None
    object: str | None = None
    object_is: str | None = None
    key: str | None = None
    properties: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """What a file's columns mean.

    `lead` names the column of the lead's own id. `fields` are the columns that become attributes; None
    means the rest in a file without events and none in one with events. `rename` maps a column to the
    name of the attribute or property that it becomes.
    """

    lead: str
    fields: tuple[str, ...] | None = None
    events: tuple[EventColumns, ...] = ()
    rename: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file's text is to be read.

    `encoding` and `delimiter` None: found out. `timezone` is the IANA name of where times without an
    offset were written. `date_format` (as for `strptime`, or "unix" or "unix-ms") is understood besides
    ISO 8601, in `date_formats` for one column alone. `decimal` is the sign before a number's decimals.
    `kinds` states columns' kinds instead of inferring them.
    """

    encoding: str | None = None
    delimiter: str | None = None
    timezone: str = "UTC"
    date_format: str | None = None
    date_formats: Mapping[str, str] = field(default_factory=dict)
    decimal: str = "."
    kinds: Mapping[str, Kind] = field(default_factory=dict)
