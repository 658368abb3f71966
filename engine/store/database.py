"""Opening the database that is the record of leads, events, rulesets and scores."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING
from urllib.parse import quote

from ...grammar.frozen import frozen
from .schema import APPLICATION_ID, VERSION
from .schema import create as create_tables


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


_LOOK_AGAIN = 0.05


@contextmanager
def only_one(database: Path, work: str, doing: str, wait: float = 0.0) -> Iterator[None]:
    """Holds the lock of a sort of work on a database, waiting up to `wait` seconds for another program.

    `doing` says in a message what the other one is doing. Raises `StoreError` where it does not end.
    """
    path = database.with_name(f"{database.name}-{work}.lock")
    try:
        file = path.open("ab")
    except OSError as error:
        raise StoreError(
            f"{path} cannot be written: {error.strerror}", "allow writing to the folder of the database"
        ) from None
    with file:
        patient_until = time.monotonic() + wait
        while not _taken(file):
            if time.monotonic() >= patient_until:
                raise StoreError(
                    f"another program is {doing} {database}", "wait until it has finished, or stop it"
                )
            time.sleep(_LOOK_AGAIN)
        yield


def is_at_work(database: Path, work: str) -> bool:
    """Whether a program holds the lock of a sort of work on a database."""
    try:
        # Made by whoever takes the lock first: where it is not there, nobody does.
        with database.with_name(f"{database.name}-{work}.lock").open("rb+") as file:
            return not _taken(file)
    except OSError:
        return False


def _taken(file: IO[bytes]) -> bool:
    """Whether the lock could be had; closing the file gives it back, however the program ends."""
    try:
        if os.name == "nt":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]  # of Windows alone
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


if TYPE_CHECKING:
    from sqlite_utils import Database

_CACHE_KIB = 65_536
"""Enough that rows of a lead-ordered table land in pages still in memory; the same for any size."""


@frozen
class Store:
    """An open database. Use it in a `with` statement, or call `close`.

    One store serves one thread; threads open one each.
    """

    path: Path
    read_only: bool
    connection: sqlite3.Connection
    """In autocommit: writes belong into `transaction`."""

    @property
    def db(self) -> Database:
        """The same as sqlite-utils sees it. Made when asked for, as that library takes a tenth of a second
        to load, which reading and scoring can do without."""
        from sqlite_utils import Database

        return Database(self.connection, execute_plugins=False)

    def close(self) -> None:
        """Closes the database; what was committed stays."""
        self.connection.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Turns what goes wrong with the database inside it into a `StoreError`."""
        with guarded(self.path):
            yield

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Everything inside is kept, or, after any exception, nothing."""
        if self.read_only:
            raise StoreError(
                f"the database {self.path} was opened for reading only",
                "open it without asking for reading only",
            )
        connection = self.connection
        with self.guard():
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def relaxed(self) -> Iterator[None]:
        """Commits inside it may be lost together, though never in part, if the power fails: for what can be
        computed again."""
        self.connection.execute("PRAGMA synchronous = NORMAL")
        try:
            yield
        finally:
            self.connection.execute("PRAGMA synchronous = FULL")

    def make_durable(self) -> None:
        """Puts on the disk what was committed before, inside `relaxed` as well."""
        with self.transaction() as connection:
            # A commit that has something to write takes all of the log before it along.
            connection.execute("UPDATE state SET data = data")


def open_store(
    path: str | os.PathLike[str], create: bool = False, read_only: bool = False, wait: float = 30.0
) -> Store:
    """Opens the database at `path`, brought up to this version's tables.

    With `create`, a file that is not there is made. `wait` is how many seconds to wait for another
    program that is writing. Raises `StoreError` where the database cannot be used.
    """
    path = Path(path)
    _check_file(path, create)
    with guarded(path):
        store = Store(path, read_only, _connect(path, read_only, wait))
        try:
            _prepare(store, create)
        except BaseException:
            store.close()
            raise
    return store


def _check_file(path: Path, create: bool) -> None:
    """Refuses what no database can be at. The file itself is left to SQLite: to open and close it here
    would take away the locks that other connections of this process hold on it."""
    if path.is_dir():
        raise StoreError(f"{path} is a folder, not a database", "name a file in it with --db")
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        if not create:
            raise StoreError(
                f"there is no database {path}",
                "import leads into it first, as in: leadwright import leads.csv --lead-id email",
            ) from None
        if not path.parent.is_dir():
            raise StoreError(f"there is no folder {path.parent}", "make the folder first") from None
        return
    except OSError as error:
        raise StoreError(
            f"the database {path} cannot be reached: {error.strerror}", "ask for access to its folder"
        ) from None
    if not size and not create:
        raise explained("SQLITE_NOTADB", path)


def _connect(path: Path, read_only: bool, wait: float) -> sqlite3.Connection:
    address = "file:" + quote(str(path.absolute()))
    if read_only:
        return _connect_for_reading(address, path, wait)
    return sqlite3.connect(f"{address}?mode=rwc", timeout=wait, isolation_level=None, uri=True)


def _connect_for_reading(address: str, path: Path, wait: float) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{address}?mode=ro", timeout=wait, isolation_level=None, uri=True)
    try:
        connection.execute("PRAGMA user_version")
        connection.execute("SELECT count(*) FROM sqlite_schema")
    except sqlite3.Error as error:
        connection.close()
        if not isinstance(error, sqlite3.OperationalError):
            raise
        # In a folder that may not be written to, SQLite cannot keep the files that go with a
        # write-ahead log; without a log left over, nothing else can be writing there either.
        if path.with_name(path.name + "-wal").exists():
            raise
        connection = sqlite3.connect(
            f"{address}?mode=ro&immutable=1", timeout=wait, isolation_level=None, uri=True
        )
    return connection


def _prepare(store: Store, create: bool) -> None:
    path, connection = store.path, store.connection
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    # One that was made but never got its tables, as after a kill, is as good as new.
    fresh = create and application == 0 and not store.db.table_names()
    if not fresh and application != APPLICATION_ID:
        raise StoreError(
            f"the database {path} belongs to another program",
            "name a database that Leadwright made with --db, or a new file to start one; "
            "to read leads from a table of this one, import it",
        )
    if fresh:
        store.db.enable_wal()
        create_tables(connection)
    elif version != VERSION:
        raise StoreError(
            f"the database {path} was made by another version of Leadwright (its tables are version "
            f"{version}, this one's {VERSION})",
            "use the version that made it, or import the files again into a new database",
        )
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    connection.execute("PRAGMA foreign_keys = ON")
    # So that what may not be deleted may not be replaced either.
    connection.execute("PRAGMA recursive_triggers = ON")
    if not store.read_only:
        # What was acknowledged to a person is on the disk, even if the power fails.
        connection.execute("PRAGMA synchronous = FULL")
