"""Users: their names, roles and passwords."""

from __future__ import annotations

import secrets
import sqlite3
import time
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import cache

from werkzeug.security import check_password_hash, generate_password_hash

from ...engine.store.database import Store
from ...engine.store.records.audit import Action, record
from ...engine.values import moment_of
from .look import look_of


class Role(Enum):
    """Sales sees leads of their own and answers; a viewer reads all; an editor also tries rules out; a
    publisher also publishes; an admin may all."""

    SALES = "sales"
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

_METHOD = "scrypt:32768:8:3"
"""32 MiB and a tenth of a second or two for each guess, which is what OWASP asks for at least. It is kept
with each hash, so it can be raised later: `outdated` says which hashes are then to be made again."""


def hashed(password: str) -> str:
    """What to keep of a password: method, salt and hash, as werkzeug writes them."""
    return generate_password_hash(_normal(password), method=_METHOD)


def matches(password: str, kept: str | None) -> bool:
    """Whether it is the password. Takes as long where nothing is kept, which tells nothing to a guesser."""
    return check_password_hash(kept or _nobody(), _normal(password)) and kept is not None


def outdated(kept: str) -> bool:
    """Whether a hash was made in another way than hashes are made now."""
    return kept.partition("$")[0] != _METHOD


def weakness(password: str, name: str) -> str | None:
    """Why a password is not good enough, in words; None where it is."""
    if len(password) < SHORTEST:
        return f"a password needs at least {SHORTEST} characters; several words in a row are easy to remember"
    if len(password) > LONGEST:
        return f"a password has at most {LONGEST:,} characters"
    if password.strip().casefold() == name.casefold():
        return "a password must not be the name"
    if len(set(password)) < 4:
        return "a password needs more than three different letters"
    return None


@cache
def _nobody() -> str:
    return hashed(secrets.token_hex())


def _normal(password: str) -> str:
    """The same however a keyboard composes letters, and with no half of a surrogate pair."""
    return unicodedata.normalize("NFC", password[:LONGEST]).encode("utf-8", "replace").decode()


LONGEST_NAME = 100

_RESERVED = frozenset(map(look_of, ("local", "somebody", "command line", "single sign-on")))
"""What the record calls those who are no users."""


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
    names = ", ".join(user.name for user in known)
    there = f"there are: {names}" if known else "add the first: leadwright user add NAME --role admin"
    raise AccountError(f'there is no user "{name}"', there)


def name_of(store: Store, number: int) -> str:
    """The name of the user with this number."""
    with store.guard():
        row = store.connection.execute("SELECT name FROM user WHERE id = ?", (number,)).fetchone()
    return str(row[0]) if row is not None else ""


def add_user(store: Store, name: str, role: Role, password: str, doer: Doer) -> User:
    """Adds a user. Raises AccountError for a name that is taken or none, or a password that is too weak."""
    wanted = folded(name)
    check_name(wanted)
    _check_password(password, wanted)
    kept = hashed(password)
    with store.transaction() as connection:
        insert_user(connection, wanted, role, kept)
        _record(connection, Action.USER_ADDED, doer, wanted, f"as {role.value}")
    return user_named(store, wanted)


def check_name(name: str) -> None:
    """Raises AccountError for what no user can be called; `name` is folded."""
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise AccountError(
            f"a user's name has 1 to {LONGEST_NAME} characters, all of which can be seen",
            "an email address works well",
        )
    if look_of(name) in _RESERVED:
        raise AccountError(
            f'nobody can be called "{name}": the record uses that name for whoever is not a user',
            "choose another name",
        )


def insert_user(connection: sqlite3.Connection, name: str, role: Role, password: str) -> int:
    """Adds a user with a folded name and a hashed password, within a transaction; gives the number.

    Raises AccountError where there is a user of the name, or of one that looks the same.
    """
    row = connection.execute("SELECT name FROM user WHERE look = ?", (look_of(name),)).fetchone()
    if row is not None:
        like = "" if row[0] == name else f', which looks like "{name}"'
        raise AccountError(f'there is a user "{row[0]}" already{like}', "choose another name")
    cursor = connection.execute(
        "INSERT INTO user (name, look, role, password, created) VALUES (?, ?, ?, ?, ?)",
        (name, look_of(name), role.value, password, time.time_ns() // 1000),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def remove_user(store: Store, name: str, doer: Doer, *, last_too: bool = False) -> None:
    """Removes a user with all sessions and tokens; what they did stays in the audit log.

    Raises AccountError for the only admin; with `last_too`, only where there are other users.
    """
    user = user_named(store, name)
    with store.transaction() as connection:
        alone = connection.execute("SELECT count(*) FROM user").fetchone()[0] == 1
        if not (last_too and alone):
            _refuse_only_admin(connection, user)
        connection.execute("DELETE FROM user WHERE id = ?", (user.id,))
        _record(connection, Action.USER_REMOVED, doer, user.name)


def change_role(store: Store, name: str, role: Role, doer: Doer) -> None:
    """Gives a user another role, which holds from the next request on, for tokens too.

    Raises AccountError where the only admin would be none any more.
    """
    user = user_named(store, name)
    with store.transaction() as connection:
        if role is not Role.ADMIN:
            _refuse_only_admin(connection, user)
        connection.execute("UPDATE user SET role = ? WHERE id = ?", (role.value, user.id))
        _record(connection, Action.ROLE_CHANGED, doer, user.name, f"{user.role.value} to {role.value}")


def change_password(store: Store, name: str, password: str, doer: Doer, *, end_tokens: bool = False) -> None:
    """Gives a user another password, and ends all sessions; with `end_tokens`, all tokens too."""
    user = user_named(store, name)
    _check_password(password, user.name)
    kept = hashed(password)
    with store.transaction() as connection:
        connection.execute("UPDATE user SET password = ? WHERE id = ?", (kept, user.id))
        ended = end_access(connection, user.id, tokens=end_tokens)
        _record(connection, Action.PASSWORD_CHANGED, doer, user.name, ended)


def end_access(connection: sqlite3.Connection, user: int, *, tokens: bool) -> str:
    """Ends the sessions of a user, and the tokens too where asked; within a transaction. Says what ended."""
    connection.execute("DELETE FROM session WHERE user = ?", (user,))
    if not tokens:
        return ""
    ended = connection.execute("DELETE FROM api_token WHERE user = ?", (user,)).rowcount
    return f"{ended} token{'s' if ended != 1 else ''} ended" if ended else ""


def _refuse_only_admin(connection: sqlite3.Connection, user: User) -> None:
    rows = connection.execute("SELECT id FROM user WHERE role = ?", (Role.ADMIN.value,)).fetchall()
    if rows == [(user.id,)]:
        raise AccountError(f"{user.name} is the only admin", "make somebody else one first")


def _check_password(password: str, name: str) -> None:
    weak = weakness(password, name)
    if weak is not None:
        raise AccountError(weak, "choose another")


def _record(
    connection: sqlite3.Connection, action: Action, doer: Doer, subject: str, detail: str = ""
) -> None:
    record(connection, action, who=doer.who, address=doer.address, subject=subject, detail=detail)
