"""Users: their names, roles and passwords."""

from __future__ import annotations

import sqlite3
import time
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from ...engine.store.database import Store
from ...engine.values import moment_of
from .audit import Action, record
from .passwords import hashed, weakness
from .roles import Role

LONGEST_NAME = 100


class AccountError(Exception):
    """Something about users cannot be done. `message` says what is wrong, `hint` what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@dataclass(frozen=True, slots=True)
class User:
    """Someone who can log in."""

    id: int
    name: str
    role: Role
    created: datetime


@dataclass(frozen=True, slots=True)
class Doer:
    """Who changes users, and from where, for the record."""

    who: str
    address: str


def folded(name: str) -> str:
    """A name as it is kept and compared: without regard to case and blanks at its ends."""
    return unicodedata.normalize("NFC", name).strip().casefold()


def any_users(store: Store) -> bool:
    """Whether there is anyone who can log in."""
    with store.guard():
        return bool(store.connection.execute("SELECT EXISTS (SELECT 1 FROM user)").fetchone()[0])


def users(store: Store) -> list[User]:
    """All users, by name."""
    with store.guard():
        rows = store.connection.execute("SELECT id, name, role, created FROM user ORDER BY name")
        return [User(number, name, Role(role), moment_of(created)) for number, name, role, created in rows]


def user_named(store: Store, name: str) -> User:
    """The user of a name; AccountError where there is none."""
    wanted = folded(name)
    known = users(store)
    for user in known:
        if user.name == wanted:
            return user
    there = f"there are: {', '.join(user.name for user in known)}" if known else "there are no users yet"
    raise AccountError(f'there is no user "{name}"', there)


def name_of(store: Store, number: int) -> str:
    """The name of the user with this number."""
    with store.guard():
        row = store.connection.execute("SELECT name FROM user WHERE id = ?", (number,)).fetchone()
    return str(row[0]) if row is not None else ""


def add_user(store: Store, name: str, role: Role, password: str, doer: Doer) -> User:
    """Adds a user. Raises AccountError for a name that is taken or none, or a password that is too weak."""
    wanted = folded(name)
    if not wanted or len(wanted) > LONGEST_NAME or not wanted.isprintable():
        raise AccountError(
            f"a user's name has 1 to {LONGEST_NAME} letters, all of which can be seen",
            "a mail address does well",
        )
    _check_password(password, wanted)
    kept = hashed(password)
    with store.transaction() as connection:
        if connection.execute("SELECT 1 FROM user WHERE name = ?", (wanted,)).fetchone():
            raise AccountError(f'there is a user "{wanted}" already', "choose another name")
        connection.execute(
            "INSERT INTO user (name, role, password, created) VALUES (?, ?, ?, ?)",
            (wanted, role.value, kept, time.time_ns() // 1000),
        )
        _record(connection, Action.USER_ADDED, doer, wanted, f"as {role.value}")
    return user_named(store, wanted)


def remove_user(store: Store, name: str, doer: Doer) -> None:
    """Removes a user with all sessions and tokens; what they did stays in the record."""
    user = user_named(store, name)
    with store.transaction() as connection:
        connection.execute("DELETE FROM user WHERE id = ?", (user.id,))
        _record(connection, Action.USER_REMOVED, doer, user.name)


def change_role(store: Store, name: str, role: Role, doer: Doer) -> None:
    """Gives a user another role, which holds from the next request on, for tokens too."""
    user = user_named(store, name)
    with store.transaction() as connection:
        connection.execute("UPDATE user SET role = ? WHERE id = ?", (role.value, user.id))
        _record(connection, Action.ROLE_CHANGED, doer, user.name, f"{user.role.value} to {role.value}")


def change_password(store: Store, name: str, password: str, doer: Doer) -> None:
    """Gives a user another password, and ends all sessions."""
    user = user_named(store, name)
    _check_password(password, user.name)
    kept = hashed(password)
    with store.transaction() as connection:
        connection.execute("UPDATE user SET password = ? WHERE id = ?", (kept, user.id))
        connection.execute("DELETE FROM session WHERE user = ?", (user.id,))
        _record(connection, Action.PASSWORD_CHANGED, doer, user.name)


def _check_password(password: str, name: str) -> None:
    weak = weakness(password, name)
    if weak is not None:
        raise AccountError(weak, "choose another")


def _record(
    connection: sqlite3.Connection, action: Action, doer: Doer, subject: str, detail: str = ""
) -> None:
    record(connection, action, who=doer.who, address=doer.address, subject=subject, detail=detail)
