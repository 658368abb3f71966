"""What waits in the inbox about people who are forgotten, taken out of it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from ..store.database import StoreError, guarded
from .inbox import inbox_path, open_inbox

_BUSY_FOR = 10.0
"""Seconds to wait for those who are reading the inbox."""


def forgetting_in(database: Path) -> Callable[[Sequence[str]], None]:
    """What empties the inbox of a database, where it has one, of the messages about people by their ids.

    The others of a request stay, each in its place. Raises `StoreError` where the inbox is in use for long.
    """

    def forget(ids: Sequence[str]) -> None:
        if inbox_path(database).exists():
            _forget(database, {one.casefold() for one in ids})

    return forget


def _forget(database: Path, ids: Collection[str]) -> None:
    path = inbox_path(database)
    with guarded(path), closing(open_inbox(database)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        rows = connection.execute("SELECT id, about, messages FROM request").fetchall()
        for number, about, text in rows:
            if _tells(json.loads(about), ids):
                # The address names the person, as Customer.io's do: all of the request is about them.
                connection.execute("DELETE FROM request WHERE id = ?", (number,))
                continue
            messages = json.loads(text)
            if isinstance(messages, list):
                left = [{} if _tells(message, ids) else message for message in messages]
            else:
                left = {} if _tells(messages, ids) else messages
            if left != messages:
                connection.execute("UPDATE request SET messages = ? WHERE id = ?", (json.dumps(left), number))
        connection.execute("COMMIT")
        until = time.monotonic() + _BUSY_FOR
        while connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            if time.monotonic() > until:
                raise StoreError(
                    f"messages as they came are still in {path.name}-wal, since another program is reading",
                    "wait until it has finished, or stop it, then run the same again",
                )
            time.sleep(0.05)


def _tells(message: object, ids: Collection[str]) -> bool:
    """Whether a message has one of the ids as a text, or in a text of many letters such as an address."""
    texts = [text.casefold() for text in _texts(message)]
    return any(text.strip() in ids for text in texts) or any(
        len(one) > _LEAST and one in text for text in texts for one in ids
    )


_LEAST = 5


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, int):
        yield str(value)
