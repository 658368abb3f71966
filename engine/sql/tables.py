"""The tables and columns that a statement reads, and their names."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlglot import exp

from ...grammar.syntax.nodes import Kind
from ..plan import Field
from ..result_columns import plain
from .terms import UnsupportedSql

_PLAIN = re.compile(r"[a-z][a-z0-9_]*")


def fixed(text: str) -> str:
    """`plain`, but different for different texts wherever it is asked, also for `Email` and `email`."""
    name = plain(text)
    if _PLAIN.fullmatch(text) and name == text:
        return name
    mark = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:6]
    return f"{name}_{mark}" if name[:1].isalpha() else f"x_{name}_{mark}".replace("__", "_")


_NAME = re.compile(r'[A-Za-z_][A-Za-z0-9_$]*|"[^"\0-\x1f]+"')
_TEMPLATE = re.compile(r"\{\{[^{}\n]*\}\}")
_WORDS = {kind: kind.value.replace("/", "_") for kind in Kind}


@dataclass(frozen=True, slots=True)
class TableMapping:
    """Names of tables and columns as SQL is to write them; the defaults are the bulk layout's own.

    A table may be qualified (`crm.leads`) or a template such as `{{ ref('leads') }}`, which is written
    as it is. `fields` and `properties` name columns by what the data calls the field or property; one that
    is not named has the column of `column_of`.
    """

    leads: str = "leads"
    events: str = "events"
    lead_id: str = "lead_id"
    event_lead: str = "lead_id"
    event_at: str = "happened_at"
    event_type: str = "event_type"
    event_object: str = "event_object"
    event_number: str = "event_number"
    fields: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for part in fields(self):
            value = getattr(self, part.name)
            named = value if isinstance(value, Mapping) else {part.name: value}
            for key, name in named.items():
                _check(key, name, is_table=part.name in ("leads", "events"))


def column_of(name: str, kind: Kind) -> str:
    """The column of a field or property in the bulk layout: its name and its kind, `title_text`.

    The same in every ruleset and engine. A name that is not all lower-case letters, digits and `_` gets
    a mark, so that `Email` and `email` stay two columns.
    """
    return f"{fixed(name)}_{_WORDS[kind]}"


def read_mapping(path: Path) -> TableMapping:
    """The mapping of a TOML file. Raises OSError, and UnsupportedSql where it says what cannot be meant.

    Tables and columns stand under the names of `TableMapping`, columns of fields in `[fields]`, columns of
    properties in `[properties]`.
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnsupportedSql(f"{path} is not TOML: {error}", "fix it there") from None
    return mapping_from(found)


def mapping_from(found: Mapping[str, Any]) -> TableMapping:
    """The mapping that a table of names gives; see `read_mapping`."""
    known = [part.name for part in fields(TableMapping)]
    for key, value in found.items():
        if key not in known:
            raise UnsupportedSql(
                f'a mapping of tables cannot name "{key}"', f"it can name {', '.join(known)}"
            )
        if isinstance(value, Mapping) is not (key in ("fields", "properties")):
            raise UnsupportedSql(
                f'"{key}" in a mapping of tables is not what it should be',
                'write fields and properties as tables of names, all else as text: leads = "crm.leads"',
            )
    return TableMapping(**found)


def _check(key: str, name: object, *, is_table: bool) -> None:
    if isinstance(name, str):
        if is_table and _TEMPLATE.fullmatch(name):
            return
        parts = re.split(r"\.(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", name) if is_table else [name]
        if len(parts) <= 3 and all(_NAME.fullmatch(part) for part in parts):
            return
    raise UnsupportedSql(
        f"{name!r} for {key} is not a name that SQL knows",
        "letters, digits and _ need nothing, others double quotes: leads = '\"Lead Table\"'",
    )


DEFAULT = TableMapping()
"""The names of the bulk layout."""


def table(name: str, alias: str) -> exp.Table:
    """A table under another name; a template such as `{{ ref('leads') }}` stays as it is."""
    called = exp.TableAlias(this=exp.to_identifier(alias))
    if name.startswith("{{"):
        return exp.Table(this=exp.Identifier(this=name, quoted=False), alias=called)
    parts = [identifier(part) for part in _parts(name)]
    names = dict(zip(("this", "db", "catalog"), reversed(parts), strict=False))
    return exp.Table(**names, alias=called)


def identifier(name: str) -> exp.Identifier:
    """A name that keeps its quotes where it is written with them."""
    quoted = name.startswith('"')
    return exp.Identifier(this=name.strip('"'), quoted=quoted)


def mapped_column(name: str, source: str) -> exp.Column:
    """A column of the mapping."""
    return exp.Column(this=identifier(name), table=exp.to_identifier(source))


def _parts(name: str) -> list[str]:
    parts, quoted = [""], False
    for letter in name:
        quoted ^= letter == '"'
        if letter == "." and not quoted:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def field_column(mapping: TableMapping, field: Field) -> str:
    """The column of a field."""
    return mapping.fields.get(field.column) or column_of(field.column, field.kind)


def property_column(mapping: TableMapping, name: str, kind: Kind) -> str:
    """The column of a property that is read as a kind."""
    return mapping.properties.get(name) or column_of(name, kind)
