"""What sales answers about a lead, as events: rules, clocks and figures see them as any others."""

from __future__ import annotations

import json
import secrets

from ..importing.events import given_key
from ..receivers.calls import Call
from ..store.database import Store
from ..store.handoffs.reading import ANSWERS
from ..store.records.freshness import mark_changed
from ..store.records.history import remove_event
from .mapping import SourceMapping
from .messages import Became, State
from .recording import Batch, Change

IN_TIME = 600_000_000
"""Microseconds within which an answer can be taken back."""


def answer(store: Store, lead: str, what: str, now: int, *, by: str, reason: str = "", note: str = "") -> int:
    """Records that a lead (by its own id) was accepted, contacted or rejected, as of `now`; gives the key of
    the event. Said twice alike within minutes, as by a second click, it is one answer.

    Raises ValueError for anything else.
    """
    if what not in ANSWERS:
        raise ValueError(f'"{what}" is no answer')
    said = {"by": by, "reason": reason, "note": note}
    properties = {name: value for name, value in said.items() if value}
    call = Call(named=lead, type=what, properties=properties)
    key = f"answer {secrets.token_hex(8)}"
    change = Change(call, SourceMapping(), now, key, now, Became(State.STORED))
    with store.transaction() as connection:
        said_last = connection.execute(
            "SELECT type, key, properties FROM event JOIN event_kind ON event_kind.id = event.kind "
            "WHERE lead = (SELECT _id FROM lead WHERE _key = ?) AND event.at > ? AND type IN "
            f"{ANSWERS!r} ORDER BY event.at DESC LIMIT 1",
            (lead, now - IN_TIME),
        ).fetchone()
        if said_last is not None and said_last[0] == what and json.loads(said_last[2] or "{}") == properties:
            return int(said_last[1])
        Batch(store, now).record([change])
    return given_key(what, key)


def take_back(store: Store, lead: int, key: int, now: int, *, by: str) -> bool:
    """Takes an answer of a lead (by its number) back that the same person gave within the last minutes: the
    event goes, a clock that it stopped runs again, and a stay that it ended goes on. False where there is no
    such answer."""
    with store.transaction() as connection:
        found = connection.execute(
            "SELECT event.at, event.kind FROM event JOIN event_kind ON event_kind.id = event.kind "
            f"WHERE lead = ? AND key = ? AND type IN ({', '.join('?' * len(ANSWERS))}) "
            "AND properties ->> 'by' = ? AND event.at >= ?",
            (lead, key, *ANSWERS, by, now - IN_TIME),
        ).fetchone()
        if found is None:
            return False
        at, kind = found
        remove_event(connection, lead, at, kind, key)
        connection.execute("UPDATE lead SET _changed = ? WHERE _id = ?", (now, lead))
        mark_changed(connection, [lead])
        connection.execute(
            "UPDATE handoff SET answered = NULL, answer = NULL WHERE lead = ? AND answered = ?",
            (lead, at),
        )
        # Else the lead would come into the stage again, and be handed off once more.
        connection.execute("UPDATE entry SET left_at = NULL WHERE lead = ? AND left_at >= ?", (lead, at))
    return True
