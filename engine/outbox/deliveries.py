"""Messages on their way: laid out for each destination, due in order per lead, parked, resent, dropped."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Sequence
from typing import Any

from ...grammar.frozen import frozen
from ..store.database import Store
from .destinations import DAY, Destination, State, destinations
from .message import Message
from .transports import Answer, SendResult

WAITING, SENT, PARKED, DROPPED = range(4)

PATIENCE = 3 * DAY
"""How long a message is tried before it is parked, in microseconds."""

_WANTED = (
    "CASE WHEN json_type(m.data, '$.tell') = 'array'"
    " THEN EXISTS (SELECT 1 FROM json_each(m.data, '$.tell') WHERE value = d.name COLLATE NOCASE)"
    " WHEN d.kinds = '[]' THEN m.kind IN ('handoff', 'handoff.overdue')"
    " ELSE EXISTS (SELECT 1 FROM json_each(d.kinds) WHERE value = m.kind) END"
)
"""Whether destination `d` is to get message `m`."""

_SECOND = 1_000_000
_FIRST_PAUSE, _LONGEST_PAUSE = 5.0, 6 * 3_600.0
_GROWTH = 4.0


@frozen
class Delivery:
    """A message that is due at a destination, and how often it was tried."""

    number: int
    message: Message
    tries: int
    first: int | None


def lay_out(store: Store, destination: Destination, now: int) -> int:
    """Lays out the messages recorded since the last time that a destination is to get; how many there are."""
    connection = store.connection
    newest = connection.execute("SELECT coalesce(max(number), 0) FROM message").fetchone()[0]
    after = connection.execute("SELECT after FROM destination WHERE id = ?", (destination.id,)).fetchone()
    if after is None or after[0] >= newest:
        return 0
    with store.transaction():
        laid: int = connection.execute(
            "INSERT OR IGNORE INTO delivery (destination, message, subject, due)"
            " SELECT d.id, m.number, m.subject, ?"
            " FROM destination AS d JOIN message AS m ON m.number > d.after"
            f" WHERE d.id = ? AND m.number <= ? AND {_WANTED}",
            (now, destination.id, newest),
        ).rowcount
        connection.execute("UPDATE destination SET after = ? WHERE id = ?", (newest, destination.id))
    return laid


def due(store: Store, destination: Destination, now: int, most: int) -> list[Delivery]:
    """What is to be sent now, in order. What waits behind a message of the same lead that is due later is not
    among it."""
    with store.guard():
        rows = store.connection.execute(
            "SELECT d.message, m.id, m.kind, m.subject, m.data, m.created, d.tries, d.first"
            # Else SQLite reads all that was ever sent to a destination.
            " FROM delivery AS d INDEXED BY delivery_waiting JOIN message AS m ON m.number = d.message"
            " WHERE d.destination = ? AND d.state = 0 AND d.due <= ? AND NOT EXISTS"
            " (SELECT 1 FROM delivery AS e INDEXED BY delivery_in_order"
            " WHERE e.destination = d.destination AND e.subject = d.subject AND e.state = 0"
            " AND e.message < d.message AND e.due > ?) ORDER BY d.message LIMIT ?",
            (destination.id, now, now, most),
        ).fetchall()
    return [
        Delivery(number, Message(id_, kind, subject, json.loads(data), created), tries, first)
        for number, id_, kind, subject, data, created, tries, first in rows
    ]


def next_due(store: Store, destination: Destination) -> int | None:
    """When the next one that waits is due, in microseconds since 1970 UTC."""
    row = store.connection.execute(
        "SELECT min(due) FROM delivery WHERE destination = ? AND state = 0", (destination.id,)
    ).fetchone()
    return None if row[0] is None else int(row[0])


def pause_before(tries: int, answer: Answer, chance: random.Random) -> int:
    """Microseconds until the next try: growing and spread at random, or as the receiver asks."""
    if answer.wait is not None:
        return round(answer.wait * _SECOND)
    pause = min(_FIRST_PAUSE * _GROWTH ** min(tries - 1, 20), _LONGEST_PAUSE)
    return round(pause * chance.uniform(0.8, 1.2) * _SECOND)


def note_answers(
    store: Store,
    destination: Destination,
    answers: Sequence[tuple[Delivery, Answer, int]],
    chance: random.Random,
) -> None:
    """Keeps what came of deliveries, each with the instant of its answer."""
    rows = [_outcome(delivery, answer, at, chance) for delivery, answer, at in answers]
    with store.transaction() as connection:
        connection.executemany(
            "UPDATE delivery SET state = ?, tries = ?, due = ?, first = ?, last = ?, status = ?, answer = ?"
            f" WHERE destination = {destination.id} AND message = ? AND state = {WAITING}",
            rows,
        )
        if any(answer.outcome is SendResult.GONE for _, answer, _ in answers):
            connection.execute("UPDATE destination SET state = ? WHERE id = ?", (State.ENDED, destination.id))


def _outcome(delivery: Delivery, answer: Answer, at: int, chance: random.Random) -> tuple[Any, ...]:
    tries = delivery.tries + 1
    first = delivery.first if delivery.first is not None else at
    state, again, text = WAITING, at, answer.text
    if answer.outcome is SendResult.SENT:
        state = SENT
    elif answer.outcome in (SendResult.REFUSED, SendResult.GONE):
        state = PARKED
    else:
        again = at + pause_before(tries, answer, chance)
        if again > first + PATIENCE:
            state = PARKED
    return (state, tries, again, first, at, answer.status, text, delivery.number)


# --- what people see and do ------------------------------------------------------------------------


@frozen
class Tally:
    """How a destination is doing: messages by state, and the last answer with its instant."""

    destination: Destination
    waiting: int
    sent: int
    parked: int
    status: int | None
    answer: str
    at: int | None


def tallies(connection: sqlite3.Connection) -> list[Tally]:
    """How each destination is doing, by name."""
    found = []
    for one in destinations(connection):
        counts = dict(
            connection.execute(
                "SELECT state, count(*) FROM delivery WHERE destination = ? GROUP BY state", (one.id,)
            ).fetchall()
        )
        newer: int = connection.execute(
            "SELECT count(*) FROM message AS m, destination AS d WHERE d.id = ? AND m.number > d.after"
            f" AND {_WANTED}",
            (one.id,),
        ).fetchone()[0]
        last = connection.execute(
            "SELECT status, answer, max(last) FROM delivery WHERE destination = ? AND last IS NOT NULL",
            (one.id,),
        ).fetchone()
        found.append(
            Tally(one, counts.get(WAITING, 0) + newer, counts.get(SENT, 0), counts.get(PARKED, 0), *last)
        )
    return found


@frozen
class Tried:
    """A message that is waiting or parked: what is sent, how often it was tried, the last answer."""

    destination: Destination
    message: Message
    state: int
    tries: int
    due: int
    first: int | None
    last: int | None
    status: int | None
    answer: str


def undelivered(connection: sqlite3.Connection, *, most: int, state: int = PARKED) -> list[Tried]:
    """The newest messages in a state, at all destinations."""
    by_id = {one.id: one for one in destinations(connection)}
    rows = connection.execute(
        "SELECT d.destination, m.id, m.kind, m.subject, m.data, m.created, d.state, d.tries, d.due, d.first,"
        " d.last, d.status, d.answer FROM delivery AS d JOIN message AS m ON m.number = d.message"
        " WHERE d.state = ? ORDER BY d.message DESC LIMIT ?",
        (state, most),
    ).fetchall()
    return [
        Tried(by_id[to], Message(id_, kind, subject, json.loads(data), created), *rest)
        for to, id_, kind, subject, data, created, *rest in rows
    ]


def move(store: Store, message: str, to: int, now: int, *, at: str | None = None) -> int:
    """Sends parked or dropped messages of an id again (`to` WAITING), drops parked ones (`to` DROPPED) or
    takes that back (`to` PARKED), at one destination or at all of them. Gives how many there were.

    A message that is sent again keeps its id.
    """
    came_from = {WAITING: (PARKED, DROPPED), DROPPED: (PARKED,), PARKED: (DROPPED,)}[to]
    which = "AND message = (SELECT number FROM message WHERE id = ?)"
    return _move(store, f"{_among(came_from)} {which}", (at, message), to, now)


def move_all(store: Store, at: str, to: int, now: int) -> int:
    """The same with all that is parked for a destination."""
    return _move(store, _among((PARKED,)), (at,), to, now)


def _among(states: Sequence[int]) -> str:
    listed = ", ".join(map(str, states))
    return (
        f"state IN ({listed}) AND destination IN (SELECT id FROM destination WHERE name = coalesce(?, name))"
    )


def _move(store: Store, which: str, values: Sequence[str | None], to: int, now: int) -> int:
    afresh = ", first = NULL, tries = 0" if to == WAITING else ""
    with store.transaction() as connection:
        return connection.execute(
            f"UPDATE delivery SET state = ?, due = ?{afresh} WHERE {which}", (to, now, *values)
        ).rowcount
