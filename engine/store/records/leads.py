"""Leads and their attributes: one row a lead, one column an attribute."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum

from ....grammar.frozen import frozen
from ....grammar.syntax.nodes import Kind
from ...values import Prepared, is_blank, prepare
from ..database import Store, StoreError
from ..schema import SYSTEM_COLUMNS
from .freshness import mark_all_changed
from .lead_keys import COUNT_LEADS, MERGED, NAMED, lead_key

STORAGE = {
    Kind.TEXT: "TEXT",
    Kind.NUMBER: "REAL",
    Kind.YES_NO: "INTEGER",
    Kind.DATE: "TEXT",
    Kind.DATETIME: "TEXT",
    Kind.TEXTS: "TEXT",
}
"""How each kind is kept: days and instants as ISO 8601 in UTC, yes/no as 1 and 0, texts as JSON."""

GATHERED = "_gathered_"
"""How the columns of rows on their way in begin; no column of `lead` does."""

_MOST_COLUMNS = 2000 - len(SYSTEM_COLUMNS)
"""SQLite allows a table 2,000 columns unless it was built otherwise."""


@frozen
class StoredField:
    """An attribute: its name in the data, the column of `lead` that holds it, and its kind."""

    name: str
    column: str
    kind: Kind


@frozen
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
        return read_fields(store.connection)


def read_fields(connection: sqlite3.Connection) -> dict[str, StoredField]:
    """The same, read through a connection."""
    rows = connection.execute('SELECT name, "column", kind FROM main.field ORDER BY rowid')
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
    own = "".join("_" if letter in '"[]`\x00' else letter for letter in name)
    column = _free_column(connection, f"field{own}" if own.casefold().startswith(GATHERED) else own)
    connection.execute(f"ALTER TABLE lead ADD COLUMN {quoted(column)} {STORAGE[kind]}")
    connection.execute("INSERT INTO field VALUES (?, ?, ?)", (name, column, kind.value))
    return StoredField(name, column, kind)


class Lost(Enum):
    """Stands for a value that does not read as a kind."""

    LOST = "lost"


Convert = Callable[[str], str | float | int | Lost | None]
"""Reads a written value as a kind; None where it is blank, `LOST` where it is not of it."""


def _plain(kind: Kind) -> Convert:
    def convert(text: str) -> str | float | int | Lost:
        value = to_stored(kind, text)
        return Lost.LOST if value is None else value

    return convert


@frozen
class KindChange:
    """What making an attribute another kind does: how many different values read as it, and how many leads
    have each of those that do not, which would be unknown."""

    readable: int
    lost: Mapping[str, int]


def kind_change(store: Store, field: StoredField, kind: Kind, convert: Convert | None = None) -> KindChange:
    """What making a stored attribute another kind would do. Nothing is changed."""
    old, read = quoted(field.column), convert or _plain(kind)
    with store.guard():
        rows = store.connection.execute(
            f"SELECT {old}, count(*) FROM lead WHERE {old} IS NOT NULL GROUP BY {old} ORDER BY 2 DESC, 1"
        ).fetchall()
    lost = {text: count for value, count in rows if read(text := written_as(field.kind, value)) is Lost.LOST}
    return KindChange(len(rows) - len(lost), lost)


def change_kind(
    store: Store, field: StoredField, kind: Kind, convert: Convert | None = None, *, losing: bool = False
) -> StoredField:
    """Makes a stored attribute another kind; within a transaction.

    Raises `StoreError`, with nothing changed, where a stored value does not read as the new kind; with
    `losing` such a value becomes unknown.
    """
    connection, old = store.connection, quoted(field.column)
    read = convert or _plain(kind)
    lost: list[str] = []
    new = quoted(_free_column(connection, f"{field.column}_new"))
    connection.execute(f"ALTER TABLE lead ADD COLUMN {new} {STORAGE[kind]}")
    rows = connection.execute(f"SELECT DISTINCT {old} FROM lead WHERE {old} IS NOT NULL").fetchall()
    for (value,) in rows:
        written = written_as(field.kind, value)
        converted = read(written)
        if converted is Lost.LOST:
            lost.append(written)
            continue
        connection.execute(f"UPDATE lead SET {new} = ? WHERE {old} = ?", (converted, value))
    if lost and not losing:
        raise StoreError(
            f"the field {field.name} cannot be made {kind.value}: {len(lost):,} of its {len(rows):,} "
            f'different values in the database cannot be read that way, as "{lost[0]}"',
            f"leadwright field {shell_word(field.name)} --kind {kind.value} shows them all, and makes them "
            "unknown if you want that",
        )
    connection.execute(f"ALTER TABLE lead DROP COLUMN {old}")
    connection.execute(f"ALTER TABLE lead RENAME COLUMN {new} TO {old}")
    connection.execute("UPDATE field SET kind = ? WHERE name = ?", (kind.value, field.name))
    mark_all_changed(connection)
    return StoredField(field.name, field.column, kind)


def shell_word(name: str) -> str:
    """A name as a shell takes it for one word."""
    return name if all(letter.isalnum() or letter in "_-." for letter in name) else f'"{name}"'


def _free_column(connection: sqlite3.Connection, name: str) -> str:
    """A name that no column of `lead` has, as near to this one as can be."""
    taken = {column.casefold() for column in SYSTEM_COLUMNS}
    taken.update(row[0].casefold() for row in connection.execute('SELECT "column" FROM field'))
    column, number = name, 1
    while column.casefold() in taken:
        number += 1
        column = f"{name}_{number}"
    return column


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


LISTED = f"score.lead NOT IN (SELECT _id FROM lead WHERE _state > {NAMED})"
"""What SQL asks of a row of `score`: that its lead is neither anonymous nor merged into another."""


def count_leads(store: Store) -> int:
    """How many leads there are, without the anonymous ones."""
    with store.guard():
        return int(store.connection.execute(f"SELECT {COUNT_LEADS}").fetchone()[0])


def find_lead(store: Store, key: str) -> StoredLead | None:
    """The lead, also an anonymous one, of which this is the own id or another one; or None."""
    number = (
        f"SELECT _id FROM lead WHERE _key = ?1 AND _state <> {MERGED} UNION ALL "
        "SELECT lead FROM alias WHERE key = ?1"
    )
    return next(_leads(store, f"WHERE _id = ({number})", (lead_key(key),)), None)


def nearest_id(store: Store, key: str) -> str | None:
    """The id of a lead that differs from one that no lead has in the case of its letters alone, or None."""
    like = "= ?1 COLLATE NOCASE LIMIT 1"
    with store.guard():
        row = store.connection.execute(
            f"SELECT * FROM (SELECT _key FROM lead WHERE _key {like}) UNION ALL "
            f"SELECT * FROM (SELECT key FROM alias WHERE key {like})",
            (key.strip(),),
        ).fetchone()
    return None if row is None else str(row[0])


def search_leads(store: Store, text: str, limit: int = 20) -> list[StoredLead]:
    """Leads whose id or any text attribute contains `text`, by id, at most `limit`."""
    clause = (
        f"WHERE _state = {NAMED} AND ({text_matches(store)}) ORDER BY _key = :text DESC, _key LIMIT :limit"
    )
    return list(_leads(store, clause, {"text": text.strip(), "limit": limit}))


def leads_numbered(store: Store, numbers: Sequence[int]) -> list[StoredLead]:
    """The leads with these numbers, in the order in which they are named."""
    clause = "WHERE _id IN (SELECT value FROM json_each(?))"
    found = {lead.id: lead for lead in _leads(store, clause, (json.dumps(list(numbers)),))}
    return [found[number] for number in numbers if number in found]


def text_matches(store: Store) -> str:
    """What SQL asks of a row of `lead`: that its id or any text attribute contains the parameter `text`."""
    columns = ["_key"]
    columns += [quoted(field.column) for field in stored_fields(store).values() if field.kind is Kind.TEXT]
    return " OR ".join(f"lead.{column} LIKE {_AS_PATTERN} ESCAPE '!'" for column in columns)


_AS_PATTERN = (
    "('%' || replace(replace(replace(substr(:text, 1, 10000), '!', '!!'), '%', '!%'), '_', '!_') || '%')"
)
"""The text as a pattern, which takes a third of the time of looking for it in each value made lower. SQLite
makes it once, and takes none of more than 50,000 bytes."""


def iterate_leads(store: Store) -> Iterator[StoredLead]:
    """All leads, without the anonymous ones, in the order of their numbers, one at a time."""
    return _leads(store, f"WHERE _state = {NAMED} ORDER BY _id", ())


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
