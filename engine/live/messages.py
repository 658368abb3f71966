"""The last messages of each source, as they came, and what became of each."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Protocol

from ...grammar.frozen import frozen
from ..receivers.calls import clean
from ..store.database import Store
from ..values import instant_text, moment_of

MOST_MESSAGES = 100
"""Of each source."""

MOST_REFUSALS = 1_000
"""Of each source."""

_LONGEST = 32_000


class State(Enum):
    """What became of a message."""

    STORED = "stored"
    REPEATED = "repeated"
    IGNORED = "ignored"
    REFUSED = "refused"


@dataclass(slots=True)
class Became:
    """What became of a message: why, where it was not stored; else the lead (number and id), the event with
    its properties as JSON, the fields that it set, and what is worth a note. `at` is microseconds since 1970
    UTC."""

    state: State
    why: str | None = None
    lead: int | None = None
    key: str | None = None
    event: str | None = None
    properties: str | None = None
    at: int | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def begin_again(self) -> None:
        """Forgets what a transaction that was rolled back had found."""
        self.fields.clear()
        if self.state is State.REPEATED:
            self.state = State.STORED

    def data(self) -> dict[str, Any]:
        """The same for JSON, without what is empty."""
        found = {
            "state": self.state.value,
            "why": self.why,
            "lead": self.key,
            "event": self.event,
            "properties": None if self.properties is None else json.loads(self.properties),
            "at": None if self.at is None else instant_text(self.at),
            "fields": self.fields,
            "notes": self.notes,
        }
        return {name: value for name, value in found.items() if value}

    def text(self) -> str:
        """The same as the record keeps it."""
        return json.dumps(self.data())


class Kept(Protocol):
    """A message with what became of it; `source` 0 for none."""

    source: int
    received: int
    raw: Any
    about: Mapping[str, Any]
    became: Became


def keep_messages(connection: sqlite3.Connection, messages: Sequence[Kept]) -> None:
    """Keeps the last of these messages in the place of former ones; within a transaction."""
    for source, found in _by_source(one for one in messages if one.source).items():
        connection.executemany(
            "INSERT INTO live_message (source, lead, received, body, about, became) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            [
                (
                    source,
                    one.became.lead,
                    one.received,
                    _body(one.raw),
                    json.dumps(one.about),
                    one.became.text(),
                )
                for one in found[-MOST_MESSAGES:]
            ],
        )
        _forget_older(connection, "live_message", source, MOST_MESSAGES)
    for source, found in _by_source(one for one in messages if one.became.state is State.REFUSED).items():
        connection.executemany(
            "INSERT INTO live_refusal (source, received, reason, body) VALUES (?, ?, ?, ?)",
            [
                (source or None, one.received, clean(one.became.why or ""), _body(one.raw))
                for one in found[-MOST_REFUSALS:]
            ],
        )
        _forget_older(connection, "live_refusal", source, MOST_REFUSALS)


def _by_source(messages: Iterable[Kept]) -> dict[int, list[Kept]]:
    found: dict[int, list[Kept]] = {}
    for one in messages:
        found.setdefault(one.source, []).append(one)
    return found


def _forget_older(connection: sqlite3.Connection, table: str, source: int, most: int) -> None:
    connection.execute(
        f"DELETE FROM {table} WHERE source IS ?1 AND id <= "
        f"(SELECT id FROM {table} WHERE source IS ?1 ORDER BY id DESC LIMIT 1 OFFSET {most})",
        (source or None,),
    )


def _body(raw: object) -> str:
    text = json.dumps(raw, indent=2)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "\n…"


@frozen
class StoredMessage:
    """A message as the debugger shows it; `became` is `Became.data`."""

    id: int
    received: datetime
    body: str
    became: dict[str, Any]


def last_messages(store: Store, source: int) -> list[StoredMessage]:
    """The last messages of a source, the newest first."""
    with store.guard():
        rows = store.connection.execute(
            "SELECT id, received, body, became FROM live_message WHERE source = ? ORDER BY id DESC", (source,)
        )
        return [
            StoredMessage(number, moment_of(received), body, json.loads(became))
            for number, received, body, became in rows
        ]


@frozen
class RefusedMessage:
    """What could not be taken, and why."""

    received: datetime
    reason: str
    body: str


def last_refusals(store: Store, source: int | None, most: int = 100) -> list[RefusedMessage]:
    """The last messages and requests of a source that could not be taken, the newest first; with None, those
    that came with an unknown key."""
    with store.guard():
        rows = store.connection.execute(
            "SELECT received, reason, body FROM live_refusal WHERE source IS ? ORDER BY id DESC LIMIT ?",
            (source, most),
        )
        return [RefusedMessage(moment_of(received), reason, body) for received, reason, body in rows]
