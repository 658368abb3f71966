"""Tokens: keys with which programs use the HTTP interface, each with a role."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from datetime import datetime

from ...engine.store.database import Store
from ...engine.store.records.audit import Action, record
from ...engine.values import moment_of
from .log_in import digest
from .users import LONGEST_NAME, AccountError, Doer, Person, Role, user_named

PREFIX = "lw_"
"""Every token begins so, that a search for leaked ones finds it."""

_DAY = 24 * 3600 * 1_000_000


@dataclass(frozen=True, slots=True)
class Token:
    """A token as listed: whose, what it is called, its role, and when it ends, None for never."""

    user: str
    name: str
    role: Role
    created: datetime
    expires: datetime | None


def make_token(store: Store, user: str, name: str, role: Role, *, days: int | None, doer: Doer) -> str:
    """Makes a token and gives it back, which is the only time it can be seen.

    It may what its role may, but never more than its user. `days` is how long it lasts, None for ever.
    """
    owner = user_named(store, user)
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise AccountError(
            f"a token's name has 1 to {LONGEST_NAME} characters", "name what will use it, such as CRM"
        )
    secret = PREFIX + secrets.token_urlsafe(32)
    now = time.time_ns() // 1000
    expires = None if days is None else now + days * _DAY
    with store.transaction() as connection:
        taken = "SELECT 1 FROM api_token WHERE user = ? AND name = ?"
        if connection.execute(taken, (owner.id, name)).fetchone():
            raise AccountError(
                f'{owner.name} has a token "{name}" already', "choose another name, or revoke that one first"
            )
        connection.execute(
            "INSERT INTO api_token (secret, user, name, role, created, expires) VALUES (?, ?, ?, ?, ?, ?)",
            (digest(secret), owner.id, name, role.value, now, expires),
        )
        record(
            connection,
            Action.TOKEN_MADE,
            who=doer.who,
            address=doer.address,
            subject=f"{owner.name}: {name}",
            detail=f"as {role.value}",
        )
    return secret


def tokens(store: Store) -> list[Token]:
    """All tokens, by user and name."""
    with store.guard():
        rows = store.connection.execute(
            "SELECT user.name, api_token.name, api_token.role, api_token.created, api_token.expires "
            "FROM api_token JOIN user ON user.id = api_token.user ORDER BY user.name, api_token.name"
        )
        return [
            Token(
                user,
                name,
                Role(role),
                moment_of(created),
                moment_of(expires) if expires is not None else None,
            )
            for user, name, role, created, expires in rows
        ]


def revoke_token(store: Store, user: str, name: str, doer: Doer) -> None:
    """Ends a token at once. Raises AccountError where there is none of that name."""
    owner = user_named(store, user)
    with store.transaction() as connection:
        cursor = connection.execute("DELETE FROM api_token WHERE user = ? AND name = ?", (owner.id, name))
        if not cursor.rowcount:
            raise AccountError(f'{owner.name} has no token "{name}"', "leadwright user tokens lists them")
        subject = f"{owner.name}: {name}"
        record(connection, Action.TOKEN_REVOKED, who=doer.who, address=doer.address, subject=subject)


def person_of_token(store: Store, secret: str) -> Person | None:
    """Who a token stands for, None where there is none such or its time is over."""
    with store.guard():
        row = store.connection.execute(
            "SELECT user.id, user.name, user.role, api_token.name, api_token.role FROM api_token "
            "JOIN user ON user.id = api_token.user WHERE secret = ? AND (expires IS NULL OR expires > ?)",
            (digest(secret), time.time_ns() // 1000),
        ).fetchone()
    if row is None:
        return None
    number, user, role, name, granted = row
    least = min(Role(role), Role(granted), key=lambda one: one.rank)
    return Person(f"{user} ({name})", least, number)
