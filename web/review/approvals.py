"""Wishes to publish that a second person approves or declines; one at a time for a ruleset."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ...engine.store.database import Store
from ...engine.store.records.audit import Action, record
from ...engine.values import moment_of
from ..accounts.users import Doer

_COLUMNS = (
    "id, ruleset, base, text, back_to, note, asked_by, asked_at, outcome, decided_by, decided_at, reason, "
    "version"
)


@dataclass(frozen=True, slots=True)
class Approval:
    """A wish to publish: a text made from the version `base`, or the version `back_to` again.

    `asked_by` is the name of a user. `outcome` is None while it is open, else "approved", "declined" or
    "withdrawn"; `version` is what was published.
    """

    id: int
    ruleset: str
    base: int | None
    text: str
    back_to: int | None
    note: str
    asked_by: str
    asked_at: datetime
    outcome: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class PublishRequest:
    """What is asked for."""

    ruleset: str
    base: int | None
    text: str
    note: str
    back_to: int | None = None


def ask(store: Store, approval: PublishRequest, account: str, doer: Doer) -> Approval | None:
    """Asks for approval; None where another wish for the ruleset is open."""
    with store.transaction() as connection:
        if _open(connection, approval.ruleset) is not None:
            return None
        connection.execute(
            "INSERT INTO approval (ruleset, base, text, back_to, note, asked_by, asked_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                approval.ruleset,
                approval.base,
                approval.text,
                approval.back_to,
                approval.note,
                account,
                _now(),
            ),
        )
        _record(connection, Action.APPROVAL_ASKED, doer, approval.ruleset, approval.note)
        return _open(connection, approval.ruleset)


def open_approval(store: Store, ruleset: str) -> Approval | None:
    """The wish that waits for somebody, None where there is none."""
    with store.guard():
        return _open(store.connection, ruleset)


def approvals(store: Store, ruleset: str) -> list[Approval]:
    """All wishes of a ruleset, the newest first."""
    with store.guard():
        rows = store.connection.execute(
            f"SELECT {_COLUMNS} FROM approval WHERE ruleset = ? ORDER BY id DESC", (ruleset,)
        )
        return [_read(row) for row in rows]


def decline(store: Store, approval: Approval, reason: str, account: str, doer: Doer) -> bool:
    """Declines a wish, or takes it back where it is one's own; False where it is not open any more."""
    own = account == approval.asked_by
    with store.transaction() as connection:
        outcome = "withdrawn" if own else "declined"
        if not close(connection, approval.id, outcome, account, reason=reason):
            return False
        action = Action.APPROVAL_WITHDRAWN if own else Action.APPROVAL_DECLINED
        _record(connection, action, doer, approval.ruleset, reason)
    return True


def close(
    connection: sqlite3.Connection,
    number: int,
    outcome: str,
    account: str,
    *,
    reason: str | None = None,
    version: int | None = None,
) -> bool:
    """Ends a wish, in the transaction of whatever ends it; False where it is not open any more."""
    cursor = connection.execute(
        "UPDATE approval SET outcome = ?, decided_by = ?, decided_at = ?, reason = ?, version = ? "
        "WHERE id = ? AND outcome IS NULL",
        (outcome, account, _now(), reason or None, version, number),
    )
    return bool(cursor.rowcount)


def _open(connection: sqlite3.Connection, ruleset: str) -> Approval | None:
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM approval WHERE ruleset = ? AND outcome IS NULL", (ruleset,)
    ).fetchone()
    return None if row is None else _read(row)


def _read(row: tuple[Any, ...]) -> Approval:
    number, ruleset, base, text, back_to, note, asked_by, asked_at, outcome, by, at, reason, version = row
    return Approval(
        number,
        ruleset,
        base,
        text,
        back_to,
        note,
        asked_by,
        moment_of(asked_at),
        outcome,
        by,
        None if at is None else moment_of(at),
        reason,
        version,
    )


def _record(connection: sqlite3.Connection, action: Action, doer: Doer, subject: str, detail: str) -> None:
    record(connection, action, who=doer.who, address=doer.address, subject=subject, detail=detail)


def _now() -> int:
    return time.time_ns() // 1000
