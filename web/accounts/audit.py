"""The record of what was done: publishes, roll-backs, changes of users, log-ins that failed."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from ...engine.store.opening import Store
from ...engine.values import moment_of

_LONGEST = 300


class Action(Enum):
    """What can be done that is worth recording."""

    PUBLISH = "publish"
    ROLL_BACK = "roll back"
    LOG_IN_FAILED = "log-in failed"
    USER_ADDED = "user added"
    USER_REMOVED = "user removed"
    ROLE_CHANGED = "role changed"
    PASSWORD_CHANGED = "password changed"
    TOKEN_MADE = "token made"
    TOKEN_REVOKED = "token revoked"


@dataclass(frozen=True, slots=True)
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
    with store.guard():
        rows = store.connection.execute(
            "SELECT at, who, address, action, subject, detail FROM audit ORDER BY id DESC LIMIT ?", (most,)
        )
        return [
            Entry(moment_of(at), who, address, Action(action), subject, detail)
            for at, who, address, action, subject, detail in rows
        ]
