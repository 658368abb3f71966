"""Whose an id is: leads have one id of their own and any number of others, their aliases.

The functions here run within a transaction. Leads that they merge or name they note as changed; those that
`lead_of` and `whose_ids` make are noted by the caller, with what it adds to them.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from ....grammar.frozen import frozen
from .freshness import mark_changed
from .lead_keys import ANONYMOUS, ANONYMOUS_LEADS, MERGED, NAMED, lead_key
from .merging import merge


class Whose(NamedTuple):
    """The lead that an id belongs to, by its number; and which of its other ids it is, None for its own."""

    lead: int
    alias: int | None = None


def lead_of(
    connection: sqlite3.Connection, named: str | None, anonymous: str | None, now: int
) -> Whose | None:
    """The lead that something which came with these ids is about; it is made where there is none.

    An id that only `anonymous` gives makes an anonymous lead. Where both are given, they are one person from
    now on: an anonymous lead is merged into the one that is named, and of two that have a name each it is
    noted that they may be one. `now` is in microseconds since 1970 UTC. None where the person was forgotten
    and is kept out.
    """
    name, other = (lead_key(one) if one else "" for one in (named, anonymous))
    if not name:
        return _found(connection, other) or _made(connection, other, ANONYMOUS, now)
    whose = _found(connection, name)
    if whose is None:
        whose = _made(connection, name, NAMED, now)
    elif _is_anonymous(connection, whose.lead):
        _name(connection, [whose.lead])
    if whose is not None and other and other != name:
        _join(connection, whose, other, now)
    return whose


def say_same(connection: sqlite3.Connection, previous: str, current: str, now: int) -> None:
    """Notes that two ids are one person's: `current` is the one from now on.

    An id that no lead has becomes another id of the lead of the other one. Of two leads the anonymous one is
    merged into the other; of two that have a name each it is noted that they may be one.
    """
    former, key = lead_key(previous), lead_key(current)
    if not former or not key or former == key:
        return
    whose, before = _found(connection, key), _found(connection, former)
    if whose is None and before is not None and not _is_anonymous(connection, before.lead):
        add_alias(connection, before, key, now)
        return
    if whose is None:
        whose = _made(connection, key, NAMED, now)
        if whose is None:
            return
        mark_changed(connection, [whose.lead])
    _join(connection, whose, former, now)


@frozen
class Owners:
    """The leads of many ids, in the order of the ids: their numbers, and which of its other ids each is, None
    where all are leads' own. `made` of them are new."""

    leads: list[int]
    aliases: list[int | None] | None
    made: int


def whose_ids(connection: sqlite3.Connection, keys: Sequence[str], now: int) -> Owners:
    """The leads of many different ids as they are kept, those being made that are not there yet."""
    # Where the first is there, most are.
    known = ids_known(connection, keys) if ids_known(connection, keys[:1]) else {}
    missing = [key for key in keys if key not in known]
    made = 0
    if missing:
        made = connection.execute(
            "INSERT OR IGNORE INTO main.lead (_key, _changed) SELECT value, ? FROM json_each(?) "
            "WHERE value NOT IN (SELECT key FROM main.alias)",
            (now, json.dumps(missing)),
        ).rowcount
        if made == len(keys):
            # Numbered in the order of their making.
            last: int = connection.execute("SELECT ifnull(max(_id), 0) FROM main.lead").fetchone()[0]
            return Owners(list(range(last - made + 1, last + 1)), None, made)
        known |= ids_known(connection, missing)
    whose = [known[key] for key in keys]
    aliases = [one.alias for one in whose]
    return Owners([one.lead for one in whose], aliases if any(aliases) else None, made)


def ids_known(connection: sqlite3.Connection, keys: Collection[str]) -> dict[str, Whose]:
    """The leads of those of many ids, as they are kept, that belong to any."""
    as_json = json.dumps(list(keys))
    rows = connection.execute(
        "SELECT _key, _id, NULL FROM main.lead WHERE _key IN (SELECT value FROM json_each(?1)) "
        f"AND _state <> {MERGED} "
        "UNION ALL SELECT key, lead, id FROM main.alias WHERE key IN (SELECT value FROM json_each(?1))",
        (as_json,),
    )
    return {key: Whose(lead, alias) for key, lead, alias in rows}


def named_leads(connection: sqlite3.Connection, keys: Iterable[str]) -> dict[str, int]:
    """The leads with a name that have any of these ids as their own, as they are kept."""
    rows = connection.execute(
        "SELECT _key, _id FROM main.lead WHERE _key IN (SELECT value FROM json_each(?)) "
        f"AND _state = {NAMED}",
        (json.dumps(list(keys)),),
    )
    return dict(rows.fetchall())


