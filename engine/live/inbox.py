"""The inbox: where a message is on the disk before it is acknowledged.

It is a database of its own beside the record, so that an acknowledgement waits for no scoring, no import and
no index. One thread writes it: whatever arrives while one transaction is being committed goes into the next.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

from ...grammar.frozen import frozen
from ..store.database import guarded

_MIB = 1024 * 1024
MOST_WAITING = 32 * _MIB
"""Bytes that may wait to be written."""

MOST_KEPT = 1024 * _MIB
"""Bytes that may lie in the inbox."""

_PAUSE = 1.0
"""Seconds between two tries to take out what is done, where the disk refuses."""

_AT_ONCE = 50
_INSERT = "INSERT INTO request (received, source, adapter, about, messages) VALUES "

_TABLES = """
CREATE TABLE IF NOT EXISTS about (token TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS request (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    received INTEGER NOT NULL,
    source INTEGER,
    adapter TEXT NOT NULL,
    about TEXT NOT NULL,
    messages TEXT NOT NULL
) STRICT;
"""


class InboxFull(Exception):
    """The inbox takes no more for now."""


@frozen
class StoredRequest:
    """A request as it lies in the inbox: when it came (microseconds since 1970 UTC), from which source (None:
    an unknown key), what reads it, and its messages and what stands beside them as JSON. One that was refused
    has no adapter, and `about` says why."""

    received: int
    source: int | None
    adapter: str
    about: str
    messages: str


def inbox_path(database: Path) -> Path:
    """Where the inbox of a database lies."""
    return database.with_name(f"{database.name}-inbox")


def open_inbox(database: Path) -> sqlite3.Connection:
    """A connection to the inbox, made where it is not there yet. Raises `StoreError`."""
    path = inbox_path(database)
    with guarded(path):
        connection = sqlite3.connect(path, timeout=10.0, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            # What was taken out is overwritten: a person who is forgotten must be found nowhere.
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("BEGIN IMMEDIATE")
            for statement in _TABLES.split(";\n"):
                connection.execute(statement)
            if connection.execute("SELECT token FROM about").fetchone() is None:
                connection.execute("INSERT INTO about VALUES (?)", (secrets.token_hex(16),))
            connection.execute("COMMIT")
        except BaseException:
            connection.close()
            raise
    return connection


class Inbox:
    """Takes requests in. `arrived` is called after each commit."""

    def __init__(
        self,
        database: Path,
        arrived: Callable[[], None],
        *,
        most_waiting: int = MOST_WAITING,
        most_kept: int = MOST_KEPT,
    ) -> None:
        self.path = inbox_path(database)
        self._arrived = arrived
        self._connection = open_inbox(database)
        self._most_waiting, self._most_kept = most_waiting, most_kept
        self._kept: int = self._connection.execute(
            "SELECT ifnull(sum(length(about) + length(messages)), 0) FROM request"
        ).fetchone()[0]
        self._changed = threading.Condition()
        self._waiting: list[tuple[StoredRequest, Future[None]]] = []
        self._waiting_bytes = 0
        self._done_up_to = 0
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="inbox", daemon=True)
        self._thread.start()

    @property
    def kept(self) -> int:
        """Bytes that lie in the inbox."""
        return self._kept

    def put(self, row: StoredRequest) -> None:
        """Takes a request in: when this returns, it is on the disk. Raises `InboxFull` or `StoreError`."""
        self.begin(row).result()

    def begin(self, row: StoredRequest) -> Future[None]:
        """Takes a request in, which is on the disk once the future is done; that may hold a `StoreError`.
        Raises `InboxFull`."""
        size = len(row.about) + len(row.messages)
        written: Future[None] = Future()
        with self._changed:
            # An empty inbox takes anything, or a large request would never be taken.
            full = self._waiting_bytes and self._waiting_bytes + size > self._most_waiting
            if full or self._kept > self._most_kept or self._closing:
                raise InboxFull
            self._waiting.append((row, written))
            self._waiting_bytes += size
            self._changed.notify()
        return written

    def remove(self, up_to: int, size: int) -> None:
        """Takes requests out, up to a number and so many bytes of them; with the next that is written."""
        with self._changed:
            self._done_up_to = max(self._done_up_to, up_to)
            self._kept -= size
            self._changed.notify()

    def close(self) -> None:
        """Writes what waits, and ends."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()
        self._connection.close()

    def _run(self) -> None:
        removed = 0
        while True:
            with self._changed:
                while not (self._waiting or self._done_up_to > removed or self._closing):
                    self._changed.wait()
                batch, self._waiting = self._waiting, []
                self._waiting_bytes = 0
                done = self._done_up_to
                if not batch and done <= removed:
                    return
            error = self._write([row for row, _ in batch], done)
            if error is None:
                removed = done
            with self._changed:
                if error is None:
                    self._kept += sum(len(row.about) + len(row.messages) for row, _ in batch)
                elif not batch:
                    self._changed.wait(_PAUSE)
            for _, written in batch:
                if error is None:
                    written.set_result(None)
                else:
                    written.set_exception(error)
            if batch and error is None:
                self._arrived()

    def _write(self, rows: list[StoredRequest], done: int) -> Exception | None:
        try:
            with guarded(self.path):
                self._connection.execute("BEGIN IMMEDIATE")
                self._connection.execute("DELETE FROM request WHERE id <= ?", (done,))
                # Many a statement: each one that is executed waits again for the interpreter's lock.
                for first in range(0, len(rows), _AT_ONCE):
                    some = rows[first : first + _AT_ONCE]
                    self._connection.execute(
                        _INSERT + ", ".join(["(?, ?, ?, ?, ?)"] * len(some)),
                        [
                            value
                            for row in some
                            for value in (row.received, row.source, row.adapter, row.about, row.messages)
                        ],
                    )
                self._connection.execute("COMMIT")
        except Exception as error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            return error
        return None
