"""Leads and their attributes: one row a lead, one column an attribute."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ....grammar.syntax.nodes import Kind
from ...values import Prepared, is_blank, prepare
from ..database import Store, StoreError
from ..schema import SYSTEM_COLUMNS
from .freshness import mark_all_changed

STORAGE = {
    Kind.TEXT: "TEXT",
    Kind.NUMBER: "REAL",
    Kind.YES_NO: "INTEGER",
    Kind.DATE: "TEXT",
    Kind.DATETIME: "TEXT",
    Kind.TEXTS: "TEXT",
}
"""How each kind is kept: days and instants as ISO 8601 in UTC, yes/no as 1 and 0, texts as JSON."""

_MOST_COLUMNS = 2000 - len(SYSTEM_COLUMNS)
"""SQLite allows a table 2,000 columns unless it was built otherwise."""


@dataclass(frozen=True, slots=True)
class StoredField:
    """An attribute: its name in the data, the column of `lead` that holds it, and its kind."""

    name: str
    column: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class StoredLead:
    """A lead: its number in the store, its own id, and its known attributes by name.

    Values are as `values.prepare` takes them: text, number, bool, ISO text of a day or an instant,
    a list of texts.
    """

    id: int
    key: str
    fields: Mapping[str, object]


def quoted(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def stored_fields(store: Store) -> dict[str, StoredField]:
    """The attributes that leads in the store have, by name, in the order of their coming."""
    with store.guard():
        rows = store.connection.execute('SELECT name, "column", kind FROM field ORDER BY rowid')
        return {name: StoredField(name, column, Kind(kind)) for name, column, kind in rows}


def add_field(store: Store, name: str, kind: Kind) -> StoredField:
    """Makes a new attribute a column; within a transaction. The column is called as the attribute,
    but where that clashes with another (SQLite does not tell `Email` from `email`)."""
    connection = store.connection
    taken = {column.casefold() for column in SYSTEM_COLUMNS}
    taken.update(row[0].casefold() for row in connection.execute('SELECT "column" FROM field'))
    if len(taken) >= _MOST_COLUMNS:
        raise StoreError(
            f"there is no room for the attribute {name}: leads can have at most {_MOST_COLUMNS:,}",
            "name the columns that are wanted with --fields",
        )
    base = "".join("_" if letter in '"[]`\x00' else letter for letter in name)
    column, number = base, 1
    while column.casefold() in taken:
        number += 1
        column = f"{base}_{number}"
    connection.execute(f"ALTER TABLE lead ADD COLUMN {quoted(column)} {STORAGE[kind]}")
    connection.execute("INSERT INTO field VALUES (?, ?, ?)", (name, column, kind.value))
    return StoredField(name, column, kind)


def change_kind(store: Store, field: StoredField, kind: Kind) -> StoredField:
    """Makes a stored attribute another kind; within a transaction.

    Raises `StoreError`, with nothing changed, where a stored value does not read as the new kind.
    """
    connection, old = store.connection, quoted(field.column)
    lost = 0
    new = quoted(f"{field.column}_new")
    connection.execute(f"ALTER TABLE lead ADD COLUMN {new} {STORAGE[kind]}")
    rows = connection.execute(f"SELECT DISTINCT {old} FROM lead WHERE {old} IS NOT NULL").fetchall()
    for (value,) in rows:
        written = written_as(field.kind, value)
        converted = to_stored(kind, written)
        lost += converted is None
        connection.execute(f"UPDATE lead SET {new} = ? WHERE {old} = ?", (converted, value))
    if lost:
        raise StoreError(
            f"the attribute {field.name} cannot be made {kind.value}: {lost:,} of its different values in "
            "the database do not read so",
            f"leave it {field.kind.value}, or import into a new database",
        )
    connection.execute(f"ALTER TABLE lead DROP COLUMN {old}")
    connection.execute(f"ALTER TABLE lead RENAME COLUMN {new} TO {old}")
    connection.execute("UPDATE field SET kind = ? WHERE name = ?", (kind.value, field.name))
    mark_all_changed(connection)
    return StoredField(field.name, field.column, kind)


def written_as(kind: Kind, value: object) -> str:
    """A stored value as people would write it."""
    if kind is Kind.YES_NO:
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def to_stored(kind: Kind, text: str) -> str | float | int | None:
    """A written value as its column keeps it; None where it is blank or not of the kind."""
    text = text.strip()
    if not text:
        return None
    if kind is Kind.TEXT:
        return text
    if kind is Kind.TEXTS:
        entries = _entries(text)
        return json.dumps(entries, ensure_ascii=False) if entries else None
    value = prepare(kind, text)
    if value is None or kind is Kind.NUMBER:
        return value if isinstance(value, float) else None
    return int(value is True) if kind is Kind.YES_NO else moment_text(kind, value)


def _entries(text: str) -> list[str]:
    """The entries of a list written as JSON, or with semicolons between."""
    if text.startswith("["):
        try:
            entries = json.loads(text)
        except ValueError:
            entries = None
        if isinstance(entries, list) and all(isinstance(entry, str) for entry in entries):
            return [entry.strip() for entry in entries if not is_blank(entry)]
    return [entry.strip() for entry in text.split(";") if not is_blank(entry)]


def moment_text(kind: Kind, value: Prepared) -> str:
    """A prepared day or instant as ISO 8601 in UTC."""
    from ...values import date_of, moment_of

    assert isinstance(value, int)
    if kind is Kind.DATE:
        return date_of(value).isoformat()
    return moment_of(value).isoformat().replace("+00:00", "Z")


def from_stored(kind: Kind, value: object) -> object:
    """A stored value as `values.prepare` takes it."""
    if kind is Kind.YES_NO:
        return bool(value)
    return json.loads(value) if kind is Kind.TEXTS and isinstance(value, str) else value


def count_leads(store: Store) -> int:
    """How many leads there are."""
    with store.guard():
        return int(store.connection.execute("SELECT count(*) FROM lead").fetchone()[0])


def find_lead(store: Store, key: str) -> StoredLead | None:
    """The lead with this id of its own, or None."""
    return next(_leads(store, "WHERE _key = ?", (key.strip(),)), None)


def search_leads(store: Store, text: str, limit: int = 20) -> list[StoredLead]:
    """Leads whose id or any text attribute contains `text`, by id, at most `limit`."""
    clause = f"WHERE {text_matches(store)} ORDER BY _key = :text DESC, _key LIMIT :limit"
    return list(_leads(store, clause, {"text": text.strip(), "limit": limit}))


def text_matches(store: Store) -> str:
    """What SQL asks of a row of `lead`: that its id or any text attribute contains the parameter `text`."""
    columns = ["_key"]
    columns += [quoted(field.column) for field in stored_fields(store).values() if field.kind is Kind.TEXT]
    return " OR ".join(f"instr(lower(lead.{column}), lower(:text))" for column in columns)


def iterate_leads(store: Store) -> Iterator[StoredLead]:
    """All leads in the order of their numbers, one at a time."""
    return _leads(store, "ORDER BY _id", ())


def _leads(
    store: Store, clause: str, parameters: Iterable[object] | Mapping[str, object]
) -> Iterator[StoredLead]:
    fields = list(stored_fields(store).values())
    columns = "".join(f", {quoted(field.column)}" for field in fields)
    with store.guard():
        cursor: sqlite3.Cursor = store.connection.execute(
            f"SELECT _id, _key{columns} FROM lead {clause}",
            parameters,  # type: ignore[arg-type]  # either of the two shapes the cursor takes
        )
        for number, key, *values in cursor:
            known = {
                field.name: from_stored(field.kind, value)
                for field, value in zip(fields, values, strict=True)
                if value is not None
            }
            yield StoredLead(number, key, known)
