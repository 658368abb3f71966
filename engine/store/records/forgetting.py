"""People forgotten: what the record, its history, drafts and tests hold of them deleted, down to the bytes.

Rows about a lead are found by the keys that tables declare, so that a table added later is not missed. Texts
that people wrote (drafts, versions, the record of what was done) are searched for what tells who it is.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence

from ....grammar.frozen import frozen
from ...personal import MAIL, is_personal
from ..database import Store, StoreError
from . import audit
from .freshness import mark_changed
from .identity import ids_known, keep_out
from .lead_keys import lead_key
from .leads import read_fields
from .redacting import redact

_BUSY_FOR = 10.0
"""Seconds to wait for those who are reading what is being done away with."""


@frozen
class Forgotten:
    """What was forgotten: how many people, ids and events; in how many texts, as drafts and versions,
    something of theirs stood; those of the ids asked for that nobody has."""

    people: int = 0
    ids: int = 0
    events: int = 0
    texts: int = 0
    unknown: tuple[str, ...] = ()


Elsewhere = Callable[[Sequence[str]], None]
"""Deletes what is kept of the people with these ids outside the database's own file, and overwrites it."""


def forget(
    store: Store,
    keys: Iterable[str],
    *,
    keeping_out: bool,
    who: str,
    address: str,
    elsewhere: Sequence[Elsewhere] = (),
) -> Forgotten:
    """Deletes all that is known of the people with these ids, and overwrites what files still hold of it.

    The mirror is deleted with them; the next who needs it makes it again. With `keeping_out`, keyed hashes of
    their ids stay, so that no import and no client brings them back. Raises `StoreError`; where only the
    overwriting failed, asking again without any id does the rest.
    """
    wanted = list(dict.fromkeys(lead_key(key) for key in keys))
    done = Forgotten()
    store.connection.execute("PRAGMA secure_delete = ON")
    with store.guard():
        leads = {whose.lead for whose in ids_known(store.connection, wanted).values()}
        asked = [*_all_ids(store.connection, leads), *wanted]
    for delete in elsewhere:
        # First, or what waits to be taken in would bring them back.
        delete(asked)
    if wanted:
        with store.transaction() as connection:
            known = ids_known(connection, wanted)
            unknown = tuple(key for key in wanted if key not in known)
            ids = _all_ids(connection, {whose.lead for whose in known.values()})
            if keeping_out:
                keep_out(connection, [*ids, *unknown])
            done = _delete(connection, ids, {whose.lead for whose in known.values()}, unknown)
            if done.people or keeping_out:
                people = f"{done.people} {'person' if done.people == 1 else 'people'}"
                as_json = f"{people}, {done.ids} ids, {done.events} events"
                audit.record(
                    connection,
                    audit.Action.FORGOTTEN,
                    who=who,
                    address=address,
                    subject=people,
                    detail=as_json,
                )
    _overwrite(store)
    return done


def _all_ids(connection: sqlite3.Connection, leads: set[int]) -> list[str]:
    as_json = json.dumps(sorted(leads))
    rows = connection.execute(
        "SELECT _key FROM lead WHERE _id IN (SELECT value FROM json_each(?1)) "
        "UNION SELECT key FROM alias WHERE lead IN (SELECT value FROM json_each(?1))",
        (as_json,),
    )
    return [key for (key,) in rows]


def _delete(
    connection: sqlite3.Connection, ids: Sequence[str], leads: set[int], unknown: tuple[str, ...]
) -> Forgotten:
    as_json = json.dumps(sorted(leads))
    merged = connection.execute(
        "SELECT merged FROM alias WHERE merged IS NOT NULL AND lead IN (SELECT value FROM json_each(?))",
        (as_json,),
    )
    numbers = [*leads, *(number for (number,) in merged)]
    as_json = json.dumps(numbers)
    events: int = connection.execute(
        "SELECT count(*) FROM event WHERE lead IN (SELECT value FROM json_each(?))", (as_json,)
    ).fetchone()[0]
    kinds = _kinds_of(connection, as_json)
    values = _identifying_values(connection, numbers)
    connection.execute("PRAGMA defer_foreign_keys = ON")
    _delete_rows(connection, "lead", "_id", numbers)
    for table in _tables_naming_leads(connection):
        _delete_rows(connection, table, "lead", numbers)
    _delete_rows(connection, "message", "subject", ids)
    _delete_bodies(connection, [*ids, *values])
    _delete_unused(connection, kinds)
    connection.execute("UPDATE state SET catalogue = NULL, catalogue_at = NULL")
    mark_changed(connection, numbers)
    texts = redact(connection, ids, values)
    return Forgotten(len(leads), len(ids), events, texts, unknown)


