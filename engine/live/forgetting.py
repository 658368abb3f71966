"""People forgotten in the inbox: what waits there of them is taken out, down to the bytes of its files."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ..store.database import StoreError, guarded
from .inbox import inbox_path, open_inbox

_BUSY_FOR = 10.0
"""Seconds to wait for those who are reading what is being done away with."""


def forget_waiting(database: Path, ids: Sequence[str]) -> None:
    """Deletes the messages in the inbox of a database that name any of these ids; others of the same requests
    stay. Raises `StoreError`."""
    path = inbox_path(database)
    if not path.exists():
        return
    wanted = {one.casefold() for one in ids}
    connection = open_inbox(database)
    try:
        with guarded(path):
            connection.execute("BEGIN IMMEDIATE")
            rows = connection.execute("SELECT id, about, messages FROM request").fetchall()
            for number, about, messages in rows:
                left = _left(about, messages, wanted)
                if left is None:
                    connection.execute("DELETE FROM request WHERE id = ?", (number,))
                elif left != messages:
                    connection.execute("UPDATE request SET messages = ? WHERE id = ?", (left, number))
            connection.execute("COMMIT")
            connection.execute("VACUUM")
            until = time.monotonic() + _BUSY_FOR
            while connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                if time.monotonic() > until:
                    raise StoreError(
                        f"what was deleted is still in {path.name}-wal, since another program is reading",
                        "wait until it has finished, then do the same again",
                    )
                time.sleep(0.05)
    finally:
        connection.close()


def _left(about: str, messages: str, wanted: set[str]) -> str | None:
    """The messages of a request that name nobody of these, as JSON; None where there is nothing left."""
    if any(text.casefold() in wanted for text in _texts(json.loads(about))):
        return None
    found = json.loads(messages)
    if not isinstance(found, list):
        return None if any(text.casefold() in wanted for text in _texts(found)) else messages
    left = [one for one in found if not any(text.casefold() in wanted for text in _texts(one))]
    if len(left) == len(found):
        return messages
    return json.dumps(left) if left else None


def _texts(value: Any) -> Iterator[str]:
    """All texts and numbers in a JSON value."""
    rest = [value]
    while rest:
        one = rest.pop()
        if isinstance(one, dict):
            rest += one.values()
        elif isinstance(one, list):
            rest += one
        elif isinstance(one, str | int | float) and not isinstance(one, bool):
            yield str(one).strip()
