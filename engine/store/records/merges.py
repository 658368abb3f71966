"""Merges that people ask for, and what is known of the ids of a lead."""

from __future__ import annotations

import sqlite3
import time
from datetime import datetime

from ....grammar.frozen import frozen
from ...values import moment_of
from ..database import Store, StoreError
from .identity import Whose, add_alias, ids_known
from .lead_keys import ANONYMOUS, ANONYMOUS_LEADS, NAMED, lead_key
from .leads import StoredLead, nearest_id
from .merging import merge, undo


@frozen
class OtherId:
    """An id of a lead that is not its own: since when, by whom (None: a client's call); whether it was a lead
    until then, and an anonymous one; the id it came to, where that is another one; how many events came
    with it."""

    key: str
    since: datetime
    who: str | None
    was_lead: bool
    was_anonymous: bool
    of: str | None
    events: int


@frozen
class LeadIds:
    """The ids of a lead: its own, whether it is anonymous, the others; and the own ids of leads that may be
    the same person."""

    own: str
    anonymous: bool
    others: tuple[OtherId, ...]
    suspected: tuple[str, ...]


@frozen
class MergeReport:
    """What a merge or its undoing did: the own id of the surviving lead, the id that was given or taken away,
    whether that is a lead of its own otherwise, and how many events came or went with it."""

    lead: str
    other: str
    was_lead: bool
    events: int


def lead_ids(store: Store, lead: StoredLead) -> LeadIds:
    """What is known of the ids of a lead."""
    with store.guard():
        anonymous = store.connection.execute(
            f"SELECT _state = {ANONYMOUS} FROM lead WHERE _id = ?", (lead.id,)
        ).fetchone()[0]
        events = dict(
            store.connection.execute(
                "SELECT alias, count(*) FROM event WHERE lead = ? GROUP BY 1", (lead.id,)
            )
        )
        rows = store.connection.execute(
            "SELECT alias.id, alias.key, alias.at, alias.who, alias.merged IS NOT NULL, alias.was_anonymous, "
            "of.key FROM alias LEFT JOIN alias AS of ON of.id = alias.of "
            "WHERE alias.lead = ? ORDER BY alias.id",
            (lead.id,),
        )
        others = tuple(
            OtherId(key, moment_of(at), who, bool(merged), bool(was), of, events.get(number, 0))
            for number, key, at, who, merged, was, of in rows
        )
        suspected = store.connection.execute(
            "SELECT lead._key FROM suspected AS pair "
            "JOIN lead ON lead._id = iif(pair.one = ?1, pair.other, pair.one) "
            "WHERE ?1 IN (pair.one, pair.other) AND NOT pair.dismissed ORDER BY pair.at",
            (lead.id,),
        ).fetchall()
    return LeadIds(lead.key, bool(anonymous), others, tuple(key for (key,) in suspected))


def suspected_duplicates(store: Store) -> list[tuple[str, str, datetime]]:
    """The own ids of every two leads that may be one person, and since when; the latest first."""
    with store.guard():
        rows = store.connection.execute(
            "SELECT first._key, second._key, pair.at FROM suspected AS pair "
            "JOIN lead AS first ON first._id = pair.one JOIN lead AS second ON second._id = pair.other "
            "WHERE NOT pair.dismissed ORDER BY pair.at DESC, pair.one, pair.other"
        )
        return [(one, other, moment_of(at)) for one, other, at in rows]


def suspected_count(store: Store) -> int:
    """How many pairs of leads may be one person."""
    with store.guard():
        return int(
            store.connection.execute("SELECT count(*) FROM suspected WHERE NOT dismissed").fetchone()[0]
        )


def anonymous_leads(store: Store, most: int) -> list[tuple[str, int]]:
    """The own ids of the latest anonymous leads, each with how many events it has."""
    with store.guard():
        return store.connection.execute(
            "SELECT _key, (SELECT count(*) FROM event WHERE event.lead = _id) "
            f"FROM {ANONYMOUS_LEADS} ORDER BY _id DESC LIMIT ?",
            (most,),
        ).fetchall()


