"""What lies in the inbox, brought into the record: a batch of requests in one transaction.

The record notes in the same transaction how far it has come, so that a kill at any instant neither loses a
message nor counts one twice.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ...grammar.frozen import frozen
from ..receivers.adapters import ADAPTERS, read_call
from ..receivers.calls import Call, Unreadable
from ..store.database import Store, StoreError
from ..values import moment_of
from .inbox import open_inbox
from .mapping import SourceMapping, read_source_mapping
from .messages import Became, State, keep_messages
from .recording import Batch, Change

_MOST_REQUESTS = 2_000
_MOST_BYTES = 4 * 1024 * 1024
"""Of messages in one transaction: more are hardly quicker, and take ten times as much memory."""

_LONGEST_LOG = 128 * 1024 * 1024
"""Bytes of SQLite's log: whoever reads looks through all of it."""

_PAGES_IN_LOG = 32_000
_CACHE_KIB = 32_768

_LOG_PATIENCE = 500
"""Milliseconds for others to let go of the log."""

_MINUTE = 60_000_000
_HOUR = 60 * _MINUTE
_EARLIEST = 946_684_800_000_000
"""The year 2000: what is earlier comes from a clock that was never set."""


@dataclass(slots=True)
class Message:
    """A message on its way: its source, when it came, as it came, what it says, and what became of it."""

    source: int
    received: int
    raw: Any
    call: Call | None
    became: Became
    mapping: SourceMapping
    key: str
    about: Mapping[str, Any]
    at: int = 0


@frozen
class Applied:
    """What one step did: requests up to a number of so many bytes, and when messages came, by source. `full`:
    it took as many as a step may, and more are likely to wait."""

    up_to: int
    size: int
    messages: int
    received: tuple[tuple[int, int, int], ...]
    full: bool = False


def gather_in_log(store: Store) -> None:
    """Lets more gather in the log of a store that is written to all the time: most pages are written again
    soon, and go into the database once. `Applier.shorten_log` brings them there. Less of the database is kept
    in memory than elsewhere, so that it is soon as much as it will ever be."""
    with store.guard():
        store.connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        store.connection.execute(f"PRAGMA wal_autocheckpoint = {_PAGES_IN_LOG}")


