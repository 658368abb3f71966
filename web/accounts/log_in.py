"""Logging in, throttled, and the sessions that come of it, which end."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass

from ...engine.store.database import Store
from ...engine.store.records.audit import Action, record
from .users import LONGEST_NAME, Person, Role, folded, hashed, matches, outdated

HOUR = 3600 * 1_000_000
IDLE, LONGEST = 8 * HOUR, 7 * 24 * HOUR
"""A session ends after so long without a request, and after so long in any case; in microseconds."""

CHECK_AFTER, CHECK_WITHIN = HOUR, 2 * HOUR
"""A session by single sign-on is checked with the provider after so long, and is over where it was not
checked within so long; in microseconds."""

_SEEN_EVERY = HOUR // 60
_NOBODY = "(no user's name)"
_WINDOW = HOUR // 4
_MOST_PER_NAME_AND_ADDRESS, _MOST_PER_ADDRESS, _MOST_PER_NAME = 5, 30, 60
"""Log-ins that may fail within the window before the next one is refused unseen."""


class Throttled(Exception):
    """Too many log-ins failed; `seconds` says when to try again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def log_in(store: Store, name: str, password: str, address: str, now: int | None = None) -> str | None:
    """The secret of a new session, None where name and password are not those of a user.

    Raises Throttled where too many log-ins failed, before the password is looked at. `now` is in
    microseconds since 1970 UTC; without it, it is the present.
    """
    now = _present() if now is None else now
    wanted = folded(name)[:LONGEST_NAME]
    with store.guard():
        row = store.connection.execute("SELECT id, password FROM user WHERE name = ?", (wanted,)).fetchone()
    typed = _hash_of_name(store, wanted)
    _refuse_guessing(store, typed, address, now)
    if not matches(password, row[1] if row else None):
        # What is no name may be a password in the wrong place, which the record must not keep.
        who = wanted if row else _NOBODY
        with store.transaction() as connection:
            connection.execute("DELETE FROM failed_log_in WHERE at <= ?", (now - _WINDOW,))
            connection.execute("INSERT INTO failed_log_in VALUES (?, ?, ?)", (now, typed, address))
            record(connection, Action.LOG_IN_FAILED, who=who, address=address)
        return None
    if outdated(row[1]):
        kept = hashed(password)
        with store.transaction() as connection:
            connection.execute("UPDATE user SET password = ? WHERE id = ?", (kept, row[0]))
    return begin_session(store, row[0], now)


@dataclass(frozen=True, slots=True)
class Session:
    """A session that goes on: whose it is, whether its last use is to be noted, and whether the provider of
    single sign-on is to be asked again."""

    person: Person
    note_use: bool
    check: bool


def begin_session(store: Store, user: int, now: int | None = None, *, vouched: bool = False) -> str:
    """The secret of a new session of a user who has shown to be the one, or for whom a provider vouched."""
    now = _present() if now is None else now
    secret = secrets.token_urlsafe(32)
    with store.transaction() as connection:
        connection.execute("DELETE FROM session WHERE seen < ? OR began < ?", (now - IDLE, now - LONGEST))
        connection.execute(
            "INSERT INTO session VALUES (?, ?, ?, ?, ?)",
            (digest(secret), user, now, now, now if vouched else None),
        )
    return secret


def _hash_of_name(store: Store, name: str) -> bytes:
    """A name that was typed as failed log-ins are counted by: the same whether or not there is such a user,
    and of no use to whoever reads the database without its key."""
    with store.guard():
        key: bytes = store.connection.execute("SELECT name_key FROM state").fetchone()[0]
    return hmac.digest(key, name.encode("utf-8", "surrogatepass"), "sha256")


def _refuse_guessing(store: Store, name: bytes, address: str, now: int) -> None:
    with store.guard():
        rows = store.connection.execute(
            "SELECT at, name, address FROM failed_log_in WHERE at > ? AND (name = ? OR address = ?) "
            "ORDER BY at DESC",
            (now - _WINDOW, name, address),
        ).fetchall()
    both = [at for at, typed, where in rows if typed == name and where == address]
    of_address = [at for at, _, where in rows if where == address]
    of_name = [at for at, typed, _ in rows if typed == name]
    limits = ((both, _MOST_PER_NAME_AND_ADDRESS), (of_address, _MOST_PER_ADDRESS), (of_name, _MOST_PER_NAME))
    waits = [failed[most - 1] + _WINDOW - now for failed, most in limits if len(failed) >= most]
    if waits:
        raise Throttled(max(1, max(waits) // 1_000_000))


def session_of(store: Store, secret: str, now: int | None = None) -> Session | None:
    """The session of a secret, None where it has ended."""
    now = _present() if now is None else now
    with store.guard():
        row = store.connection.execute(
            "SELECT user.id, user.name, user.role, seen, checked FROM session "
            "JOIN user ON user.id = session.user "
            "WHERE secret = ? AND seen > ? AND began > ? AND (checked IS NULL OR checked > ?)",
            (digest(secret), now - IDLE, now - LONGEST, now - CHECK_WITHIN),
        ).fetchone()
    if row is None:
        return None
    number, name, role, seen, checked = row
    check = checked is not None and now - checked > CHECK_AFTER
    return Session(Person(name, Role(role), number), now - seen > _SEEN_EVERY, check)


def seen(store: Store, secret: str, now: int | None = None) -> None:
    """Puts off the end of a session that is in use."""
    with store.transaction() as connection:
        connection.execute(
            "UPDATE session SET seen = ? WHERE secret = ?",
            (_present() if now is None else now, digest(secret)),
        )


def log_out(store: Store, secret: str) -> None:
    """Ends a session."""
    with store.transaction() as connection:
        connection.execute("DELETE FROM session WHERE secret = ?", (digest(secret),))


def digest(secret: str) -> bytes:
    """What is kept of a secret; it is long and random, so that one hash is enough."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _present() -> int:
    return time.time_ns() // 1000
