"""What the columns of a file mean: which is the lead's id, which are attributes, which make events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...grammar.frozen import frozen
from ...grammar.syntax.nodes import Kind
from .problems import ImportRefused

ROW_NUMBER = "(row number)"
"""In the place of the column of the lead's id: rows are told apart by their numbers."""

REST = "*"
"""Among `fields` or `properties`: every column that is not used otherwise."""


@frozen
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

    `lead` names the column of the lead's own id; `ROW_NUMBER` where the rows have none and their numbers must
    do. `fields` are the columns that become attributes; None means the rest in a file without events and none
    in one with events. `rename` maps a column to the name of the attribute or property that it becomes.
    `merge_rows`: many rows may be of one lead. `known_only`: leads that are not there yet are not made.
    `merged_ids` is the column that lists ids which the source has merged into the row's. `complete`: the file
    has all leads that there are, so that those which it lacks are named.
    """

    lead: str
    fields: tuple[str, ...] | None = None
    events: tuple[EventColumns, ...] = ()
    rename: Mapping[str, str] = field(default_factory=dict)
    merge_rows: bool = False
    known_only: bool = False
    merged_ids: str | None = None
    complete: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is to be read.

    `encoding`, `delimiter`, `decimal` (the decimal separator) and `header_row` (counted from 1) None:
    found out. `timezone` is the IANA name of where times without an offset were written. `date_format` (as
    for `strptime`, or "unix" or "unix-ms") is understood besides ISO 8601. `date_formats`, `decimals` and
    `separators` (the sign between several choices) are for one column each, `kinds` state columns' kinds
    instead of inferring them. `blanks` are words for nothing. A blank cell makes unknown what was known,
    unless `keep_blank`. `id_prefix` is left out before ids. `sheet` is the one of a workbook to read,
    `names` name columns by their numbers.
    """

    encoding: str | None = None
    delimiter: str | None = None
    timezone: str = "UTC"
    date_format: str | None = None
    date_formats: Mapping[str, str] = field(default_factory=dict)
    decimal: str | None = None
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    decimals: Mapping[str, str] = field(default_factory=dict)
    separators: Mapping[str, str] = field(default_factory=dict)
    blanks: tuple[str, ...] = ()
    keep_blank: bool = False
    id_prefix: str | None = None
    header_row: int | None = None
    sheet: str | None = None
    names: Mapping[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for sign in (self.decimal, *self.decimals.values()):
            if sign not in (None, ".", ","):
                raise ImportRefused(f'"{sign}" cannot be the decimal separator', 'write "." or ","')
