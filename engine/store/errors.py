"""What can be wrong with a database, said to the person who named it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class StoreError(Exception):
    """A database cannot be used, or not for this. `message` says what is wrong, `hint` what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


_SAYINGS = {
    "SQLITE_BUSY": (
        "the database {path} is in use by another program",
        "wait until the other program has finished, then run the same again",
    ),
    "SQLITE_LOCKED": (
        "the database {path} is in use by another program",
        "wait until the other program has finished, then run the same again",
    ),
    "SQLITE_READONLY": (
        "the database {path} may only be read, not written to",
        "allow writing to the file and to the folder it is in, or name another with --db",
    ),
    "SQLITE_FULL": (
        "the disk is full: there is no room to write to the database {path}",
        "make room, then run the same again; what was stored before is untouched",
    ),
    "SQLITE_CORRUPT": (
        "the database {path} is damaged",
        "restore it from a backup, or import the files again into a new database",
    ),
    "SQLITE_NOTADB": (
        "the file {path} is not a database",
        "name a database that Leadwright made with --db, or a new file to start one",
    ),
    "SQLITE_CANTOPEN": (
        "the database {path} cannot be opened",
        "check that the file and its folder exist and that you may read them",
    ),
    "SQLITE_IOERR": (
        "the disk failed while the database {path} was being read or written",
        "check that the disk is there and has room, then run the same again",
    ),
    "SQLITE_TOOBIG": (
        "a value is too long for the database {path}",
        "shorten the value, or leave its column out",
    ),
}


def explain(error: sqlite3.Error, path: Path) -> StoreError | None:
    """The error in a person's words, or None where it is a mistake of the program's own."""
    name = getattr(error, "sqlite_errorname", None) or ""
    primary = "_".join(name.split("_")[:2])
    return explained(primary, path) if primary in _SAYINGS else None


def explained(name: str, path: Path) -> StoreError:
    """What SQLite's error of this name means for the database at `path`."""
    message, hint = _SAYINGS[name]
    return StoreError(message.format(path=path), hint)


@contextmanager
def guarded(path: Path) -> Iterator[None]:
    """Turns what goes wrong with the database at `path` into a `StoreError`."""
    try:
        yield
    except sqlite3.Error as error:
        said = explain(error, path)
        if said is None:
            raise
        raise said from error
