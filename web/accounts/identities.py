"""People whom a provider of single sign-on vouches for, as users."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from ...engine.store.database import Store
from ...engine.store.records.audit import Action, record
from .log_in import begin_session
from .users import AccountError, Role, check_name, end_access, folded, hashed, insert_user


@dataclass(frozen=True, slots=True)
class Vouched:
    """Somebody as a provider knows them.

    `name` is what they are called here, `verified` whether it is an email address that the provider has made
    sure of. `role` is the one to have from now on; where `keeps` is set, only if they are new.
    """

    issuer: str
    subject: str
    name: str
    verified: bool
    role: Role
    keeps: bool


def log_in_vouched(store: Store, who: Vouched, address: str, now: int | None = None) -> str:
    """The secret of a new session for somebody; makes them a user where they are none yet.

    Raises AccountError where the name is somebody else's.
    """
    number, name, role = _user(store, who) or _new(store, who, address)
    if role is not who.role and not who.keeps:
        with store.transaction() as connection:
            connection.execute("UPDATE user SET role = ? WHERE id = ?", (who.role.value, number))
            detail = f"{role.value} to {who.role.value}"
            record(connection, Action.ROLE_CHANGED, who=_SSO, address=address, subject=name, detail=detail)
    return begin_session(store, number, now, vouched=True)


def turn_away(store: Store, issuer: str, subject: str, reason: str, address: str) -> None:
    """Ends the sessions and tokens of somebody whom the provider knows, but who may not be here any more."""
    with store.transaction() as connection:
        row = connection.execute(
            "SELECT user.id, user.name FROM identity JOIN user ON user.id = identity.user "
            "WHERE issuer = ? AND subject = ?",
            (issuer, subject),
        ).fetchone()
        name = "" if row is None else row[1]
        ended = "" if row is None else end_access(connection, row[0], tokens=True)
        detail = f"{reason}; {ended}" if ended else reason
        record(connection, Action.LOG_IN_FAILED, who=_SSO, address=address, subject=name, detail=detail)


_SSO = "(single sign-on)"


def refused(store: Store, reason: str, address: str) -> None:
    """Records a log-in through the provider that came to nothing."""
    with store.transaction() as connection:
        record(connection, Action.LOG_IN_FAILED, who=_SSO, address=address, detail=reason)


def _user(store: Store, who: Vouched) -> tuple[int, str, Role] | None:
    with store.guard():
        row = store.connection.execute(
            "SELECT user.id, user.name, user.role FROM identity JOIN user ON user.id = identity.user "
            "WHERE issuer = ? AND subject = ?",
            (who.issuer, who.subject),
        ).fetchone()
    return None if row is None else (row[0], row[1], Role(row[2]))


def _new(store: Store, who: Vouched, address: str) -> tuple[int, str, Role]:
    """Links somebody to the user of their email address, or makes them a user."""
    name = folded(who.name)
    check_name(name)
    # Nobody knows it, so nobody can log in with it.
    password = hashed(secrets.token_hex())
    with store.transaction() as connection:
        row = connection.execute("SELECT id, role FROM user WHERE name = ?", (name,)).fetchone()
        if row is not None and not who.verified:
            raise AccountError(
                f'there is a user "{name}" already, and the provider has not verified that it is you',
                "ask an admin",
            )
        if row is None:
            row = (insert_user(connection, name, who.role, password), who.role.value)
            record(
                connection,
                Action.USER_ADDED,
                who=_SSO,
                address=address,
                subject=name,
                detail=f"as {who.role.value}",
            )
        connection.execute("INSERT INTO identity VALUES (?, ?, ?)", (who.issuer, who.subject, row[0]))
    return int(row[0]), name, Role(row[1])
