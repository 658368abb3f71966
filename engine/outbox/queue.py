"""Messages for other systems, recorded together with what they tell.

A message is written in the transaction of the change that it reports, so neither exists without the other.
It is sent later, by `sender`.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Mapping, Sequence


def enqueue(db: sqlite3.Connection, kind: str, subject: str, data: Mapping[str, object], at: int) -> str:
    """Records a message in the open transaction, and gives its id, which it keeps however often it is sent.

    `kind` is what happened, such as "handoff"; `subject` the lead's own id, whose messages are sent in the
    order of their recording; `data` the content, as JSON can say it; `at` when it happened, in microseconds
    since 1970 UTC. A list `tell` in `data` names the destinations that are to get it; without one, all that
    ask for this kind do. Raises `ValueError` outside a transaction.
    """
    return enqueue_all(db, [(kind, subject, data)], at)[0]


def enqueue_all(
    db: sqlite3.Connection, messages: Sequence[tuple[str, str, Mapping[str, object]]], at: int
) -> list[str]:
    """The same with several: the kind, subject and data of each, in their order."""
    if not db.in_transaction:
        raise ValueError("a message is recorded in the transaction that records what it tells")
    # What is the same for many leads is the same object, and written once.
    written = {
        number: _WRITE.encode(data) for number, data in {id(one[2]): one[2] for one in messages}.items()
    }
    # Ids in the order of time lie side by side in their index; the rest of them is chance.
    began, chance = f"msg_{max(at, 0):014x}", secrets.token_hex(9 * len(messages))
    rows = [
        (began + chance[18 * number : 18 * number + 18], kind, subject, written[id(data)], at)
        for number, (kind, subject, data) in enumerate(messages)
    ]
    db.executemany("INSERT INTO message (id, kind, subject, data, created) VALUES (?, ?, ?, ?, ?)", rows)
    return [message for message, *_ in rows]


_WRITE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
