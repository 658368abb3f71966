"""What a person decided about a file: what a row is, what each column is used as, and how it is read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from ...engine.importing.mapping import ROW_NUMBER, ColumnMapping, EventColumns, Reading
from ...engine.importing.preview import ColumnPreview
from ...engine.importing.problems import ImportRefused
from ...grammar.syntax.nodes import Kind

USES = {
    "id": "Lead id",
    "field": "Field of the lead",
    "merged ids": "Ids merged into it",
    "at": "When it happened",
    "type": "What happened",
    "object": "To what (page, form, product)",
    "key": "Id of the event",
    "property": "Detail of the event",
    "out": "Leave out",
}
"""What a column can be used as, and how the page calls it."""

OF_LEADS = ("id", "field", "merged ids", "out")
_ONCE = ("id", "merged ids", "at", "type", "object", "key")

KINDS = {
    Kind.TEXT: "text",
    Kind.NUMBER: "number",
    Kind.YES_NO: "yes/no",
    Kind.DATE: "date",
    Kind.DATETIME: "date and time",
    Kind.TEXTS: "several texts",
}

A_KIND = KINDS | {
    Kind.TEXT: "a text",
    Kind.NUMBER: "a number",
    Kind.DATE: "a date",
    Kind.DATETIME: "a date and time",
}
"""A value of a kind, as the page calls it."""

OPTIONS = {
    "sheet": "Sheet of the workbook",
    "header_row": "Line with the column names",
    "delimiter": "Sign between columns",
    "encoding": "Encoding",
    "timezone": "Time zone of times without one",
    "blank": "Words that mean nothing, with commas between",
    "id_prefix": "Left out before ids",
}
"""How the file as a whole is read: the options of an import, as the page calls them."""


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """What was decided about one column; what is "" was left to Leadwright."""

    use: str
    name: str = ""
    kind: str = ""
    date_format: str = ""
    decimal: str = ""
    separator: str = ""


@dataclass(frozen=True, slots=True)
class Choices:
    """What was decided about a file. `rows` is what a row is, "leads" or "events"; `type_is` what happened
    where no column says it; `options` how the file is read, by the keys of OPTIONS."""

    rows: str = "leads"
    columns: Mapping[str, ColumnChoice] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    type_is: str = ""
    numbered: bool = False
    keep_blank: bool = False
    known_only: bool = False
    merge_rows: bool = False

    def data(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Choices:
        """Read back from JSON."""
        columns = {name: ColumnChoice(**one) for name, one in data["columns"].items()}
        return cls(**{**data, "columns": columns})

    # --- what an import is told -------------------------------------------------------------------

    def column(self, use: str) -> str | None:
        """The column that is used as something that there is once."""
        return next((name for name, one in self.columns.items() if one.use == use), None)

    def lacking(self) -> str | None:
        """What has still to be decided before the file can be loaded, in a sentence."""
        if not self.columns:
            return None
        if not self.numbered and self.column("id") is None:
            return "Choose the column that holds the lead's id, such as its email or its number in your CRM."
        if self.rows == "events":
            if self.column("at") is None:
                return "Choose the column that says when it happened."
            if self.column("type") is None and not self.type_is:
                return "Choose the column that says what happened, or write one word for all rows."
        return None

    def mapping(self) -> ColumnMapping | None:
        """What the columns mean; None while something is lacking."""
        if not self.columns or self.lacking() is not None:
            return None
        lead = ROW_NUMBER if self.numbered else self.column("id")
        names = {name: one.name for name, one in self.columns.items() if one.name and one.name != name}
        fields = tuple(name for name, one in self.columns.items() if one.use == "field")
        events: tuple[EventColumns, ...] = ()
        if self.rows == "events":
            events = (
                EventColumns(
                    self.column("at") or "",
                    type=self.column("type"),
                    type_is=self.type_is if self.column("type") is None else None,
                    object=self.column("object"),
                    key=self.column("key"),
                    properties=tuple(name for name, one in self.columns.items() if one.use == "property"),
                ),
            )
        return ColumnMapping(
            lead or "",
            fields,
            events,
            names,
            merge_rows=self.merge_rows,
            known_only=self.known_only,
            merged_ids=self.column("merged ids"),
        )

    def reading(self) -> Reading:
        """How the file is read. Raises `ImportRefused`."""
        said = {name: value for name, value in self.options.items() if value and name != "blank"}
        header = said.pop("header_row", "")
        if header and not (header.isascii() and header.isdecimal() and 0 < int(header) < 1_000_000):
            raise ImportRefused(f'"{header}" is no number of a line', "write 1 for the first line")
        blanks = tuple(word.strip() for word in self.options.get("blank", "").split(",") if word.strip())
        return Reading(
            **said,  # type: ignore[arg-type]  # each of them is a text
            header_row=int(header) if header else None,
            kinds={name: Kind(one.kind) for name, one in self.columns.items() if one.kind},
            date_formats={name: one.date_format for name, one in self.columns.items() if one.date_format},
            decimals={name: one.decimal for name, one in self.columns.items() if one.decimal},
            separators={name: one.separator for name, one in self.columns.items() if one.separator},
            blanks=blanks,
            keep_blank=self.keep_blank,
        )

    # --- deciding ---------------------------------------------------------------------------------

    def deciding(self, option: str, column: str | None, value: str) -> Choices:
        """With an answer taken that was offered."""
        if option == "blank":
            words = [word for word in (self.options.get("blank", ""), value) if word]
            return replace(self, options={**self.options, "blank": ", ".join(dict.fromkeys(words))})
        if option == "merged_ids" and value in self.columns:
            used = replace(self.columns[value], use="merged ids")
            return replace(self, columns=_once({**self.columns, value: used}, self, "field"))
        if column is None and option not in OPTIONS:
            return self
        if column is None:
            return replace(self, options={**self.options, option: value})
        one = self.columns.get(column)
        if one is None or option not in ("kind", "date_format", "decimal", "separator"):
            return self
        return replace(self, columns={**self.columns, column: replace(one, **{option: value})})


def of_form(form: Mapping[str, str], before: Choices) -> Choices:
    """What a form says, of the columns that were shown."""
    rows = "events" if form.get("rows") == "events" else "leads"
    allowed = USES if rows == "events" else OF_LEADS
    columns: dict[str, ColumnChoice] = {}
    for place in range(2000):
        name = form.get(f"column.{place}")
        if name is None:
            break
        use = form.get(f"use.{place}", "")
        use = use if use in allowed else "property" if rows == "events" and use != "id" else "field"
        kind = form.get(f"kind.{place}", "")
        columns[name] = ColumnChoice(
            use,
            form.get(f"name.{place}", "").strip()[:200],
            kind if kind in {one.value for one in KINDS} else "",
            form.get(f"date_format.{place}", "").strip()[:100],
            form.get(f"decimal.{place}", "") if form.get(f"decimal.{place}") in (".", ",") else "",
            form.get(f"separator.{place}", "").strip()[:5],
        )
    options = {name: form.get(name, "").strip()[:200] for name in OPTIONS}
    columns = _once(columns, before, "property" if rows == "events" else "field")
    if columns and rows != before.rows and set(columns) == set(before.columns):
        columns = _turned(columns, rows)
    return Choices(
        rows,
        columns or dict(before.columns),
        {name: value for name, value in options.items() if value},
        form.get("type_is", "").strip()[:200],
        "numbered" in form,
        "keep_blank" in form,
        "known_only" in form,
        "merge_rows" in form,
    )


def _once(columns: dict[str, ColumnChoice], before: Choices, otherwise: str) -> dict[str, ColumnChoice]:
    """The columns where one that has just been chosen as something that there is once takes its place."""
    found = dict(columns)
    for use in _ONCE:
        several = [name for name, one in found.items() if one.use == use]
        new = [name for name in several if (old := before.columns.get(name)) is None or old.use != use]
        for name in several:
            if name != (new or several)[0]:
                found[name] = replace(found[name], use=otherwise)
    return found


def _turned(columns: dict[str, ColumnChoice], rows: str) -> dict[str, ColumnChoice]:
    """The columns once a row is something else: what was a field is a detail of an event, and back."""
    before, now = ("field", "property") if rows == "events" else ("property", "field")
    found = {name: replace(one, use=now if one.use == before else one.use) for name, one in columns.items()}
    return guessed_events(found) if rows == "events" else found


# --- guesses ------------------------------------------------------------------------------------

_IDS = (
    *("lead id", "leadid", "record id", "contact id", "id", "lead", "user id", "person id", "email"),
    *("e-mail", "email address", "contact", "customer id", "account id"),
)
_ATS = ("at", "when", "timestamp", "occurred at", "event date", "event time", "datetime", "date", "time")
_TYPES = ("event", "event type", "event name", "type", "what", "action", "activity", "activity type")
_OBJECTS = ("object", "page", "url", "asset", "form", "content", "campaign", "product")


def _plain(name: str) -> str:
    return " ".join(re.sub(r"[_\-.]+", " ", name).casefold().split())


def _first(names: Iterable[str], wanted: Iterable[str]) -> str | None:
    """The column that is called as the first of these that any is."""
    plain = {_plain(name): name for name in reversed(list(names))}
    return next((plain[word] for word in wanted if word in plain), None)


def guessed(columns: Iterable[ColumnPreview]) -> Choices:
    """What a file's columns are probably used as, by their names and kinds."""
    shown = list(columns)
    names = [column.column for column in shown]
    lead = _first(names, _IDS) or next((name for name in names if _plain(name).endswith(" id")), None)
    moments = {column.column for column in shown if column.kind in (Kind.DATE, Kind.DATETIME)}
    at = _first([name for name in names if name in moments and name != lead], _ATS)
    what = _first([name for name in names if name != lead], _TYPES)
    if lead is not None and at is not None and what is not None:
        chosen = {name: ColumnChoice("id" if name == lead else "property") for name in names}
        return Choices("events", guessed_events(chosen))
    return Choices("leads", {name: ColumnChoice("id" if name == lead else "field") for name in names})


def guessed_events(columns: Mapping[str, ColumnChoice]) -> dict[str, ColumnChoice]:
    """Columns with the parts of an event among them, where their names say so."""
    found = dict(columns)
    for use, wanted in (("at", _ATS), ("type", _TYPES), ("object", _OBJECTS)):
        free = [name for name, one in found.items() if one.use == "property"]
        name = _first(free, wanted)
        if name is not None and not any(one.use == use for one in found.values()):
            found[name] = replace(found[name], use=use)
    return found