class Applier:
    """Brings the inbox of a store into it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        gather_in_log(store)
        self._inbox = open_inbox(store.path)
        self._token: str = self._inbox.execute("SELECT token FROM about").fetchone()[0]
        row = store.connection.execute(
            "SELECT up_to FROM live_applied WHERE token = ?", (self._token,)
        ).fetchone()
        self._up_to: int = row[0] if row else 0
        self._first = self._last = 0
        self._seen: tuple[int, float] = (0, 0.0)

    def close(self) -> None:
        """Closes the inbox."""
        self._inbox.close()

    def step(self) -> Applied | None:
        """Brings some requests in, in the order of their coming; None without any. Raises `StoreError`."""
        rows, size = self._next()
        if not rows:
            return None
        messages = list(self._read(rows))
        up_to = rows[-1][0]
        try:
            self._record(messages, up_to)
        except (StoreError, sqlite3.OperationalError):
            # No fault of a message: all of them wait, and lose nothing.
            raise
        except Exception:
            # One message must not hold up all others: each on its own shows which one it is.
            logging.getLogger(__name__).exception("a batch of messages could not be stored at once")
            self._record_singly(messages, up_to)
        self._up_to = up_to
        counted: dict[tuple[int, int], int] = {}
        for message in messages:
            place = (message.source, message.received)
            counted[place] = counted.get(place, 0) + 1
        received = tuple((source, at, count) for (source, at), count in counted.items())
        full = len(rows) == _MOST_REQUESTS or size > _MOST_BYTES
        return Applied(up_to, size, len(messages), received, full)

    def shorten_log(self) -> None:
        """Empties SQLite's log where it is long. By itself it is begun again only at a moment at which nobody
        reads, and while events come in and are scored without a pause there is none."""
        log = self.store.path.with_name(f"{self.store.path.name}-wal")
        if not log.exists() or log.stat().st_size < _LONGEST_LOG:
            return
        connection = self.store.connection
        with self.store.guard():
            (usual,) = connection.execute("PRAGMA busy_timeout").fetchone()
            connection.execute(f"PRAGMA busy_timeout = {_LOG_PATIENCE}")
            try:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                connection.execute(f"PRAGMA busy_timeout = {usual:d}")

    def _next(self) -> tuple[list[tuple[Any, ...]], int]:
        rows, size = [], 0
        cursor = self._inbox.execute(
            "SELECT id, received, source, adapter, about, messages FROM request WHERE id > ? "
            f"ORDER BY id LIMIT {_MOST_REQUESTS}",
            (self._up_to,),
        )
        for row in cursor:
            rows.append(row)
            size += len(row[4]) + len(row[5])
            if size > _MOST_BYTES:
                break
        cursor.close()
        if rows:
            self._first, self._last = rows[0][0], rows[-1][0]
            self._seen = (len(rows), float(sum(len(row[5]) for row in rows)))
        return rows, size

    def _read(self, rows: Iterable[tuple[Any, ...]]) -> Iterable[Message]:
        """The messages of requests, each read by its adapter and its time corrected."""
        mappings = self._mappings()
        plain = SourceMapping()
        for number, received, source, adapter, about_text, text in rows:
            about, raws = json.loads(about_text), json.loads(text)
            mapping = mappings.get(source, plain)
            if not adapter:
                became = Became(State.REFUSED, about["reason"])
                yield Message(source or 0, received, raws, None, became, mapping, "", {})
                continue
            for place, raw in enumerate(raws):
                message = Message(
                    source,
                    received,
                    raw,
                    None,
                    Became(State.STORED),
                    mapping,
                    f"{self._token} {number} {place}",
                    about,
                )
                try:
                    message.call = read_call(ADAPTERS[adapter], raw, about)
                except Unreadable as error:
                    message.became = Became(State.REFUSED, str(error))
                else:
                    _settle(message)
                yield message

    def _mappings(self) -> dict[int, SourceMapping]:
        with self.store.guard():
            rows = self.store.connection.execute("SELECT id, mapping FROM source").fetchall()
        return {number: read_source_mapping(text) for number, text in rows}

    def _record(self, messages: list[Message], up_to: int) -> None:
        now = time.time_ns() // 1000
        with self.store.transaction() as connection:
            self._check_unchanged()
            changes = [change for message in messages if (change := _change(message)) is not None]
            Batch(self.store, now).record(changes)
            _count(connection, messages)
            keep_messages(connection, messages)
            self._note(connection, up_to)

    def _record_singly(self, messages: list[Message], up_to: int) -> None:
        for message in messages:
            message.became.begin_again()
            try:
                self._record([message], self._up_to)
            except (StoreError, sqlite3.OperationalError):
                raise
            except Exception as error:
                logging.getLogger(__name__).exception("a message could not be stored")
                message.became = Became(State.REFUSED, f"it could not be stored: {type(error).__name__}")
                message.call = None
                self._record([message], self._up_to)
        with self.store.transaction() as connection:
            self._note(connection, up_to)

    def _check_unchanged(self) -> None:
        """Makes sure, now that nobody else may write, that nobody was forgotten since the inbox was read."""
        if self._sizes(self._first, self._last) != self._seen:
            raise StoreError("somebody was forgotten in the meantime", "what is left is brought in next")

    def _sizes(self, first: int, last: int) -> tuple[int, float]:
        found: tuple[int, float] = self._inbox.execute(
            "SELECT count(*), total(length(messages)) FROM request WHERE id BETWEEN ? AND ?", (first, last)
        ).fetchone()
        return found

    def _note(self, connection: sqlite3.Connection, up_to: int) -> None:
        connection.execute(
            "INSERT INTO live_applied VALUES (?, ?) ON CONFLICT (token) DO UPDATE SET up_to = excluded.up_to",
            (self._token, up_to),
        )


def _settle(message: Message) -> None:
    """Settles whether a message changes anything, and when what it tells of happened."""
    call, became = message.call, message.became
    assert call is not None
    if call.ignored is not None:
        message.became = Became(State.IGNORED, call.ignored)
        message.call = None
        return
    if call.id is not None:
        message.key = call.id
    if call.type is not None and message.mapping.ignores(call.type):
        message.became = Became(State.IGNORED, f'the mapping leaves "{call.type}" out')
        message.call = None
        return
    at = message.received if call.at is None else call.at
    if call.at is not None and call.sent is not None and abs(message.received - call.sent) > _MINUTE:
        off = message.received - call.sent
        at += off
        became.notes.append(
            f"the client's clock was {_span(abs(off))} {'slow' if off > 0 else 'fast'}, corrected"
        )
    if at > message.received:
        if at > message.received + _MINUTE:
            became.notes.append(
                f"its time, {_written(at)}, lies in the future; stored as of when it was received"
            )
        at = message.received
    elif at < _EARLIEST:
        became.notes.append(f"its time, {_written(at)}, lies before 2000; stored as of when it was received")
        at = message.received
    message.at = at
    became.at = at


def _change(message: Message) -> Change | None:
    call = message.call
    if call is None:
        return None
    return Change(call, message.mapping, message.at, message.key, message.received, message.became)


def _written(instant: int) -> str:
    try:
        return moment_of(instant).isoformat(timespec="seconds").replace("+00:00", "Z")
    except OverflowError:
        return "far from now"


def _span(micros: int) -> str:
    seconds = micros // 1_000_000
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count:,} {name}{'' if count == 1 else 's'}"
    return f"{seconds} seconds"


def _count(connection: sqlite3.Connection, messages: Iterable[Message]) -> None:
    counts: dict[tuple[int, int, str], int] = {}
    for message in messages:
        place = (message.source, message.received // _HOUR, message.became.state.value)
        counts[place] = counts.get(place, 0) + 1
    add_counts(connection, counts)


def add_counts(connection: sqlite3.Connection, counts: Mapping[tuple[int, int, str], int]) -> None:
    """Adds to the counts by source, hour and what became of messages; within a transaction."""
    connection.executemany(
        "INSERT INTO live_count VALUES (?, ?, ?, ?) "
        "ON CONFLICT (source, hour, what) DO UPDATE SET count = count + excluded.count",
        [(*place, count) for place, count in counts.items()],
    )
