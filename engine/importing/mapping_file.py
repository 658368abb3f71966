"""The mapping kept in a small TOML file beside the data: `leads.toml` for `leads.csv`.

lead = "mql_id"                          # the column of the lead's own id
fields = ["origin"]                      # columns that are attributes; "*" for all others
timezone = "America/Sao_Paulo"           # of times without an offset; also encoding, delimiter,
date_format = "%d/%m/%Y"                 #   decimal, sheet, id_prefix, table, query
blank = ["null", "N/A"]                  # words for nothing
keep_blank = true                        # a blank cell leaves what is known
merge_rows = true                        # many rows may be of one lead
known_only = true                        # leads that are not there yet are not made
merged_ids = "Merged Record IDs"         # ids that were merged into the row's
complete = true                          # the file has all leads: name those that it lacks

[rename]
origin = "source"                        # column = name of the attribute or property

[kinds]
zip = "text"                             # text, number, yes/no, date, datetime, texts

[date_formats]
won_date = "%d.%m.%Y"                    # for one column alone

[decimals]
"Annual Revenue" = ","                   # likewise

[separators]
roles = "|"                              # between several choices

[[event]]                                # as often as a row tells of events
type = { is = "first contact" }          # the same for every row; or the name of a column
object = "landing_page_id"
at = "first_contact_date"
key = "activity_id"                      # identifies the event in its source
properties = ["amount"]
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ...grammar.frozen import frozen
from ...grammar.syntax.nodes import Kind
from .mapping import ColumnMapping, EventColumns, Reading
from .problems import ImportRefused, near

_TEXTS = ("encoding", "delimiter", "timezone", "date_format", "decimal", "sheet", "id_prefix")
_COLUMNS = ("rename", "kinds", "date_formats", "decimals", "separators")
_YES_NO = ("keep_blank", "known_only", "merge_rows", "complete")
_TOP = ("lead", "merged_ids", "fields", "event", "table", "query", "blank", *_COLUMNS, *_YES_NO, *_TEXTS)
_EVENT = ("type", "object", "at", "key", "properties")


@frozen
class MappingFile:
    """What a mapping file says; `table` or `query` is what to read where the data is a database."""

    mapping: ColumnMapping
    reading: Reading
    table: str | None
    query: str | None


def mapping_beside(data: Path) -> Path | None:
    """The mapping file that stands beside a data file, if there is one."""
    plain = data.with_suffix("") if data.suffix in (".gz", ".zip") else data
    path = plain.with_suffix(".toml")
    return path if path != data and path.is_file() else None


def read_mapping(path: Path) -> MappingFile:
    """Reads a mapping file. Raises `ImportRefused` where it does not say what it must."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ImportRefused(f"there is no mapping file {path}", "check the name") from None
    except OSError as error:
        raise ImportRefused(f"the mapping file {path} cannot be read: {error.strerror}", "check it") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ImportRefused(
            f"the mapping file {path} is not TOML: {error}",
            'write lines like lead = "email", with texts in quotation marks',
        ) from None
    return MappingReader(f"the mapping file {path}").read(found)


@frozen
class MappingReader:
    """Reads what a mapping says. `called` is what messages call the mapping. Raises `ImportRefused`."""

    called: str

    def read(self, found: dict[str, Any]) -> MappingFile:
        self.known(found, _TOP, "")
        if "lead" not in found:
            raise self.refused("does not say which column is the lead's id", 'write lead = "the column"')
        events = found.get("event", [])
        if not isinstance(events, list) or not all(isinstance(event, dict) for event in events):
            raise self.refused("has [event] where [[event]] is meant", "write [[event]] above each event")
        mapping = ColumnMapping(
            self.text(found, "lead") or "",
            self.texts(found, "fields"),
            tuple(self.event(event) for event in events),
            self.table(found, "rename"),
            merge_rows=self.yes_no(found, "merge_rows"),
            known_only=self.yes_no(found, "known_only"),
            merged_ids=self.text(found, "merged_ids"),
            complete=self.yes_no(found, "complete"),
        )
        given = {name: self.text(found, name) for name in _TEXTS if name in found}
        reading = Reading(
            date_formats=self.table(found, "date_formats"),
            decimals=self.table(found, "decimals"),
            separators=self.table(found, "separators"),
            blanks=self.texts(found, "blank") or (),
            keep_blank=self.yes_no(found, "keep_blank"),
            kinds={name: self.kind(name, word) for name, word in self.table(found, "kinds").items()},
            **given,  # type: ignore[arg-type]  # each of them is a text, or not there
        )
        return MappingFile(mapping, reading, self.text(found, "table"), self.text(found, "query"))

    def event(self, found: dict[str, Any]) -> EventColumns:
        self.known(found, _EVENT, " under [[event]]")
        type_, type_is = self.column_or_text(found, "type")
        object_, object_is = self.column_or_text(found, "object")
        at = self.text(found, "at")
        if at is None:
            raise self.refused("has an event without at", 'write at = "the column of its date"')
        if type_ is None and type_is is None:
            raise self.refused(
                "has an event without type", 'write type = "a column" or type = { is = "visited" }'
            )
        return EventColumns(
            at, type_, type_is, object_, object_is, self.text(found, "key"), self.texts(found, "properties")
        )

    def column_or_text(self, found: dict[str, Any], name: str) -> tuple[str | None, str | None]:
        value = found.get(name)
        if isinstance(value, dict):
            self.known(value, ("is",), f" in {name}")
            return None, self.text(value, "is")
        return self.text(found, name), None

    def known(self, found: Mapping[str, Any], names: Iterable[str], where: str) -> None:
        for name in found:
            if name not in names:
                raise self.refused(
                    f"has {name}{where}, which means nothing here",
                    f"there are {', '.join(names)}{near(name, names)}",
                )

    def text(self, found: Mapping[str, Any], name: str) -> str | None:
        value = found.get(name)
        if value is not None and (not isinstance(value, str) or not value):
            raise self.refused(f"has {name} = {value!r}, which is not text", f'write {name} = "..."')
        return value

    def yes_no(self, found: Mapping[str, Any], name: str) -> bool:
        value = found.get(name, False)
        if not isinstance(value, bool):
            raise self.refused(f"has {name} = {value!r}, which is not true or false", f"write {name} = true")
        return value

    def texts(self, found: Mapping[str, Any], name: str) -> tuple[str, ...] | None:
        value = found.get(name)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.refused(f"has {name} that is no list of columns", f'write {name} = ["one", "another"]')
        return tuple(value)

    def table(self, found: Mapping[str, Any], name: str) -> dict[str, str]:
        value = found.get(name, {})
        if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
            raise self.refused(
                f"has {name} that is no table of texts", f'write [{name}] and below column = "..."'
            )
        return value

    def kind(self, column: str, word: str) -> Kind:
        return kind_named(word, f"{self.called}, for {column},")

    def refused(self, what: str, hint: str) -> ImportRefused:
        return ImportRefused(f"{self.called} {what}", hint)


def kind_named(word: str, who: str) -> Kind:
    """The kind called so. `who` begins the message where there is none."""
    try:
        return Kind(word)
    except ValueError:
        words = [kind.value for kind in Kind]
        raise ImportRefused(
            f"{who} names the kind {word}, which there is not",
            f"there are {', '.join(words)}{near(word, words)}",
        ) from None