def merge_ids(store: Store, key: str, other: str, who: str) -> MergeReport:
    """Makes `other` an id of the lead `key`, with the lead that it is the id of, if any. Raises `StoreError`
    where they cannot be one."""
    kept, added = lead_key(key), lead_key(other)
    if not added:
        raise StoreError("there is no id to merge", "name two ids, as in: leadwright merge 101 102")
    with store.transaction() as connection:
        known = ids_known(connection, [kept, added])
        whose, theirs = _known(store, known, kept), known.get(added)
        if theirs is not None and theirs.lead == whose.lead:
            raise StoreError(
                f"{other} is {_own_id(connection, whose.lead)} already", "there is nothing to merge"
            )
        if theirs is None:
            _refuse_near_miss(store, added)
            add_alias(connection, whose, added, _now(), who)
            return MergeReport(_own_id(connection, whose.lead), added, False, 0)
        if _state(connection, whose.lead) == ANONYMOUS and _state(connection, theirs.lead) == NAMED:
            raise StoreError(
                f"{key} is an anonymous lead, and {other} has a name",
                f"name the one with the name first: leadwright merge {other} {key}",
            )
        merged = _own_id(connection, theirs.lead)
        events = connection.execute("SELECT count(*) FROM event WHERE lead = ?", (theirs.lead,)).fetchone()[0]
        merge(connection, whose.lead, theirs.lead, of=whose.alias, who=who, now=_now())
        return MergeReport(_own_id(connection, whose.lead), merged, True, events)


def undo_merge(store: Store, key: str) -> MergeReport:
    """Takes an id away from the lead it belongs to, with all that came with it. Raises `StoreError` where it
    is no other id of a lead."""
    taken = lead_key(key)
    with store.transaction() as connection:
        whose = _known(store, ids_known(connection, [taken]), taken)
        if whose.alias is None:
            raise StoreError(
                f"{taken} was not merged into another lead",
                f"see which ids it has with: leadwright lead {taken}",
            )
        was_lead = connection.execute(
            "SELECT merged IS NOT NULL FROM alias WHERE id = ?", (whose.alias,)
        ).fetchone()[0]
        lead = _own_id(connection, whose.lead)
        again = undo(connection, whose.alias, _now())
        events = connection.execute("SELECT count(*) FROM event WHERE lead = ?", (again,)).fetchone()[0]
        return MergeReport(lead, taken, bool(was_lead), events)


def dismiss(store: Store, one: str, other: str) -> None:
    """Notes that two leads that may be one person are two."""
    with store.transaction() as connection:
        known = ids_known(connection, [lead_key(one), lead_key(other)])
        leads = sorted(_known(store, known, lead_key(key)).lead for key in (one, other))
        connection.execute("UPDATE suspected SET dismissed = 1 WHERE one = ? AND other = ?", leads)


def _known(store: Store, known: dict[str, Whose], key: str) -> Whose:
    found = known.get(key)
    if found is None:
        _refuse_near_miss(store, key)
        raise StoreError(f'there is no lead with the id "{key}"', "check the id, or search on the page")
    return found


def _refuse_near_miss(store: Store, key: str) -> None:
    near = nearest_id(store, key)
    if near is not None and near != key:
        raise StoreError(
            f'there is no lead with the id "{key}", but one with the id "{near}"',
            "ids are told apart by their case, other than email addresses: write it as it is",
        )


def _own_id(connection: sqlite3.Connection, lead: int) -> str:
    return str(connection.execute("SELECT _key FROM lead WHERE _id = ?", (lead,)).fetchone()[0])


def _state(connection: sqlite3.Connection, lead: int) -> int:
    return int(connection.execute("SELECT _state FROM lead WHERE _id = ?", (lead,)).fetchone()[0])


def _now() -> int:
    return time.time_ns() // 1000