def _identifying_values(connection: sqlite3.Connection, numbers: list[int]) -> set[str]:
    """What is known of people that tells who they are, also what was known before: email addresses, and the
    values of fields that are names or the like."""
    as_json = json.dumps(numbers)
    fields = read_fields(connection)
    found: set[str] = set()
    rows = connection.execute("SELECT * FROM lead WHERE _id IN (SELECT value FROM json_each(?))", (as_json,))
    names = {field.column: field.name for field in fields.values()}
    columns = [names.get(column[0], "") for column in rows.description]
    pairs = [pair for row in rows for pair in zip(columns, row, strict=True)]
    for table in ("lead_before",):
        was = connection.execute(
            f"SELECT fields FROM {table} WHERE lead IN (SELECT value FROM json_each(?))", (as_json,)
        )
        pairs += [pair for (text,) in was for pair in json.loads(text).items()]
    for table in ("event", "event_before"):
        had = connection.execute(
            f"SELECT DISTINCT properties FROM {table} WHERE properties IS NOT NULL "
            "AND lead IN (SELECT value FROM json_each(?))",
            (as_json,),
        )
        pairs += [pair for (text,) in had for pair in json.loads(text).items()]
    for name, value in pairs:
        if isinstance(value, str):
            found.update(match[0] for match in MAIL.finditer(value))
            if is_personal(name):
                found.add(value.strip())
    return found


# --- rows -------------------------------------------------------------------------------------


def _delete_rows(connection: sqlite3.Connection, table: str, column: str, values: Sequence[object]) -> None:
    """Deletes rows, and before them those of other tables that refer to them."""
    if not values:
        return
    as_json = json.dumps(list(values))
    which = f'"{column}" IN (SELECT value FROM json_each(?))'
    for child, child_column, parent_column in _referring(connection, table):
        rows = connection.execute(
            f'SELECT DISTINCT "{parent_column}" FROM "{table}" WHERE {which}', (as_json,)
        )
        _delete_rows(connection, child, child_column, [value for (value,) in rows])
    connection.execute(f'DELETE FROM "{table}" WHERE {which}', (as_json,))


_LEAST = 4
"""Letters of an id that is looked for in messages as they came: a shorter one is in every other."""


def _delete_bodies(connection: sqlite3.Connection, values: Iterable[str]) -> None:
    """Deletes the messages of clients, kept as they came, that have any of these values."""
    for value in values:
        if len(value) < _LEAST:
            continue
        written = {value.casefold(), json.dumps(value)[1:-1].casefold()}
        for text in written:
            for table in ("live_message", "live_refusal"):
                connection.execute(f"DELETE FROM {table} WHERE instr(lower(body), ?)", (text,))


def _referring(connection: sqlite3.Connection, parent: str) -> list[tuple[str, str, str]]:
    """The tables that refer to one by a single column: which, by which column, to which."""
    return [
        (table, child, column)
        for table in _tables(connection)
        for _, _, other, child, column, *_ in connection.execute(f'PRAGMA foreign_key_list("{table}")')
        if other == parent and column is not None
    ]


def _tables_naming_leads(connection: sqlite3.Connection) -> list[str]:
    """The tables with a column `lead` that is not declared to refer to one."""
    return [
        table
        for table in _tables(connection)
        if any(row[1] == "lead" for row in connection.execute(f'PRAGMA table_info("{table}")'))
    ]


def _tables(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    return [name for (name,) in rows if not name.startswith("sqlite_")]


def _kinds_of(connection: sqlite3.Connection, leads: str) -> list[int]:
    rows = connection.execute(
        "SELECT kind FROM event WHERE lead IN (SELECT value FROM json_each(?1)) "
        "UNION SELECT kind FROM event_before WHERE lead IN (SELECT value FROM json_each(?1))",
        (leads,),
    )
    return [kind for (kind,) in rows]


def _delete_unused(connection: sqlite3.Connection, kinds: list[int]) -> None:
    """Deletes types and objects of events that nobody has any more: an object can be an address."""
    for kind in kinds:
        used = " UNION ALL ".join(
            f"SELECT 1 FROM {table} WHERE kind = ?1" for table in ("event", "event_before", "event_twin")
        )
        if connection.execute(f"SELECT EXISTS ({used})", (kind,)).fetchone()[0]:
            continue
        connection.execute("DELETE FROM event_kind WHERE id = ?", (kind,))
    connection.execute("DELETE FROM property WHERE type NOT IN (SELECT type FROM event_kind)")


# --- bytes ------------------------------------------------------------------------------------


def _overwrite(store: Store) -> None:
    """Leaves no byte of what was deleted in the database, its log and its mirror."""
    from ..mirror.sync import discard

    discard(store)
    with store.guard():
        store.connection.execute("VACUUM")
        until = time.monotonic() + _BUSY_FOR
        while store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            if time.monotonic() > until:
                raise StoreError(
                    f"what was deleted is still in {store.path.name}-wal, since another program is reading",
                    "wait until it has finished, or stop it, then run: leadwright forget",
                )
            time.sleep(0.05)
