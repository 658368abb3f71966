"""The record of what was done: publishes, roll-backs, changes of users, log-ins that failed."""

from __future__ import annotations

import sqlite3
import time
from datetime import datetime
from enum import Enum

from ....grammar.frozen import frozen
from ...values import moment_of
from ..database import Store

_LONGEST = 300


class Action(Enum):
    """What can be done that is worth recording."""

    PUBLISH = "publish"
    ROLL_BACK = "roll back"
    IMPORT = "import"
    DATA_IMPORTED = "data imported"
    SCORED = "scored"
    FORGOTTEN = "people forgotten"
    APPROVAL_ASKED = "approval asked"
    APPROVAL_DECLINED = "approval declined"
    APPROVAL_WITHDRAWN = "approval withdrawn"
    LOG_IN_FAILED = "log-in failed"
    USER_ADDED = "user added"
    USER_REMOVED = "user removed"
    ROLE_CHANGED = "role changed"
    PASSWORD_CHANGED = "password changed"
    TOKEN_MADE = "token made"
    TOKEN_REVOKED = "token revoked"
    DESTINATION_ADDED = "destination added"
    DESTINATION_REMOVED = "destination removed"
    SECRET_ROTATED = "secret rotated"
    SOURCE_ADDED = "source added"
    SOURCE_CHANGED = "source changed"
    SOURCE_REMOVED = "source removed"


@frozen
class Entry:
    """One thing that was done: when, by whom, from which address, what, to what, and more in words."""

    at: datetime
    who: str
    address: str
    action: Action
    subject: str
    detail: str


def record(
    connection: sqlite3.Connection,
    action: Action,
    *,
    who: str,
    address: str,
    subject: str = "",
    detail: str = "",
) -> None:
    """Records something done, in the transaction that does it."""
    connection.execute(
        "INSERT INTO audit (at, who, address, action, subject, detail) VALUES (?, ?, ?, ?, ?, ?)",
        (
            time.time_ns() // 1000,
            who[:_LONGEST],
            address[:_LONGEST],
            action.value,
            subject[:_LONGEST],
            detail[:_LONGEST],
        ),
    )


def entries(store: Store, most: int = 200) -> list[Entry]:
    """The latest entries, the newest first."""
    return _entries(store, "ORDER BY id DESC LIMIT ?", (most,))


def entries_about(store: Store, ruleset: str) -> list[Entry]:
    """What was done to a ruleset and its versions, the newest first."""
    return _entries(
        store,
        "WHERE subject = :name OR substr(subject, 1, length(:name) + 1) = :name || '@' ORDER BY id DESC",
        {"name": ruleset},
    )


def _entries(store: Store, rest: str, parameters: tuple[object, ...] | dict[str, object]) -> list[Entry]:
    with store.guard():
        rows = store.connection.execute(
            f"SELECT at, who, address, action, subject, detail FROM audit {rest}", parameters
        )
        return [
            Entry(moment_of(at), who, address, Action(action), subject, detail)
            for at, who, address, action, subject, detail in rows
        ]
