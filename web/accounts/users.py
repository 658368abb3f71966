"""Users: their names, roles and passwords."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import sqlite3
import time
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import cache

from ...engine.store.database import Store
from ...engine.values import moment_of
from .audit import Action, record


class Role(Enum):
    """A viewer reads; an editor also tries rules out; a publisher also publishes; an admin may all."""

    VIEWER = "viewer"
    EDITOR = "editor"
    PUBLISHER = "publisher"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        """Higher for those who may more."""
        return list(Role).index(self)

    def may(self, needed: Role) -> bool:
        """Whether this role is enough where `needed` is."""
        return self.rank >= needed.rank


@dataclass(frozen=True, slots=True)
class Person:
    """Who is asking: a name for the record, and a role. `user` is None where nobody needs to log in."""

    name: str
    role: Role
    user: int | None = None


SHORTEST, LONGEST = 10, 1_000
"""Letters that a password has at least and at most."""

_COST, _BLOCK, _LANES = 2**15, 8, 3
"""32 MiB and a tenth of a second or two for each guess, which is what OWASP asks for at least. They are kept
with each hash, so they can be raised later: `outdated` says which hashes are then to be made anew."""


def hashed(password: str) -> str:
    """What to keep of a password: `scrypt$N$r$p$salt$hash`, salt and hash in base64."""
    salt = secrets.token_bytes(16)
    made = _scrypt(password, salt, _COST, _BLOCK, _LANES)
    parts = (base64.b64encode(salt).decode(), base64.b64encode(made).decode())
    return f"scrypt${_COST}${_BLOCK}${_LANES}${parts[0]}${parts[1]}"


def matches(password: str, kept: str | None) -> bool:
    """Whether it is the password. Takes as long where nothing is kept, which tells nothing to a guesser."""
    _, cost, block, lanes, salt, wanted = (kept or _nobody()).split("$")
    made = _scrypt(password, base64.b64decode(salt), int(cost), int(block), int(lanes))
    return hmac.compare_digest(made, base64.b64decode(wanted)) and kept is not None


def outdated(kept: str) -> bool:
    """Whether a hash was made with less work than hashes are made with now."""
    _, cost, block, lanes, *_ = kept.split("$")
    return int(cost) * int(block) * int(lanes) < _COST * _BLOCK * _LANES


def weakness(password: str, name: str) -> str | None:
    """Why a password is not good enough, in words; None where it is."""
    if len(password) < SHORTEST:
        return f"a password needs at least {SHORTEST} letters; several words in a row are easy to remember"
    if len(password) > LONGEST:
        return f"a password has at most {LONGEST:,} letters"
    if password.strip().casefold() == name.casefold():
        return "a password must not be the name"
    if len(set(password)) < 4:
        return "a password needs more than three different letters"
    return None


@cache
def _nobody() -> str:
    return hashed(secrets.token_hex())


def _scrypt(password: str, salt: bytes, cost: int, block: int, lanes: int) -> bytes:
    text = unicodedata.normalize("NFC", password[:LONGEST]).encode("utf-8", "surrogatepass")
    memory = 2 * 128 * cost * block * lanes
    return hashlib.scrypt(text, salt=salt, n=cost, r=block, p=lanes, maxmem=memory, dklen=32)


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
