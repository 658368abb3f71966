"""Whose an event or field is."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from .lead_keys import lead_key


@dataclass(frozen=True, slots=True)
class Whose:
    """A lead by its number, and the alias that it was called by; None where that was its own id."""

    lead: int
    alias: int | None


def lead_of(
    connection: sqlite3.Connection, named: str | None, anonymous: str | None, now: int
) -> Whose | None:
    """The lead of these ids, made where it is not there yet."""
    key = lead_key(named or anonymous or "")
    connection.execute("INSERT OR IGNORE INTO lead (_key, _changed) VALUES (?, ?)", (key, now))
    found = connection.execute("SELECT _id FROM lead WHERE _key = ?", (key,)).fetchone()
    return Whose(found[0], None)


def say_same(connection: sqlite3.Connection, previous: str, current: str, now: int) -> None:
    """Two ids are one person's."""