def own_ids(connection: sqlite3.Connection, keys: Iterable[str]) -> dict[str, str]:
    """Of those ids that only ever were another id of a lead: the lead's own."""
    if connection.execute("SELECT 1 FROM main.alias WHERE merged IS NULL LIMIT 1").fetchone() is None:
        return {}
    rows = connection.execute(
        "SELECT other.key, own._key FROM main.alias AS other JOIN main.lead AS own ON own._id = other.lead "
        "WHERE other.merged IS NULL AND other.key IN (SELECT value FROM json_each(?))",
        (json.dumps(list(set(keys))),),
    )
    return dict(rows.fetchall())


def name_leads(connection: sqlite3.Connection, ids: str, parameters: tuple[object, ...]) -> None:
    """Gives the anonymous among some leads a name. `ids` is a SELECT of their own ids."""
    found = connection.execute(
        f"SELECT _id FROM main.{ANONYMOUS_LEADS} AND _key IN ({ids})", parameters
    ).fetchall()
    if found:
        _name(connection, [lead for (lead,) in found])


def hidden_leads(connection: sqlite3.Connection) -> list[int]:
    """The numbers of the anonymous leads, in order."""
    rows = connection.execute(f"SELECT _id FROM {ANONYMOUS_LEADS} ORDER BY _id")
    return [lead for (lead,) in rows]


# --- who is kept out --------------------------------------------------------------------------


def keep_out(connection: sqlite3.Connection, keys: Iterable[str]) -> None:
    """Notes that ids are not let in again."""
    connection.executemany(
        "INSERT OR IGNORE INTO kept_out VALUES (?)", [(_hash(connection, key),) for key in keys]
    )


def kept_out(connection: sqlite3.Connection, keys: Iterable[str]) -> set[str]:
    """Those of some ids, as they are kept, that are not let in."""
    if connection.execute("SELECT 1 FROM main.kept_out LIMIT 1").fetchone() is None:
        return set()
    ask = "SELECT 1 FROM main.kept_out WHERE hash = ?"
    return {key for key in keys if connection.execute(ask, (_hash(connection, key),)).fetchone()}


def _hash(connection: sqlite3.Connection, key: str) -> bytes:
    secret: bytes = connection.execute("SELECT name_key FROM main.state").fetchone()[0]
    return hashlib.blake2b(key.encode(), digest_size=16, key=secret, person=b"kept out").digest()


# --- one id after the other -------------------------------------------------------------------


def _found(connection: sqlite3.Connection, key: str) -> Whose | None:
    row = connection.execute(
        f"SELECT _id, NULL FROM lead WHERE _key = ?1 AND _state <> {MERGED} "
        "UNION ALL SELECT lead, id FROM alias WHERE key = ?1",
        (key,),
    ).fetchone()
    return None if row is None else Whose(*row)


def _made(connection: sqlite3.Connection, key: str, state: int, now: int) -> Whose | None:
    if not key or kept_out(connection, [key]):
        return None
    number = connection.execute(
        "INSERT INTO lead (_key, _changed, _state) VALUES (?, ?, ?)", (key, now, state)
    ).lastrowid
    assert number is not None
    return Whose(number)


def _is_anonymous(connection: sqlite3.Connection, lead: int) -> bool:
    state: int = connection.execute("SELECT _state FROM lead WHERE _id = ?", (lead,)).fetchone()[0]
    return state == ANONYMOUS


def _name(connection: sqlite3.Connection, leads: list[int]) -> None:
    connection.executemany(
        f"UPDATE main.lead SET _state = {NAMED} WHERE _id = ?", ((lead,) for lead in leads)
    )
    mark_changed(connection, leads)


def add_alias(
    connection: sqlite3.Connection, whose: Whose, key: str, now: int, who: str | None = None
) -> None:
    """Makes an id that belongs to nobody one of a lead's; not one that is kept out."""
    if not kept_out(connection, [key]):
        connection.execute(
            "INSERT INTO alias (key, lead, of, at, who) VALUES (?, ?, ?, ?, ?)",
            (key, whose.lead, whose.alias, now, who),
        )


def _join(connection: sqlite3.Connection, whose: Whose, key: str, now: int) -> None:
    """Makes an id one of a lead's, with the anonymous lead that has it, if any."""
    other = _found(connection, key)
    if other is None:
        add_alias(connection, whose, key, now)
    elif other.lead != whose.lead:
        if _is_anonymous(connection, other.lead):
            merge(connection, whose.lead, other.lead, of=whose.alias, who=None, now=now)
        elif _is_anonymous(connection, whose.lead):
            merge(connection, other.lead, whose.lead, of=other.alias, who=None, now=now)
        else:
            suspect(connection, whose.lead, other.lead, now)


def suspect(connection: sqlite3.Connection, one: int, other: int, now: int) -> None:
    """Notes that two leads may be one person; nothing where that was noted before."""
    connection.execute(
        "INSERT OR IGNORE INTO suspected (one, other, at) VALUES (?, ?, ?)",
        (min(one, other), max(one, other), now),
    )
